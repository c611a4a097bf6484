"""How much of one text is in another, in character 5-grams: the examiner's own measure, independent of the search that it judges."""

import re
from collections.abc import Iterator, Sequence
from random import Random

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer

from tests.proofs.banks import VALUE_BEGINS, VALUE_ENDS
from tests.proofs.heap import Heap, Original

WIDTH = 5
NOT_TEXT = re.compile(r"[^\w]+")


def grams(text: str) -> frozenset[str]:
    """The 5-grams of the text's letters and digits, words parted by one space."""
    plain = NOT_TEXT.sub(" ", text.lower()).strip()
    return frozenset(plain[at : at + WIDTH] for at in range(max(1, len(plain) - WIDTH + 1)))


def containment(left: frozenset[str], right: frozenset[str]) -> float:
    """The share of the smaller that the larger holds too."""
    return len(left & right) / max(1, min(len(left), len(right)))


def original_text(original: Original) -> str:
    """The original as its first author wrote it."""
    return " ".join(piece.text for piece in original.pieces()).replace(VALUE_BEGINS, "").replace(VALUE_ENDS, "")


def nearest_others(originals: Sequence[Original]) -> Iterator[tuple[float, str, str]]:
    """For every original: how much of it or of the other one is shared with the nearest other of its language."""
    for language in sorted({original.language for original in originals}):
        chosen = [original for original in originals if original.language == language]
        holds = CountVectorizer(analyzer=grams, binary=True).fit_transform(map(original_text, chosen))
        common = (holds @ holds.T).toarray().astype(np.float64)
        sizes = common.diagonal().copy()
        shared = common / np.minimum(sizes[:, None], sizes[None, :])
        np.fill_diagonal(shared, 0.0)
        for row, nearest in enumerate(shared.argmax(axis=1)):
            yield float(shared[row, nearest]), chosen[row].id, chosen[nearest].id


def within_families(heap: Heap, pairs: int, seed: int = 1) -> list[float]:
    """Containment of random pairs of rows that belong together."""
    members: dict[str, list[frozenset[str]]] = {}
    for _, row in heap.rows:
        members.setdefault(row.family, []).append(grams(row.body))
    random = Random(seed)
    families = [family for family in members.values() if len(family) > 1]
    chosen = random.choices(families, weights=[len(family) * (len(family) - 1) for family in families], k=pairs)
    return [containment(*random.sample(family, 2)) for family in chosen]


def quantiles(values: Sequence[float], points: Sequence[float] = (0.0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)) -> dict[float, float]:
    """Values at these shares of the sorted list."""
    ranked = sorted(values)
    return {point: round(ranked[min(len(ranked) - 1, int(point * len(ranked)))], 3) for point in points}
