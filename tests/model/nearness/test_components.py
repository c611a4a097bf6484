"""Components, and the clusters of one that is too large to judge every two of its texts."""

import numpy as np

from model.nearness.components import EXACT_COMPONENT, as_pairs, components_of, grouped
from model.nearness.distinct import Texts, read_text
from model.nearness.near import NO_PAIRS
from model.nearness.nodes import Node
from model.nearness.pairs import Judge
from model.nearness.sketch import Sketches
from tests.model.near_texts import ORIGINALS, entry, mistyped, mistyped_twice


def test_components_hold_all_that_is_linked() -> None:
    found = components_of(6, as_pairs([(0, 2), (2, 5), (3, 4)]), as_pairs([(4, 1)]))
    assert [members.tolist() for members in found] == [[0, 2, 5], [1, 3, 4]]
    assert components_of(3, NO_PAIRS, NO_PAIRS) == []


def large_component() -> tuple[list[Node], Judge]:
    """More copies of one answer than are judged every two."""
    bodies = mistyped_twice(ORIGINALS["en"], 85)
    texts = [read_text(entry(f"{number:03}", body)) for number, body in enumerate(bodies)]
    nodes = [Node((f"{number:03}",), {"en": number}) for number in range(len(texts))]
    assert len(nodes) > EXACT_COMPONENT
    return nodes, Judge(Texts(texts=texts, grams=Sketches.of([text.canonical for text in texts]).grams))


def test_no_two_that_are_apart_share_a_cluster_of_a_large_component() -> None:
    nodes, judge = large_component()
    twins = [(number, number + 1) for number in range(0, 40, 2)]
    apart = as_pairs([*twins, *((60, number) for number in range(61, len(nodes)))])
    parts = grouped(nodes, [np.arange(len(nodes))], judge, (NO_PAIRS, apart))
    clusters = [cluster for _, found in parts for cluster in found]
    assert sorted(node for cluster in clusters for node in cluster) == list(range(len(nodes)))
    place = {node: number for number, cluster in enumerate(clusters) for node in cluster}
    assert all(place[left] != place[right] for left, right in apart.tolist())
    # The one that is apart from very many leaves, not these.
    assert max(map(len, clusters)) >= len(nodes) - len(twins) - 1


def test_people_may_put_together_what_is_apart_in_a_large_component() -> None:
    nodes, judge = large_component()
    pair = as_pairs([(3, 7)])
    parts = grouped(nodes, [np.arange(len(nodes))], judge, (pair, pair))
    assert any({3, 7} <= set(cluster) for _, found in parts for cluster in found)


def test_a_large_component_falls_into_the_answers_that_contradict() -> None:
    half = EXACT_COMPONENT // 2 + 10
    german = ORIGINALS["de"].replace("14", "12")
    bodies = [*mistyped(ORIGINALS["de"], half), *mistyped(german, half)]
    texts = [read_text(entry(f"{number:03}", body, "de")) for number, body in enumerate(bodies)]
    base = Texts(texts=texts, grams=Sketches.of([text.canonical for text in texts]).grams)
    nodes = [Node((f"{number:03}",), {"de": number}) for number in range(len(texts))]
    parts = list(grouped(nodes, [np.arange(len(nodes))], Judge(base), (NO_PAIRS, NO_PAIRS)))
    clusters = [cluster for _, found in parts for cluster in found]
    assert sorted(node for cluster in clusters for node in cluster) == list(range(len(nodes)))
    assert all(max(cluster) < half or min(cluster) >= half for cluster in clusters)
    assert max(map(len, clusters)) > half * 0.9
