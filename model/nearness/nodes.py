"""Answers as the search sees them: one node for all answers whose texts are equal in every language, compared language by language."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.entry import Entry, Key, Pair
from model.nearness.distinct import Text
from model.nearness.near import NO_PAIRS, Pairs, as_keys
from model.nearness.pairs import ATTACH_CODE, Judge, Judged

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Node:
    """Answers (ids, sorted) with the same texts; `rows` are their texts by language."""

    ids: tuple[str, ...]
    rows: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Compared:
    """Pairs of nodes with the best score of a language in common; one vetoed language keeps the answers apart.

    `numbers` are their places among the pairs asked for, ascending; `places` where `judged` tells of them.
    """

    pairs: Pairs
    numbers: NDArray[np.int64]
    score: Floats
    zones: NDArray[np.int8]
    apart: NDArray[np.bool_]
    places: NDArray[np.int64]
    judged: Judged

    @property
    def linked(self) -> NDArray[np.bool_]:
        """True where two nodes are near enough to be one answer."""
        return np.equal(self.zones, ATTACH_CODE)

    def part(self, start: int, end: int) -> "Compared":
        """The pairs from one place to another."""
        return self._chosen(slice(start, end))

    def _chosen(self, chosen: slice | NDArray[np.bool_]) -> "Compared":
        return Compared(
            self.pairs[chosen],
            self.numbers[chosen],
            self.score[chosen],
            self.zones[chosen],
            self.apart[chosen],
            self.places[chosen],
            self.judged,
        )

    def within(self, nodes: NDArray[np.int64]) -> "Compared":
        """The pairs of two of these nodes."""
        return self._chosen(np.all(np.isin(self.pairs, nodes), axis=1))

    def outside(self, cluster: NDArray[np.int64]) -> "Compared":
        """The pairs of nodes of different clusters."""
        return self._chosen(np.not_equal(cluster[self.pairs[:, 0]], cluster[self.pairs[:, 1]]))

    def pair(self, index: int, left: str, right: str) -> Pair:
        """What is told of the pair, under these ids."""
        return self.judged.pair(int(self.places[index]), left, right)


def distinct_texts(texts: Iterable[Text]) -> tuple[list[Text], NDArray[np.int64]]:
    """The distinct ones in order of first appearance, and for every text the row of its like."""
    rows: dict[tuple[str, str, bytes], int] = {}
    kept: list[Text] = []
    row_of = []
    for text in texts:
        row = rows.setdefault(text.key, len(kept))
        if row == len(kept):
            kept.append(text)
        row_of.append(row)
    return kept, np.array(row_of, dtype=np.int64)


def nodes_of(entries: Sequence[Entry], row_of: Sequence[int], single: Iterable[Key]) -> list[Node]:
    """Nodes in the order of their least ids. Answers named in `single` pairs stay alone, so that they can be kept apart."""
    alone = {answer for pair in single for answer in pair}
    rows: dict[str, dict[str, int]] = defaultdict(dict)
    for entry, row in zip(entries, row_of, strict=True):
        rows[entry.id][entry.language] = int(row)
    groups: dict[tuple[str, tuple[int, ...]], list[str]] = defaultdict(list)
    for answer, variants in rows.items():
        groups[answer if answer in alone else "", tuple(sorted(variants.values()))].append(answer)
    nodes = [Node(tuple(sorted(ids)), rows[ids[0]]) for ids in groups.values()]
    return sorted(nodes, key=lambda node: node.ids)


def node_pairs(nodes: Sequence[Node], row_pairs: Pairs, count: int) -> Pairs:
    """Pairs of nodes (left < right) that have a pair of rows, or a row, in common with the candidates."""
    owners: list[list[int]] = [[] for _ in range(count)]
    for index, node in enumerate(nodes):
        for row in node.rows.values():
            owners[row].append(index)
    if all(len(indices) == 1 for indices in owners):
        single = np.array([indices[0] for indices in owners], dtype=np.int32)
        pairs = single[row_pairs]
        return _unique(np.sort(pairs, axis=1)) if len(pairs) else NO_PAIRS
    found = {(min(one, two), max(one, two)) for left, right in row_pairs.tolist() for one in owners[left] for two in owners[right]}
    found |= {(one, two) for indices in owners for place, one in enumerate(indices) for two in indices[place + 1 :]}
    pairs = np.array(sorted(pair for pair in found if pair[0] != pair[1]), dtype=np.int32)
    return pairs.reshape(-1, 2)


def compare(nodes: Sequence[Node], pairs: Pairs, judge: Judge, apart: Pairs = NO_PAIRS) -> Compared:
    """Judge pairs of nodes in all languages that both have; pairs without one are left out.

    Those in `apart` are kept apart whatever the texts say.
    """
    return begin_to_compare(nodes, pairs, judge, apart)()


def begin_to_compare(nodes: Sequence[Node], pairs: Pairs, judge: Judge, apart: Pairs = NO_PAIRS) -> Callable[[], Compared]:
    """The same, but waits for what other processes judge only when the outcome is called."""
    places: list[int] = []
    rows: list[tuple[int, int]] = []
    for place, (left, right) in enumerate(pairs.tolist()):
        theirs = nodes[right].rows
        for language, row in nodes[left].rows.items():
            if language in theirs:
                places.append(place)
                rows.append((row, theirs[language]))
    judged = judge.begin(np.array(rows, dtype=np.int32).reshape(-1, 2))
    return lambda: _keep_apart(_best(pairs, np.array(places, dtype=np.int64), judged()), apart)


def _keep_apart(compared: Compared, apart: Pairs) -> Compared:
    for index in np.flatnonzero(np.isin(as_keys(compared.pairs), as_keys(apart))) if len(apart) else ():
        compared.zones[index], compared.apart[index] = 0, True
    return compared


def _best(pairs: Pairs, places: NDArray[np.int64], judged: Judged) -> Compared:
    vetoed = np.zeros(len(places), dtype=bool)
    vetoed[list(judged.vetoes)] = True
    # The last of a pair's languages is the one to tell of: a vetoed one, else the one with the highest score.
    order = np.lexsort((judged.measures.score, vetoed, places))
    last = np.ones(len(order), dtype=bool)
    last[:-1] = places[order][1:] != places[order][:-1]
    best = order[last]
    zones = np.zeros(len(pairs), dtype=np.int8)
    np.maximum.at(zones, places, judged.zones)
    kept = places[best]
    zones = np.where(vetoed[best], 0, zones[kept]).astype(np.int8)
    return Compared(pairs[kept], kept, judged.measures.score[best], zones, vetoed[best], best, judged)


def _unique(pairs: Pairs) -> Pairs:
    return np.unique(pairs[pairs[:, 0] != pairs[:, 1]], axis=0)
