"""Near-duplicates of a whole base: distinct texts, candidate pairs, judged pairs, clusters inside components, one canonical answer each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.entry import Cluster, Constraints, Duplicates, Entry, Pair, Tick, silent
from model.nearness.boilerplate import Boilerplate
from model.nearness.components import as_pairs, components_of, grouped
from model.nearness.crew import Crew
from model.nearness.distinct import Text, Texts, read_texts
from model.nearness.listing import Listing, centrality, cluster_of
from model.nearness.near import Pairs, candidate_pairs, thinned
from model.nearness.nodes import Compared, Node, compare, distinct_texts, node_pairs, nodes_of
from model.nearness.pairs import Judge
from model.nearness.sketch import Sketches
from model.nearness.translations import propose_variants

Vectors = NDArray[np.float32]
READING, COMPARING, CLUSTERING = "reading", "comparing", "clustering"
TOLD_EVERY = 500


def find_duplicates(
    entries: Sequence[Entry],
    vectors: Vectors | None = None,
    constraints: Constraints | None = None,
    tick: Tick = silent,
    *,
    workers: int | None = None,
) -> Duplicates:
    """Cluster a base. `vectors` are unit rows, one an entry; without them paraphrases and translations are not looked for.

    A large base is read and judged by so many processes, by default one a processor; 1 keeps all in this process. The result depends on
    the entries and the constraints, not on their order or the number of processes. A cluster has two members at least. What people
    decided overrules the texts; a pair put together that would unite a pair kept apart is left alone.
    """
    return search(entries, vectors, constraints or Constraints(), tick, workers=workers).outcome()


@dataclass(frozen=True, slots=True)
class Base:
    """The answers as nodes over distinct texts, and what people decided, as pairs of nodes."""

    texts: Texts
    nodes: list[Node]
    entries: Mapping[str, Entry]
    all_entries: Sequence[Entry]
    together: Pairs
    apart: Pairs
    constraints: Constraints
    boilerplate: Boilerplate

    @classmethod
    def read(
        cls,
        entries: Sequence[Entry],
        vectors: Vectors | None,
        constraints: Constraints,
        *,
        crew: Crew,
        tick: Tick = silent,
        known: Boilerplate | None = None,
    ) -> "Base":
        """Read all texts, in the order of ids whatever the order given; `known` are standard sentences that were learnt before."""
        order = sorted(range(len(entries)), key=lambda index: (entries[index].id, entries[index].language))
        ordered = [entries[index] for index in order]
        read: list[Text] = []
        for text in read_texts(ordered, crew):
            if len(read) % TOLD_EVERY == 0:
                tick(READING, len(read), len(ordered))
            read.append(text)
        tick(READING, len(ordered), len(ordered))
        known = known or Boilerplate.learn([text.canonical for text in read])
        kept, row_of = distinct_texts(text.without(known) for text in read)
        places = np.unique(row_of, return_index=True)[1]
        first = np.array(order, dtype=np.int64)[places]
        own = None if vectors is None else np.ascontiguousarray(vectors[first], dtype=np.float32)
        texts = Texts(texts=kept, vectors=own, boilerplate=known)
        nodes = nodes_of(ordered, row_of.tolist(), constraints.apart)
        place = {answer: index for index, node in enumerate(nodes) for answer in node.ids}
        together, apart = (
            as_pairs([(place[one], place[two]) for one, two in pairs if one in place and two in place])
            for pairs in (constraints.together, constraints.apart)
        )
        return cls(texts, nodes, {entry.id: entry for entry in reversed(ordered)}, ordered, together, apart, constraints, known)

    @property
    def languages(self) -> NDArray[np.int32]:
        """The language of every row, as a number."""
        codes = {code: number for number, code in enumerate(sorted({text.entry.language for text in self.texts.texts}))}
        return np.array([codes[text.entry.language] for text in self.texts.texts], dtype=np.int32)


@dataclass(frozen=True, slots=True)
class Search:
    """A finished search: components (sorted nodes), the cluster of each node by its least node, and pairs across clusters."""

    base: Base
    sketches: Sketches
    judge: Judge
    components: list[NDArray[np.int64]]
    cluster_of_node: NDArray[np.int64]
    clusters: Mapping[int, Cluster]
    compared: Sequence[Compared]

    def outcome(self) -> Duplicates:
        """What is told of it."""
        base = self.base
        names = [_name(node, self.clusters[int(self.cluster_of_node[index])]) for index, node in enumerate(base.nodes)]
        listing = Listing(self.cluster_of_node, names, base.constraints.apart)
        for part in self.compared:
            listing.add(part)
        return Duplicates(
            clusters=tuple(sorted((c for c in self.clusters.values() if len(c.members) > 1), key=lambda cluster: cluster.members)),
            unsure=listing.unsure,
            apart=listing.apart,
            variants=_variants(base, self.clusters, listing),
        )


def search(
    entries: Sequence[Entry],
    vectors: Vectors | None,
    constraints: Constraints,
    tick: Tick = silent,
    *,
    workers: int | None = None,
    boilerplate: Boilerplate | None = None,
) -> Search:
    """Everything that `find_duplicates` does but for telling of it; `boilerplate` when it is known already."""
    with Crew.fitting(len(entries), workers) as crew:
        base = Base.read(entries, vectors, constraints, crew=crew, tick=tick, known=boilerplate)
        sketches = Sketches.of([text.canonical for text in base.texts.texts])
        base.texts.grams = sketches.grams
        tick(COMPARING, 0, 1)
        candidates = candidate_pairs(sketches, base.languages, base.texts.vectors)
        judge = Judge(base.texts, crew=crew)
        candidates = thinned(candidates, judge.measure(candidates).score)
        compared = compare(base.nodes, node_pairs(base.nodes, candidates, len(base.texts)), judge, base.apart)
        tick(COMPARING, 1, 1)
        return _clustered(base, sketches, compared, judge, tick)


def _clustered(base: Base, sketches: Sketches, compared: Compared, judge: Judge, tick: Tick) -> Search:
    linked = compared.linked
    components = components_of(len(base.nodes), compared.pairs[linked], base.together)
    # In a large component these two may never be compared again.
    apart = np.concatenate([base.apart, compared.pairs[compared.apart]])
    cluster_of_node = np.arange(len(base.nodes))
    found: dict[int, Cluster] = {}
    parts = []
    for done, (part, groups) in enumerate(grouped(base.nodes, components, judge, (base.together, apart))):
        for members in groups:
            cluster_of_node[members] = members[0]
            if len(members) > 1:
                found[members[0]] = cluster_of(base.nodes, centrality(part, base.nodes, members), base.entries)
        parts.append(part.outside(cluster_of_node))
        if done % TOLD_EVERY == 0:
            tick(CLUSTERING, done, len(components))
    tick(CLUSTERING, len(components), len(components))
    for index in np.unique(cluster_of_node).tolist():
        found[index] = found.get(index) or cluster_of(base.nodes, {index: 0.0}, base.entries)
    return Search(base, sketches, judge.dismissed(), components, cluster_of_node, found, [compared, *parts])


def _name(node: Node, cluster: Cluster) -> str:
    """The answer that is told of a node: the canonical one where it is among them."""
    return cluster.canonical if cluster.canonical in node.ids else node.ids[0]


def _variants(base: Base, heads: Mapping[int, Cluster], listing: Listing) -> tuple[Pair, ...]:
    canonical = {cluster.canonical for cluster in heads.values()}
    rows = [(answer, row) for node in base.nodes for answer in node.ids if answer in canonical for row in node.rows.values()]
    near = frozenset(pair.key for pair in (*listing.unsure, *listing.apart)) | base.constraints.apart
    return propose_variants(base.texts, [row for _, row in rows], [answer for answer, _ in rows], near)
