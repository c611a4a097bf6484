"""Pairs of texts that ask the same."""

import numpy as np

from model.encoder import Encoder
from model.nearness.likeness import pair_likeness

TEXTS = ["Where is my parcel?", "My parcel, where is it?", "When do you open?", "What are your opening hours?", ""]
PAIRS = np.array([[0, 1], [0, 2], [2, 3], [1, 3], [0, 4]])


def test_pairs_that_ask_the_same_come_first(default: Encoder) -> None:
    scores = pair_likeness(TEXTS, default.encode(TEXTS), PAIRS)
    assert set(np.argsort(-scores)[:2].tolist()) == {0, 2}


def test_the_order_of_a_pair_does_not_matter(hashing: Encoder) -> None:
    vectors = hashing.encode(TEXTS)
    assert np.allclose(pair_likeness(TEXTS, vectors, PAIRS), pair_likeness(TEXTS, vectors, PAIRS[:, ::-1]))


def test_no_pairs_and_a_single_text_have_no_scores(hashing: Encoder) -> None:
    assert len(pair_likeness(TEXTS[:1], hashing.encode(TEXTS[:1]), np.zeros((0, 2), dtype=np.int64))) == 0
