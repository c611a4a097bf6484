"""How likely the answer that would be sent is the right one: one calibrated probability a mail."""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from model.risk.grid import Grid
from model.understanding import PROBABILITY_DIGITS, Evidence, Match, Understanding

SMALLEST = 10.0**-PROBABILITY_DIGITS
TOPIC_SIGNALS = ("topic", "margin", "energy", "nearest", "support", "agreement", "length")
ANSWER_SIGNALS = ("answer", "similarity", "gap", "language")
UNSIGNED = frozenset(["length"])
# To be raised when code changes for which mails a score counts: 2, a second request is learnt.
READING = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerScore:
    """A logistic regression on a few signals; every weight but that of the length is at least 0, so that more evidence never harms.

    names: signals that are read · centres, spreads: of each in training · weights, intercept: of the standardised signals ·
    grid: thresholds that a certificate may choose from, made of out-of-fold scores of training mails · heads: what else the
    probability depends on, the hash of encoder and heads.
    """

    names: tuple[str, ...]
    centres: tuple[float, ...]
    spreads: tuple[float, ...]
    weights: tuple[float, ...]
    intercept: float
    grid: Grid
    heads: str = ""

    @property
    def version(self) -> str:
        """Changes with the weights, the grid, the heads, the encoder and what code makes of them: a certificate is about one version."""
        return hashlib.sha256(json.dumps([self.to_json(), self.heads, READING], sort_keys=True).encode()).hexdigest()[:16]

    @property
    def reads_answers(self) -> bool:
        """Learnt with an answer base: without an answer nothing can be right."""
        return any(name in ANSWER_SIGNALS for name in self.names)

    def probability(self, understanding: Understanding, first: Match | None, words: int) -> float:
        """Probability that an answer is right for a mail, rounded to six decimals.

        Args:
            understanding: what the models say of the mail, its matches included.
            first: the answer that would be sent; None where each topic stands for its one answer.
            words: length of the mail.
        """
        return float(self.probabilities(np.array([signals(understanding, first, words, self.names)]))[0])

    def probabilities(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """The same for signals (n, len(names)) of n mails, shape (n,); 0 in a row that is not a number."""
        scaled = (rows - np.array(self.centres)) / np.array(self.spreads)
        # A sum over the last axis, not a matrix product: it gives the same for one mail as for many.
        found = expit((scaled * np.array(self.weights)).sum(axis=1) + self.intercept)
        return np.where(np.isnan(found), 0.0, np.round(found, PROBABILITY_DIGITS))

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types; the hash of the heads is not stored, but taken from where they are stored."""
        return {name: value for name, value in asdict(self).items() if name not in ("grid", "heads")} | {"grid": self.grid.to_json()}

    @classmethod
    def from_json(cls, value: Mapping[str, Any], heads: str) -> "AnswerScore":
        """The score that `to_json` wrote.

        Raises:
            KeyError, TypeError, ValueError: something is missing or of the wrong kind.
        """
        known = {*TOPIC_SIGNALS, *ANSWER_SIGNALS}
        names = tuple(value["names"])
        columns = {name: tuple(map(float, value[name])) for name in ("centres", "spreads", "weights")}
        if not set(names) <= known or {len(column) for column in columns.values()} != {len(names)}:
            raise ValueError("a score needs one centre, spread and weight for each of its signals")
        if not all(math.isfinite(number) for column in columns.values() for number in column) or min(columns["spreads"]) <= 0:
            raise ValueError("the numbers of a score must be finite, and its spreads positive")
        return cls(names=names, **columns, intercept=float(value["intercept"]), grid=Grid.from_json(value["grid"]), heads=heads)


def signals(understanding: Understanding, first: Match | None, words: int, names: Sequence[str]) -> list[float]:
    """What speaks for an answer, in the order of `names`; not a number where there is no topic, or no answer to speak for."""
    found = _topic_signals(understanding, words)
    if any(name in ANSWER_SIGNALS for name in names):
        found |= _answer_signals(understanding, first)
    return [found[name] for name in names]


def _topic_signals(understanding: Understanding, words: int) -> dict[str, float]:
    entries, evidence = understanding.topic.entries, understanding.evidence
    if not entries or evidence is None:
        return dict.fromkeys(TOPIC_SIGNALS, math.nan)
    second = entries[1].probability if len(entries) > 1 else 0.0
    return {
        "topic": _log_odds(entries[0].probability),
        "margin": math.log(_inside(entries[0].probability) / _inside(second)),
        **{name: getattr(evidence, name) for name in Evidence.__dataclass_fields__},
        "length": math.log1p(words),
    }


def _answer_signals(understanding: Understanding, first: Match | None) -> dict[str, float]:
    if first is None:
        return dict.fromkeys(ANSWER_SIGNALS, math.nan)
    rival = max((match.score for match in understanding.matches if match.answer_id != first.answer_id), default=None)
    return {
        "answer": _log_odds(first.probability),
        "similarity": first.similarity,
        # An answer without a rival leads by as much as probabilities can tell apart.
        "gap": min(max(first.score - rival, 0.0), -math.log(SMALLEST)) if rival is not None else -math.log(SMALLEST),
        "language": float(first.language == understanding.language.code),
    }


def _inside(probability: float) -> float:
    return min(max(probability, SMALLEST), 1 - SMALLEST)


def _log_odds(probability: float) -> float:
    return float(logit(_inside(probability)))
