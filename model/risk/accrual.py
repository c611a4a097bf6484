"""A bound proven on labels that arrive one by one: exact looks that are planned before the first label.

**The plan.** Errors only ever grow, so "proven when at most k were seen" need be asked at one number of labels m_k for each k:
before it more labels are needed, after it nothing new can have become true. A plan places a part of δ on some k and takes for m_k the
smallest number of labels at which the probability of crossing there *for the first time* stays within that part, when every label
is wrong with probability α. That probability comes from the exact distribution of the errors among the paths that have not crossed
yet (a group-sequential boundary with a spending function, Lan & DeMets 1983; the recursion is that of Armitage, McPherson & Rowe
1969). The parts add up to at most δ however long labels are collected, and an error rate above α only makes crossing rarer (couple
the labels): so one may look after every label and stop at any time.

**Where δ is placed.** Most of it on the one k that a group with an error rate of α/4 most probably keeps to before twice the fewest
labels that can prove anything; a little on no error at all, where that comes sooner; the rest on ever larger k, in parts that fall so
slowly that some is left at any horizon.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import count

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

from model.risk.bounds import fewest, fewest_accepted
from model.risk.target import Target

HORIZON = 20_000
GOOD_SHARE = 0.25
MAIN_SHARE = 0.68
SPOTLESS_SHARE = 0.03
TAIL_SLOWNESS = 100
TAIL_GROWTH = 1.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """When a target is proven: at `labels[i]` labels with at most `errors[i]` errors; both rise.

    `spent[i]` is the probability, at an error rate of exactly α, of having been certified by then.
    """

    target: Target
    labels: tuple[int, ...]
    errors: tuple[int, ...]
    spent: tuple[float, ...]

    @classmethod
    def plan(cls, target: Target, horizon: int = HORIZON) -> "Looks":
        """The looks at up to `horizon` labels. A longer horizon adds looks and changes none."""
        return _plan(target, horizon)

    def certified_at(self, wrong: NDArray[np.bool_]) -> int | None:
        """After how many of these labels (n,), in order of arrival, the target was proven; None when it was not."""
        passed = self._passed(wrong)
        return self.labels[passed] if passed is not None else None

    def p_value(self, wrong: NDArray[np.bool_]) -> float:
        """Probability, at an error rate of α, of being certified as early as these labels (n,) were; 1 when they were not."""
        passed = self._passed(wrong)
        return self.spent[passed] if passed is not None else 1.0

    def still_needed(self, labels: int, errors: int) -> int | None:
        """How many more labels prove the target when no further one is wrong; None beyond the horizon."""
        open_looks = (look for look, most in zip(self.labels, self.errors, strict=True) if look > labels and most >= errors)
        return next((look - labels for look in open_looks), None)

    def _passed(self, wrong: NDArray[np.bool_]) -> int | None:
        errors_so_far = np.concatenate([[0], np.cumsum(wrong)])
        looks = zip(self.labels, self.errors, strict=True)
        passed = (number for number, (look, most) in enumerate(looks) if look < len(errors_so_far) and errors_so_far[look] <= most)
        return next(passed, None)


@lru_cache(maxsize=256)
def _plan(target: Target, horizon: int) -> Looks:
    most = int(horizon * target.alpha) + 2
    uncrossed = np.zeros(most + 1)
    uncrossed[0] = 1.0
    labels: list[int] = []
    errors: list[int] = []
    spent: list[float] = []
    at, used, placed = 0, 0.0, 0.0
    for allowed, share in _placed(target):
        placed += share * target.delta
        if allowed > most:
            break
        look = at + _labels_until(uncrossed[: allowed + 1], target.alpha, placed - used)
        if look > horizon:
            break
        uncrossed = np.convolve(uncrossed, binom.pmf(np.arange(most + 1), look - at, target.alpha))[: most + 1]
        at, used = look, used + float(uncrossed[: allowed + 1].sum())
        uncrossed[: allowed + 1] = 0.0
        labels.append(look)
        errors.append(allowed)
        spent.append(used)
    return Looks(target=target, labels=tuple(labels), errors=tuple(errors), spent=tuple(spent))


def _labels_until(uncrossed: NDArray[np.float64], alpha: float, budget: float) -> int:
    """The fewest further labels, at least one, until the paths with `uncrossed` (k+1,) by errors stay at k errors with at most `budget`."""
    left = np.arange(len(uncrossed))[::-1]

    def crossing(labels: int) -> float:
        return float(uncrossed @ binom.cdf(left, labels, alpha))

    return fewest(crossing, 1, budget)


def _placed(target: Target) -> Iterator[tuple[int, float]]:
    """Numbers of errors to plan a look for, rising, and the share of δ that is placed on each."""
    main = _main_look(target)
    if main >= 2:
        yield 0, SPOTLESS_SHARE
    yield main, MAIN_SHARE
    allowed, left = main, 1 - MAIN_SHARE - (SPOTLESS_SHARE if main >= 2 else 0.0)
    for number in count(TAIL_SLOWNESS):
        allowed = max(allowed + 1, int(allowed * TAIL_GROWTH))
        yield allowed, left * TAIL_SLOWNESS / (number * (number + 1))


def _main_look(target: Target) -> int:
    """The number of errors that a good group most probably keeps to at a look before twice the fewest labels."""
    last = 2 * fewest_accepted(0, target)
    part = Target(alpha=target.alpha, delta=target.delta * MAIN_SHARE)
    best, highest = 0, 0.0
    for allowed in count():
        look = fewest_accepted(allowed, part)
        if look >= last:
            return best
        power = float(binom.cdf(allowed, look, target.alpha * GOOD_SHARE))
        if power > highest:
            best, highest = allowed, power
    return best
