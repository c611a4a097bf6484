"""The reference of a calibration: numbers in random order, compact, and the same again from JSON."""

import json

import numpy as np
import pytest

from model.watching.drift import DriftWatch
from model.watching.reference import MOST_ROWS, Mix, Reference
from model.watching.regions import Regions


def make_mix(rows: int) -> Mix:
    """Topics and regions that count upwards, over and over."""
    topics, numbers = tuple("abc"[row % 3] for row in range(rows)), tuple(row % 2 for row in range(rows))
    return Mix(topics=topics, region_numbers=numbers, order=("b", "a", "c"), regions=Regions.of([[0.0, 1.0], [1.0, 0.0]]))


def test_keeps_pairs_together_in_random_order() -> None:
    scores = np.arange(100) / 100
    kept = Reference.of(scores, 1 - scores, ("b", "a"))
    assert np.allclose(np.add(kept.scores, kept.novelty), 1)
    assert kept.scores != tuple(sorted(kept.scores))
    assert sorted(kept.scores) == scores.tolist()
    assert kept.text_hashes == ("a", "b")


def test_keeps_a_random_part_of_many_mails() -> None:
    kept = Reference.of(np.linspace(0, 1, 3 * MOST_ROWS), np.zeros(3 * MOST_ROWS))
    assert len(kept.scores) == MOST_ROWS
    assert np.mean(kept.scores) == pytest.approx(0.5, abs=0.02)


def test_comes_back_from_json() -> None:
    kept = Reference.of(np.array([0.123456, 0.5]), np.array([0.1, 0.9]), ("a",))
    assert Reference.from_json(kept.to_json()) == kept
    mixed = Reference.of(np.zeros(2), np.zeros(2), (), make_mix(2))
    assert Reference.from_json(json.loads(json.dumps(mixed.to_json()))).to_json() == mixed.to_json()


def test_a_reference_without_topics_and_regions_is_watched_by_what_it_holds() -> None:
    value = Reference.of(np.zeros(2), np.zeros(2), (), make_mix(2)).to_json()
    mixed = Reference.from_json(value)
    assert list(mixed.signals) == ["novelty", "score", "topic", "region"]
    del value["mix"]
    before = Reference.from_json(value)
    assert list(before.signals) == ["novelty", "score"]
    shares = [{test.delta for test in DriftWatch.start(one.signals, 0.01).tests.values()} for one in (mixed, before)]
    assert shares == [{0.0025}, {0.005}]


def test_topic_and_region_of_a_mail_stay_with_its_score() -> None:
    kept = Reference.of(np.arange(300) / 300, np.zeros(300), (), make_mix(300))
    assert kept.mix is not None
    rows = [round(score * 300) for score in kept.scores]
    assert kept.mix.topics == tuple("abc"[row % 3] for row in rows)
    assert kept.mix.region_numbers == tuple(row % 2 for row in rows)


@pytest.mark.parametrize(
    "change",
    [
        {"scores": [0.1]},
        {"scores": ["x", "y"]},
        {"novelty": None},
        {"text_hashes": 5},
        {"mix": {}},
        {"mix": make_mix(3).to_json()},
        {"mix": make_mix(2).to_json() | {"regions": [0.5]}},
    ],
)
def test_a_damaged_reference_is_refused(change: dict[str, object]) -> None:
    value = Reference.of(np.zeros(2), np.zeros(2)).to_json() | change
    with pytest.raises((ValueError, TypeError, KeyError)):
        Reference.from_json(value)
