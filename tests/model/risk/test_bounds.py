"""Exact binomial statistics, checked against their definitions and against MAPIE."""

from math import ceil, log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mapie.risk_control.methods import compute_hoeffding_bentkus_p_value
from scipy.stats import binom

from model.risk.bounds import accepted_needed, fewest_accepted, p_values, upper_bound
from model.risk.target import RiskError, Target

TARGET = Target(alpha=0.02, delta=0.05)


@pytest.mark.parametrize("alpha", [0.001, 0.01, 0.02, 0.05, 0.1, 0.5])
def test_p_values_agree_with_mapie(alpha: float) -> None:
    accepted = np.repeat([1, 7, 59, 149, 299, 1_000, 3_000, 100_000], 12)
    errors = np.minimum(np.tile([0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 300, 2_000], 8), accepted)
    # MAPIE takes rates and rounds n * (k / n) up: the next smaller rate keeps 49 * (1 / 49) * n from becoming one error more.
    rates = np.where(errors > 0, np.nextafter(errors / accepted, 0), 0.0)
    theirs = compute_hoeffding_bentkus_p_value(rates, accepted.astype(float), alpha, binary=True)[:, 0]
    np.testing.assert_allclose(p_values(errors, accepted, alpha), theirs, rtol=1e-12, atol=1e-12)


@given(st.integers(1, 5_000), st.floats(0.001, 0.3), st.data())
def test_a_p_value_is_the_probability_of_so_few_errors(accepted: int, alpha: float, data: st.DataObject) -> None:
    errors = data.draw(st.integers(0, accepted))
    assert float(p_values(errors, accepted, alpha)) == pytest.approx(binom.cdf(errors, accepted, alpha), rel=1e-9, abs=1e-300)


@given(st.integers(1, 3_000), st.floats(0.005, 0.2), st.floats(0.001, 0.3), st.data())
def test_a_bound_below_alpha_and_a_p_value_below_delta_are_the_same(accepted: int, alpha: float, delta: float, data: st.DataObject) -> None:
    errors = data.draw(st.integers(0, min(accepted, 60)))
    p, bound = float(p_values(errors, accepted, alpha)), float(upper_bound(errors, accepted, delta))
    assert (p <= delta) == (bound <= alpha) or abs(p - delta) < 1e-9


def test_nothing_accepted_proves_nothing() -> None:
    assert float(p_values(0, 0, 0.02)) == 1.0
    assert float(upper_bound(0, 0, 0.05)) == 1.0


def test_only_errors_bound_nothing() -> None:
    assert float(upper_bound(5, 5, 0.05)) == 1.0


@pytest.mark.parametrize(("errors", "accepted"), [(-1, 3), (4, 3), (0.5, 3)])
def test_refuses_counts_that_cannot_be(errors: float, accepted: int) -> None:
    with pytest.raises(RiskError, match="0 ≤ errors ≤ accepted"):
        p_values(errors, accepted, 0.02)


@pytest.mark.parametrize(("alpha", "fewest"), [(0.01, 299), (0.02, 149), (0.05, 59)])
def test_the_fewest_mails_without_an_error_are_those_of_the_formula(alpha: float, fewest: int) -> None:
    assert fewest_accepted(0, Target(alpha=alpha, delta=0.05)) == fewest == ceil(log(0.05) / log(1 - alpha))


@given(st.integers(0, 40), st.floats(0.005, 0.2), st.floats(0.0005, 0.2))
@settings(deadline=None)
def test_one_mail_less_than_the_fewest_is_not_enough(errors: int, alpha: float, delta: float) -> None:
    fewest = fewest_accepted(errors, Target(alpha=alpha, delta=delta))
    assert p_values(errors, fewest, alpha) <= delta
    assert fewest == errors + 1 or p_values(errors, fewest - 1, alpha) > delta


def test_without_errors_the_need_is_the_fewest() -> None:
    assert accepted_needed(0.0, TARGET) == 149


@given(st.floats(0.0, 0.019))
@settings(deadline=None)
def test_a_higher_error_rate_needs_more_mails(rate: float) -> None:
    less, more = accepted_needed(rate / 2, TARGET), accepted_needed(rate, TARGET)
    assert less is not None
    assert more is not None
    assert less <= more


@pytest.mark.parametrize("rate", [0.02, 0.3, 1.0])
def test_an_error_rate_of_alpha_is_never_proven(rate: float) -> None:
    assert accepted_needed(rate, TARGET) is None
