"""What forbids to unite two texts, however near they are: other values, another product in the title, another subject."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from model.entry import Difference
from model.nearness.boilerplate import Boilerplate
from model.nearness.crew import Crew
from model.nearness.distinct import Text, Texts, surely_agree
from model.nearness.near import Pairs
from model.nearness.wording import Terms, Wording, has_subject, is_same_word
from model.statements.disagreement import agree
from model.statements.lexicon import lexicon
from model.statements.values import Kind, Value, differing_values

SAME_TITLE_WORDS = 2
SAME_TITLE = 0.6
# Pairs that a process looks at in one go.
PART = 4_000
ROW_BITS = 32
ROW = (1 << ROW_BITS) - 1


@dataclass(frozen=True, slots=True)
class Objection:
    """What speaks against one answer: values or subjects that differ, which forbids it, or figures and words that a person must see."""

    differing: tuple[Difference, ...] = ()
    terms: Terms = ()
    is_doubtful: bool = False

    @property
    def forbids(self) -> bool:
        """True when the two must not be one answer."""
        return bool(self.differing or self.terms)

    @property
    def mirrored(self) -> "Objection":
        """The same from right to left."""
        if not self.forbids:
            return self
        differing = tuple((right, left) for left, right in self.differing)
        return Objection(differing, tuple((right, left) for left, right in self.terms), self.is_doubtful)


NO_OBJECTION = Objection()


class Objector:
    """Looks for objections; remembers what it found, for up to `memory` pairs, the last ones in any case."""

    def __init__(self, texts: Texts, memory: int) -> None:
        self._texts = texts
        self._half = memory // 2
        # By both rows as one number, in half the memory that pairs would take; when the recent half is full, the older one goes.
        self._recent: dict[int, Objection] = {}
        self._older: dict[int, Objection] = {}
        self._wording = Wording()

    def known(self, left: int, right: int) -> Objection | None:
        """What was found before."""
        key = _key(left, right)
        found = self._recent.get(key) or self._older.get(key)
        return found.mirrored if found is not None and left > right else found

    def keep(self, left: int, right: int, found: Objection) -> None:
        """Remember what was found."""
        if len(self._recent) >= self._half:
            self._recent, self._older = {}, self._recent
        if self._half:
            self._recent[_key(left, right)] = found.mirrored if left > right else found

    def forget(self) -> None:
        """Remember nothing any more."""
        self._recent, self._older = {}, {}

    def take_over(self, other: "Objector") -> None:
        """Remember what another one found last about the same rows."""
        for key, found in other._recent.items():
            self.keep(key >> ROW_BITS, key & ROW, found)

    def objection(self, left: int, right: int) -> Objection:
        """What speaks against a union of two rows."""
        found = self.known(left, right)
        if found is None:
            one, other = (self._texts.texts[row].key for row in (left, right))
            # Two texts are always looked at in the same order, whichever came first.
            found = self._looked(left, right) if one <= other else self._looked(right, left).mirrored
            self.keep(left, right, found)
        return found

    def _looked(self, left: int, right: int) -> Objection:
        differing = self._differing(left, right)
        terms, is_repeated = ((), False) if differing else self._other_subject(left, right)
        doubtful = not differing and not terms and (is_repeated or self._is_doubtful(left, right))
        return Objection(differing, terms, doubtful) if differing or terms or doubtful else NO_OBJECTION

    def _differing(self, left: int, right: int) -> tuple[Difference, ...]:
        texts = self._texts
        others = _other_products(texts.texts[left].products, texts.texts[right].products)
        if others or surely_agree(texts.texts[left], texts.texts[right]):
            return others
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


@dataclass(frozen=True, slots=True)
class Part:
    """What a process needs to look at some pairs: their texts, the pairs as rows of these, the standard sentences of the base."""

    texts: list[Text]
    pairs: Pairs
    standard: frozenset[str]


def _key(left: int, right: int) -> int:
    return (left << ROW_BITS) | right if left < right else (right << ROW_BITS) | left


def objections_in(part: Part) -> dict[int, Objection]:
    """The objections to pairs of a part, by their place in it; pairs without one are left out."""
    objector = Objector(Texts(texts=part.texts, boilerplate=Boilerplate(part.standard)), memory=0)
    found = ((place, objector.objection(left, right)) for place, (left, right) in enumerate(part.pairs.tolist()))
    return {place: objection for place, objection in found if objection is not NO_OBJECTION}


def spread(texts: Texts, pairs: Pairs, score: NDArray[np.float32], crew: Crew) -> Iterator[Mapping[int, Objection]]:
    """Have a crew look at pairs: the objections by place among them, part by part."""
    order = np.argsort(_kin(pairs, score), kind="stable")
    places = [order[start : start + PART] for start in range(0, len(order), PART)]
    found = crew.begin(objections_in, (_part(texts, pairs[chosen]) for chosen in places))
    return ({int(chosen[place]): objection for place, objection in part.items()} for chosen, part in zip(places, found, strict=True))


def _part(texts: Texts, pairs: Pairs) -> Part:
    rows, places = np.unique(pairs, return_inverse=True)
    return Part([texts.texts[row] for row in rows.tolist()], places.reshape(-1, 2).astype(np.int32), texts.boilerplate.sentences)


def _kin(pairs: Pairs, score: NDArray[np.float32]) -> NDArray[np.int32]:
    """A number for each pair, the same for texts that are nearest to one another, so that a process reads a text for all its pairs."""
    ends, numbers = pairs.T.reshape(-1), np.tile(np.arange(len(pairs)), 2)
    order = np.lexsort((-score[numbers], ends))
    best = order[np.concatenate([np.ones(1, bool), ends[order][1:] != ends[order][:-1]])] if len(order) else order
    edges = pairs[numbers[best]]
    count = int(pairs.max(initial=0)) + 1
    graph = coo_array((np.ones(len(edges), np.int8), (edges[:, 0], edges[:, 1])), shape=(count, count))
    labels: NDArray[np.int32] = connected_components(graph, directed=False)[1]
    return labels[pairs[:, 0]]


def _other_products(left: tuple[str, ...], right: tuple[str, ...]) -> tuple[Difference, ...]:
    """The products of two titles when each names some and none of them is one of the other's."""
    pairs = [(Value(Kind.PRODUCT, one), Value(Kind.PRODUCT, other)) for one in left for other in right]
    return () if any(agree(one, other) for one, other in pairs) else tuple(pairs[:1])


def _are_one_title(left: frozenset[str], right: frozenset[str]) -> bool:
    """True for titles that name the same thing, in more than one word."""
    ours, theirs = ({word for word in title if has_subject(word)} for title in (left, right))
    return len(ours & theirs) >= SAME_TITLE_WORDS and 2 * len(ours & theirs) >= SAME_TITLE * (len(ours) + len(theirs))


def _in_titles(term: tuple[str, str], titles: tuple[frozenset[str], frozenset[str]]) -> bool:
    """True when each title has one of the words that replace each other in the texts, and lacks the other's."""
    own = (titles[0] - titles[1], titles[1] - titles[0])
    return all(any(is_same_word(word, other) for word in words.split() for other in title) for words, title in zip(term, own, strict=True))
