"""Calibration: probabilities that mean what they say, in the order of the scores."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from model.calibration import PowerLink, expected_calibration_error, log_loss, reliability, softmax

LINKS = st.builds(PowerLink, scale=st.floats(0.1, 50), shift=st.floats(-20, 20), power=st.floats(0.1, 30))
SCORES = hnp.arrays(np.float64, st.tuples(st.integers(1, 4), st.integers(1, 6)), elements=st.floats(-3, 3))


def make_scores(size: int = 4000, topics: int = 12) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Scores as kernel ridge gives them: estimates of the probability itself, with noise, and the truth drawn from it."""
    random = np.random.default_rng(3)
    truth = random.dirichlet(np.full(topics, 0.15), size)
    labels = np.array([random.choice(topics, p=row) for row in truth])
    return 0.85 * truth + random.normal(0, 0.04, truth.shape), labels


@settings(max_examples=100, deadline=None)
@given(link=LINKS, scores=SCORES)
def test_probabilities_add_up_to_1_in_the_order_of_the_scores(link: PowerLink, scores: NDArray[np.float64]) -> None:
    probabilities = link.probabilities(scores)
    assert np.allclose(probabilities.sum(axis=1), 1)
    assert (probabilities >= 0).all()
    for row, given_scores in zip(probabilities, scores, strict=True):
        assert (np.diff(row[np.argsort(given_scores)]) >= -1e-12).all()


@pytest.mark.parametrize("scores", [[[-1e6, -1e6]], [[1e6, -1e6]], [[0.0, 0.0, 0.0]]])
def test_extreme_scores_stay_numbers(scores: list[list[float]]) -> None:
    probabilities = PowerLink(scale=16, shift=0, power=3).probabilities(np.array(scores))
    assert np.isfinite(probabilities).all()
    assert np.allclose(probabilities.sum(axis=1), 1)


def test_the_fitted_link_is_calibrated_where_temperature_scaling_is_not() -> None:
    scores, labels = make_scores()
    learn, judge = slice(0, 2000), slice(2000, 4000)
    best = minimize_scalar(lambda t: log_loss(softmax(scores[learn] * np.exp(t)), labels[learn]), bounds=(0, 5), method="bounded").x
    by_temperature = softmax(scores[judge] * np.exp(best))
    by_link = PowerLink.fit(scores[learn], labels[learn]).probabilities(scores[judge])
    assert _error(by_link, labels[judge]) < 0.05
    assert _error(by_link, labels[judge]) < 0.6 * _error(by_temperature, labels[judge])
    assert log_loss(by_link, labels[judge]) < log_loss(by_temperature, labels[judge])


def _error(probabilities: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    return expected_calibration_error(probabilities.max(axis=1), probabilities.argmax(axis=1) == labels)


def test_one_row_of_each_class_can_be_fitted() -> None:
    link = PowerLink.fit(np.eye(3) * 0.1, np.arange(3))
    assert np.isfinite(link.probabilities(np.eye(3))).all()


def test_the_calibration_error_is_what_one_gets_by_hand() -> None:
    confidence = np.array([0.55, 0.60, 0.95, 0.90])
    correct = np.array([True, False, True, True])
    # Two bins: all four lie in the upper one, 3 of 4 right at a mean of .75.
    assert expected_calibration_error(confidence, correct, bins=2) == pytest.approx(0)
    # Four bins: .55 and .60 lie in the third, the others in the fourth.
    assert expected_calibration_error(confidence, correct, bins=4) == pytest.approx(0.5 * abs(0.5 - 0.575) + 0.5 * abs(1 - 0.925))


def test_full_confidence_lies_in_the_last_bin() -> None:
    (only,) = reliability(np.array([1.0, 0.99]), np.array([True, False]), bins=10)
    assert only.confidence == pytest.approx(0.995)
    assert (only.accuracy, only.share) == (0.5, 1.0)


def test_nothing_judged_has_no_error() -> None:
    assert expected_calibration_error(np.array([]), np.array([], dtype=bool)) == 0
