"""Regions of vectors: the nearest centre, the same after storing, like ones side by side; and a new topic shows in their shares."""

import json

import numpy as np
import pytest
from numpy.typing import NDArray

from model.watching.drift import ConformalTest, Signal, tie_of
from model.watching.regions import Regions, side_by_side

CENTRES = np.eye(8, dtype=np.float32)
KNOWN = [0.2, 0.2, 0.2, 0.2, 0.2, 0.0, 0.0, 0.0]


def make_vectors(shares: list[float], rows: int, seed: int) -> NDArray[np.float32]:
    """Unit vectors around the axes, so many of each axis on average."""
    random = np.random.default_rng(seed)
    vectors = CENTRES[random.choice(8, rows, p=shares)] + random.normal(0, 0.2, (rows, 8)).astype(np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def regions_of(regions: Regions, shares: list[float], rows: int, seed: int) -> list[str]:
    """Regions of such vectors, named as a watch names them."""
    return [str(number) for number in regions.region_of(make_vectors(shares, rows, seed))]


def test_a_vector_belongs_to_the_nearest_centre() -> None:
    regions = Regions.of([[0.0, 1.0], [1.0, 0.0], [3.0, 3.0]])
    assert regions.region_of(np.array([[0.9, 0.1], [0.1, 0.8], [2.0, 2.0]], dtype=np.float32)).tolist() == [1, 0, 2]


def test_stored_regions_name_every_vector_as_before() -> None:
    vectors = make_vectors([1 / 8] * 8, 500, 0)
    regions = Regions.fit(vectors, regions=20)
    again = Regions.of(json.loads(json.dumps(regions.to_json())))
    assert np.array_equal(again.region_of(vectors), regions.region_of(vectors))


def test_there_are_no_more_regions_than_vectors() -> None:
    assert len(Regions.fit(make_vectors(KNOWN, 5, 0)).centres) <= 5
    assert Regions.fit(make_vectors(KNOWN, 1, 0)).region_of(make_vectors(KNOWN, 3, 1)).tolist() == [0, 0, 0]


def test_like_points_stand_side_by_side() -> None:
    points = np.array([[0.0], [10.0], [0.2], [9.8], [0.1], [10.1]])
    order = side_by_side(points)
    assert sorted(order.tolist()) == list(range(6))
    assert {frozenset(order[:3].tolist()), frozenset(order[3:].tolist())} == {frozenset({0, 2, 4}), frozenset({1, 3, 5})}


def test_refuses_centres_that_are_no_table() -> None:
    with pytest.raises(ValueError, match="rows of numbers"):
        Regions.of([0.5, 0.5])  # type: ignore[list-item]


def test_a_new_topic_shows_that_nothing_was_trained_on() -> None:
    regions = Regions.fit(make_vectors(KNOWN, 500, 0), regions=8)
    known, mixed = regions_of(regions, KNOWN, 600, 2), regions_of(regions, [0.1] * 4 + [0.3] * 2 + [0.0] * 2, 600, 3)
    signal = Signal(labels=tuple(str(number) for number in range(8)))
    calm = changed = ConformalTest.start(signal, regions_of(regions, KNOWN, 1_000, 1), 0.05)
    for number, (like, new) in enumerate(zip(known, mixed, strict=True)):
        calm, changed = calm.observe(like, tie_of(str(number))), changed.observe(new, tie_of(str(number)))
    assert changed.is_alarmed
    assert not calm.is_alarmed
