"""Public data sets, where they are at hand: small parts of them, learnt and measured as the documents say."""

import itertools
import json
from pathlib import Path

import pytest

from tests.training.cli.terminal import run

DATASETS = Path(__file__).resolve().parents[3] / "shared" / "datasets"
SEEDS = Path(__file__).resolve().parents[2] / "data" / "seeds"


def _part(name: str, target: Path, every: int, **only: str) -> Path:
    """Every so many rows of a file; skips the test when the data sets are not here."""
    source = DATASETS / name
    if not source.is_file():
        pytest.skip(f"needs the public data set {source}")
    with source.open(encoding="utf-8") as lines:
        rows = [line for line in lines if all(json.loads(line).get(column) == value for column, value in only.items())]
    target.write_text("".join(itertools.islice(rows, 0, None, every)), encoding="utf-8")
    return target


def test_learns_bank_questions_and_knows_none_of_the_development_part(tmp_path: Path) -> None:
    train = _part("banking77/train.jsonl", tmp_path / "train.jsonl", 12)
    dev = _part("banking77/dev.jsonl", tmp_path / "dev.jsonl", 3)
    columns = ("--map", "body=text", "--map", "topic=intent")
    learnt = run("learn", train, *columns, "--encoder", "hashing", "--out", tmp_path / "B", "--no-track", "--json")
    assert json.loads(learnt.stdout)["rows"] == 750
    figures = json.loads(run("evaluate", tmp_path / "B", dev, *columns, "--json").stdout)
    assert figures["dropped"] == 0
    assert figures["topic.accuracy"] > 0.5
    assert figures["urgency.macro_f1"] is None


def test_folds_of_tickets_keep_paraphrases_together(tmp_path: Path) -> None:
    rows = _part("tickets_tobibueck/train.jsonl", tmp_path / "rows.jsonl", 6, subset="de_norm")
    options = ("--map", "topic=queue", "--map", "urgency=priority", "--map", "group=dup_group", "--urgencies", "low,medium,high")
    learnt = run("learn", rows, *options, "--encoder", "hashing", "--out", tmp_path / "B", "--no-track")
    assert learnt.exit_code == 0
    figures = json.loads(run("evaluate", tmp_path / "B", rows, *options, "--folds", "2", "--json").stdout)
    assert figures["topic.accuracy"] > 0.4
    assert figures["urgency.within_one_step"] > 0.9
    low, high = figures["topic.macro_f1_interval"]
    assert low < figures["topic.macro_f1"] < high


def test_the_starter_set_keeps_its_tests_apart(tmp_path: Path) -> None:
    """Also in five languages: nothing that is learnt has the text of a row that is kept for tests."""
    lines = (SEEDS / "examples.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    rows = tmp_path / "rows.jsonl"
    rows.write_text("".join(lines[::12]), encoding="utf-8")
    options = ("--taxonomy", SEEDS / "taxonomy.toml", "--answers", SEEDS / "answers")
    learnt = run("learn", rows, *options, "--encoder", "hashing", "--out", tmp_path / "B", "--no-track", "--json")
    assert json.loads(learnt.stdout)["dropped"] == 0
    evaluated = run("evaluate", tmp_path / "B", rows, "--where", "split=test", *options, "--json")
    figures = json.loads(evaluated.stdout)
    assert set(figures["topic.by_language"]) == {"de", "en", "es", "fr", "pl"}
    assert figures["answers.recall_at_3"] > figures["answers.recall_at_1"] > 0.2
