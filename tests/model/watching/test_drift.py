"""Drift tests: silent while the mail is like the calibration mail, and quick when foreign mail comes."""

import json
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import binomtest, kstest, norm

from model.watching.betting import WatchError, bet, limit, opening, wealth
from model.watching.drift import (
    NOVELTY,
    PATIENCE_MAILS,
    SCORE,
    SLICES,
    ConformalTest,
    DriftWatch,
    Signal,
    bets,
    gains,
    ranks,
    remembered,
    tie_of,
)
from tests.proofs.streams import suspended_by_drift

TOPICS = tuple("abcdefgh")
LABELS = Signal(labels=TOPICS)
VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=30)


def foreign_from_the_start(share: float, distance: float, streams: int) -> NDArray[np.float64]:
    """Novelty of 300 mails (streams, 300), of which a share is foreign by `distance` standard deviations."""
    random = np.random.default_rng(0)
    shape = (streams, 300)
    return np.asarray(norm.cdf(random.standard_normal(shape) + distance * (random.random(shape) < share)))


def observed(test: ConformalTest, values: Sequence[float | str]) -> ConformalTest:
    """The test after these mails."""
    for number, value in enumerate(values):
        test = test.observe(value, tie_of(str(number)))
    return test


@pytest.mark.parametrize("atoms", [2, 7, 1_000])
def test_ranks_of_like_mail_are_uniform_and_independent_even_with_ties(atoms: int) -> None:
    random = np.random.default_rng(atoms)
    counts = np.bincount(random.integers(0, atoms, 300), minlength=atoms)
    found = []
    for _ in range(4_000):
        cell = int(random.integers(0, atoms))
        counts[cell] += 1
        found.append(float(ranks(counts, np.array(cell), np.array(random.random()))))
    assert kstest(found, "uniform").pvalue > 0.01
    assert abs(np.corrcoef(found[1:], found[:-1])[0, 1]) < 0.05


@pytest.mark.parametrize("signal", [NOVELTY, LABELS])
def test_every_bet_is_fair_on_a_uniform_rank(signal: Signal) -> None:
    rank = (np.arange(24_000) + 0.5) / 24_000
    recent = np.tile(np.random.default_rng(0).random(SLICES) * 50, (len(rank), 1))
    assert np.allclose(gains(bets(signal), rank, recent).mean(axis=0), 1.0)


@pytest.mark.parametrize("signal", [NOVELTY, LABELS])
def test_uniform_ranks_alarm_no_more_often_than_delta(signal: Signal) -> None:
    random, betted = np.random.default_rng(7), bets(signal)
    weights, recent = np.tile(opening(len(betted) + 1), (600, 1)), np.zeros((600, SLICES))
    alarmed = np.zeros(600, dtype=np.bool_)
    for mail in range(1_500):
        rank = random.random(600)
        weights = bet(weights, gains(betted, rank, recent), PATIENCE_MAILS + mail)
        recent = remembered(recent, rank)
        alarmed |= wealth(weights) >= limit(0.1, 1)
    assert binomtest(int(alarmed.sum()), 600, 0.1, alternative="greater").pvalue > 0.01


@pytest.mark.parametrize(("share", "distance", "least"), [(0.3, 2.85, 1.0), (0.1, 2.85, 0.95), (0.3, 1.5, 0.9)])
def test_foreign_mail_is_reported_within_three_hundred_mails(share: float, distance: float, least: float) -> None:
    random = np.random.default_rng(2)
    alarms = suspended_by_drift(NOVELTY, foreign_from_the_start(share, distance, 200), random, 0.05)
    assert (alarms < 300).mean() >= least


def test_one_mail_at_a_time_gives_the_alarm_of_many_streams_at_once() -> None:
    values = foreign_from_the_start(0.3, 2.85, 1)
    random = np.random.default_rng(3)
    many = suspended_by_drift(NOVELTY, values, np.random.default_rng(3), 0.05)
    test = ConformalTest.start(NOVELTY, random.random((1, 3_000))[0].tolist(), 0.05)
    for value in values[0]:
        test = test.observe(float(value), float(random.random(1)[0]))
    assert test.alarmed_after == many[0] + 1


