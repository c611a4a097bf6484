"""Groups of mails that ask for the same: average-link clusters of their vectors."""

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage

from model.encoder import Vectors

# Average link looks at all pairs: 2,000 mails are 16 MB of them, and larger sets are cut into pieces first.
PIECE = 2_000
SAMPLE = 2_000
LEAST_SAMPLE = 100
DEFAULT_LIKENESS = 0.5

Rows = NDArray[np.int64]


def likeness_above(vectors: Vectors, share: float) -> float:
    """The cosine that only `1 - share` of all pairs of these mails exceed.

    Cosines of one encoder mean nothing for another, so what counts as alike is read off mail of all kinds. Fewer than 100 mails say
    nothing; then it is 0.5.
    """
    if len(vectors) < LEAST_SAMPLE:
        return DEFAULT_LIKENESS
    step = -(-len(vectors) // SAMPLE)
    chosen = vectors[::step]
    return float(np.quantile((chosen @ chosen.T)[np.triu_indices(len(chosen), 1)], share))


def groups(vectors: Vectors, likeness: float) -> tuple[Rows, ...]:
    """Rows that belong together, the largest group first; two groups are joined while the mean cosine between them is above `likeness`.

    Above 2,000 rows the pieces of a cut along the widest direction are grouped one by one, and then their groups among each other.
    """
    if not len(vectors):
        return ()
    parts = [part[rows] for part in _pieces(vectors, np.arange(len(vectors))) for rows in _grouped(vectors[part], likeness)]
    if len(vectors) > PIECE:
        parts = _joined(vectors, parts, likeness)
    return tuple(sorted((np.sort(part) for part in parts), key=lambda part: (-len(part), int(part[0]))))


def _pieces(vectors: Vectors, rows: Rows) -> list[Rows]:
    if len(rows) <= PIECE:
        return [rows]
    centred = vectors[rows] - vectors[rows].mean(axis=0)
    _, directions = np.linalg.eigh(centred.T @ centred)
    order = np.argsort(centred @ directions[:, -1], kind="stable")
    half = len(rows) // 2
    return _pieces(vectors, np.sort(rows[order[:half]])) + _pieces(vectors, np.sort(rows[order[half:]]))


def _joined(vectors: Vectors, parts: list[Rows], likeness: float) -> list[Rows]:
    """Join groups of different pieces. The product of two means is the mean cosine of all pairs, so nothing is looked at again."""
    parts = sorted(parts, key=lambda part: -len(part))
    large, rest = [part for part in parts[:PIECE] if len(part) > 1], [part for part in parts[:PIECE] if len(part) == 1] + parts[PIECE:]
    if len(large) < 2:
        return parts
    means = np.stack([vectors[part].mean(axis=0) for part in large])
    return [np.concatenate([large[number] for number in group]) for group in _grouped(means, likeness)] + rest


def _grouped(vectors: Vectors, likeness: float) -> list[Rows]:
    if len(vectors) == 1:
        return [np.zeros(1, dtype=np.int64)]
    # Means are shorter than 1, but the distance of a vector to itself is never asked for.
    distances = 1.0 - (vectors @ vectors.T)[np.triu_indices(len(vectors), 1)].astype(np.float64)
    labels = fcluster(linkage(np.maximum(distances, 0.0), "average"), 1.0 - likeness, "distance")
    order = np.argsort(labels, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(labels[order])) + 1)
