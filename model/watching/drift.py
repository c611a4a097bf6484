"""Whether the mail is still like the mail of the calibration: tests that need no labels and may be looked at after every mail.

Every signal of a mail (novelty, score, topic, region of its vector) becomes its rank among the calibration mails and all mails since. As
long as the mails are exchangeable with the calibration, such ranks are independent and uniform (smoothed conformal p-values: Vovk et al.
2005), exactly and for any signal, and a bet against that reaches `1 / delta` with probability at most `delta`, however long it goes on.
Ranks are taken within fixed cells, which keeps a few dozen counts instead of every value and costs resolution, not validity. An alarm says
that the mail has changed, which may be harmless; it says nothing about errors (Podkopaev & Ramdas 2022).
"""

import hashlib
import math
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.watching.betting import WatchError, Weights, check_share, check_watched, limit, opening, played

# Fixed before any mail is seen. Foreign mail shows in the last hundredths of novelty, doubtful mail all along the logit of the score.
NOVELTY_EDGES = (*(step / 20 for step in range(1, 20)), 0.96, 0.97, 0.98, 0.985, 0.99, 0.995, 0.998, 0.999, 1.0)
SCORE_EDGES = tuple(1.0 / (1.0 + math.exp(-step / 4)) for step in range(-28, 29))
DIGITS = 4  # as many as stored calibration values have: a value must not change its cell by being stored
TAILS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5)
GAINS = (0.01, 0.03, 0.1, 0.3)
SLICES, SLICE_GAIN = 24, 0.1
MEMORY_MAILS, CAUTION_MAILS = 1000.0, 200.0
PATIENCE_MAILS = 5000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One thing that is watched: a number between fixed edges, or one of the labels (any other is `labels`' last cell of its own)."""

    edges: tuple[float, ...] = ()
    labels: tuple[str, ...] = ()

    @property
    def cells(self) -> int:
        """Number of cells."""
        return len(self.labels or self.edges) + 1

    def cell(self, value: float | str | None) -> int:
        """The cell of a value; None is the lowest number: nothing was there to be scored.

        Raises:
            WatchError: a number that is none, or a label where a number belongs.
        """
        if self.labels:
            return self.labels.index(str(value)) if value in self.labels else len(self.labels)
        if value is None:
            return 0
        if isinstance(value, str) or math.isnan(value):
            raise WatchError(f"{value!r} cannot be watched: a number is expected")
        return bisect_right(self.edges, round(value, DIGITS))


NOVELTY, SCORE = Signal(edges=NOVELTY_EDGES), Signal(edges=SCORE_EDGES)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConformalTest:
    """The state of one test, a value: every mail gives the next one.

    reference, since: counts by cell of the calibration mails and of the mails since. delta: chance of a false alarm in all rounds together.
    recent: counts of the ranks by slice, older ones fading, from which one bet learns. mails: since the start of the round.
    alarmed_after: mails since the start of the round at the alarm; it lasts until a person re-arms.
    """

    signal: Signal
    reference: tuple[int, ...]
    since: tuple[int, ...]
    delta: float
    weights: tuple[float, ...]
    recent: tuple[float, ...] = (0.0,) * SLICES
    round: int = 1
    mails: int = 0
    alarmed_after: int | None = None

    @classmethod
    def start(cls, signal: Signal, reference: Iterable[float | str | None], delta: float) -> "ConformalTest":
        """Begin with the values of the calibration mails, in any order.

        Raises:
            WatchError: no calibration mail, or delta outside (0, 1).
        """
        check_share("delta", delta)
        cells = [signal.cell(value) for value in reference]
        if not cells:
            raise WatchError("no calibration mail: nothing to compare with")
        counts = np.bincount(cells, minlength=signal.cells)
        return cls(signal=signal, reference=_ints(counts), since=(0,) * signal.cells, delta=delta, weights=_opening(signal))

    @property
    def wealth(self) -> float:
        """Evidence that the mail has changed; frozen by the alarm."""
        return float(sum(self.weights))

    @property
    def is_alarmed(self) -> bool:
        """The mail has changed, or a chance of `delta` came true."""
        return self.alarmed_after is not None

    def observe(self, value: float | str | None, tie: float) -> "ConformalTest":
        """The state after one mail; `tie` in [0, 1) is drawn independently of the value, see `tie_of`."""
        cell = self.signal.cell(value)
        since = (*self.since[:cell], self.since[cell] + 1, *self.since[cell + 1 :])
        counted = replace(self, since=since, mails=self.mails + 1)
        if self.is_alarmed:
            return counted
        rank = ranks(np.array(self.reference) + np.array(since), np.array(cell), np.array(tie))
        recent = np.array(self.recent)
        factors, most = gains(bets(self.signal), rank, recent), limit(self.delta, self.round)
        weights, is_reached = played(self.weights, factors, PATIENCE_MAILS + self.mails, most)
        after = counted.mails if is_reached else None
        return replace(counted, weights=weights, recent=tuple(remembered(recent, rank).tolist()), alarmed_after=after)

    @property
    def shares(self) -> tuple[tuple[str, float, float], ...]:
        """Each cell with its share of the calibration mails and of the mails since; a number's cell is named by its upper edge."""
        names = (*(self.signal.labels or (f"{edge:.6g}" for edge in self.signal.edges)), "other" if self.signal.labels else "above")
        before, now = (np.array(counts) / max(1, sum(counts)) for counts in (self.reference, self.since))
        return tuple((name, round(float(was), 6), round(float(share), 6)) for name, was, share in zip(names, before, now, strict=True))

    def rearmed(self) -> "ConformalTest":
        """A person accepts the mail as it is: what came since counts as calibration, and a new round begins with a smaller share."""
        return ConformalTest(
            signal=self.signal,
            reference=_ints(np.array(self.reference) + np.array(self.since)),
            since=(0,) * self.signal.cells,
            delta=self.delta,
            weights=_opening(self.signal),
            round=self.round + 1,
        )

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types: counts and weights, never a text."""
        return {
            "edges": list(self.signal.edges),
            "labels": list(self.signal.labels),
            "reference": list(self.reference),
            "since": list(self.since),
            "delta": self.delta,
            "weights": list(self.weights),
            "recent": list(self.recent),
            "round": self.round,
            "mails": self.mails,
            "alarmed_after": self.alarmed_after,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "ConformalTest":
        """Read what `to_json` wrote.

        Raises:
            WatchError: a key is missing or unknown, or another version with other bets wrote it.
        """
        rest = dict(value)
        try:
            rest["signal"] = Signal(edges=tuple(rest.pop("edges")), labels=tuple(rest.pop("labels")))
            test = cls(**rest | {name: tuple(rest[name]) for name in ("reference", "since", "weights", "recent")})
        except (KeyError, TypeError) as error:
            raise WatchError(f"drift test: missing or unknown key: {error}; start a new watch") from error
        sizes = (len(test.reference), len(test.since), len(test.weights), len(test.recent))
        if sizes != (test.signal.cells, test.signal.cells, len(_opening(test.signal)), SLICES):
            raise WatchError("drift test: written by a version with other bets; start a new watch")
        return test


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftWatch:
    """Several signals of the same mails; `delta` is split evenly over them.

    It is fed with what the calibration mails stand for: every mail of a customer once, answered or not, and no mail of a machine.
    """

    tests: Mapping[str, ConformalTest]

    @classmethod
    def start(cls, signals: Mapping[str, tuple[Signal, Iterable[float | str | None]]], delta: float) -> "DriftWatch":
        """Begin with each signal and its values on the calibration mails.

        Raises:
            WatchError: see `ConformalTest.start`.
        """
        return cls(tests={name: ConformalTest.start(signal, values, delta / len(signals)) for name, (signal, values) in signals.items()})

    @property
    def alarms(self) -> frozenset[str]:
        """Signals whose alarm lasts."""
        return frozenset(name for name, test in self.tests.items() if test.is_alarmed)

    def observe(self, values: Mapping[str, float | str | None], mail_id: str) -> "DriftWatch":
        """The state after one mail; a signal that is not given is not moved."""
        told = {name: self.tests[name].observe(value, tie_of(f"{name}:{mail_id}")) for name, value in values.items() if name in self.tests}
        return DriftWatch(tests={**self.tests, **told})

    def rearmed(self, name: str) -> "DriftWatch":
        """Re-arm one signal.

        Raises:
            WatchError: nothing of that name is watched.
        """
        check_watched(name, self.tests)
        return DriftWatch(tests={**self.tests, name: self.tests[name].rearmed()})

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types; `from_json` gives an equal watch again."""
        return {name: test.to_json() for name, test in self.tests.items()}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "DriftWatch":
        """Read what `to_json` wrote.

        Raises:
            WatchError: a test cannot be read.
        """
        return cls(tests={name: ConformalTest.from_json(test) for name, test in value.items()})


def bets(signal: Signal) -> NDArray[np.float64]:
    """What is bet on beforehand, shape (bets, 3): from rank, to rank, and the share of mail that gathers there in excess."""
    if signal.labels:
        return np.array([(number / SLICES, (number + 1) / SLICES, SLICE_GAIN) for number in range(SLICES)])
    spans = [span for tail in TAILS for span in ((0.0, tail), (1.0 - tail, 1.0))]
    return np.array([(*span, gain) for span in spans for gain in GAINS])


def gains(betted: NDArray[np.float64], rank: NDArray[np.float64], recent: NDArray[np.float64]) -> Weights:
    """Factors of ranks (...), shape (..., bets + 1): densities over [0, 1], so that a uniform rank expects exactly 1.

    The last bet is the density of the `recent` ranks (..., SLICES), drawn towards even (plug-in martingale: Fedorova et al. 2012).
    """
    low, high, gain = betted.T
    inside = (rank[..., None] >= low) & (rank[..., None] < high)
    own = np.take_along_axis(recent, _slice(rank)[..., None], axis=-1)
    learnt = (own * SLICES + CAUTION_MAILS) / (recent.sum(axis=-1, keepdims=True) + CAUTION_MAILS)
    return np.concatenate([1.0 - gain + gain / (high - low) * inside, learnt], axis=-1)


def remembered(recent: NDArray[np.float64], rank: NDArray[np.float64]) -> NDArray[np.float64]:
    """The recent ranks with one more, shape (..., SLICES)."""
    return np.asarray(recent * (1.0 - 1.0 / MEMORY_MAILS) + (np.arange(SLICES) == _slice(rank)[..., None]))


def ranks(counts: NDArray[np.int64], cell: NDArray[np.int64], tie: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of the counted values above the last one, ties broken by chance: counts (..., cells) include it, `cell` and `tie` are (...)."""
    own = np.take_along_axis(counts, cell[..., None], axis=-1)[..., 0]
    below = np.take_along_axis(np.cumsum(counts, axis=-1), cell[..., None], axis=-1)[..., 0]
    total = counts.sum(axis=-1)
    return np.asarray((total - below + tie * own) / total)


def tie_of(key: str) -> float:
    """A number in [0, 1) that is always the same for a key and has nothing to do with the content of a mail."""
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=6).digest(), "big") / 2**48


def _slice(rank: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.minimum((rank * SLICES).astype(np.int64), SLICES - 1)


def _opening(signal: Signal) -> tuple[float, ...]:
    return tuple(opening(len(bets(signal)) + 1).tolist())


def _ints(counts: NDArray[np.int64]) -> tuple[int, ...]:
    return tuple(int(count) for count in counts)
