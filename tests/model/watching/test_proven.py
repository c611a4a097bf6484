"""Proofs of wrong replies may come late and in any order, and only ever for some of them."""

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from model.watching.proven import Proven

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@settings(max_examples=100, deadline=None)
@given(sent=st.integers(0, 5_000), share=st.floats(0, 1), alpha=st.floats(0.001, 0.5))
def test_a_further_proof_of_a_wrong_reply_never_lowers_the_evidence(sent: int, share: float, alpha: float) -> None:
    wrong = int(sent * share)
    some = Proven(alpha=alpha, delta=0.05, sent=sent + 1, wrong=wrong)
    assert Proven(alpha=alpha, delta=0.05, sent=sent + 1, wrong=wrong + 1).log_wealth >= some.log_wealth


def test_complaints_in_any_order_alarm_no_more_often_than_delta_at_the_promised_error() -> None:
    random = np.random.default_rng(5)
    alarms = 0
    for _ in range(400):
        wrong = np.flatnonzero(random.random(2_000) < 0.05)
        heard = np.sort(wrong + random.integers(0, 300, len(wrong)) * (random.random(len(wrong)) < 0.5))
        alarms += any(Proven(alpha=0.05, delta=0.05, sent=int(at) + 1, wrong=number + 1).is_alarmed for number, at in enumerate(heard))
    assert binomtest(alarms, 400, 0.05, alternative="greater").pvalue > 0.01


def test_proven_errors_far_above_the_promise_alarm() -> None:
    assert not Proven(alpha=0.02, delta=0.05, sent=1_000, wrong=20).is_alarmed
    assert Proven(alpha=0.02, delta=0.05, sent=1_000, wrong=45).is_alarmed


def test_a_new_round_begins_without_evidence_and_needs_eight_times_as_much() -> None:
    alarmed = Proven(alpha=0.02, delta=0.05, sent=1_000, wrong=60)
    again = alarmed.rearmed(NOON)
    assert (alarmed.is_alarmed, again.is_alarmed, again.round, again.since) == (True, False, 2, NOON)
    assert again.wealth == pytest.approx(1.0)
    assert again.limit == pytest.approx(8 * alarmed.limit)


def test_evidence_beyond_all_numbers_can_be_written() -> None:
    assert np.isfinite(Proven(alpha=0.01, delta=0.05, sent=5_000, wrong=5_000).wealth)
