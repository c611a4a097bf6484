"""Evidence: what the nearest known mails say of the first topic."""

import numpy as np
import pytest

from model.evidence import FARTHEST, evidence_of

KNOWN_TOPICS = np.array([0, 0, 0, 1, 1, 1])


def test_counts_and_compares_the_nearest_known_mails() -> None:
    cosines = np.array([[0.9, 0.8, 0.7, 0.6, 0.5, 0.1]], dtype=np.float32)
    (found,) = evidence_of(cosines, KNOWN_TOPICS, np.array([0]), np.array([4.2]))
    assert (found.energy, found.agreement) == (4.2, 0.6)
    assert found.nearest == pytest.approx(0.7)
    assert found.support == pytest.approx(0.3)


def test_a_topic_that_is_farther_than_another_has_negative_support() -> None:
    cosines = np.array([[0.9, 0.8, 0.7, 0.6, 0.5, 0.1]], dtype=np.float32)
    (found,) = evidence_of(cosines, KNOWN_TOPICS, np.array([1]), np.array([0.0]))
    assert found.support == pytest.approx(-0.3)


def test_works_with_fewer_known_mails_than_neighbours_and_with_one_topic() -> None:
    (found,) = evidence_of(np.array([[0.5, FARTHEST]], dtype=np.float32), np.array([0, 0]), np.array([0]), np.array([0.0]))
    assert found.agreement == 1.0
    assert np.isfinite([found.nearest, found.support]).all()
