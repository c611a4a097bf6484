"""The watch on audited replies: quiet as long as the promise holds, loud when it does not."""

import json
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from model.watching.betting import WatchError
from model.watching.monitor import ALL, MULTIPLES_OF_ALL, BettingMonitor, Watch
from tests.proofs.streams import first_alarms

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
VERDICTS = st.lists(st.booleans(), max_size=40)


def told(monitor: BettingMonitor, verdicts: list[bool]) -> BettingMonitor:
    """The monitor after all verdicts."""
    for wrong in verdicts:
        monitor = monitor.observe(wrong)
    return monitor


def alarmed(monitor: BettingMonitor) -> BettingMonitor:
    """The monitor after enough wrong replies."""
    while not monitor.is_alarmed:
        monitor = monitor.observe(True)
    return monitor


@settings(max_examples=100, deadline=None)
@given(verdicts=VERDICTS, alpha=st.floats(0.001, 0.6), share=st.floats(0, 1))
def test_no_error_rate_up_to_the_promised_one_lets_the_wealth_grow(verdicts: list[bool], alpha: float, share: float) -> None:
    monitor = told(BettingMonitor.start(alpha, 1e-9), verdicts)
    rate = share * alpha
    expected = rate * monitor.observe(True).wealth + (1 - rate) * monitor.observe(False).wealth
    assert expected <= monitor.wealth * (1 + 1e-9)


def test_false_alarms_at_the_promised_error_are_no_more_frequent_than_delta() -> None:
    random = np.random.default_rng(0)
    verdicts = random.random((2_000, 1_500)) < 0.05
    alarms = first_alarms(verdicts, np.full(2_000, 1_500), 0.05, 0.05, MULTIPLES_OF_ALL)
    assert binomtest(int((alarms >= 0).sum()), 2_000, 0.05, alternative="greater").pvalue > 0.01


def test_many_rows_at_once_alarm_where_each_alone_does() -> None:
    random = np.random.default_rng(1)
    verdicts = random.random((20, 300)) < np.linspace(0.02, 0.3, 20)[:, None]
    alarms = first_alarms(verdicts, np.full(20, 300), 0.05, 0.1, MULTIPLES_OF_ALL)
    for row, alarm in zip(verdicts, alarms, strict=True):
        alone = told(BettingMonitor.start(0.05, 0.1), row.tolist())
        assert (alone.alarmed_after or 0) == alarm + 1
    assert (alarms >= 0).sum() >= 10


@pytest.mark.parametrize("quiet", [0, 500, 5_000])
def test_a_jump_to_five_times_the_error_is_noticed_however_long_it_was_quiet(quiet: int) -> None:
    random = np.random.default_rng(2)
    verdicts = np.concatenate([random.random((200, quiet)) < 0.02, random.random((200, 400)) < 0.1], axis=1)
    alarms = first_alarms(verdicts, np.full(200, quiet + 400), 0.02, 0.025, MULTIPLES_OF_ALL)
    assert (alarms >= quiet).mean() > 0.93


def test_a_slow_growth_is_noticed() -> None:
    random = np.random.default_rng(3)
    verdicts = random.random((200, 3_000)) < np.linspace(0.02, 0.06, 3_000)
    alarms = first_alarms(verdicts, np.full(200, 3_000), 0.02, 0.025, MULTIPLES_OF_ALL)
    assert (alarms >= 0).mean() > 0.98


def test_alarms_by_the_time_that_the_risk_monitoring_of_mapie_does() -> None:
    mapie = pytest.importorskip("mapie.exchangeability_testing")
    random = np.random.default_rng(6)
    wrong = random.random(400) < 0.2
    reference = mapie.RiskMonitoring(risk="accuracy", threshold=0.05, test_level=0.1, warn=False)
    monitor, behind = BettingMonitor.start(0.05, 0.05), []
    for start in range(0, len(wrong), 50):
        part = wrong[start : start + 50]
        reference.update(part.astype(int), np.zeros(len(part), dtype=int))
        monitor = told(monitor, part.tolist())
        behind.append(reference.harmful_shift_detected and not monitor.is_alarmed)
    assert reference.harmful_shift_detected
    assert not any(behind)