def test_a_topic_that_grows_is_reported_and_a_new_label_too() -> None:
    random = np.random.default_rng(4)
    calm = [TOPICS[number] for number in random.integers(0, 8, 2_000)]
    grown = [TOPICS[3] if random.random() < 0.25 else TOPICS[number] for number in random.integers(0, 8, 400)]
    unknown = ["new" if random.random() < 0.1 else TOPICS[number] for number in random.integers(0, 8, 400)]
    test = ConformalTest.start(LABELS, calm, 0.05)
    assert not observed(test, calm[:400]).is_alarmed
    assert observed(test, grown).is_alarmed
    assert observed(test, unknown).is_alarmed


@settings(max_examples=40, deadline=None)
@given(reference=VALUES, before=VALUES, after=VALUES)
def test_a_stored_watch_goes_on_as_if_it_had_never_been_stored(reference: list[float], before: list[float], after: list[float]) -> None:
    watch = DriftWatch.start({"novelty": (NOVELTY, reference), "topic": (LABELS, ["a", "b"])}, 0.01)
    for number, value in enumerate(before):
        watch = watch.observe({"novelty": value, "topic": "a"}, str(number))
    stored = DriftWatch.from_json(json.loads(json.dumps(watch.to_json())))
    assert stored == watch
    for number, value in enumerate(after):
        watch, stored = (one.observe({"novelty": value}, f"later-{number}") for one in (watch, stored))
    assert stored == watch


def test_an_alarm_lasts_until_a_person_accepts_the_mail_as_it_is() -> None:
    values = foreign_from_the_start(0.5, 3.0, 1)[0].tolist()
    random = np.random.default_rng(5)
    watch = DriftWatch.start({"novelty": (NOVELTY, random.random(500).tolist())}, 0.05)
    for number, value in enumerate(values):
        watch = watch.observe({"novelty": value}, str(number))
    assert watch.alarms == {"novelty"}
    again = watch.rearmed("novelty")
    assert again.alarms == frozenset()
    assert sum(again.tests["novelty"].reference) == 800
    assert again.tests["novelty"].wealth == pytest.approx(1.0)


def test_delta_is_split_over_the_signals() -> None:
    watch = DriftWatch.start({"novelty": (NOVELTY, [0.5]), "score": (SCORE, [0.5, None])}, 0.02)
    assert [test.delta for test in watch.tests.values()] == [0.01, 0.01]


def test_the_shares_before_and_since_can_be_read() -> None:
    test = observed(ConformalTest.start(Signal(labels=("a", "b")), ["a", "a", "b", "b"], 0.05), ["a", "c"])
    assert test.shares == (("a", 0.5, 0.5), ("b", 0.5, 0.0), ("other", 0.0, 0.5))


def test_a_value_keeps_its_cell_when_it_is_stored_with_four_digits() -> None:
    values = np.random.default_rng(6).random(2_000).tolist() + [0.99996, 0.95004]
    assert [NOVELTY.cell(round(value, 4)) for value in values] == [NOVELTY.cell(value) for value in values]


def test_a_mail_without_a_score_counts_as_the_lowest_score() -> None:
    assert SCORE.cell(None) == SCORE.cell(0.0) == 0


def test_the_draw_that_breaks_ties_is_the_same_for_a_mail_and_spread_evenly() -> None:
    draws = [tie_of(f"mail-{number}") for number in range(3_000)]
    assert draws[7] == tie_of("mail-7")
    assert kstest(draws, "uniform").pvalue > 0.01


@pytest.mark.parametrize("value", [float("nan"), "refund"])
def test_refuses_a_value_that_is_no_number_and_names_it(value: float | str) -> None:
    with pytest.raises(WatchError, match="cannot be watched: a number is expected"):
        NOVELTY.cell(value)


def test_refuses_to_start_without_calibration_mail() -> None:
    with pytest.raises(WatchError, match="nothing to compare with"):
        ConformalTest.start(NOVELTY, [], 0.05)


def test_refuses_a_stored_test_with_an_unknown_key_and_names_it() -> None:
    value = ConformalTest.start(NOVELTY, [0.5], 0.05).to_json() | {"colour": "red"}
    with pytest.raises(WatchError, match="colour"):
        ConformalTest.from_json(value)


def test_refuses_a_stored_test_of_another_version() -> None:
    value = ConformalTest.start(NOVELTY, [0.5], 0.05).to_json() | {"recent": [0.0]}
    with pytest.raises(WatchError, match="written by a version with other bets"):
        ConformalTest.from_json(value)


def test_refuses_to_re_arm_a_signal_that_is_not_watched() -> None:
    with pytest.raises(WatchError, match="'score' is not watched; watched are novelty"):
        DriftWatch.start({"novelty": (NOVELTY, [0.5])}, 0.05).rearmed("score")
