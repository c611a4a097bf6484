"""Contradictions: answers to the same question that differ in a number, date, amount, address or yes and no."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from model.entry import Cluster, Entry, Pair, pair_key
from model.nearness.canonical import core_text
from model.nearness.near import nearest
from model.statements.values import Difference, Stated, Value, differences, stated_values

Vectors = NDArray[np.float32]

SAME_QUESTION_COSINE = 0.9
TRANSLATION_COSINE = 0.8
LOOKED_AT = 8
STATED_KEPT = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """Two answers, or two languages of one, that say different things.

    `sentences` are those of the first text and of the second that hold the values, as they were written; `values` the pairs that differ,
    an empty text for a negation that one of them lacks. `answers` are sorted; the other fields follow their order.
    """

    answers: tuple[str, str]
    languages: tuple[str, str]
    sentences: tuple[str, str]
    values: tuple[tuple[str, str], ...]


def find_contradictions(
    entries: Sequence[Entry], vectors: Vectors | None, near: Iterable[Pair], clusters: Sequence[Cluster] = ()
) -> tuple[Contradiction, ...]:
    """The contradictions among answers, sorted by their ids.

    Compared are the `near` pairs (those that the search for duplicates kept apart, above all), the languages of each answer with one
    another, and with `vectors` (one row of norm 1 an entry) answers of near meaning. Of two `clusters` one contradiction is listed, under
    the ids of the canonical answers; answers of one cluster never contradict each other.
    """
    heads = {member: cluster.canonical for cluster in clusters for member in cluster.members}
    reader = _Reader(entries)
    found: dict[tuple[str, str], Contradiction] = {}
    pairs = {pair_key(pair.left, pair.right) for pair in near} | set(_near_by_vectors(entries, vectors, heads))
    for left, right in sorted(pairs):
        key = pair_key(heads.get(left, left), heads.get(right, right))
        if key[0] == key[1] or key in found or not reader.knows(left, right):
            continue
        if heads.get(left, left) != key[0]:
            left, right = right, left
        contradiction = reader.compare(key, left, right)
        if contradiction is not None:
            found[key] = contradiction
    translated = (contradiction for one in reader.by_id.values() for contradiction in reader.translations(one))
    return tuple(sorted([*found.values(), *translated], key=lambda contradiction: (contradiction.answers, contradiction.languages)))


class _Reader:
    """Compares entries; what the last ones state is kept."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.by_id: dict[str, list[Entry]] = {}
        for entry in entries:
            self.by_id.setdefault(entry.id, []).append(entry)
        self._stated: dict[tuple[str, str], Stated] = {}

    def knows(self, left: str, right: str) -> bool:
        """True when both answers are among the entries."""
        return left in self.by_id and right in self.by_id

    def compare(self, answers: tuple[str, str], left: str, right: str) -> Contradiction | None:
        """What two answers disagree on: in a language that both have, else between their languages."""
        ours, theirs = self.by_id[left], self.by_id[right]
        shared = [(one, other) for one in ours for other in theirs if one.language == other.language]
        for one, other in shared or [(one, other) for one in ours for other in theirs]:
            found = differences(self._read(one), self._read(other))
            if found:
                return self._contradiction(answers, one, other, found)
        return None

    def translations(self, variants: Sequence[Entry]) -> Iterator[Contradiction]:
        """The languages of one answer that disagree with the one that agrees with most others."""
        disagreeing: dict[tuple[int, int], tuple[Difference, ...]] = {}
        for (first, one), (second, other) in combinations(enumerate(variants), 2):
            found = differences(self._read(one), self._read(other)) if one.language != other.language else ()
            if found:
                disagreeing[first, second] = found
        if disagreeing:
            trusted = min(range(len(variants)), key=lambda number: sum(number in pair for pair in disagreeing))
            for (first, second), found in disagreeing.items():
                if trusted in (first, second):
                    yield self._contradiction((variants[0].id, variants[0].id), variants[first], variants[second], found)

    def _read(self, entry: Entry) -> Stated:
        key = (entry.id, entry.language)
        if key not in self._stated:
            if len(self._stated) >= STATED_KEPT:
                self._stated.clear()
            self._stated[key] = stated_values(core_text(entry.body), entry.language)
        return self._stated[key]

    def _contradiction(self, answers: tuple[str, str], one: Entry, other: Entry, found: Sequence[Difference]) -> Contradiction:
        texts = self._read(one), self._read(other)
        numbers = [list(dict.fromkeys(difference.sentences[side] for difference in found)) for side in (0, 1)]
        return Contradiction(
            answers=answers,
            languages=(one.language, other.language),
            sentences=(_quoted(texts[0], numbers[0]), _quoted(texts[1], numbers[1])),
            values=tuple(dict.fromkeys((_text(difference.left), _text(difference.right)) for difference in found)),
        )


def _near_by_vectors(entries: Sequence[Entry], vectors: Vectors | None, heads: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Canonical answers of near meaning, each among the nearest of the other."""
    rows = [row for row, entry in enumerate(entries) if heads.get(entry.id, entry.id) == entry.id]
    if vectors is None or len(rows) < 2:
        return
    cosines, found = nearest(np.ascontiguousarray(vectors[rows], dtype=np.float32), min(LOOKED_AT, len(rows)))
    for place, row in enumerate(rows):
        for cosine, other in zip(cosines[place].tolist(), found[place].tolist(), strict=True):
            if other <= place or entries[rows[other]].id == entries[row].id:
                continue
            is_translation = entries[rows[other]].language != entries[row].language
            if cosine >= (TRANSLATION_COSINE if is_translation else SAME_QUESTION_COSINE) and place in found[other]:
                yield pair_key(entries[row].id, entries[rows[other]].id)


def _quoted(stated: Stated, numbers: Sequence[int]) -> str:
    return " … ".join(stated.text[stated.sentences[number].start : stated.sentences[number].end] for number in numbers)


def _text(value: Value | None) -> str:
    return "" if value is None else value.text
