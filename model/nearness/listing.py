"""What is told of a finished search: the canonical answer of each cluster, and the nearest pair of every two clusters."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from model.entry import Cluster, Entry, Key, Pair
from model.nearness.nodes import Compared, Node
from model.nearness.pairs import ASK_CODE

NEVER = datetime.min.replace(tzinfo=UTC)
MEDOID_DIGITS = 6


def centrality(compared: Compared, nodes: Sequence[Node], cluster: Iterable[int]) -> dict[int, float]:
    """How similar each node of a cluster is to the others in it, each counted as often as there are answers like it."""
    members = np.array(sorted(cluster))
    inside = np.isin(compared.pairs, members).all(axis=1)
    left, right = np.searchsorted(members, compared.pairs[inside]).T
    answers = np.array([len(nodes[node].ids) for node in members.tolist()])
    score = compared.score[inside].astype(np.float64)
    total = answers - 1.0
    for one, other in ((left, right), (right, left)):
        total += np.bincount(one, weights=score * answers[other], minlength=len(members))
    return dict(zip(members.tolist(), total.tolist(), strict=True))


def cluster_of(nodes: Sequence[Node], central: Mapping[int, float], entries: Mapping[str, Entry]) -> Cluster:
    """One cluster; canonical is the approved answer, of several the most used, the newest, the most central, the one with the least id."""
    ranked = [(_merit(entries[answer], central[place]), answer) for place in central for answer in nodes[place].ids]
    best = max(merit for merit, _ in ranked)
    members = tuple(sorted(answer for _, answer in ranked))
    return Cluster(canonical=min(answer for merit, answer in ranked if merit == best), members=members)


def _merit(entry: Entry, central: float) -> tuple[bool, int, datetime, float]:
    updated = entry.updated or NEVER
    if updated.tzinfo is None:
        updated = updated.replace(tzinfo=UTC)
    return (entry.approved, entry.uses, updated, round(central, MEDOID_DIGITS))


class Listing:
    """Collects of every two clusters the nearest pair that is to be decided and the nearest that states different things."""

    def __init__(self, cluster_of_node: NDArray[np.int64], names: Sequence[str], apart: frozenset[Key]) -> None:
        self._cluster = cluster_of_node
        self._names = names
        self._decided = apart
        self._best: dict[tuple[int, int], tuple[bool, float, str, str, Pair]] = {}

    def add(self, compared: Compared) -> None:
        """Look through compared pairs; those inside a cluster say nothing."""
        one, two = self._cluster[compared.pairs[:, 0]], self._cluster[compared.pairs[:, 1]]
        for index in np.flatnonzero((one != two) & (compared.apart | (compared.zones >= ASK_CODE))).tolist():
            key = (int(min(one[index], two[index])), int(max(one[index], two[index])))
            rank = (bool(compared.apart[index]), float(compared.score[index]))
            known = self._best.get(key)
            if known is not None and known[:2] > rank:
                continue
            left, right = sorted(self._names[node] for node in compared.pairs[index].tolist())
            if (left, right) in self._decided:
                continue
            if known is None or rank > known[:2] or (left, right) < known[2:4]:
                names = [self._names[node] for node in compared.pairs[index].tolist()]
                self._best[key] = (*rank, left, right, compared.pair(index, *names))

    @property
    def unsure(self) -> tuple[Pair, ...]:
        """Pairs for a person to decide, the nearest first."""
        return self._sorted(apart=False)

    @property
    def apart(self) -> tuple[Pair, ...]:
        """Pairs that are near but state different things, the nearest first."""
        return self._sorted(apart=True)

    def _sorted(self, *, apart: bool) -> tuple[Pair, ...]:
        chosen = [found for found in self._best.values() if found[0] == apart]
        return tuple(found[4] for found in sorted(chosen, key=lambda found: (-found[1], found[2], found[3])))
