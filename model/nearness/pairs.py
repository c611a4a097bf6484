"""How near two texts are, and whether they may be one answer: measures, zones and vetoes.

Containment and resemblance (Jaccard) of character 5-grams find edited copies and quotes, where vectors of sentences see any two answers
of one subject as near. Different values, a negation in one text only, or another subject throughout forbid a union, however near.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from model.entry import Difference, Pair, Zone, pair_key
from model.nearness.crew import Crew
from model.nearness.distinct import Texts, Vectors
from model.nearness.near import Pairs
from model.nearness.objections import NO_OBJECTION, Objection, Objector, spread
from model.nearness.sketch import GRAM_BITS, Column
from model.nearness.wording import Terms

Shares = NDArray[np.float32]
Objections = Iterator[tuple[int, Objection]]

# A copy of about the same length shares so much of its 5-grams, a short quote from a long text more, since chance gives it some.
ATTACH_COPY = 0.6
ATTACH_QUOTE = 0.75
COPY_RATIO = 0.6
QUOTE_RATIO = 0.3
SHORT_TEXT = 60
ASK = 0.48
ASK_COSINE = 0.85
ASK_COSINE_CONTAINMENT = 0.4
# Below the limit by so much, near vectors decide.
BACKED_BY_COSINE = 0.08
BACKING_COSINE = 0.9

NEW_CODE, ASK_CODE, ATTACH_CODE = 0, 1, 2
ZONES = (Zone.NEW, Zone.ASK, Zone.ATTACH)
CHUNK = 100_000
# About 100 bytes each; a base of a million answers has four million pairs to remember.
REMEMBERED = 8_000_000
# Fewer pairs are looked at in this process.
SHARED_ABOVE = 2_000
# So few pairs are measured without looking through all texts; from all pairs of theirs when these are at most so many times more.
FEW_PAIRS = 20_000
ALL_PAIRS = 4


@dataclass(frozen=True, slots=True)
class Measures:
    """Columns over pairs; `cosine` is 0 without vectors."""

    containment: Shares
    jaccard: Shares
    ratio: Shares
    cosine: Shares
    shorter: NDArray[np.int64]

    @property
    def score(self) -> Shares:
        """The order in which pairs are united: whole copies before quotes."""
        return (self.containment + self.jaccard) / np.float32(2)


@dataclass(frozen=True, slots=True)
class Judged:
    """Measures, zone (0 new, 1 ask, 2 attach) and vetoes of pairs of rows; a vetoed pair has the zone new."""

    pairs: Pairs
    measures: Measures
    zones: NDArray[np.int8]
    vetoes: dict[int, tuple[tuple[Difference, ...], Terms]]

    def pair(self, index: int, left: str, right: str) -> Pair:
        """What is told of the pair at this place, for the answers of these ids."""
        differing, terms = self.vetoes.get(index, ((), ()))
        if left > right:
            differing = tuple((two, one) for one, two in differing)
            terms = tuple((two, one) for one, two in terms)
        first, second = pair_key(left, right)
        measures = self.measures
        return Pair(
            left=first,
            right=second,
            containment=round(float(measures.containment[index]), 4),
            jaccard=round(float(measures.jaccard[index]), 4),
            cosine=round(float(measures.cosine[index]), 4),
            length_ratio=round(float(measures.ratio[index]), 4),
            zone=ZONES[self.zones[index]],
            differing=differing,
            terms=terms,
        )


class Judge:
    """Judges pairs of rows of `texts`; remembers what forbids a union, for up to `memory` pairs. Many pairs are shared out to a crew."""

    def __init__(self, texts: Texts, memory: int = REMEMBERED, crew: Crew | None = None) -> None:
        self._texts = texts
        self._objector = Objector(texts, memory)
        self._crew = crew
        self._matrix: csr_array | None = None

    def dismissed(self) -> "Judge":
        """The same judge with all that it remembers, working on in this process alone."""
        self._crew = None
        return self

    def forget(self) -> None:
        """Remember nothing any more."""
        self._objector.forget()

    def take_over(self, other: "Judge") -> None:
        """Remember what another judge of the same rows does."""
        self._objector.take_over(other._objector)

    def judge(self, pairs: Pairs) -> Judged:
        """Many pairs of rows, left row first; both rows in one language."""
        return self.begin(pairs)()

    def begin(self, pairs: Pairs) -> Callable[[], Judged]:
        """Have the crew begin with these pairs; calling the outcome waits for it."""
        measures = self.measure(pairs)
        zones = zones_of(measures)
        near = np.flatnonzero(zones != NEW_CODE)
        is_shared = self._crew is not None and self._crew.workers > 1 and len(near) >= SHARED_ABOVE
        objections = self._from_crew(pairs, near, measures.score) if is_shared else self._from_here(pairs, near)

        def finish() -> Judged:
            vetoes: dict[int, tuple[tuple[Difference, ...], Terms]] = {}
            for index, found in objections:
                if found.forbids:
                    zones[index], vetoes[index] = NEW_CODE, (found.differing, found.terms)
                elif found.is_doubtful:
                    zones[index] = ASK_CODE
            return Judged(pairs, measures, zones, vetoes)

        return finish

    def _from_here(self, pairs: Pairs, near: NDArray[np.int64]) -> Objections:
        for index, (left, right) in zip(near.tolist(), pairs[near].tolist(), strict=True):
            yield index, self._objector.objection(left, right)

    def _from_crew(self, pairs: Pairs, near: NDArray[np.int64], score: Shares) -> Objections:
        known = [self._objector.known(left, right) for left, right in pairs[near].tolist()]
        is_new = np.array([found is None for found in known], dtype=bool)
        asked = near[is_new]
        assert self._crew is not None
        parts = spread(self._texts, pairs[asked], score[asked], self._crew)
        remembered = [(index, found) for index, found in zip(near.tolist(), known, strict=True) if found is not None]
        return chain(remembered, self._gathered(asked, pairs[asked], parts))

    def _gathered(self, asked: NDArray[np.int64], pairs: Pairs, parts: Iterator[Mapping[int, Objection]]) -> Objections:
        found = {place: objection for part in parts for place, objection in part.items()}
        for place, (index, (left, right)) in enumerate(zip(asked.tolist(), pairs.tolist(), strict=True)):
            objection = found.get(place, NO_OBJECTION)
            self._objector.keep(left, right, objection)
            yield index, objection

    def measure(self, pairs: Pairs) -> Measures:
        """Measures alone, without looking for what forbids a union."""
        parts = [self._measure_chunk(pairs[start : start + CHUNK]) for start in range(0, len(pairs), CHUNK)] or [self._measure_chunk(pairs)]
        shared, sizes, cosine = (np.concatenate(column) for column in zip(*parts, strict=True))
        shorter, longer = sizes.min(axis=1), sizes.max(axis=1)
        return Measures(
            containment=(shared / np.maximum(shorter, 1)).astype(np.float32),
            jaccard=(shared / np.maximum(shorter + longer - shared, 1)).astype(np.float32),
            ratio=(shorter / np.maximum(longer, 1)).astype(np.float32),
            cosine=cosine,
            shorter=shorter,
        )

    def _measure_chunk(self, pairs: Pairs) -> tuple[NDArray[np.int64], NDArray[np.int64], Shares]:
        if len(self._texts) > len(self._texts.grams) or len(pairs) < FEW_PAIRS:
            return self._measure_few(pairs)
        if self._matrix is None:
            self._matrix = _as_matrix(self._texts.grams)
        left, right = pairs[:, 0], pairs[:, 1]
        shared = np.diff(self._matrix[left].multiply(self._matrix[right]).tocsr().indptr).astype(np.int64)
        sizes = np.stack([self._texts.grams.sizes[left], self._texts.grams.sizes[right]], axis=1)
        return shared, sizes, _cosines(self._texts.vectors, left, right)

    def _measure_few(self, pairs: Pairs) -> tuple[NDArray[np.int64], NDArray[np.int64], Shares]:
        """Pairs of few texts, some of which may have been added; where these are most of the possible pairs, from all of them."""
        used, places = np.unique(pairs, return_inverse=True)
        left, right = places.reshape(-1, 2).T
        grams = self._texts.grams_of(used)
        if len(used) ** 2 <= ALL_PAIRS * len(pairs):
            shared = _shared_by_all(grams)[left, right]
        else:
            matrix = _as_matrix(grams)
            shared = np.diff(matrix[left].multiply(matrix[right]).tocsr().indptr).astype(np.int64)
        sizes = np.stack([grams.sizes[left], grams.sizes[right]], axis=1)
        return shared, sizes, _cosines(self._texts.vectors_of(used), left, right)


def zones_of(measures: Measures) -> NDArray[np.int8]:
    """Zone by the measures alone, as codes."""
    containment, cosine = measures.containment, measures.cosine
    share = np.clip((measures.ratio - QUOTE_RATIO) / (COPY_RATIO - QUOTE_RATIO), 0, 1)
    needed = ATTACH_QUOTE + (ATTACH_COPY - ATTACH_QUOTE) * share
    needed = np.where(measures.shorter < SHORT_TEXT, ATTACH_QUOTE, needed)
    needed = needed - np.where(cosine >= BACKING_COSINE, BACKED_BY_COSINE, 0)
    ask = (containment >= ASK) | ((cosine >= ASK_COSINE) & (containment >= ASK_COSINE_CONTAINMENT))
    return np.where(containment >= needed, ATTACH_CODE, np.where(ask, ASK_CODE, NEW_CODE)).astype(np.int8)


def _cosines(vectors: Vectors | None, left: NDArray[np.integer], right: NDArray[np.integer]) -> Shares:
    """Cosine of each pair of rows; 0 without vectors."""
    if vectors is None:
        return np.zeros(len(left), np.float32)
    cosines: Shares = np.einsum("ij,ij->i", vectors[left], vectors[right], dtype=np.float32)
    return cosines


def _shared_by_all(grams: Column) -> NDArray[np.int64]:
    """How many 5-grams every two of a few texts share."""
    columns, places = np.unique(grams.values, return_inverse=True)
    holds = np.zeros((len(grams), len(columns)), dtype=np.float32)
    holds[grams.owners, places] = 1
    return (holds @ holds.T).astype(np.int64)


def _as_matrix(grams: Column) -> csr_array:
    """One row a text; products of rows count shared 5-grams."""
    data = np.ones(len(grams.values), dtype=np.uint8)
    matrix = csr_array((data, grams.values.astype(np.int32, copy=False), grams.offsets), shape=(len(grams), (1 << GRAM_BITS) - 1))
    matrix.has_sorted_indices = True
    matrix.has_canonical_format = True
    return matrix
