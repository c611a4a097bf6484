"""Answers that were indexed together: their keys, the vectors and terms of these, and the facts that a search filters by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from data.answer import Visibility
from model.encoder import Vectors
from model.search.keys import Family, Key
from model.search.lexical import Postings, Question, Terms
from model.search.vector_index import ExactVectors, Numbers, VectorIndex

# The tenth best by cosine and spelling together may be the thousandth by either: with 256 keys one in fifty was missed.
FIRST_KEYS = 1_536
MOST_KEYS = 16_384
ALWAYS = (date.min.toordinal(), date.max.toordinal())


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What answers are, one row each, for filters that look at all of them at once."""

    public: NDArray[np.bool_]
    valid: NDArray[np.int32]
    topics: NDArray[np.int32]
    topic_numbers: Mapping[str, int]
    speaks: Mapping[str, NDArray[np.bool_]]

    @classmethod
    def of(cls, families: Sequence[Family]) -> "Facts":
        """Read the facts off the answers."""
        answers = [family.answer for family in families]
        labels = sorted({answer.topic for answer in answers if answer.topic is not None})
        numbers = {label: number for number, label in enumerate(labels)}
        speaks: dict[str, NDArray[np.bool_]] = {}
        for row, answer in enumerate(answers):
            for variant in answer.variants:
                speaks.setdefault(variant.language, np.zeros(len(answers), dtype=bool))[row] = True
        spans = [
            (
                answer.valid_from.toordinal() if answer.valid_from else ALWAYS[0],
                answer.valid_until.toordinal() if answer.valid_until else ALWAYS[1],
            )
            for answer in answers
        ]
        return cls(
            public=np.array([answer.visibility is Visibility.PUBLIC for answer in answers], dtype=bool),
            valid=np.array(spans, dtype=np.int32).reshape(len(answers), 2),
            topics=np.array([numbers[answer.topic] if answer.topic is not None else -1 for answer in answers], dtype=np.int32),
            topic_numbers=numbers,
            speaks=speaks,
        )

    def in_language(self, language: str | None) -> NDArray[np.bool_]:
        """Which answers have a variant in a language."""
        return self.speaks.get(language or "", np.zeros(len(self.public), dtype=bool))

    def about(self, topic: str) -> NDArray[np.bool_]:
        """Which answers have a topic."""
        return np.asarray(self.topics == self.topic_numbers.get(topic, -2))

    def usable(self, today: date) -> NDArray[np.bool_]:
        """Which answers today lies between the dates of."""
        day = today.toordinal()
        return np.asarray((self.valid[:, 0] <= day) & (day <= self.valid[:, 1]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Closeness:
    """How well some answers of a shelf fit: their places there, the best and the mean cosine of their keys, the best lexical score.

    `keys` are the rows of the keys with the best cosine.
    """

    places: Numbers
    best: NDArray[np.float64]
    mean: NDArray[np.float64]
    lexical: NDArray[np.float64]
    keys: Numbers

    def only(self, allowed: NDArray[np.bool_]) -> "Closeness":
        """Those at the allowed places; here every answer of the shelf is found."""
        if allowed.all():
            return self
        return Closeness(
            places=self.places[allowed],
            best=self.best[allowed],
            mean=self.mean[allowed],
            lexical=self.lexical[allowed],
            keys=self.keys[allowed],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """Answers and their keys; those of answer i are the rows `starts[i]` to `starts[i + 1]`. Never changed.

    Terms are turned around into postings where there are many; a few are read one after the other.
    """

    families: tuple[Family, ...]
    keys: tuple[Key, ...]
    starts: Numbers
    vectors: VectorIndex
    terms: Terms | Postings
    facts: Facts

    @classmethod
    def of(cls, families: Sequence[Family], vectors: VectorIndex, terms: Terms | Postings) -> "Shelf":
        """Answers with the vectors and terms of all their keys, in that order."""
        lengths = [len(family.keys) for family in families]
        return cls(
            families=tuple(families),
            keys=tuple(key for family in families for key in family.keys),
            starts=np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths, dtype=np.int64)]),
            vectors=vectors,
            terms=terms,
            facts=Facts.of(families),
        )

    def find(self, vector: NDArray[np.float32], question: Question | None, allowed: NDArray[np.bool_], wanted: int) -> Closeness:
        """Compare a question with the allowed answers; in a large shelf with those that come into question for `wanted` results.

        Args:
            vector: of the question, norm 1, shape (d,).
            question: its terms, or None for a search by vector alone.
            allowed: (answers,) which of them may be found.
            wanted: how many answers there should be, when there are as many.
        """
        lexical = self.terms.scores(question) if question is not None else np.zeros(len(self.keys))
        places = self._places(vector, lexical, allowed, wanted)
        if places is None:
            return self._compared(vector, lexical, np.arange(len(self.families))).only(allowed)
        return self._compared(vector, lexical, places)

    def extended(self, kept: NDArray[np.bool_], more: Sequence[Family], read: tuple[Vectors, Terms]) -> "Shelf":
        """A small shelf with some of these answers and further ones, whose vectors and terms come with them."""
        if not isinstance(self.terms, Terms):
            raise TypeError("a shelf with postings is not extended: build it anew")
        rows = np.flatnonzero(np.repeat(kept, np.diff(self.starts)))
        vectors, terms = read
        return Shelf.of(
            (*(self.families[place] for place in np.flatnonzero(kept)), *more),
            ExactVectors(np.concatenate([self.vectors.rows(rows), vectors])),
            Terms.joined([self.terms.take(rows), terms]),
        )

    def _compared(self, vector: NDArray[np.float32], lexical: NDArray[np.float64], places: Numbers) -> Closeness:
        if not len(places):
            return NOTHING
        lengths = np.diff(self.starts)[places]
        offsets = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths)])
        rows = np.arange(offsets[-1]) + np.repeat(self.starts[places] - offsets[:-1], lengths)
        whole = len(rows) == len(self.keys)
        similarities = self.vectors.similarities(vector, None if whole else rows).astype(np.float64)
        best = np.maximum.reduceat(similarities, offsets[:-1])
        at_best = np.flatnonzero(similarities == np.repeat(best, lengths))
        return Closeness(
            places=places,
            best=best,
            mean=np.add.reduceat(similarities, offsets[:-1]) / lengths,
            lexical=np.maximum.reduceat(lexical[rows], offsets[:-1]),
            keys=rows[at_best[np.searchsorted(at_best, offsets[:-1])]],
        )

    def _places(self, vector: NDArray[np.float32], lexical: NDArray[np.float64], allowed: NDArray[np.bool_], wanted: int) -> Numbers | None:
        """Answers of ever more near keys, until enough of them are allowed, and those of the best by spelling; None for all answers."""
        count = FIRST_KEYS
        while (rows := self.vectors.nearest(vector, count)) is not None:
            places = self._allowed(rows, allowed)
            if len(places) >= wanted or count >= min(MOST_KEYS, len(self.keys)):
                return _distinct(np.concatenate([places, self._allowed(_largest(lexical, FIRST_KEYS), allowed)]))
            count *= 4
        return None

    def _allowed(self, rows: Numbers, allowed: NDArray[np.bool_]) -> Numbers:
        places = _distinct(np.searchsorted(self.starts, rows, side="right") - 1)
        return np.asarray(places[allowed[places]])


def _distinct(numbers: Numbers) -> Numbers:
    """Each number once, in order; faster than np.unique."""
    ordered = np.sort(numbers)
    return np.asarray(ordered[np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)]])


def _largest(values: NDArray[np.float64], count: int) -> Numbers:
    """Positions of the largest values above 0, at most `count`."""
    if len(values) > count:
        chosen = np.argpartition(-values, count)[:count]
        return np.asarray(chosen[values[chosen] > 0])
    return np.flatnonzero(values > 0)


NOTHING = Closeness(
    places=np.zeros(0, dtype=np.int64), best=np.zeros(0), mean=np.zeros(0), lexical=np.zeros(0), keys=np.zeros(0, dtype=np.int64)
)
