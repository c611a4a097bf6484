"""Clusters inside a component: no chains, no contradictions, no dependence on the order."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from model.nearness.clusters import Evidence, clusters_of

Pairs = set[tuple[int, int]]


def evidence(count: int, linked: Pairs, apart: Pairs | None = None) -> Evidence:
    score, links, vetoes = np.zeros((count, count), np.float32), np.zeros((count, count), bool), np.zeros((count, count), bool)
    for left, right in linked:
        links[left, right] = links[right, left] = True
        score[left, right] = score[right, left] = 0.9
    for left, right in apart or ():
        vetoes[left, right] = vetoes[right, left] = True
    return Evidence(score, links, vetoes, np.ones(count, dtype=np.int64))


def all_of(*members: int) -> Pairs:
    return {(left, right) for left in members for right in members if left < right}


def test_does_not_chain() -> None:
    assert clusters_of(evidence(3, {(0, 1), (1, 2)})) in ([[0, 1], [2]], [[0], [1, 2]])
    assert max(len(found) for found in clusters_of(evidence(6, {(n, n + 1) for n in range(5)}))) == 2


def test_two_quotes_of_one_answer_are_copies_of_it_though_unlike_each_other() -> None:
    linked = all_of(0, 1, 2, 3) | {(n, quote) for n in range(4) for quote in (4, 5)}
    assert clusters_of(evidence(6, linked)) == [[0, 1, 2, 3, 4, 5]]


def test_never_unites_what_contradicts() -> None:
    linked = all_of(0, 1, 2, 3)
    assert all(not {0, 3} <= set(found) for found in clusters_of(evidence(4, linked, {(0, 3)})))


def test_a_quote_that_fits_both_goes_to_the_answer_with_more_copies() -> None:
    # 0 contradicts 2, 3 and 4; 1 leaves out what they differ on, and is most like 0.
    linked = all_of(1, 2, 3, 4) | {(0, 1)}
    found = evidence(5, linked, {(0, 2), (0, 3), (0, 4)})
    found.score[0, 1] = found.score[1, 0] = 1.0
    assert clusters_of(found) == [[0], [1, 2, 3, 4]]


def test_what_people_put_together_stays_so() -> None:
    assert clusters_of(evidence(3, set()), [(0, 2)]) == [[0, 2], [1]]
    assert clusters_of(evidence(3, {(0, 1), (0, 2)}, {(1, 2)}), [(1, 2)]) == [[0, 1, 2]]


PAIRS = st.sets(st.tuples(st.integers(0, 7), st.integers(0, 7)).filter(lambda pair: pair[0] < pair[1]))


@given(PAIRS, PAIRS)
def test_every_cluster_holds_its_condition(linked: Pairs, apart: Pairs) -> None:
    found = evidence(8, linked - apart, apart)
    clusters = clusters_of(found)
    assert sorted(member for cluster in clusters for member in cluster) == list(range(8))
    for cluster in clusters:
        assert not found.apart[np.ix_(cluster, cluster)].any()
        for member in cluster:
            links = sum(bool(found.linked[member, other]) for other in cluster if other != member)
            assert len(cluster) == 1 or links > (len(cluster) - 1) / 2
