"""The reference of a calibration: numbers in random order, compact, and the same again from JSON."""

import numpy as np
import pytest

from model.watching.reference import MOST_ROWS, Reference


def test_keeps_pairs_together_in_random_order() -> None:
    scores = np.arange(100) / 100
    kept = Reference.of(scores, 1 - scores, ("b", "a"))
    assert np.allclose(kept.rows.sum(axis=1), 1)
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


@pytest.mark.parametrize("change", [{"scores": [0.1]}, {"scores": ["x", "y"]}, {"novelty": None}, {"text_hashes": 5}])
def test_a_damaged_reference_is_refused(change: dict[str, object]) -> None:
    value = Reference.of(np.zeros(2), np.zeros(2)).to_json() | change
    with pytest.raises((ValueError, TypeError)):
        Reference.from_json(value)
