"""The thresholds that may be chosen from, and where the search begins: fixed before any calibration label is seen."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.risk.bounds import fewest_accepted, power
from model.risk.target import RiskError, Target
from model.understanding import PROBABILITY_DIGITS

STEPS = 100
START_SHARES = (0.02, 0.05, 0.1, 0.2, 0.3, 0.5)
ROOM = 2.0
SAFE = 0.8
SPREAD = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Thresholds from strict to loose, and the positions at which a search may begin.

    As far as known before the calibration, and each as long as `thresholds`: `shares` of the mail that is accepted, and `rates` of
    error among it (or nothing). Where they are wrong they cost coverage, never the bound.
    """

    thresholds: tuple[float, ...]
    starts: tuple[int, ...]
    shares: tuple[float, ...]
    rates: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what cannot be searched from strict to loose.

        Raises:
            RiskError: no thresholds, a wrong order, a start outside.
        """
        size = len(self.thresholds)
        if not size or len(self.shares) != size or len(self.rates) not in (0, size):
            raise RiskError("a grid needs at least one threshold, and one share for each; rates for each or none")
        if not np.isfinite(self.thresholds).all() or any(strict <= loose for strict, loose in pairwise(self.thresholds)):
            raise RiskError("the thresholds of a grid must be finite numbers that fall from strict to loose")
        if not set(self.starts) <= set(range(len(self.thresholds))) or not self.starts:
            raise RiskError(f"the starts of a grid must be positions from 0 to {len(self.thresholds) - 1}")

    @classmethod
    def from_scores(cls, scores: NDArray[np.float64], wrong: NDArray[np.bool_] | None = None) -> "Grid":
        """Quantiles of coverage, one per cent apart.

        Args:
            scores: (n,) of mails that are no calibration mails: out-of-fold scores of training.
            wrong: (n,) whether the answers to these mails would have been wrong, if that is known: the search begins better with it.

        Raises:
            RiskError: no scores, one that is not a number, or not as many labels.
        """
        scores = np.asarray(scores, dtype=np.float64).round(PROBABILITY_DIGITS)
        if not len(scores) or not np.isfinite(scores).all() or (wrong is not None and len(wrong) != len(scores)):
            raise RiskError("a grid is made of at least one score, every score a finite number, and one label for each or none")
        order = np.argsort(-scores, kind="stable")
        ranks = np.ceil(np.arange(1, STEPS + 1) / STEPS * len(scores)).astype(int) - 1
        thresholds = np.unique(scores[order][ranks])[::-1]
        accepted = len(scores) - np.searchsorted(scores[order][::-1], thresholds)
        shares = accepted / len(scores)
        starts = np.unique(np.searchsorted(shares, START_SHARES))
        # One error more than was seen: no error among a few mails is no proof that there are none.
        rates = (np.cumsum(np.asarray(wrong)[order])[accepted - 1] + 1) / (accepted + 1) if wrong is not None else ()
        return cls(
            thresholds=tuple(map(float, thresholds)),
            starts=tuple(map(int, starts)),
            shares=tuple(map(float, shares)),
            rates=tuple(map(float, rates)),
        )

    def budgets(self, mails: int, target: Target) -> NDArray[np.float64]:
        """How much of δ is placed on each threshold when so many mails will be labelled, shape (t,); adds up to δ.

        Half goes to each of the two loosest starts that will most probably be proven, as far as the `rates` tell; without rates, that
        will accept `ROOM` times the fewest mails that can prove anything. Two, because the strict one holds when mails have become
        harder since training, and the loose one passes by errors that chance has put among the highest scores. Without two
        such starts, everything goes to the threshold where a proof is likeliest. Only the number of mails enters, never their
        scores or labels.
        """
        accepted = np.floor(mails * np.array(self.shares)).astype(np.int64)
        half = target.split(2)
        safe = power(np.array(self.rates), accepted, half) >= SAFE if self.rates else accepted >= ROOM * fewest_accepted(0, half)
        used = [start for start in self.starts if safe[start]][-2:]
        if not used or (self.rates and len(used) < 2):
            used = [self._likeliest(accepted, target)]
        budgets = np.zeros(len(self.thresholds))
        budgets[used] = target.delta / len(used)
        return budgets

    def _likeliest(self, accepted: NDArray[np.int64], target: Target) -> int:
        """Where a proof is likeliest; without rates or any hope, where most mails are accepted.

        The number of errors that still proves something jumps from one threshold to the next: the mean over the neighbours counts.
        """
        if not self.rates:
            return len(accepted) - 1
        hope = np.pad(power(np.array(self.rates), accepted, target), SPREAD, mode="edge")
        smooth = np.convolve(hope, np.ones(2 * SPREAD + 1), mode="valid")
        return len(smooth) - 1 - int(smooth[::-1].argmax())

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types."""
        return {name: list(values) for name, values in asdict(self).items()}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Grid":
        """The grid that `to_json` wrote.

        Raises:
            RiskError: something is missing or cannot be searched.
        """
        try:
            return cls(**{name: tuple(values) for name, values in value.items()})
        except (TypeError, AttributeError) as error:
            raise RiskError(f"a grid names thresholds, starts, shares and rates: {error}") from error