def test_replies_that_are_all_right_never_alarm() -> None:
    assert not told(BettingMonitor.start(0.01, 0.05), [False] * 500).is_alarmed


@settings(max_examples=60, deadline=None)
@given(before=VERDICTS, after=VERDICTS)
def test_a_stored_watch_goes_on_as_if_it_had_never_been_stored(before: list[bool], after: list[bool]) -> None:
    watch = Watch.start(0.02, 0.05, ["card", "refund"]).rearmed("card", NOON)
    for wrong in before:
        watch = watch.observe("card", wrong, NOON)
    stored = Watch.from_json(json.loads(json.dumps(watch.to_json())))
    assert stored == watch
    for wrong in after:
        watch, stored = watch.observe("refund", wrong), stored.observe("refund", wrong)
    assert stored == watch


def test_refuses_a_stored_monitor_with_an_unknown_key_and_names_it() -> None:
    value = BettingMonitor.start(0.02, 0.05).to_json() | {"colour": "red"}
    with pytest.raises(WatchError, match="missing or unknown keys colour"):
        BettingMonitor.from_json(value)


def test_refuses_a_stored_monitor_whose_weights_do_not_fit_and_says_so() -> None:
    value = BettingMonitor.start(0.02, 0.05).to_json() | {"rates": [0.04]}
    with pytest.raises(WatchError, match="3 weights for 1 rates"):
        BettingMonitor.from_json(value)


def test_an_alarm_lasts_until_a_person_re_arms() -> None:
    monitor = alarmed(BettingMonitor.start(0.02, 0.05))
    evidence = monitor.wealth
    monitor = told(monitor, [False] * 300)
    assert monitor.is_alarmed
    assert monitor.wealth == evidence
    again = monitor.rearmed(NOON)
    assert not again.is_alarmed
    assert again.judged == again.wrong == 0
    assert again.wealth == pytest.approx(1.0)
    assert again.limit == pytest.approx(8 * monitor.limit)


def test_verdicts_on_replies_from_before_the_re_arming_do_not_count() -> None:
    monitor = alarmed(BettingMonitor.start(0.02, 0.05)).rearmed(NOON)
    late = monitor.observe(True, NOON - timedelta(seconds=1))
    assert (late.wealth, late.judged, late.earlier) == (monitor.wealth, 0, 1)
    assert monitor.observe(True, NOON).wrong == 1


def test_half_of_delta_watches_everything_and_the_groups_share_the_other_half() -> None:
    monitors = Watch.start(0.02, 0.05, ["a", "b", "c"]).monitors
    assert monitors[ALL].delta == pytest.approx(0.025)
    assert sum(monitor.delta for monitor in monitors.values()) == pytest.approx(0.05)
    assert Watch.start(0.02, 0.05).monitors[ALL].delta == 0.05


def test_a_bad_group_is_suspended_while_the_others_go_on() -> None:
    random = np.random.default_rng(4)
    watch = Watch.start(0.05, 0.05, ["bad", "good"])
    for _ in range(400):
        watch = watch.observe("bad", bool(random.random() < 0.3)) if random.random() < 0.1 else watch.observe("good", False)
    assert watch.suspended == {"bad"}
    assert watch.rearmed("bad", NOON).suspended == frozenset()


def test_a_reply_of_no_group_counts_among_all() -> None:
    watch = Watch.start(0.05, 0.05, ["a"]).observe("b", True)
    assert watch.monitors[ALL].wrong == 1
    assert watch.monitors["a"].judged == 0


def test_refuses_to_re_arm_what_is_not_watched_and_says_what_is() -> None:
    with pytest.raises(WatchError, match="'refunds' is not watched; watched are all, refund"):
        Watch.start(0.05, 0.05, ["refund"]).rearmed("refunds", NOON)


def test_refuses_a_group_that_is_called_all() -> None:
    with pytest.raises(WatchError, match="stands for every reply"):
        Watch.start(0.05, 0.05, [ALL])


@pytest.mark.parametrize(("alpha", "delta"), [(1.0, 0.05), (0.0, 0.05), (0.02, 1.0)])
def test_refuses_an_impossible_promise(alpha: float, delta: float) -> None:
    with pytest.raises(WatchError, match="it must lie between 0 and 1"):
        Watch.start(alpha, delta)
