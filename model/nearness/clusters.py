"""Clusters inside one connected component: everyone must resemble nearly everyone, so that nothing is chained.

Agglomeration in the order of the mean similarity, with a condition on every union that stands for complete linkage (S. Sørensen, 1948).
Two quotes of different halves of one answer have little in common, though both are copies of it; so nine members of ten must be
linked with more than half of the others and each with a quarter, not with all of them, and no two members may state different things.
Among three answers that is complete linkage.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LINKED_SHARE = 0.5
MOST = 0.9
LEAST_SHARE = 0.25
NO_UNION = -1.0
ROUNDS = 3

Groups = list[list[int]]


@dataclass(frozen=True, slots=True)
class Evidence:
    """About every two of `n` texts, in the order of their ids: how similar (0 to 1), whether near enough, whether kept apart.

    `weights` are the numbers of answers that have each text.
    """

    score: NDArray[np.float32]
    linked: NDArray[np.bool_]
    apart: NDArray[np.bool_]
    weights: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.score)

    def holds(self, members: Sequence[int]) -> bool:
        """True when these may be one cluster by the number of their links."""
        if len(members) < 2:
            return True
        weights = self.weights[members]
        return is_dense(self.linked[np.ix_(members, members)] @ weights, weights)

    def decreed(self, together: Sequence[tuple[int, int]]) -> tuple["Evidence", Groups]:
        """The evidence with what people put together as linked, and the groups that this makes; a pair kept apart is never in one."""
        linked, groups = self.linked.copy(), [[index] for index in range(len(self))]
        np.fill_diagonal(linked, True)
        for left, right in sorted(together):
            one, two = (next(group for group in groups if index in group) for index in (left, right))
            if one is not two:
                groups = [group for group in groups if group is not one and group is not two] + [sorted(one + two)]
        for group in groups:
            linked[np.ix_(group, group)] = True
        return Evidence(self.score, linked, self.apart, self.weights), groups


def is_dense(degree: NDArray[np.number], weights: NDArray[np.int64]) -> bool:
    """The condition on a cluster: how many answers each text is linked with, itself included, and how many have that text."""
    share = (degree - 1) / max(int(weights.sum()) - 1, 1)
    return bool(share.min() > LEAST_SHARE and weights[share > LINKED_SHARE].sum() >= MOST * weights.sum())


def clusters_of(evidence: Evidence, together: Sequence[tuple[int, int]] = ()) -> Groups:
    """The clusters as sorted lists of numbers, the one with the least number first. Depends on nothing but the evidence.

    Pairs that people put `together` are one cluster whatever the texts say.
    """
    evidence, groups = evidence.decreed(together)
    fixed = frozenset(index for pair in together for index in pair)
    groups = _agglomerated(evidence, groups)
    for _ in range(ROUNDS):
        settled = _settled(evidence, groups, fixed)
        if settled == groups:
            break
        groups = _agglomerated(evidence, settled)
    return groups


def _agglomerated(evidence: Evidence, groups: Groups) -> Groups:
    if len(groups) < 2:
        return sorted(groups)
    agglomeration = _Agglomeration(evidence, groups)
    agglomeration.run()
    return sorted(sorted(members) for members in agglomeration.members.values())


def _settled(evidence: Evidence, groups: Groups, fixed: frozenset[int]) -> Groups:
    """Give what fits both of two clusters that contradict each other to the one that more answers speak for.

    A quote that leaves out the value on which two answers differ is a copy of either.
    """
    member = np.zeros((len(evidence), len(groups)), dtype=np.float32)
    for place, group in enumerate(groups):
        member[group, place] = 1
    linked, apart = (member.T @ matrix.astype(np.float32) @ member for matrix in (evidence.linked, evidence.apart))
    groups = [list(group) for group in groups]
    for one, two in np.argwhere(np.triu((linked > 0) & (apart > 0), k=1)).tolist():
        _contend(evidence, groups, (one, two), fixed)
    return sorted(sorted(group) for group in groups if group)


def _contend(evidence: Evidence, groups: Groups, pair: tuple[int, int], fixed: frozenset[int]) -> None:
    """Between two clusters that contradict each other: those without a contradiction go to the one with more answers that have one."""
    one, two = (groups[place] for place in pair)
    apart = evidence.apart[np.ix_(one, two)]
    ours: NDArray[np.bool_] = np.any(apart, axis=1)
    theirs: NDArray[np.bool_] = np.any(apart, axis=0)
    stronger_is_one = evidence.weights[one][ours].sum() >= evidence.weights[two][theirs].sum()
    stronger, weaker = pair if stronger_is_one else pair[::-1]
    bound = theirs if stronger_is_one else ours
    free = [m for m, is_bound in zip(groups[weaker], bound.tolist(), strict=True) if not is_bound and m not in fixed]
    free.sort(key=lambda m: (-int(evidence.linked[m, groups[stronger]] @ evidence.weights[groups[stronger]]), m))
    moving: list[int] = []
    for index in free:
        if evidence.holds([*groups[stronger], *moving, index]):
            moving.append(index)
    staying = [m for m in groups[weaker] if m not in moving]
    if moving and evidence.holds(staying):
        groups[stronger], groups[weaker] = sorted(groups[stronger] + moving), staying


class _Agglomeration:
    """Clusters are named by their least member; all matrices are sums over pairs of members."""

    def __init__(self, evidence: Evidence, groups: Groups) -> None:
        count = len(evidence)
        self.members = {group[0]: list(group) for group in groups}
        names = list(self.members)
        self._evidence = evidence
        member = np.zeros((count, count), dtype=np.float64)
        for name, group in self.members.items():
            member[group, name] = 1
        weights = evidence.weights.astype(np.float64)
        self._sizes = member.T @ weights
        self._total = member.T @ (evidence.score * np.outer(weights, weights)) @ member
        self._links = member.T @ evidence.linked @ member
        self._apart = member.T @ evidence.apart @ member
        # How many answers of each cluster (column) a text (row) is linked with.
        self._degree = evidence.linked @ (member * weights[:, None])
        self._alive = np.zeros(count, dtype=bool)
        self._alive[names] = True
        self._mean = np.full((count, count), NO_UNION)
        self._best = np.zeros(count, dtype=np.int64)
        self._best_mean = np.full(count, NO_UNION)
        for name in names:
            self._weigh(name)
        for name in names:
            self._choose(name)

    def run(self) -> None:
        """Unite as long as two clusters may be one, the most similar first."""
        while len(self.members) > 1:
            one = int(np.argmax(self._best_mean))
            if self._best_mean[one] <= NO_UNION:
                return
            two = int(self._best[one])
            if self._is_cluster(one, two):
                self._unite(min(one, two), max(one, two))
            else:
                self._mean[one, two] = self._mean[two, one] = NO_UNION
                self._choose(one)
                self._choose(two)

    def _is_cluster(self, one: int, two: int) -> bool:
        members = self.members[one] + self.members[two]
        return is_dense(self._degree[members, one] + self._degree[members, two], self._evidence.weights[members])

    def _unite(self, one: int, two: int) -> None:
        self.members[one] += self.members.pop(two)
        self._alive[two] = False
        self._sizes[one] += self._sizes[two]
        for matrix in (self._total, self._links, self._apart):
            matrix[one] += matrix[two]
            matrix[:, one] = matrix[one]
        self._degree[:, one] += self._degree[:, two]
        self._mean[two] = self._mean[:, two] = NO_UNION
        self._best_mean[two] = NO_UNION
        stale = np.flatnonzero(self._alive & ((self._best == one) | (self._best == two))).tolist()
        self._weigh(one)
        self._choose(one)
        for index in stale:
            self._choose(index)
        better = self._alive & (self._mean[one] > self._best_mean)
        self._best[better], self._best_mean[better] = one, self._mean[one][better]

    def _weigh(self, index: int) -> None:
        """Mean similarity of a cluster to every other one that it may be united with."""
        allowed = self._alive & (self._apart[index] == 0) & (self._links[index] > 0)
        allowed[index] = False
        self._mean[index] = NO_UNION
        self._mean[index, allowed] = self._total[index, allowed] / (self._sizes[allowed] * self._sizes[index])
        self._mean[:, index] = self._mean[index]

    def _choose(self, index: int) -> None:
        self._best[index] = np.argmax(self._mean[index])
        self._best_mean[index] = self._mean[index, self._best[index]]
