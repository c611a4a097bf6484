"""Exact binomial statistics of errors among accepted mails: p-values, upper bounds, and how many labels a bound needs."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc
from scipy.stats import beta, binom

from model.risk.target import RiskError, Target

MOST_LABELS = 1 << 40


def p_values(errors: Any, accepted: Any, alpha: float) -> NDArray[np.float64]:
    """P(Bin(accepted, alpha) ≤ errors): small where an error rate above alpha would hardly have given so few errors.

    Super-uniform under P(wrong) > alpha, also given the number accepted. Counts are arrays of any one shape; nothing accepted gives 1.
    """
    errors, accepted = _counts(errors, accepted)
    return np.asarray(binom.cdf(errors, accepted, alpha), dtype=np.float64)


def upper_bound(errors: Any, accepted: Any, delta: float) -> NDArray[np.float64]:
    """Error rate that is exceeded with probability at most delta (Clopper & Pearson 1934, one-sided); nothing accepted gives 1."""
    errors, accepted = _counts(errors, accepted)
    right = accepted - errors
    return np.where(right > 0, beta.ppf(1 - delta, errors + 1, np.maximum(right, 1)), 1.0)


def power(rates: Any, accepted: Any, target: Target) -> NDArray[np.float64]:
    """Probability that so many accepted mails prove the target when their true error rate is `rates`; arrays of one shape."""
    most = binom.ppf(target.delta, accepted, target.alpha)
    most = np.where(binom.cdf(most, accepted, target.alpha) <= target.delta, most, most - 1)
    return np.asarray(binom.cdf(most, accepted, rates), dtype=np.float64)


def is_shown_too_high(errors: int, accepted: int, target: Target) -> bool:
    """So many errors, at least one, that an error rate of alpha or less is refuted at the confidence of the target."""
    return 1 - float(p_values(errors - 1, accepted, target.alpha)) <= target.delta


def fewest_accepted(errors: int, target: Target) -> int:
    """The smallest number of accepted mails at which so many errors still prove the target; ln δ / ln(1-α), rounded up, for none."""
    return fewest(lambda accepted: float(binom.cdf(errors, accepted, target.alpha)), errors + 1, target.delta)


def accepted_needed(rate: float, target: Target) -> int | None:
    """How many accepted mails prove the target when their error rate stays `rate`; None when no number does.

    Errors are counted in fractions: the binomial tail is read as the incomplete beta function that it is at whole numbers.
    """
    if rate >= target.alpha:
        return None

    def tail(accepted: int) -> float:
        return float(betainc(accepted * (1 - rate), accepted * rate + 1, 1 - target.alpha))

    needed = fewest(tail, 1, target.delta)
    return needed if needed < MOST_LABELS else None


def fewest(tail: Callable[[int], float], low: int, level: float) -> int:
    """The smallest number from `low` on with tail ≤ level, of a tail that falls; at most `MOST_LABELS`."""
    high = max(low, 1)
    while high < MOST_LABELS and tail(high) > level:
        low, high = high + 1, 2 * high
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if tail(middle) > level else (low, middle)
    return min(high, MOST_LABELS)


def _counts(errors: Any, accepted: Any) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    wrong, counted = np.broadcast_arrays(np.asarray(errors), np.asarray(accepted))
    whole = np.issubdtype(wrong.dtype, np.integer) and np.issubdtype(counted.dtype, np.integer)
    if not whole or (wrong < 0).any() or (wrong > counted).any():
        raise RiskError("errors and accepted must be whole numbers with 0 ≤ errors ≤ accepted")
    return wrong.astype(np.int64), counted.astype(np.int64)
