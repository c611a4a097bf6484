"""What the mails of a calibration looked like: numbers and labels that later mail is compared with, never text."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.watching.drift import NOVELTY, SCORE, Signal
from model.watching.regions import Regions

MOST_ROWS = 4_000
DIGITS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """What n calibration mails were about: the predicted topic and the region of the vector of each.

    order: every topic that a mail may get, like ones side by side. regions: of the vector space, fixed before any calibration mail is seen.
    """

    topics: tuple[str, ...]
    region_numbers: tuple[int, ...]
    order: tuple[str, ...]
    regions: Regions

    def take(self, rows: NDArray[np.int64]) -> "Mix":
        """The mails with these numbers."""
        topics, numbers = tuple(self.topics[row] for row in rows), tuple(self.region_numbers[row] for row in rows)
        return Mix(topics=topics, region_numbers=numbers, order=self.order, regions=self.regions)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types."""
        return {
            "topics": list(self.topics),
            "numbers": list(self.region_numbers),
            "order": list(self.order),
            "regions": self.regions.to_json(),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Mix":
        """The mix that `to_json` wrote.

        Raises:
            KeyError, TypeError, ValueError: something is missing or of the wrong kind.
        """
        return cls(
            topics=tuple(map(str, value["topics"])),
            region_numbers=tuple(map(int, value["numbers"])),
            order=tuple(map(str, value["order"])),
            regions=Regions.of(value["regions"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Score, novelty and mix of calibration mails, one row a mail in random order, and hashes of their texts and groups.

    At most 4,000 rows are kept, drawn at random. The hashes tell when a measurement uses mails that the certificate rests on. Bundles
    that were certified before topics and regions were watched have no `mix`.
    """

    scores: tuple[float, ...]
    novelty: tuple[float, ...]
    text_hashes: tuple[str, ...] = ()
    mix: Mix | None = None

    @classmethod
    def of(
        cls, scores: NDArray[np.float64], novelty: NDArray[np.float64], text_hashes: Sequence[str] = (), mix: Mix | None = None
    ) -> "Reference":
        """Keep a random part of n mails."""
        chosen = np.random.default_rng(0).permutation(len(scores))[:MOST_ROWS]
        kept_scores, kept_novelty = (tuple(np.round(column[chosen], DIGITS).tolist()) for column in (scores, novelty))
        kept_mix = mix.take(chosen) if mix is not None else None
        return cls(scores=kept_scores, novelty=kept_novelty, text_hashes=tuple(sorted(text_hashes)), mix=kept_mix)

    @property
    def signals(self) -> dict[str, tuple[Signal, Iterable[float | str | None]]]:
        """All that can be watched of later mail, with its values on the calibration mails; see `DriftWatch.start`."""
        found: dict[str, tuple[Signal, Iterable[float | str | None]]] = {"novelty": (NOVELTY, self.novelty), "score": (SCORE, self.scores)}
        if self.mix is not None:
            regions = Signal(labels=tuple(str(number) for number in range(len(self.mix.regions.centres))))
            found["topic"] = Signal(labels=self.mix.order), self.mix.topics
            found["region"] = regions, tuple(str(number) for number in self.mix.region_numbers)
        return found

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types."""
        rest = {"mix": self.mix.to_json()} if self.mix is not None else {}
        return {"scores": list(self.scores), "novelty": list(self.novelty), "text_hashes": list(self.text_hashes)} | rest

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Reference":
        """The reference that `to_json` wrote.

        Raises:
            KeyError, TypeError, ValueError: something is missing or of the wrong kind.
        """
        columns = {name: tuple(map(float, value[name])) for name in ("scores", "novelty")}
        mix = Mix.from_json(value["mix"]) if "mix" in value else None
        lengths = {*map(len, columns.values()), *((len(mix.topics), len(mix.region_numbers)) if mix is not None else ())}
        if len(lengths) > 1:
            raise ValueError("as many scores as novelties, topics and regions are needed")
        return cls(**columns, text_hashes=tuple(map(str, value["text_hashes"])), mix=mix)
