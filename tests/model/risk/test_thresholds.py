"""The lowest threshold that keeps its promise, and what is said where there is none."""

from math import ceil, log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mapie.risk_control.fwer_control import FWERFixedSequenceTesting
from numpy.typing import NDArray

from model.risk.bounds import p_values
from model.risk.grid import Grid
from model.risk.target import RiskError, Target
from model.risk.thresholds import (
    Counts,
    Lack,
    NoThreshold,
    Threshold,
    lowest_threshold,
    outcome_from_json,
    outcome_to_json,
    rejected,
    thresholds_by_group,
)

TARGET = Target(alpha=0.02, delta=0.05)
GRID = Grid.from_scores(np.linspace(0, 1, 1_001))


def make_mails(number: int, seed: int = 0, errors: float = 1.0) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Scores from 0 to 1 whose error probability falls from `errors` / 4 to 0 at a score of 0.5."""
    random = np.random.default_rng(seed)
    scores = random.random(number)
    return scores, random.random(number) < errors * np.maximum(0.5 - scores, 0) / 2


def test_sends_the_mails_above_the_threshold_and_says_what_was_counted() -> None:
    scores, wrong = make_mails(3_000)
    found = lowest_threshold(scores, wrong, GRID, TARGET)
    assert isinstance(found, Threshold)
    sent = scores >= found.value
    assert (found.accepted, found.errors) == (sent.sum(), wrong[sent].sum())
    assert found.coverage == pytest.approx(sent.mean())
    assert found.p_value <= TARGET.delta
    assert found.upper_bound <= TARGET.alpha
    assert found.value in GRID.thresholds


def test_a_score_of_exactly_the_threshold_is_sent() -> None:
    grid = Grid(thresholds=(0.9, 0.5), starts=(0,), shares=(0.5, 1.0))
    counts = Counts.of(np.array([0.9, 0.5, 0.4999]), np.array([False, True, True]), grid)
    assert counts.accepted.tolist() == [1, 2]
    assert counts.errors.tolist() == [0, 1]


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=50))
@settings(deadline=None)
def test_counts_are_those_of_the_definition(mails: list[tuple[float, bool]]) -> None:
    scores, wrong = np.array([score for score, _ in mails]), np.array([bad for _, bad in mails], dtype=bool)
    counts = Counts.of(scores, wrong, GRID)
    for position, threshold in enumerate(GRID.thresholds):
        assert counts.accepted[position] == (scores >= threshold).sum()
        assert counts.errors[position] == wrong[scores >= threshold].sum()


@pytest.mark.parametrize("alpha", [0.01, 0.02, 0.05])
def test_the_bound_is_broken_in_no_more_than_delta_of_the_calibrations(alpha: float) -> None:
    target, runs = Target(alpha=alpha, delta=0.1), 1_000
    broken = 0
    for seed in range(runs):
        found = lowest_threshold(*make_mails(1_500, seed), GRID, target)
        broken += isinstance(found, Threshold) and true_error(found.value) > alpha
    assert broken <= target.delta * runs


def true_error(threshold: float) -> float:
    """Of `make_mails`: the mean of max(1/2 - s, 0) / 2 over the scores from `threshold` to 1."""
    return max(0.5 - threshold, 0) ** 2 / 4 / (1 - threshold)


def test_reaches_most_of_the_best_possible_coverage() -> None:
    covered = [
        outcome.coverage for seed in range(50) if isinstance(outcome := lowest_threshold(*make_mails(3_000, seed), GRID, TARGET), Threshold)
    ]
    best = max(1 - threshold for threshold in np.linspace(0, 0.5, 501) if true_error(threshold) <= TARGET.alpha)
    assert sum(covered) / 50 >= 0.9 * best


def test_too_few_labels_say_how_many_more_prove_it() -> None:
    scores = np.full(100, 0.7)
    found = lowest_threshold(scores, np.zeros(100, dtype=bool), GRID, TARGET)
    assert found == NoThreshold(reason=Lack.TOO_FEW_LABELS, labels_still_needed=49, accepted=100, errors=0)


def test_without_any_label_the_first_need_is_that_of_the_formula() -> None:
    found = lowest_threshold(np.array([]), np.array([], dtype=bool), GRID, TARGET)
    assert isinstance(found, NoThreshold)
    assert found.labels_still_needed == ceil(log(0.05) / log(0.98))


def test_as_many_labels_as_were_said_to_be_missing_are_enough() -> None:
    for seed in range(5):
        few = lowest_threshold(*make_mails(120, seed, errors=0.0), GRID, TARGET)
        assert isinstance(few, NoThreshold)
        assert few.labels_still_needed is not None
        assert isinstance(lowest_threshold(*make_mails(120 + few.labels_still_needed, seed, errors=0.0), GRID, TARGET), Threshold)


def test_an_error_that_is_too_high_everywhere_needs_no_more_labels() -> None:
    found = lowest_threshold(np.linspace(0, 1, 2_000), np.arange(2_000) % 4 == 0, GRID, TARGET)
    assert isinstance(found, NoThreshold)
    assert found.reason == Lack.ERROR_TOO_HIGH
    assert found.labels_still_needed is None


def test_one_error_among_few_labels_is_not_yet_too_high() -> None:
    found = lowest_threshold(np.full(40, 0.9), np.arange(40) == 3, GRID, TARGET)
    assert isinstance(found, NoThreshold)
    assert found.reason == Lack.TOO_FEW_LABELS
    assert found.labels_still_needed == 236 - 40


def test_groups_share_delta_and_stand_alone() -> None:
    scores, wrong = make_mails(8_000)
    groups = ["cards" if number % 2 else "loans" for number in range(8_000)]
    found = thresholds_by_group(scores, wrong, groups, GRID, TARGET)
    assert list(found) == ["cards", "loans"]
    assert found["cards"] == lowest_threshold(scores[1::2], wrong[1::2], GRID, TARGET.split(2))


def test_a_planned_group_without_mails_is_told_what_it_lacks_and_takes_its_part_of_delta() -> None:
    scores, wrong = make_mails(4_000)
    found = thresholds_by_group(scores, wrong, ["cards"] * 4_000, GRID, TARGET, plan=["cards", "loans"])
    assert found["cards"] == lowest_threshold(scores, wrong, GRID, TARGET.split(2))
    assert isinstance(found["loans"], NoThreshold)
    assert found["loans"].labels_still_needed == ceil(log(0.025) / log(0.98))


def test_mails_of_a_group_outside_the_plan_are_left_out() -> None:
    scores, wrong = make_mails(100)
    assert list(thresholds_by_group(scores, wrong, ["other"] * 100, GRID, TARGET, plan=["cards"])) == ["cards"]


@given(st.lists(st.floats(0, 0.2), min_size=1, max_size=30))
def test_with_one_start_the_fallback_rule_is_the_fixed_sequence_of_mapie(values: list[float]) -> None:
    p, budgets = np.array(values), np.eye(len(values))[0] * 0.05
    assert np.flatnonzero(rejected(p, budgets)).tolist() == FWERFixedSequenceTesting().run(p, 0.05).tolist()


@given(st.lists(st.floats(0, 0.2), min_size=4, max_size=30), st.integers(1, 4))
def test_with_several_starts_it_rejects_all_that_separate_walks_reject(values: list[float], starts: int) -> None:
    p, budgets = np.array(values), np.zeros(len(values))
    places = [number * (len(values) // starts) for number in range(starts)]
    budgets[places] = 0.05 / starts
    found = rejected(p, budgets)
    for place in places:
        failed = np.flatnonzero(p[place:] > 0.05 / starts)
        assert found[place : place + (failed[0] if len(failed) else len(p))].all()


def test_a_later_start_goes_on_where_an_earlier_one_failed() -> None:
    p = np.array([0.01, 0.5, 0.01, 0.01])
    assert rejected(p, np.array([0.025, 0, 0.025, 0])).tolist() == [True, False, True, True]


def test_a_walk_that_reaches_a_start_brings_its_level_along() -> None:
    assert rejected(np.array([0.01, 0.04]), np.array([0.025, 0.025])).tolist() == [True, True]
    assert rejected(np.array([0.5, 0.04]), np.array([0.025, 0.025])).tolist() == [False, False]


def test_false_rejections_of_dependent_hypotheses_stay_below_delta() -> None:
    """All rates just above α, thresholds nested: the hardest case for the rule."""
    random = np.random.default_rng(1)
    steps = random.binomial(60, TARGET.alpha + 1e-9, size=(20_000, 30)).cumsum(axis=1)
    p = p_values(steps, np.broadcast_to(np.arange(1, 31) * 60, steps.shape), TARGET.alpha)
    budgets = np.zeros(30)
    budgets[[2, 9, 19]] = TARGET.delta / 3
    share = rejected(p, budgets).any(axis=1).mean()
    assert 0.2 * TARGET.delta < share <= TARGET.delta


@pytest.mark.parametrize(
    ("scores", "wrong", "what"),
    [
        ([0.5], [True, False], "one score and one label"),
        ([float("nan")], [True], "finite number"),
        ([[0.5]], [[True]], "one score and one label"),
    ],
)
def test_refuses_mails_that_do_not_fit_together(scores: list[float], wrong: list[bool], what: str) -> None:
    with pytest.raises(RiskError, match=what):
        lowest_threshold(np.array(scores), np.array(wrong), GRID, TARGET)


def test_refuses_fewer_groups_than_mails() -> None:
    with pytest.raises(RiskError, match="one group a mail"):
        thresholds_by_group(np.array([0.5]), np.array([True]), [], GRID, TARGET)


@pytest.mark.parametrize(
    "outcome",
    [
        Threshold(value=0.5, accepted=200, errors=0, coverage=0.5, p_value=0.01, upper_bound=0.015),
        NoThreshold(reason=Lack.TOO_FEW_LABELS, labels_still_needed=49, accepted=100),
    ],
)
def test_outcomes_come_back_from_json(outcome: Threshold | NoThreshold) -> None:
    assert outcome_from_json(outcome_to_json(outcome)) == outcome


def test_says_what_is_neither_a_threshold_nor_a_reason() -> None:
    with pytest.raises(RiskError, match="neither a threshold nor the reason"):
        outcome_from_json({"valeu": 0.5})
