"""The clusters of a base that is edited: check a new answer, add it, take one out, each by looking at its own component only.

The clusters are those that a search over the whole base with the same standard sentences would find, whatever the order in which the
answers came; where a group of texts is so large that the search samples its pairs, nearly those.
"""

import threading
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from model.duplicates import Search, search
from model.entry import Cluster, Constraints, Entry, Pair, Verdict, Zone, pair_key
from model.nearness.boilerplate import Boilerplate
from model.nearness.components import EXACT_COMPONENT, Clusters, Places, all_pairs, as_pairs, clusters_in, components_of, grouped
from model.nearness.distinct import Text, read_text
from model.nearness.listing import centrality, cluster_of
from model.nearness.lookup import Lookup
from model.nearness.near import NO_PAIRS, Pairs
from model.nearness.nodes import Compared, Node, compare
from model.nearness.pairs import ASK_CODE, ATTACH_CODE, Judge
from model.nearness.sketch import Sketches

Vectors = NDArray[np.float32]
Key = tuple[str, tuple[int, ...]]
Part = tuple[Compared, Clusters]
SHOWN = 20


class DuplicateIndex:
    """All answers with their clusters. Safe to use from several threads, one at a time."""

    def __init__(self, found: Search) -> None:
        base = found.base
        self._texts, self._boilerplate, self._constraints = base.texts, base.boilerplate, base.constraints
        self._judge = found.judge
        # The row of a text that is only checked is used again: what is known about it holds until the next text comes.
        self._passing_judge = Judge(base.texts)
        self._passing: tuple[Entry, Text, Sketches, int] | None = None
        self._lookup = Lookup(found.sketches, [text.entry.language for text in base.texts.texts], base.texts.vectors)
        self._rows = {text.key: row for row, text in enumerate(base.texts.texts)}
        self._alone = {answer for pair in base.constraints.apart for answer in pair}
        self._entries: dict[str, list[tuple[Entry, int]]] = {}
        self._nodes: dict[Key, set[str]] = {}
        self._at_row: dict[int, set[Key]] = {}
        self._component: dict[Key, frozenset[Key]] = {}
        self._cluster: dict[str, Cluster] = {}
        # Rows that contradict, the lesser one first: in a large component these two may never be compared again.
        self._apart: dict[int, set[int]] = {}
        self._lock = threading.Lock()
        self._take_over(found)

    @classmethod
    def build(
        cls, entries: Sequence[Entry], vectors: Vectors | None = None, constraints: Constraints | None = None, workers: int = 1
    ) -> "DuplicateIndex":
        """Search a base and keep what is needed to follow its changes. What sentences are standard is learnt here, once.

        This is done beside other work, so it takes one processor unless told otherwise.
        """
        return cls(search(entries, vectors, constraints or Constraints(), workers=workers))

    @property
    def boilerplate(self) -> Boilerplate:
        """The standard sentences as they were learnt when the index was built."""
        return self._boilerplate

    @property
    def clusters(self) -> tuple[Cluster, ...]:
        """All clusters of two answers and more, as `find_duplicates` lists them."""
        found = {cluster.members: cluster for cluster in self._cluster.values() if len(cluster.members) > 1}
        return tuple(found[members] for members in sorted(found))

    def cluster(self, answer: str) -> Cluster | None:
        """The cluster of an answer; None when it has no duplicates."""
        return self._cluster.get(answer)

    def check(self, entry: Entry, vector: Vectors | None = None) -> Verdict:
        """What to do with an answer before it is added, or changed: the same judgement that clustering makes."""
        with self._lock:
            text, sketches = self._read(entry)
            row = self._texts.push(text, sketches.grams.row(0), vector)
            self._passing_judge.forget()
            self._passing = (entry, text, sketches, row)
            try:
                near = self._near(sketches, entry.language, vector, entry.id)
                nodes = [Node((entry.id,), {entry.language: row}), *(self._node(key) for key in near)]
                compared = compare(nodes, _star(len(nodes)), self._passing_judge, self._decided(nodes, self._constraints.apart))
            finally:
                self._texts.pop()
            return self._verdict(nodes, compared)

    def add(self, entry: Entry, vector: Vectors | None = None) -> None:
        """Add a language variant; the same language of the same answer is replaced."""
        with self._lock:
            variants = [kept for kept in self._entries.get(entry.id, ()) if kept[0].language != entry.language]
            self._take_out(entry.id)
            text, sketches = self._read(entry)
            row = self._rows.get(text.key)
            if row is None:
                row = self._rows[text.key] = self._texts.push(text, sketches.grams.row(0), vector)
                if self._passing is not None and self._passing[1] is text and self._passing[3] == row:
                    self._judge.take_over(self._passing_judge)
                self._lookup.add(row, sketches, entry.language, vector)
            self._put_in(entry.id, [*variants, (entry, row)])

    def remove(self, answer: str) -> None:
        """Take an answer out, with all its variants; one that is not there is no error."""
        with self._lock:
            self._take_out(answer)

    def _read(self, entry: Entry) -> tuple[Text, Sketches]:
        if self._passing is not None and self._passing[0] == entry:
            return self._passing[1], self._passing[2]
        text = read_text(entry).without(self._boilerplate)
        return text, Sketches.of([text.canonical])

    def _take_over(self, found: Search) -> None:
        nodes = found.base.nodes
        # The candidates, as the search did it; the others are the pairs of components, of which every two were compared.
        self._note(found.compared[0])
        keys = [self._key(node.ids[0], node.rows.values()) for node in nodes]
        for key, node in zip(keys, nodes, strict=True):
            self._nodes[key] = set(node.ids)
            for row in key[1]:
                self._at_row.setdefault(row, set()).add(key)
        for component in found.components:
            members = frozenset(keys[index] for index in component.tolist())
            self._component.update(dict.fromkeys(members, members))
        for cluster in found.clusters.values():
            if len(cluster.members) > 1:
                self._cluster.update(dict.fromkeys(cluster.members, cluster))
        rows = {answer: node.rows for node in nodes for answer in node.ids}
        for entry in found.base.all_entries:
            self._entries.setdefault(entry.id, []).append((entry, rows[entry.id][entry.language]))

    def _key(self, answer: str, rows: Iterable[int]) -> Key:
        return (answer if answer in self._alone else "", tuple(sorted(rows)))

    def _node(self, key: Key) -> Node:
        return Node(tuple(sorted(self._nodes[key])), {self._texts.texts[row].entry.language: row for row in key[1]})

    def _near(self, sketches: Sketches, language: str, vector: Vectors | None, answer: str) -> list[Key]:
        rows = self._lookup.candidates(sketches, language, vector).tolist()
        return sorted({key for row in rows for key in self._at_row.get(row, ()) if self._nodes[key] != {answer}})

    def _decided(self, nodes: Sequence[Node], pairs: Iterable[tuple[str, str]]) -> Pairs:
        place = {answer: index for index, node in enumerate(nodes) for answer in node.ids}
        return as_pairs([(place[one], place[two]) for one, two in _among(pairs, place)])

    def _verdict(self, nodes: Sequence[Node], compared: Compared) -> Verdict:
        told = np.flatnonzero(compared.apart | (compared.zones >= ASK_CODE)).tolist()
        told.sort(key=lambda index: (-int(compared.zones[index]), -float(compared.score[index]), nodes[compared.pairs[index][1]].ids))
        answer = nodes[0].ids[0]
        similar: list[Pair] = []
        attached: set[str] = set()
        refused: set[str] = set()
        for index in told:
            other = nodes[int(compared.pairs[index][1])].ids
            name = next((one for one in other if one in self._cluster and self._cluster[one].canonical == one), other[0])
            similar.append(compared.pair(index, answer, name))
            head = self._cluster[name].canonical if name in self._cluster else name
            if compared.zones[index] == ATTACH_CODE:
                attached.add(head)
            elif compared.apart[index]:
                refused.add(head)
        # Near enough to one member of a cluster, but in contradiction with another: somebody has to look.
        unsure = attached or any(compared.zones[index] == ASK_CODE for index in told)
        zone = Zone.ATTACH if attached - refused else Zone.ASK if unsure else Zone.NEW
        return Verdict(zone=zone, similar=tuple(similar[:SHOWN]))

    def _take_out(self, answer: str) -> None:
        variants = self._entries.pop(answer, None)
        if variants is None:
            return
        key = self._key(answer, (row for _, row in variants))
        self._nodes[key].discard(answer)
        self._cluster.pop(answer, None)
        members = self._component.get(key, frozenset([key]))
        if not self._nodes[key]:
            del self._nodes[key]
            self._component.pop(key, None)
            for row in key[1]:
                self._at_row[row].discard(key)
            members -= {key}
        self._settle(members)

    def _put_in(self, answer: str, variants: list[tuple[Entry, int]]) -> None:
        self._entries[answer] = variants
        key = self._key(answer, (row for _, row in variants))
        members = {key} | self._component.get(key, frozenset())
        if key in self._nodes:
            self._nodes[key].add(answer)
        else:
            self._nodes[key] = {answer}
            for row in key[1]:
                self._at_row.setdefault(row, set()).add(key)
            members |= self._linked_components(key, variants)
        members |= self._together_components(answer)
        self._settle(frozenset(members))

    def _linked_components(self, key: Key, variants: Sequence[tuple[Entry, int]]) -> set[Key]:
        near: set[Key] = set()
        for entry, row in variants:
            sketches = Sketches.of([self._texts.texts[row].canonical])
            near |= set(self._near(sketches, entry.language, self._texts.vector_of(row), entry.id))
        keys = [key, *sorted(near - {key})]
        nodes = [self._node(one) for one in keys]
        compared = compare(nodes, _star(len(keys)), self._judge, self._decided(nodes, self._constraints.apart))
        self._note(compared)
        linked = [keys[place] for place in compared.pairs[compared.linked, 1].tolist()]
        return {member for one in linked for member in self._component.get(one, frozenset([one]))}

    def _together_components(self, answer: str) -> set[Key]:
        others = {one for pair in self._constraints.together if answer in pair for one in pair if one in self._entries}
        keys = [self._key(one, (row for _, row in self._entries[one])) for one in others]
        return {member for key in keys for member in self._component.get(key, frozenset([key]))}

    def _settle(self, members: frozenset[Key]) -> None:
        """Cluster these nodes anew, as the components that they now form."""
        keys = sorted(members, key=lambda key: min(self._nodes[key]))
        nodes = [self._node(key) for key in keys]
        for key, node in zip(keys, nodes, strict=True):
            self._component.pop(key, None)
            for answer in node.ids:
                self._cluster.pop(answer, None)
        entries = {answer: self._entries[answer][0][0] for node in nodes for answer in node.ids}
        together, apart = (self._decided(nodes, pairs) for pairs in (self._constraints.together, self._constraints.apart))
        grouped_ones: set[int] = set()
        for component, parts in self._regrouped(nodes, together, apart):
            inside = frozenset(keys[index] for index in component.tolist())
            self._component.update(dict.fromkeys(inside, inside))
            for part, clusters in parts:
                for cluster in clusters:
                    grouped_ones.update(cluster)
                    self._keep(cluster_of(nodes, centrality(part, nodes, cluster), entries))
        for index in set(range(len(nodes))) - grouped_ones:
            self._keep(cluster_of(nodes, {index: 0.0}, entries))

    def _regrouped(self, nodes: Sequence[Node], together: Pairs, apart: Pairs) -> Iterator[tuple[Places, Iterable[Part]]]:
        """The components of these nodes with their clusters; so many that not every two are judged stay one component."""
        everyone = np.arange(len(nodes))
        if len(nodes) > EXACT_COMPONENT:
            yield everyone, grouped(nodes, [everyone], self._judge, (together, np.concatenate([apart, self._noted(nodes)])))
            return
        compared = compare(nodes, all_pairs(everyone), self._judge, apart)
        for component in components_of(len(nodes), compared.pairs[compared.linked], together):
            part = compared.within(component)
            yield component, [(part, clusters_in(nodes, component, part, together))]

    def _note(self, compared: Compared) -> None:
        for index in compared.judged.vetoes:
            left, right = sorted(compared.judged.pairs[index].tolist())
            self._apart.setdefault(left, set()).add(right)

    def _noted(self, nodes: Sequence[Node]) -> Pairs:
        at: dict[int, list[int]] = {}
        for index, node in enumerate(nodes):
            for row in node.rows.values():
                at.setdefault(row, []).append(index)
        pairs = [(row, other) for row in at for other in self._apart.get(row, ()) if other in at]
        return as_pairs([(one, two) for left, right in pairs for one in at[left] for two in at[right]])

    def _keep(self, cluster: Cluster) -> None:
        if len(cluster.members) > 1:
            self._cluster.update(dict.fromkeys(cluster.members, cluster))


def _star(count: int) -> Pairs:
    """The first node with every other one."""
    others = np.arange(1, count, dtype=np.int32)
    return np.stack([np.zeros_like(others), others], axis=1) if count > 1 else NO_PAIRS


def _among(pairs: Iterable[tuple[str, str]], place: dict[str, int]) -> list[tuple[str, str]]:
    """The pairs of which both answers are there; for few answers their pairs are looked up instead of all being read."""
    if isinstance(pairs, frozenset) and len(place) ** 2 < len(pairs):
        return [key for key in (pair_key(*two) for two in combinations(sorted(place), 2)) if key in pairs]
    return [pair for pair in pairs if pair[0] in place and pair[1] in place]
