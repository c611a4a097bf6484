"""Whether automatic replies are still wrong no more often than promised: a bet against it on every audited reply.

What may enter. An audit draws a known share of the replies by chance, whatever is in the mail, and a person judges each: these verdicts
enter, in the order in which the replies were sent. (Were wrong replies judged at once and right ones 200 mails later, a promise of 5 % that
holds would be suspended in 6.4 % of 250 simulated streams, instead of in 0.6 % of 1,000: tests/proofs/streams.py.) A complaint, a
correction or a mail that came back is evidence of a wrong reply, but nobody complains about a right one and silence proves nothing: what is
known outside the sample is watched by itself (`model.watching.proven`).

Sources: Waudby-Smith & Ramdas 2024 (betting), Podkopaev & Ramdas 2022 (the risk of a deployed model), Timans et al. 2025 (risk monitoring).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.watching.betting import WatchError, Weights, check_share, check_watched, limit, opening, played

ALL = "all"
# Errors of everything rise a little, those of one group much, since what is new often goes to one topic.
MULTIPLES_OF_ALL = (2.0, 4.0)
MULTIPLES_OF_GROUP = (2.0, 5.0, 15.0)
NEAR_CERTAIN = 0.9
PATIENCE_ERRORS = 20.0


def alternatives(alpha: float, multiples: Sequence[float]) -> tuple[float, ...]:
    """Error rates above `alpha` that are bet on, ascending."""
    return tuple(sorted({min(alpha * multiple, alpha + NEAR_CERTAIN * (1.0 - alpha)) for multiple in multiples}))


def factors(alpha: float, rates: NDArray[np.float64], wrong: NDArray[np.bool_]) -> Weights:
    """Likelihood ratios of verdicts (...) against an error of `alpha`, shape (..., rates); under a lower one they expect less than 1."""
    return np.where(wrong[..., None], rates / alpha, (1.0 - rates) / (1.0 - alpha))


def patience(alpha: float) -> float:
    """As many verdicts as bring twenty errors at the promised rate: so long the bets expect a change at any time alike."""
    return PATIENCE_ERRORS / alpha


@dataclass(frozen=True, slots=True, kw_only=True)
class BettingMonitor:
    """The state of one watch, a value: every verdict gives the next one.

    alpha: the promised error rate. delta: chance of a false alarm in all rounds together. rates: the error rates that are bet on.
    weights: what is held back, and what is on each rate. round: 1, and one more after each re-arming.
    judged, wrong: verdicts of this round. earlier: verdicts on replies that were sent before this round; they count nowhere.
    alarmed_after: verdicts of the round at the alarm; it lasts until a person re-arms. since: start of a later round.
    """

    alpha: float
    delta: float
    rates: tuple[float, ...]
    weights: tuple[float, ...]
    round: int = 1
    judged: int = 0
    wrong: int = 0
    earlier: int = 0
    alarmed_after: int | None = None
    since: datetime | None = None

    @classmethod
    def start(cls, alpha: float, delta: float, multiples: Sequence[float] = MULTIPLES_OF_ALL) -> "BettingMonitor":
        """Begin with wealth 1.

        Raises:
            WatchError: alpha or delta outside (0, 1).
        """
        check_share("alpha", alpha)
        check_share("delta", delta)
        rates = alternatives(alpha, multiples)
        return cls(alpha=alpha, delta=delta, rates=rates, weights=_opening(len(rates)))

    @property
    def wealth(self) -> float:
        """Evidence against the promise; frozen by the alarm."""
        return float(sum(self.weights))

    @property
    def limit(self) -> float:
        """The wealth at which the alarm sounds."""
        return limit(self.delta, self.round)

    @property
    def is_alarmed(self) -> bool:
        """The promise is broken, or a chance of `delta` came true."""
        return self.alarmed_after is not None

    def observe(self, wrong: bool, sent_at: datetime | None = None) -> "BettingMonitor":
        """The state after one verdict on an audited reply; `sent_at` keeps replies of an earlier round out."""
        if self.since is not None and sent_at is not None and sent_at < self.since:
            return replace(self, earlier=self.earlier + 1)
        counted = replace(self, judged=self.judged + 1, wrong=self.wrong + wrong)
        if self.is_alarmed:
            return counted
        told = factors(self.alpha, np.array(self.rates), np.array(wrong))
        weights, is_reached = played(self.weights, told, patience(self.alpha) + self.judged, self.limit)
        return replace(counted, weights=weights, alarmed_after=counted.judged if is_reached else None)

    def rearmed(self, at: datetime) -> "BettingMonitor":
        """A person trusts the replies again: a new round with wealth 1 and the next, smaller share of `delta`."""
        weights = _opening(len(self.rates))
        return BettingMonitor(alpha=self.alpha, delta=self.delta, rates=self.rates, weights=weights, round=self.round + 1, since=at)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types; `from_json` gives an equal monitor again."""
        lists = {"rates": list(self.rates), "weights": list(self.weights)}
        return asdict(self) | lists | {"since": self.since.isoformat() if self.since else None}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "BettingMonitor":
        """Read what `to_json` wrote.

        Raises:
            WatchError: a key is missing or unknown, or the bets do not fit the weights.
        """
        names = {item.name for item in fields(cls)}
        if set(value) != names:
            raise WatchError(f"monitor: missing or unknown keys {', '.join(sorted(names ^ set(value)))}; start a new watch")
        if len(value["weights"]) != len(value["rates"]) + 1:
            raise WatchError(f"monitor: {len(value['weights'])} weights for {len(value['rates'])} rates; start a new watch")
        since = datetime.fromisoformat(value["since"]) if value["since"] else None
        return cls(**{**value, "rates": tuple(value["rates"]), "weights": tuple(value["weights"]), "since": since})


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """One monitor for all replies and one for each guaranteed group; half of `delta` is for all, the groups share the other half."""

    monitors: Mapping[str, BettingMonitor]

    @classmethod
    def start(cls, alpha: float, delta: float, groups: Iterable[str] = ()) -> "Watch":
        """Begin; without groups the whole `delta` goes to all replies.

        Raises:
            WatchError: alpha or delta outside (0, 1), or a group that is called `all`.
        """
        names = sorted(set(groups))
        if ALL in names:
            raise WatchError(f"a group may not be called {ALL!r}: that name stands for every reply")
        whole = BettingMonitor.start(alpha, delta / 2 if names else delta)
        parts = {name: BettingMonitor.start(alpha, delta / 2 / len(names), MULTIPLES_OF_GROUP) for name in names}
        return cls(monitors={ALL: whole, **parts})

    @property
    def suspended(self) -> frozenset[str]:
        """Groups whose alarm lasts; `all` stands for every reply."""
        return frozenset(name for name, monitor in self.monitors.items() if monitor.is_alarmed)

    def observe(self, group: str, wrong: bool, sent_at: datetime | None = None) -> "Watch":
        """The state after one verdict; a group that is not watched counts in `all` alone."""
        told = {name: self.monitors[name].observe(wrong, sent_at) for name in (ALL, group) if name in self.monitors}
        return Watch(monitors={**self.monitors, **told})

    def rearmed(self, name: str, at: datetime) -> "Watch":
        """Re-arm one group, or `all`.

        Raises:
            WatchError: nothing of that name is watched.
        """
        check_watched(name, self.monitors)
        return Watch(monitors={**self.monitors, name: self.monitors[name].rearmed(at)})

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types; `from_json` gives an equal watch again."""
        return {name: monitor.to_json() for name, monitor in self.monitors.items()}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Watch":
        """Read what `to_json` wrote.

        Raises:
            WatchError: a monitor cannot be read.
        """
        return cls(monitors={name: BettingMonitor.from_json(monitor) for name, monitor in value.items()})


def _opening(bets: int) -> tuple[float, ...]:
    return tuple(opening(bets).tolist())
