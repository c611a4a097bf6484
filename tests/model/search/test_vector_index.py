"""Exact and coarse search for vectors."""

import numpy as np
import pytest

from model.encoder import Vectors
from model.search.vector_index import CellVectors, ExactVectors, inner_products, make_index


@pytest.fixture(scope="module")
def vectors() -> Vectors:
    """Families of near-duplicates on the unit sphere."""
    random = np.random.default_rng(0)
    centres = random.standard_normal((100, 32))
    rows = centres[random.integers(0, 100, 3_000)] + random.standard_normal((3_000, 32)) * 0.2
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


@pytest.fixture(scope="module")
def cells(vectors: Vectors) -> CellVectors:
    return CellVectors.build(vectors)


def test_a_small_base_is_compared_completely(vectors: Vectors) -> None:
    index = make_index(vectors)
    assert isinstance(index, ExactVectors)
    assert index.nearest(vectors[0], 10) is None
    assert index.similarities(vectors[0]) == pytest.approx(vectors @ vectors[0], abs=1e-6)
    assert index.similarities(vectors[0], np.array([7, 3])) == pytest.approx(vectors[[7, 3]] @ vectors[0], abs=1e-6)


@pytest.mark.parametrize("count", [1, 2, 3, 5, 9, 33])
def test_equal_rows_have_equal_cosines_wherever_they_lie(count: int, vectors: Vectors) -> None:
    same = np.repeat(vectors[:1], count, axis=0)
    assert len(set(inner_products(vectors[1], np.vstack([vectors[:4], same, vectors[4:11], same]))[[4, -1]].tolist())) == 1
    assert len(set(inner_products(vectors[1], same).tolist())) == 1


def test_cells_find_nearly_all_of_the_true_neighbours(cells: CellVectors, vectors: Vectors) -> None:
    shares = []
    for vector in vectors[:50]:
        tenth = np.sort(vectors @ vector)[-10]
        shares.append((vectors[cells.nearest(vector, 10)] @ vector >= tenth - 1e-4).mean())
    assert np.mean(shares) >= 0.99


def test_more_neighbours_are_found_on_demand(cells: CellVectors, vectors: Vectors) -> None:
    assert len(cells.nearest(vectors[0], 2_000_000)) == len(cells) == 3_000


def test_cells_keep_vectors_within_their_precision(cells: CellVectors, vectors: Vectors) -> None:
    assert cells.rows(np.array([5, 2])) == pytest.approx(vectors[[5, 2]], abs=1e-3)
    assert cells.similarities(vectors[0], np.arange(20)) == pytest.approx(vectors[:20] @ vectors[0], abs=5e-4)
    assert len(cells.similarities(vectors[0])) == 3_000


def test_cells_built_twice_are_the_same(cells: CellVectors, vectors: Vectors) -> None:
    again = CellVectors.build(vectors.astype(np.float16))
    assert np.array_equal(again.nearest(vectors[3], 10), cells.nearest(vectors[3], 10))
