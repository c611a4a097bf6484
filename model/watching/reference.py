"""What the mails of a calibration looked like: numbers that later mail is compared with, never text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST_ROWS = 4_000
DIGITS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Score and novelty of calibration mails, one row a mail in random order, and hashes of their texts and groups.

    At most 4,000 rows are kept, drawn at random. The hashes tell when a measurement uses mails that the certificate rests on.
    """

    scores: tuple[float, ...]
    novelty: tuple[float, ...]
    text_hashes: tuple[str, ...] = ()

    @classmethod
    def of(cls, scores: NDArray[np.float64], novelty: NDArray[np.float64], text_hashes: Sequence[str] = ()) -> "Reference":
        """Keep a random part of n mails."""
        chosen = np.random.default_rng(0).permutation(len(scores))[:MOST_ROWS]
        kept_scores, kept_novelty = (tuple(np.round(column[chosen], DIGITS).tolist()) for column in (scores, novelty))
        return cls(scores=kept_scores, novelty=kept_novelty, text_hashes=tuple(sorted(text_hashes)))

    @property
    def rows(self) -> NDArray[np.float64]:
        """Score and novelty, shape (n, 2)."""
        return np.stack([np.array(self.scores), np.array(self.novelty)], axis=1)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types."""
        return {"scores": list(self.scores), "novelty": list(self.novelty), "text_hashes": list(self.text_hashes)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Reference":
        """The reference that `to_json` wrote.

        Raises:
            KeyError, TypeError, ValueError: something is missing or of the wrong kind.
        """
        columns = {name: tuple(map(float, value[name])) for name in ("scores", "novelty")}
        if len(columns["scores"]) != len(columns["novelty"]):
            raise ValueError("as many scores as novelties are needed")
        return cls(**columns, text_hashes=tuple(map(str, value["text_hashes"])))
