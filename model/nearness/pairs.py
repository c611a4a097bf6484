"""How near two texts are, and whether they may be one answer: measures, zones and vetoes.

Containment and resemblance (Jaccard) of character 5-grams find edited copies and quotes, where vectors of sentences see any two answers
of one subject as near. Different values, a negation in one text only, or another subject throughout forbid a union, however near.
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from model.entry import Difference, Pair, Zone, pair_key
from model.nearness.distinct import Texts, surely_agree
from model.nearness.near import Pairs
from model.nearness.sketch import GRAM_BITS, Column
from model.nearness.wording import Terms, Wording, has_subject, is_same_word
from model.statements.lexicon import lexicon
from model.statements.values import differing_values

Shares = NDArray[np.float32]

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
SAME_TITLE_WORDS = 2
SAME_TITLE = 0.6
CHUNK = 100_000
REMEMBERED = 2_000_000


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


@dataclass(frozen=True, slots=True)
class Objection:
    """What speaks against one answer: values or subjects that differ, which forbids it, or figures and words that a person must see."""

    differing: tuple[Difference, ...] = ()
    terms: Terms = ()
    is_doubtful: bool = False


NO_OBJECTION = Objection()


class Judge:
    """Judges pairs of rows of `texts`; remembers what forbids a union, for up to `memory` pairs."""

    def __init__(self, texts: Texts, memory: int = REMEMBERED) -> None:
        self._texts = texts
        self._memory = memory
        self._known: dict[tuple[int, int], Objection] = {}
        self._wording = Wording()
        self._matrix: csr_array | None = None

    def judge(self, pairs: Pairs) -> Judged:
        """Many pairs of rows, left row first; both rows in one language."""
        measures = self.measure(pairs)
        zones = zones_of(measures)
        vetoes: dict[int, tuple[tuple[Difference, ...], Terms]] = {}
        near = np.flatnonzero(zones != NEW_CODE)
        for index, left, right in zip(near.tolist(), pairs[near, 0].tolist(), pairs[near, 1].tolist(), strict=True):
            found = self._objection(left, right)
            if found.differing or found.terms:
                zones[index], vetoes[index] = NEW_CODE, (found.differing, found.terms)
            elif found.is_doubtful:
                zones[index] = ASK_CODE
        return Judged(pairs, measures, zones, vetoes)

    def _objection(self, left: int, right: int) -> Objection:
        found = self._known.get((left, right))
        if found is None:
            differing = self._differing(left, right)
            terms, is_repeated = ((), False) if differing else self._other_subject(left, right)
            doubtful = not differing and not terms and (is_repeated or self._is_doubtful(left, right))
            found = Objection(differing, terms, doubtful) if differing or terms or doubtful else NO_OBJECTION
            if len(self._known) < self._memory:
                self._known[left, right] = found
        return found

    def _differing(self, left: int, right: int) -> tuple[Difference, ...]:
        texts = self._texts
        if surely_agree(texts.texts[left], texts.texts[right]):
            return ()
        differing = tuple(differing_values(texts.stated(left), texts.stated(right)))
        if differing and texts.texts[left].is_plain and texts.texts[right].is_plain:
            # Two standard sentences, word for word as in many answers, may look like one that was changed; they are not what differs.
            return tuple(differing_values(texts.own_stated(left), texts.own_stated(right)))
        return differing

    def _is_doubtful(self, left: int, right: int) -> bool:
        """Figures that are no known values, or a negation in a mistyped sentence: a person has to look."""
        one, two = self._texts.texts[left], self._texts.texts[right]
        if surely_agree(one, two):
            return False
        return self._wording.is_doubtful(one.canonical, two.canonical, lexicon(one.entry.language).lists["negation"])

    def _other_subject(self, left: int, right: int) -> tuple[Terms, bool]:
        """The replaced words that stand for another subject, for the titles have them too; and whether others are replaced repeatedly."""
        texts = self._texts
        terms = self._wording.replaced(texts.texts[left].canonical, texts.texts[right].canonical)
        if not terms:
            return (), False
        titles = texts.title_words(left), texts.title_words(right)
        subjects = tuple(term for term in dict.fromkeys(terms) if _in_titles(term, titles))
        return subjects, max(Counter(terms).values()) > 1 and not _are_one_title(*titles)

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
        texts = self._texts
        if len(texts) == len(texts.grams):
            if self._matrix is None:
                self._matrix = _as_matrix(texts.grams)
            grams, matrix, left, right = texts.grams, self._matrix, pairs[:, 0], pairs[:, 1]
        else:
            used, places = np.unique(pairs, return_inverse=True)
            grams = texts.grams_of(used)
            matrix, rows = _as_matrix(grams), places.reshape(-1, 2).astype(np.int32)
            left, right = rows[:, 0], rows[:, 1]
        shared = np.diff(matrix[left].multiply(matrix[right]).tocsr().indptr).astype(np.int64)
        sizes = np.stack([grams.sizes[left], grams.sizes[right]], axis=1)
        return shared, sizes, texts.cosines(pairs[:, 0], pairs[:, 1])


def zones_of(measures: Measures) -> NDArray[np.int8]:
    """Zone by the measures alone, as codes."""
    containment, cosine = measures.containment, measures.cosine
    share = np.clip((measures.ratio - QUOTE_RATIO) / (COPY_RATIO - QUOTE_RATIO), 0, 1)
    needed = ATTACH_QUOTE + (ATTACH_COPY - ATTACH_QUOTE) * share
    needed = np.where(measures.shorter < SHORT_TEXT, ATTACH_QUOTE, needed)
    needed = needed - np.where(cosine >= BACKING_COSINE, BACKED_BY_COSINE, 0)
    ask = (containment >= ASK) | ((cosine >= ASK_COSINE) & (containment >= ASK_COSINE_CONTAINMENT))
    return np.where(containment >= needed, ATTACH_CODE, np.where(ask, ASK_CODE, NEW_CODE)).astype(np.int8)


def _are_one_title(left: frozenset[str], right: frozenset[str]) -> bool:
    """True for titles that name the same thing, in more than one word."""
    ours, theirs = ({word for word in title if has_subject(word)} for title in (left, right))
    return len(ours & theirs) >= SAME_TITLE_WORDS and 2 * len(ours & theirs) >= SAME_TITLE * (len(ours) + len(theirs))


def _in_titles(term: tuple[str, str], titles: tuple[frozenset[str], frozenset[str]]) -> bool:
    """True when each title has one of the words that replace each other in the texts, and lacks the other's."""
    own = (titles[0] - titles[1], titles[1] - titles[0])
    return all(any(is_same_word(word, other) for word in words.split() for other in title) for words, title in zip(term, own, strict=True))


def _as_matrix(grams: Column) -> csr_array:
    """One row a text; products of rows count shared 5-grams."""
    data = np.ones(len(grams.values), dtype=np.uint8)
    matrix = csr_array((data, grams.values.astype(np.int32, copy=False), grams.offsets), shape=(len(grams), (1 << GRAM_BITS) - 1))
    matrix.has_sorted_indices = True
    matrix.has_canonical_format = True
    return matrix
