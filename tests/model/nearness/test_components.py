"""Components, and the clusters of one that is too large to judge every two of its texts."""

import numpy as np

from model.nearness.components import EXACT_COMPONENT, as_pairs, components_of, grouped
from model.nearness.distinct import Texts, read_text
from model.nearness.near import NO_PAIRS
from model.nearness.nodes import Node
from model.nearness.pairs import Judge
from model.nearness.sketch import Sketches
from tests.model.near_texts import ORIGINALS, entry, mistyped


def test_components_hold_all_that_is_linked() -> None:
    found = components_of(6, as_pairs([(0, 2), (2, 5), (3, 4)]), as_pairs([(4, 1)]))
    assert [members.tolist() for members in found] == [[0, 2, 5], [1, 3, 4]]
    assert components_of(3, NO_PAIRS, NO_PAIRS) == []


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
