"""Groups of vectors: what is alike comes together, whatever the order and the size."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from model.encoder import Vectors
from model.prose.grouping import DEFAULT_LIKENESS, PIECE, groups, likeness_above


def bundles(sizes: list[int], noise: float = 0.02, dim: int = 32) -> tuple[Vectors, NDArray[np.int64]]:
    """Unit vectors around as many far-apart directions as there are sizes, and the direction of each."""
    random = np.random.default_rng(0)
    owner = np.repeat(np.arange(len(sizes)), sizes)
    vectors = np.eye(dim, dtype=np.float32)[owner] + random.normal(0, noise, (len(owner), dim)).astype(np.float32)
    order = random.permutation(len(owner))
    vectors = vectors[order] / np.linalg.norm(vectors[order], axis=1, keepdims=True)
    return vectors, owner[order]


def test_alike_vectors_form_groups_the_largest_first() -> None:
    vectors, owner = bundles([3, 7, 1, 5])
    found = groups(vectors, 0.5)
    assert [len(rows) for rows in found] == [7, 5, 3, 1]
    assert all(len(set(owner[rows].tolist())) == 1 for rows in found)


def test_no_vectors_form_no_group() -> None:
    assert groups(np.zeros((0, 8), dtype=np.float32), 0.5) == ()


def test_one_vector_is_a_group() -> None:
    assert [rows.tolist() for rows in groups(np.ones((1, 1), dtype=np.float32), 0.5)] == [[0]]


def test_average_link_does_not_chain() -> None:
    angles = np.radians(np.arange(0, 180, 20))
    arc = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    assert len(groups(arc, 0.8)) > 1


def test_groups_that_were_cut_apart_are_joined_again() -> None:
    vectors, owner = bundles([PIECE, PIECE // 2, PIECE // 3], noise=0.05)
    found = groups(vectors, 0.5)
    assert [len(rows) for rows in found] == [PIECE, PIECE // 2, PIECE // 3]
    assert all(len(set(owner[rows].tolist())) == 1 for rows in found)


@given(st.permutations(range(12)))
def test_the_order_does_not_matter(order: list[int]) -> None:
    vectors, _ = bundles([5, 4, 3])
    plain = {frozenset(rows.tolist()) for rows in groups(vectors, 0.5)}
    assert {frozenset(order[row] for row in rows.tolist()) for rows in groups(vectors[order], 0.5)} == plain


def test_likeness_is_read_off_many_mails_alone() -> None:
    few, _ = bundles([50])
    many, _ = bundles([60, 60, 60])
    assert likeness_above(few, 0.9) == DEFAULT_LIKENESS
    assert likeness_above(many, 0.5) == pytest.approx(0, abs=0.1)
    assert likeness_above(many, 0.9) > 0.9
