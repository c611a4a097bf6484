"""Exchangeability: quiet where nothing changes, and certain where something does."""

import numpy as np
import pytest

from model.watching.exchangeability import exchangeability


def _mails(number: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random((number, 3))


def test_p_values_of_mail_that_does_not_change_are_uniform() -> None:
    p = np.array([exchangeability(_mails(60, seed)) for seed in range(100)])
    assert (p <= 0.1).mean() <= 0.2
    assert 0.35 < p.mean() < 0.65


@pytest.mark.parametrize("start", [100, 200, 300])
def test_a_step_in_one_column_is_seen(start: int) -> None:
    mails = _mails(400)
    mails[start:, 1] += 0.3
    assert exchangeability(mails) < 0.01


def test_a_slow_trend_is_seen() -> None:
    mails = _mails(400)
    mails[:, 0] += np.linspace(0, 0.5, 400)
    assert exchangeability(mails) < 0.01


def test_the_order_of_times_counts_not_that_of_rows() -> None:
    mails = _mails(400)
    mails[200:, 0] += 0.3
    assert exchangeability(mails, np.random.default_rng(1).random(400)) > 0.05
    assert exchangeability(mails[::-1], np.arange(400.0)[::-1]) < 0.01


def test_nothing_to_compare_is_no_reason_to_doubt() -> None:
    assert exchangeability(np.zeros((0, 3))) == exchangeability(np.ones((50, 3))) == exchangeability(_mails(1)) == 1.0
