"""Grids fall from strict to loose and know where a search may begin."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.risk.grid import Grid
from model.risk.target import RiskError, Target

TARGET = Target(alpha=0.02, delta=0.05)
SCORES = np.linspace(0, 1, 2_001)


def test_steps_through_coverage_one_per_cent_at_a_time() -> None:
    grid = Grid.from_scores(SCORES)
    assert len(grid.thresholds) == 100
    assert grid.shares == pytest.approx(np.arange(1, 101) / 100, abs=1e-3)
    assert grid.thresholds[-1] == 0.0


@given(st.lists(st.floats(0, 1), min_size=1, max_size=60))
@settings(deadline=None)
def test_every_grid_of_scores_is_valid_and_accepts_all_of_them_at_last(scores: list[float]) -> None:
    grid = Grid.from_scores(np.array(scores))
    assert grid.thresholds[-1] == round(min(scores), 6)
    assert grid.shares[-1] == 1.0
    assert Grid.from_json(grid.to_json()) == grid


def test_equal_scores_share_a_threshold() -> None:
    assert Grid.from_scores(np.array([1.0] * 90 + [0.5] * 10)).thresholds == (1.0, 0.5)


@given(st.integers(0, 100_000), st.floats(0.001, 0.5), st.floats(0.0001, 0.5))
@settings(deadline=None)
def test_places_the_whole_of_delta_and_no_more(mails: int, alpha: float, delta: float) -> None:
    budgets = Grid.from_scores(SCORES).budgets(mails, Target(alpha=alpha, delta=delta))
    assert budgets.sum() == pytest.approx(delta)
    assert (budgets >= 0).all()


def test_begins_where_enough_mails_will_be_accepted() -> None:
    grid, mails = Grid.from_scores(SCORES), 800
    used = np.flatnonzero(grid.budgets(mails, TARGET))
    assert [round(grid.shares[start], 1) for start in used] == [0.5]
    assert all(mails * grid.shares[start] >= 2 * 149 for start in used)


def make_grid(rate_at_the_top: float) -> Grid:
    """Errors that rise towards low scores, beginning at `rate_at_the_top`."""
    random = np.random.default_rng(0)
    return Grid.from_scores(SCORES, random.random(len(SCORES)) < rate_at_the_top + np.maximum(0.4 - SCORES, 0))


def test_begins_at_the_two_loosest_starts_that_are_safe_by_the_errors_of_training() -> None:
    grid = make_grid(0.0)
    budgets = grid.budgets(3_000, TARGET)
    used = np.flatnonzero(budgets)
    assert [round(grid.shares[start], 1) for start in used] == [0.3, 0.5]
    assert budgets[used] == pytest.approx([0.025, 0.025])


def test_begins_where_a_proof_is_likeliest_when_no_start_is_safe() -> None:
    used = np.flatnonzero(make_grid(0.0).budgets(300, TARGET))
    assert len(used) == 1
    assert 0.5 < make_grid(0.0).shares[used[0]] < 0.8


def test_begins_where_most_mails_are_accepted_when_nothing_can_be_proven() -> None:
    assert np.flatnonzero(make_grid(0.0).budgets(100, TARGET)).tolist() == [99]


def test_knows_the_errors_of_training_with_one_more_than_was_seen() -> None:
    grid = Grid.from_scores(np.array([0.9, 0.8, 0.8, 0.1]), np.array([False, True, False, True]))
    assert grid.rates == pytest.approx((1 / 2, 2 / 4, 3 / 5))


def test_too_few_mails_begin_where_all_are_accepted() -> None:
    assert np.flatnonzero(Grid.from_scores(SCORES).budgets(200, TARGET)).tolist() == [99]


@pytest.mark.parametrize(
    ("thresholds", "starts", "what"),
    [
        ((), (0,), "at least one threshold"),
        ((0.5, 0.9), (0,), "fall from strict to loose"),
        ((0.9, 0.9), (0,), "fall from strict to loose"),
        ((0.9, float("nan")), (0,), "finite"),
        ((0.9, 0.5), (2,), "positions from 0 to 1"),
        ((0.9, 0.5), (), "positions from 0 to 1"),
    ],
)
def test_refuses_a_grid_that_cannot_be_walked(thresholds: tuple[float, ...], starts: tuple[int, ...], what: str) -> None:
    with pytest.raises(RiskError, match=what):
        Grid(thresholds=thresholds, starts=starts, shares=(1.0,) * len(thresholds))


def test_refuses_labels_for_some_scores_only() -> None:
    with pytest.raises(RiskError, match="one label for each or none"):
        Grid.from_scores(SCORES, np.array([True]))


@pytest.mark.parametrize("scores", [[], [0.5, float("nan")]])
def test_refuses_scores_that_make_no_grid(scores: list[float]) -> None:
    with pytest.raises(RiskError, match="at least one score"):
        Grid.from_scores(np.array(scores))


def test_says_what_a_document_without_starts_lacks() -> None:
    with pytest.raises(RiskError, match="starts"):
        Grid.from_json({"thresholds": [0.5]})
