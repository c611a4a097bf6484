"""Thresholds from labels that are still arriving: asked after every label, the promise holds."""

import numpy as np
import pytest
from numpy.typing import NDArray

from model.risk.accrual import Looks
from model.risk.accrued import accrued_by_group, accrued_threshold
from model.risk.grid import Grid
from model.risk.target import RiskError, Target
from model.risk.thresholds import Lack, NoThreshold, Threshold

TARGET = Target(alpha=0.05, delta=0.1)


def make_mails(number: int, seed: int, limit: float = 0.5) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Scores from 0 to 1; answers to mails below `limit` are wrong half the time, those above never."""
    random = np.random.default_rng(seed)
    scores = random.random(number)
    return scores, (random.random(number) < 0.5) & (scores < limit)


GRID = Grid.from_scores(*make_mails(2_000, 99))


def test_finds_a_threshold_and_says_what_was_counted() -> None:
    scores, wrong = make_mails(1_500, 0)
    found = accrued_threshold(scores, wrong, GRID, TARGET)
    assert isinstance(found, Threshold)
    sent = scores >= found.value
    assert (found.accepted, found.errors) == (sent.sum(), wrong[sent].sum())
    assert found.p_value <= TARGET.delta
    assert found.upper_bound == TARGET.alpha
    assert 0.4 < found.value < 0.55


def test_later_labels_never_raise_a_threshold() -> None:
    scores, wrong = make_mails(1_200, 1)
    found = [accrued_threshold(scores[:size], wrong[:size], GRID, TARGET) for size in range(0, 1_201, 60)]
    values = [outcome.value for outcome in found if isinstance(outcome, Threshold)]
    assert values
    assert values == sorted(values, reverse=True)
    assert len(values) == sum(isinstance(outcome, Threshold) for outcome in found[-len(values) :])


def test_asked_at_every_label_it_is_wrong_in_no_more_than_delta_of_the_calibrations() -> None:
    """As certified thresholds stay, the last answer holds every earlier one."""
    runs, broken = 300, 0
    for seed in range(runs):
        found = accrued_threshold(*make_mails(1_000, seed), GRID, TARGET)
        # Above `value` there are 0.5 - value mails that are wrong half the time.
        broken += isinstance(found, Threshold) and max(0.5 - found.value, 0) / 2 / (1 - found.value) > TARGET.alpha
    assert broken <= TARGET.delta * runs


def test_few_labels_are_told_how_many_are_missing() -> None:
    found = accrued_threshold(np.full(10, 0.99), np.zeros(10, dtype=bool), GRID, TARGET)
    assert isinstance(found, NoThreshold)
    assert found.reason == Lack.TOO_FEW_LABELS
    assert found.labels_still_needed is not None
    size = 10 + found.labels_still_needed
    assert isinstance(accrued_threshold(np.full(size, 0.99), np.zeros(size, dtype=bool), GRID, TARGET), Threshold)


def test_an_error_that_is_too_high_needs_no_more_labels() -> None:
    found = accrued_threshold(np.full(500, 0.99), np.arange(500) % 2 == 0, GRID, TARGET)
    assert found == NoThreshold(reason=Lack.ERROR_TOO_HIGH, labels_still_needed=None, accepted=500, errors=250)


def test_without_known_error_rates_it_begins_at_the_loosest_start() -> None:
    grid = Grid.from_scores(make_mails(2_000, 99)[0])
    found = accrued_threshold(np.array([]), np.array([], dtype=bool), grid, TARGET)
    assert isinstance(found, NoThreshold)
    part = Target(alpha=TARGET.alpha, delta=TARGET.delta * 0.75)
    assert found.labels_still_needed == int(np.ceil(Looks.plan(part).labels[0] / grid.shares[grid.starts[-1]]))


def test_groups_of_the_plan_share_delta() -> None:
    scores, wrong = make_mails(1_500, 3)
    found = accrued_by_group(scores, wrong, ["cards"] * 1_500, GRID, TARGET, plan=["loans", "cards"])
    assert list(found) == ["cards", "loans"]
    assert found["cards"] == accrued_threshold(scores, wrong, GRID, TARGET.split(2))
    assert isinstance(found["loans"], NoThreshold)


def test_refuses_mails_that_do_not_fit_together() -> None:
    with pytest.raises(RiskError, match="one score and one label"):
        accrued_threshold(np.array([0.5]), np.array([True, False]), GRID, TARGET)
    with pytest.raises(RiskError, match="one group a mail"):
        accrued_by_group(np.array([0.5]), np.array([True]), [], GRID, TARGET, plan=["cards"])
