"""Candidates: whoever may be a copy is found."""

import numpy as np

from model.nearness.canonical import canonical
from model.nearness.lookup import Lookup
from model.nearness.near import candidate_pairs, nearest_pairs
from model.nearness.sketch import Sketches
from tests.model.near_texts import ORIGINALS, entry, sentences


def texts() -> list[str]:
    bodies = [ORIGINALS["en"], " ".join(sentences(ORIGINALS["en"])[1:]), ORIGINALS["en"].replace("parcel", "parecl"), "Call us on Monday."]
    return [canonical(entry(str(number), body)).text for number, body in enumerate(bodies)]


def test_finds_quotes_and_mistyped_copies_and_nothing_else() -> None:
    pairs = candidate_pairs(Sketches.of(texts()), np.zeros(4, dtype=np.int32), None)
    assert {tuple(pair) for pair in pairs.tolist()} == {(0, 1), (0, 2), (1, 2)}


def test_looks_for_copies_in_one_language_only() -> None:
    pairs = candidate_pairs(Sketches.of(texts()), np.array([0, 1, 0, 1], dtype=np.int32), None)
    assert {tuple(pair) for pair in pairs.tolist()} == {(0, 2)}


def test_finds_what_only_the_vectors_show() -> None:
    vectors = np.array([[1, 0], [0.95, 0.31], [0, 1]], dtype=np.float32)
    assert nearest_pairs(vectors, np.zeros(3, dtype=np.int32)).tolist() == [[0, 1]]


def test_a_lookup_finds_for_one_text_what_the_search_finds() -> None:
    all_texts = texts()
    lookup = Lookup(Sketches.of(all_texts[:2]), ["en", "en"], None)
    lookup.add(2, Sketches.of(all_texts[3:]), "en", None)
    assert lookup.candidates(Sketches.of([all_texts[2]]), "en", None).tolist() == [0, 1]
    assert lookup.candidates(Sketches.of([all_texts[3]]), "en", None).tolist() == [2]
