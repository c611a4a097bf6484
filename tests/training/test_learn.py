"""One training: whatever people bring is learnt from or refused, and nothing is half-written."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from data.examples import Example, ExampleError, ReadOptions
from data.taxonomy import Taxonomy
from model.bundle import Bundle, BundleError
from model.encoder import EncoderError
from tests.factories import NOW, make_examples, make_taxonomy
from tests.training.files import foreign_examples, write_csv, write_rows
from training.dataset import short_hashes
from training.fit import TrainingError
from training.learn import Learnt, Plan, learn
from training.progress import Silent


def _plan(folder: Path, *files: Path, **rest: object) -> Plan:
    options = {"reading": ReadOptions(), "out": folder / "bundle", "encoder": "hashing", **rest}
    return Plan(files=files, **options)  # type: ignore[arg-type]


def _learn(folder: Path, examples: tuple[Example, ...], **rest: object) -> Learnt:
    return learn(_plan(folder, write_rows(folder / "rows.jsonl", examples), **rest), Silent(), NOW)


def test_writes_a_bundle_that_says_where_it_comes_from(learnt: Learnt) -> None:
    bundle = Bundle.load(learnt.bundle.path)
    examples = make_examples(120)
    assert bundle.id == learnt.bundle.id
    assert bundle.training.rows == 120
    assert bundle.training.text_hashes == short_hashes(examples.examples)
    assert bundle.training.metrics["topic.accuracy"] == learnt.figures["topic.accuracy"]
    assert bundle.training.settings["encoder"] == "hashing"


def test_measures_topics_and_urgencies_on_rows_that_it_left_out(learnt: Learnt) -> None:
    assert learnt.figures["topic.accuracy"] > 0.9
    assert learnt.figures["urgency.accuracy"] > 0.8
    low, high = learnt.figures["urgency.macro_f1_interval"]
    assert low <= learnt.figures["urgency.macro_f1"] <= high
    assert learnt.figures["novelty.auroc"] is None


def test_the_same_rows_in_another_order_of_files_give_the_same_fingerprint_and_the_same_rows_the_same_bytes(tmp_path: Path) -> None:
    rows = make_examples(60).examples
    one, other = write_rows(tmp_path / "one.jsonl", rows[:30]), write_rows(tmp_path / "other.jsonl", rows[30:])
    first = learn(_plan(tmp_path, one, other, out=tmp_path / "1"), Silent(), NOW).bundle
    again = learn(_plan(tmp_path, one, other, out=tmp_path / "2"), Silent(), NOW).bundle
    turned = learn(_plan(tmp_path, other, one, out=tmp_path / "3"), Silent(), NOW).bundle
    assert first.id == again.id
    for name in ("parts.json", "parts.safetensors"):
        assert (first.path / name).read_bytes() == (again.path / name).read_bytes()
    assert turned.training.fingerprint == first.training.fingerprint


def test_learns_without_urgencies(tmp_path: Path) -> None:
    rows = tuple(replace(example, urgency=None) for example in make_examples(60).examples)
    learnt = _learn(tmp_path, rows)
    assert learnt.bundle.parts.urgency is None
    assert learnt.figures["urgency.macro_f1"] is None


def test_learns_urgencies_from_the_rows_that_have_one(tmp_path: Path) -> None:
    rows = tuple(
        replace(example, urgency=example.urgency if number % 2 else None) for number, example in enumerate(make_examples(120).examples)
    )
    learnt = _learn(tmp_path, rows)
    assert learnt.bundle.parts.urgency is not None
    assert learnt.figures["urgency.rows"] == 60
    assert learnt.figures["topic.rows"] == 120


def test_learns_a_scale_of_urgencies_of_its_own(tmp_path: Path) -> None:
    names = {"low": "whenever", "normal": "soon", "high": "now"}
    rows = tuple(replace(example, urgency=names[example.urgency or ""]) for example in make_examples(60).examples)
    learnt = _learn(tmp_path, rows, reading=ReadOptions(urgencies=("whenever", "soon", "now")))
    assert learnt.bundle.taxonomy.urgencies == ("whenever", "soon", "now")


def test_counts_rows_without_a_topic_but_does_not_learn_from_them(tmp_path: Path) -> None:
    rows = tuple(
        replace(example, topic=example.topic if number % 3 else None, topics=())
        for number, example in enumerate(make_examples(60).examples)
    )
    learnt = _learn(tmp_path, rows)
    assert learnt.figures["topic.rows"] == 40
    assert learnt.bundle.training.rows == 60


def test_keeps_foreign_rows_out_of_the_heads_and_measures_novelty_on_them(tmp_path: Path) -> None:
    learnt = _learn(tmp_path, (*make_examples(90).examples, *foreign_examples()))
    assert not any(known.startswith("foreign") for known in learnt.bundle.parts.known.ids)
    assert learnt.figures["novelty.auroc"] > 0.95
    assert learnt.figures["novelty.rows_out_of_scope"] == 10


def test_does_not_learn_from_rows_that_are_kept_for_tests(tmp_path: Path) -> None:
    rows = make_examples(90).examples
    split = tuple(replace(example, split="train" if number < 60 else "test") for number, example in enumerate(rows))
    learnt = _learn(tmp_path, split)
    assert (learnt.selection.held_back, learnt.bundle.training.rows) == (30, 60)
    assert set(learnt.bundle.parts.known.ids) == {example.id for example in rows[:60]}


def test_measures_the_newest_rows_on_the_older_ones_when_there_are_dates(tmp_path: Path) -> None:
    rows = tuple(replace(example, date=NOW + timedelta(hours=number)) for number, example in enumerate(make_examples(90).examples))
    learnt = _learn(tmp_path, rows)
    assert learnt.figures["newest.topic.rows"] == 18
    assert learnt.figures["newest.topic.accuracy"] > 0.8
    assert len(learnt.bundle.parts.known.ids) == 90


def test_the_bundle_holds_no_word_of_a_single_thread(learnt: Learnt) -> None:
    content = b"".join(path.read_bytes() for path in learnt.bundle.path.iterdir()).lower()
    names = [example.body.rpartition(" ")[2].lower().encode() for example in make_examples(120).examples]
    assert [name for name in names if name in content] == []


def test_refuses_rows_of_one_topic(tmp_path: Path) -> None:
    rows = tuple(replace(example, topic="billing", topics=("billing",)) for example in make_examples(30).examples)
    with pytest.raises(TrainingError, match="at least 2 topics .* only the topic 'billing'"):
        _learn(tmp_path, rows)
    assert not (tmp_path / "bundle").exists()


def test_refuses_rows_without_topics_and_names_the_option(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="no topic: use --map topic=COLUMN"):
        learn(_plan(tmp_path, write_rows(tmp_path / "rows.jsonl", make_examples(30).examples, topic=None)), Silent(), NOW)


def test_refuses_a_topic_that_a_strict_taxonomy_does_not_have(tmp_path: Path) -> None:
    strict = replace(make_taxonomy(), topics=make_taxonomy().topics[:2])
    with pytest.raises(ExampleError, match=r"rows.jsonl, line \d+: unknown topic 'returns'"):
        _learn(tmp_path, make_examples(30).examples, reading=ReadOptions(taxonomy=strict))
    assert not (tmp_path / "bundle").exists()


def test_refuses_a_csv_in_latin_1_and_names_the_line(tmp_path: Path) -> None:
    rows = [{"body": "¿dónde está mi pedido?", "topic": "delivery"}, {"body": "factura", "topic": "billing"}]
    with pytest.raises(ExampleError, match="line 2: not UTF-8"):
        learn(_plan(tmp_path, write_csv(tmp_path / "rows.csv", rows, "latin-1")), Silent(), NOW)
    assert [path.name for path in tmp_path.iterdir()] == ["rows.csv"]


def test_refuses_a_place_that_holds_something_else_before_it_reads_anything(tmp_path: Path) -> None:
    (tmp_path / "bundle").mkdir()
    (tmp_path / "bundle" / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(BundleError, match="no bundle: choose another folder"):
        learn(_plan(tmp_path, tmp_path / "missing.jsonl"), Silent(), NOW)
    assert (tmp_path / "bundle" / "thesis.txt").read_text(encoding="utf-8") == "years of work"


def test_refuses_an_unknown_encoder(tmp_path: Path, rows_file: Path) -> None:
    with pytest.raises(EncoderError, match="unknown encoder 'word2vec'"):
        learn(_plan(tmp_path, rows_file, encoder="word2vec"), Silent(), NOW)
    assert not (tmp_path / "bundle").exists()


def test_a_taxonomy_with_costs_shapes_what_is_chosen(tmp_path: Path) -> None:
    """When taking normal for high costs a hundredfold, high is chosen more often."""
    rows = write_rows(tmp_path / "rows.jsonl", (replace(example, subject="") for example in make_examples(120).examples))
    costly = tuple(tuple(100.0 * (true > chosen) + (true < chosen) for chosen in range(4)) for true in range(4))
    chosen = []
    for name, cost in (("steps", make_taxonomy().cost), ("costly", costly)):
        taxonomy: Taxonomy = make_taxonomy(cost=cost)
        learnt = learn(_plan(tmp_path, rows, reading=ReadOptions(taxonomy=taxonomy), out=tmp_path / name), Silent(), NOW)
        head = learnt.bundle.parts.urgency
        assert head is not None
        chosen.append(int(head.choose(np.full((1, 4), 0.25))[0]))
    assert chosen[1] > chosen[0]
