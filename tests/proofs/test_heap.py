"""The heap is what it claims to be: originals that differ, copies that keep what they state, traps that differ in one value."""

import csv
import json
from collections import Counter
from functools import cache
from pathlib import Path
from statistics import mean

import numpy as np
import pytest

from tests.proofs.banks import LANGUAGES, VALUE_BEGINS, VALUE_ENDS, phrases, situations, values_of
from tests.proofs.heap import Heap, family_sizes, make_heap, write_heap
from tests.proofs.million import write_large_heap
from tests.proofs.overlap import nearest_others
from tests.proofs.verdict import Truth, judge

NEAR_COPY = 0.6
RESHAPED = {"space", "case", "accents", "html", "quote"}


@cache
def _heap() -> Heap:
    return make_heap(1_500)


@cache
def _whole() -> Heap:
    return make_heap()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_bank_has_forty_five_themes_of_four_situations_under_the_same_keys(language: str) -> None:
    themes = Counter(situation.theme for situation in situations(language))
    assert len(themes) >= 45
    assert set(themes.values()) == {4}
    assert [situation.key for situation in situations(language)] == [situation.key for situation in situations("en")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_synonym_occurs_in_the_bank_often_enough_to_matter(language: str) -> None:
    text = " ".join(sentence for situation in situations(language) for sentence in situation.sentences).lower()
    used = [old for old, _ in phrases(language).synonyms if old.lower() in text]
    assert len(used) >= 0.6 * len(phrases(language).synonyms)


def test_no_original_is_nearly_a_copy_of_another() -> None:
    near = [(left, right) for shared, left, right in nearest_others(_whole().originals) if shared >= NEAR_COPY]
    assert near == []


def test_the_whole_heap_has_the_size_that_is_promised() -> None:
    heap = _whole()
    traps = {trap.family for trap in heap.traps}
    assert len(heap.originals) == 900
    assert len({original.id for original in heap.originals}) == 900
    assert len(traps) == 500
    assert sum(row.family not in traps for _, row in heap.rows) == 15_000
    assert len(heap.questions) == 2_000
    assert len(set(heap.questions)) == 2_000


def test_families_are_a_few_large_and_many_small_ones() -> None:
    sizes = sorted(family_sizes(900, 15_000))
    assert sum(sizes) == 15_000
    assert sizes[-1] >= 150
    assert sum(size <= 5 for size in sizes) >= 250


def test_the_same_seed_gives_the_same_heap_and_another_one_another() -> None:
    assert make_heap(150) == make_heap(150)
    assert make_heap(150).rows != make_heap(150, seed=2).rows


def test_a_row_states_what_the_truth_says() -> None:
    plain = [row for _, row in _heap().rows if not RESHAPED & set(row.edits)]
    lost = [(value, row.body) for row in plain for value in row.stated.values() if value not in row.body]
    assert lost == []


def test_no_mark_of_the_bank_is_left_in_a_text() -> None:
    marks = (VALUE_BEGINS, VALUE_ENDS, "|1", "<title>", "<last>", "<order>")
    assert [row.body for _, row in _heap().rows if any(mark in row.body + row.title for mark in marks)] == []


def test_a_trap_differs_from_its_original_in_one_value_and_keeps_the_sentence_that_holds_it() -> None:
    heap = _heap()
    originals = {original.id: values_of(original.situation) for original in heap.originals}
    families = {trap.family for trap in heap.traps}
    for _, row in heap.rows:
        differing = [spot for spot, value in row.stated.items() if originals[row.original][spot] != value]
        assert len(differing) == (row.family in families)


def test_copies_keep_half_of_their_original_and_differ_from_one_another() -> None:
    heap = _heap()
    sentences = {original.id: len(original.situation.sentences) for original in heap.originals}
    kept = [len({spot.partition(".")[0] for spot in row.stated}) / sentences[row.original] for _, row in heap.rows]
    assert max(kept) <= 1
    assert mean(bool(row.edits) for _, row in heap.rows) > 0.85
    assert len({row.body for _, row in heap.rows}) > 0.85 * len(heap.rows)


def test_the_questions_are_not_in_the_base() -> None:
    bodies = "\n".join(row.body.lower() for _, row in _heap().rows)
    assert [question for question, _ in _heap().questions if question.lower() in bodies] == []


def test_writes_a_file_to_import_and_the_truth_about_it(tmp_path: Path) -> None:
    heap = make_heap(150)
    write_heap(heap, tmp_path)
    with (tmp_path / "base.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    truth = Truth.read(tmp_path / "truth.json")
    assert [row["id"] for row in rows] == list(truth.family)
    assert {"id", "title", "body", "language", "topic"} <= set(rows[0])
    assert all(json.loads(line)["family"] in truth.original.values() for line in (tmp_path / "questions.jsonl").read_text().splitlines())


def test_the_judge_finds_nothing_wrong_with_the_truth_and_everything_with_one_cluster_an_original(tmp_path: Path) -> None:
    write_heap(_heap(), tmp_path)
    truth = Truth.read(tmp_path / "truth.json")
    families: dict[str, list[str]] = {}
    originals: dict[str, list[str]] = {}
    for row, family in truth.family.items():
        families.setdefault(family, []).append(row)
        originals.setdefault(truth.original[row], []).append(row)
    listed = [(families[trap][0], families[original][0]) for trap, original in truth.traps]

    right = judge(truth, families.values(), listed)
    assert (right.precision, right.recall, right.traps_merged, right.planted_listed) == (1.0, 1.0, 0, right.traps)
    assert right.is_kept

    wrong = judge(truth, originals.values(), [])
    assert wrong.recall == 1.0
    assert wrong.precision < 1.0
    assert (wrong.traps_merged, wrong.planted_listed) == (wrong.traps, 0)
    assert not wrong.is_kept


def test_a_large_heap_has_vectors_near_their_family_and_far_from_others(tmp_path: Path) -> None:
    made = write_large_heap(tmp_path, rows=2_000)
    vectors, families = np.load(tmp_path / "vectors.npy", mmap_mode="r"), np.load(tmp_path / "families.npy")
    assert vectors.shape == (made.rows, 512) == (len(families), 512)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    cosines, same = vectors @ vectors.T, families[:, None] == families[None, :]
    np.fill_diagonal(cosines, 0.0)
    assert np.median(cosines[same]) > np.quantile(cosines[~same], 0.99)
    with (tmp_path / "base.csv").open(encoding="utf-8", newline="") as stream:
        assert sum(1 for _ in csv.reader(stream)) == made.rows + 1
