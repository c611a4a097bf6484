"""Bets: wealth is moved and risked, never made."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from model.watching.betting import WatchError, bet, check_share, limit, opening, wealth

BETS = 4
WEIGHTS = hnp.arrays(np.float64, (3, 1 + BETS), elements=st.floats(0, 10))


@settings(max_examples=100, deadline=None)
@given(weights=WEIGHTS, rounds=st.floats(1, 1e6))
def test_a_round_without_gain_or_loss_leaves_the_wealth_as_it_is(weights: NDArray[np.float64], rounds: float) -> None:
    assert np.allclose(wealth(bet(weights, np.ones((3, BETS)), rounds)), wealth(weights))


@settings(max_examples=100, deadline=None)
@given(weights=WEIGHTS, rounds=st.floats(1, 1e6), chance=st.floats(0.01, 0.99), win=st.floats(1, 50))
def test_fair_factors_keep_the_expected_wealth(weights: NDArray[np.float64], rounds: float, chance: float, win: float) -> None:
    win = min(win, 1 / chance)
    lose = (1 - chance * win) / (1 - chance)
    won, lost = (wealth(bet(weights, np.full((3, BETS), factor), rounds)) for factor in (win, lose))
    assert np.allclose(chance * won + (1 - chance) * lost, wealth(weights))


def test_the_opening_is_a_wealth_of_one() -> None:
    assert wealth(opening(BETS)) == pytest.approx(1.0)


def test_the_false_alarms_of_all_rounds_together_stay_within_delta() -> None:
    shares = [1 / limit(0.05, round_) for round_ in range(1, 100_001)]
    assert sum(shares) <= 0.05
    assert sum(shares) > 0.0499


@pytest.mark.parametrize("value", [0.0, 1.0, -0.1, 2.0, float("nan")])
def test_refuses_a_share_that_is_no_probability_and_names_it(value: float) -> None:
    with pytest.raises(WatchError, match=f"delta is {value}: it must lie between 0 and 1"):
        check_share("delta", value)
