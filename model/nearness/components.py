"""Connected components of linked answers, and the evidence about every two answers of one."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from model.nearness.clusters import LINKED_SHARE, Evidence, clusters_of
from model.nearness.near import NO_PAIRS, Pairs
from model.nearness.nodes import Compared, Node, begin_to_compare, compare
from model.nearness.pairs import Judge

Places = NDArray[np.int64]

# Components are judged together up to so many pairs.
BLOCK = 200_000
# In a component of up to so many texts every two are judged; in a larger one each with the pivots of its clusters.
EXACT_COMPONENT = 150
PIVOTS = 24
REMAINDER = 60
ASKED_PIVOTS = 6

Clusters = list[list[int]]
Begun = Callable[[], Compared]


def components_of(count: int, pairs: Pairs, together: Pairs) -> list[Places]:
    """Components of two nodes and more over linked pairs, each sorted, the one with the least node first."""
    edges = np.concatenate([pairs, together])
    graph = coo_array((np.ones(len(edges), np.int8), (edges[:, 0], edges[:, 1])), shape=(count, count))
    _, labels = connected_components(graph, directed=False)
    order = np.argsort(labels, kind="stable")
    sizes = np.bincount(labels, minlength=1)
    ends = np.cumsum(sizes)
    found = [order[ends[label] - sizes[label] : ends[label]] for label in np.flatnonzero(sizes > 1).tolist()]
    return sorted(found, key=lambda members: int(members[0]))


def grouped(
    nodes: Sequence[Node], components: Sequence[Places], judge: Judge, decided: tuple[Pairs, Pairs]
) -> Iterator[tuple[Compared, Clusters]]:
    """The clusters of every component, as lists of nodes, with the compared pairs that they rest on; a large component in several parts.

    `decided` are the pairs that people put together and those known to be apart, by their word or by a look at the texts.
    """
    blocks = _blocks([members for members in components if len(members) <= EXACT_COMPONENT])
    for block, begun in _one_ahead(blocks, lambda pairs: begin_to_compare(nodes, pairs, judge, decided[1])):
        compared = begun()
        starts = np.cumsum([0, *(len(members) * (len(members) - 1) // 2 for members in block)])
        ends = np.searchsorted(compared.numbers, starts)
        for number, members in enumerate(block):
            part = compared.part(ends[number], ends[number + 1])
            yield part, clusters_in(nodes, members, part, decided[0])
    for members in components:
        if len(members) > EXACT_COMPONENT:
            yield from _grouped_by_pivots(nodes, members, judge, decided)


def _one_ahead(blocks: Iterable[list[Places]], begin: Callable[[Pairs], Begun]) -> Iterator[tuple[list[Places], Begun]]:
    """Other processes compare the next block while this one clusters the last."""
    waiting: tuple[list[Places], Begun] | None = None
    for block in blocks:
        begun = begin(np.concatenate([all_pairs(members) for members in block]))
        if waiting is not None:
            yield waiting
        waiting = block, begun
    if waiting is not None:
        yield waiting


def _grouped_by_pivots(
    nodes: Sequence[Node], members: Places, judge: Judge, decided: tuple[Pairs, Pairs]
) -> Iterator[tuple[Compared, Clusters]]:
    """Cluster the texts that most answers have, give the others to these clusters, and go on with those that fit none."""
    forced = frozenset(decided[0].reshape(-1).tolist())
    apart = decided[1]
    while len(members) > REMAINDER:
        pivots = np.sort(
            np.array(sorted(members.tolist(), key=lambda node: (node not in forced, -len(nodes[node].ids), _lot(nodes[node])))[:PIVOTS])
        )
        apart = apart[np.isin(apart, members).all(axis=1)]
        known = compare(nodes, all_pairs(pivots), judge, apart)
        seeds = clusters_in(nodes, pivots, known, decided[0])
        asked = [sorted(seed, key=lambda node: (-len(nodes[node].ids), node))[:ASKED_PIVOTS] for seed in seeds]
        others = members[~np.isin(members, pivots)]
        pairs = np.array([sorted((node, pivot)) for node in others.tolist() for seed in asked for pivot in seed], dtype=np.int32)
        compared = compare(nodes, pairs.reshape(-1, 2), judge, apart)
        home = _parted(members, _homes(others, compared, asked), seeds, apart)
        for place, seed in enumerate(seeds):
            seed.extend(others[home == place].tolist())
        yield known, []
        yield compared, [sorted(seed) for seed in seeds]
        members = others[home < 0]
    if len(members):
        compared = compare(nodes, all_pairs(members), judge, apart)
        yield compared, clusters_in(nodes, members, compared, NO_PAIRS)


def _homes(others: Places, compared: Compared, asked: Sequence[Sequence[int]]) -> Places:
    """For every node the place of the cluster with most of whose pivots it is linked, and none of them contradicts it; -1 for none."""
    seed_of = {pivot: place for place, seed in enumerate(asked) for pivot in seed}
    shape = (len(others), len(asked))
    links, score, apart = np.zeros(shape), np.zeros(shape), np.zeros(shape, dtype=bool)
    for (left, right), is_linked, near, is_apart in zip(
        compared.pairs.tolist(), compared.linked.tolist(), compared.score.tolist(), compared.apart.tolist(), strict=True
    ):
        node, pivot = (left, right) if right in seed_of else (right, left)
        at = (int(np.searchsorted(others, node)), seed_of[pivot])
        links[at] += is_linked
        score[at] += near
        apart[at] |= is_apart
    sizes = np.array([len(seed) for seed in asked])
    fits = (links > LINKED_SHARE * sizes) & ~apart
    merit = np.where(fits, sizes * 2 + score / sizes, -1.0)
    return np.where(fits.any(axis=1), merit.argmax(axis=1), -1)


def _parted(members: Places, home: Places, seeds: Clusters, apart: Pairs) -> Places:
    """The homes of all members but the pivots, without those that are apart from a member of the same cluster.

    The one that is apart from most goes first, so that a few that say something else do not drive out the many that agree.
    """
    at = np.full(len(members), -1)
    for place, seed in enumerate(seeds):
        at[np.searchsorted(members, seed)] = place
    free = np.flatnonzero(at < 0)
    at[free] = home
    ends = np.searchsorted(members, apart)
    # Two pivots that are apart may be one answer because people put them together.
    ends = ends[np.isin(ends, free).any(axis=1)]
    while len(clashes := ends[(at[ends[:, 0]] == at[ends[:, 1]]) & (at[ends[:, 0]] >= 0)]):
        count = np.bincount(clashes.reshape(-1), minlength=len(members))[free]
        at[free[np.flatnonzero(count == count.max())[-1]]] = -1
    return at[free]


def _lot(node: Node) -> bytes:
    """A number drawn for a node: it depends on nothing but its name."""
    return hashlib.blake2b(node.ids[0].encode(), digest_size=8).digest()


def clusters_in(nodes: Sequence[Node], members: Places, compared: Compared, together: Pairs) -> Clusters:
    """The clusters of one component (sorted nodes), given all its pairs."""
    ours = together[np.isin(together, members).all(axis=1)] if len(together) else together
    if len(members) == 2 and len(compared.pairs) == 1 and not len(ours):
        return [members.tolist()] if compared.linked[0] else [[int(member)] for member in members]
    weights = np.array([len(nodes[member].ids) for member in members.tolist()], dtype=np.int64)
    evidence = evidence_of(members, compared, weights)
    forced = [(int(one), int(two)) for one, two in np.searchsorted(members, ours).tolist()]
    return [[int(members[place]) for place in cluster] for cluster in clusters_of(evidence, forced)]


def evidence_of(members: Places, compared: Compared, weights: Places) -> Evidence:
    """Square matrices over the sorted members of a component."""
    count = len(members)
    score, linked, apart = np.zeros((count, count), np.float32), np.zeros((count, count), bool), np.zeros((count, count), bool)
    left, right = np.searchsorted(members, compared.pairs[:, 0]), np.searchsorted(members, compared.pairs[:, 1])
    for matrix, values in ((score, compared.score), (linked, compared.linked), (apart, compared.apart)):
        matrix[left, right] = matrix[right, left] = values
    return Evidence(score, linked, apart, weights)


def all_pairs(members: Places) -> Pairs:
    """Every two of the sorted members."""
    left, right = np.triu_indices(len(members), k=1)
    return np.stack([members[left], members[right]], axis=1).astype(np.int32)


def _blocks(components: Sequence[Places]) -> Iterator[list[Places]]:
    block: list[Places] = []
    size = 0
    for members in components:
        block.append(members)
        size += len(members) * (len(members) - 1) // 2
        if size >= BLOCK:
            yield block
            block, size = [], 0
    if block:
        yield block


def as_pairs(pairs: Sequence[tuple[int, int]]) -> Pairs:
    """Sorted pairs as an array, each the lesser node first."""
    ordered = sorted({(min(pair), max(pair)) for pair in pairs if pair[0] != pair[1]})
    return np.array(ordered, dtype=np.int32).reshape(-1, 2) if ordered else NO_PAIRS
