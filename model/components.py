"""Connected components of linked answers, and the evidence about every two answers of one."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from model.clusters import Evidence, clusters_of
from model.near import NO_PAIRS, Pairs
from model.nodes import Compared, Node, compare
from model.pairs import Judge

Places = NDArray[np.int64]
Floats = NDArray[np.float32]

# Components are judged together up to so many pairs.
BLOCK = 200_000
# A component of more answers is divided by a stricter limit first: what so many have in common is no answer.
LARGEST = 3_000
STRICTER = 0.04


def components_of(count: int, pairs: Pairs, score: Floats, together: Pairs) -> list[Places]:
    """Components of two nodes and more over linked pairs, each sorted, the one with the least node first."""
    waiting = [(np.arange(count), np.concatenate([pairs, together]), np.concatenate([score, np.ones(len(together), np.float32)]), 0.0)]
    found: list[Places] = []
    while waiting:
        nodes, edges, weights, limit = waiting.pop()
        for members, inside in _connected(nodes, edges):
            if len(members) <= LARGEST or limit >= 1:
                found.append(members)
                continue
            kept = inside[weights[inside] >= limit + STRICTER]
            waiting.append((members, edges[kept], weights[kept], limit + STRICTER))
    return sorted(found, key=lambda members: int(members[0]))


def grouped(
    nodes: Sequence[Node], components: Sequence[Places], judge: Judge, decided: tuple[Pairs, Pairs]
) -> Iterator[tuple[Places, Compared, list[list[int]]]]:
    """For every component: its nodes, all their pairs compared, its clusters as lists of nodes.

    `decided` are the pairs that people put together and those they kept apart.
    """
    together, apart = decided
    for block in _blocks(components):
        pairs = np.concatenate([all_pairs(members) for members in block])
        compared = compare(nodes, pairs, judge, apart)
        starts = np.cumsum([0, *(len(members) * (len(members) - 1) // 2 for members in block)])
        ends = np.searchsorted(compared.numbers, starts)
        for number, members in enumerate(block):
            part = compared.part(ends[number], ends[number + 1])
            yield members, part, clusters_in(nodes, members, part, together)


def clusters_in(nodes: Sequence[Node], members: Places, compared: Compared, together: Pairs) -> list[list[int]]:
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


def _connected(nodes: Places, edges: Pairs) -> Iterator[tuple[Places, Places]]:
    """The components of two nodes and more: their sorted nodes and the numbers of their edges."""
    if not len(edges):
        return
    places = np.searchsorted(nodes, edges)
    graph = coo_array((np.ones(len(edges), np.int8), (places[:, 0], places[:, 1])), shape=(len(nodes), len(nodes)))
    _, labels = connected_components(graph, directed=False)
    edge_labels = labels[places[:, 0]]
    by_label, by_edge = np.argsort(labels, kind="stable"), np.argsort(edge_labels, kind="stable")
    sizes = np.bincount(labels)
    node_starts, edge_starts = np.cumsum([0, *sizes]), np.searchsorted(edge_labels[by_edge], np.arange(len(sizes) + 1))
    for label in np.flatnonzero(sizes > 1).tolist():
        members = nodes[by_label[node_starts[label] : node_starts[label + 1]]]
        yield members, by_edge[edge_starts[label] : edge_starts[label + 1]]


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
