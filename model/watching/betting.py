"""Wealth that grows only while a hypothesis is false: bets of several kinds, each of which may start at any time.

Testing by betting (Shafer 2021; Waudby-Smith & Ramdas 2024): who multiplies a stake of 1 by factors whose expectation under the hypothesis
is at most 1 reaches `1 / delta` with probability at most `delta`, at any time and however long the watch lasts (Ville 1939). Wealth held
back and handed to the bets little by little keeps the power against a change that comes late (fixed share: Herbster & Warmuth 1998; the
simple jumper: Vovk et al. 2021); it is moved, never made, so the promise stays. The rate falls like 1 / age: no end has to be stated.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from scipy.special import zeta

Weights = NDArray[np.float64]
HELD_BACK = 0.8


class WatchError(ValueError):
    """A watch cannot be started or read; the message names the value and what is allowed."""


def opening(bets: int) -> Weights:
    """Wealth 1, shape (1 + bets,): most of it is held back, the rest is spread evenly over the bets."""
    return np.concatenate([[HELD_BACK], np.full(bets, (1.0 - HELD_BACK) / bets)])


def bet(weights: Weights, factors: Weights, rounds: float) -> Weights:
    """One round: a share 1 / `rounds` of what is held back joins the bets, then every bet is multiplied by its factor.

    Args:
        weights: (..., 1 + bets), column 0 is held back.
        factors: (..., bets), each with an expectation of at most 1 under the hypothesis.
        rounds: at least 1 and known before the factors are. `patience + age` makes every start within the first `patience` rounds about
            equally likely, and later ones ever less so.
    """
    moved = weights[..., :1] / rounds
    staked = (weights[..., 1:] + moved / factors.shape[-1]) * factors
    return np.concatenate([weights[..., :1] - moved, staked], axis=-1)


def wealth(weights: Weights) -> Weights:
    """Everything, held back or at stake, shape (...)."""
    return np.asarray(weights.sum(axis=-1))


def limit(delta: float, round_: int) -> float:
    """The wealth at which the alarm sounds in round 1, 2, ...: round k has the share 1 / (zeta(3) k^3) of `delta`, and these add up to 1.

    So the chance of any false alarm in all rounds together stays at `delta`, however often people re-arm. Five sixths of it belong to the
    first round, which most watches never leave; later ones sound later, since each says that the one before was a mistake.
    """
    return float(zeta(3)) * round_**3 / delta


def played(weights: tuple[float, ...], factors: Weights, rounds: float, most: float) -> tuple[tuple[float, ...], bool]:
    """One round of a single watch as plain values: the weights (1 + bets,) after `bet`, and whether their wealth has reached `most`."""
    after = bet(np.array(weights), factors, rounds)
    return tuple(after.tolist()), bool(wealth(after) >= most)


def check_watched(name: str, watched: Iterable[str]) -> None:
    """Refuse a name that is not watched.

    Raises:
        WatchError: it is not among them.
    """
    known = sorted(watched)
    if name not in known:
        raise WatchError(f"{name!r} is not watched; watched are {', '.join(known)}")


def check_share(name: str, value: float) -> None:
    """Refuse a probability outside (0, 1).

    Raises:
        WatchError: it is 0, 1 or beyond, or not a number.
    """
    if not 0.0 < value < 1.0:
        raise WatchError(f"{name} is {value}: it must lie between 0 and 1, both excluded")
