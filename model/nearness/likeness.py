"""Which pairs of texts ask the same in other words: cosine and shared terms, less what both have in common with everything around."""

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from model.encoder import Vectors
from model.search.lexical import BUCKETS, Frequencies, Terms

NEIGHBOURS = 50
BLOCK = 1_000


def pair_likeness(texts: Sequence[str], vectors: Vectors, pairs: NDArray[np.int64]) -> NDArray[np.float64]:
    """How likely each pair says the same, as a score to rank by: (m,) for pairs (m, 2) of positions among n texts.

    A text near to everything is near to nothing in particular: the mean likeness of each text to its 50 nearest is taken off (local
    scaling, Conneau et al. 2018). Compares all n texts with one another, in blocks.

    Args:
        texts: n texts of one kind, such as questions or titles.
        vectors: (n, d) of norm 1.
        pairs: positions of both texts of each pair.
    """
    rows = _weighted(texts)
    raw, crowd = np.zeros(len(pairs)), np.zeros(len(vectors))
    count = min(NEIGHBOURS, len(vectors) - 1)
    for start in range(0, len(vectors), BLOCK):
        block = slice(start, start + BLOCK)
        likeness = vectors[block] @ vectors.T + (rows[block] @ rows.T).toarray()
        inside = np.flatnonzero(pairs[:, 0] // BLOCK == start // BLOCK)
        raw[inside] = likeness[pairs[inside, 0] - start, pairs[inside, 1]]
        likeness[np.arange(len(likeness)), np.arange(start, start + len(likeness))] = -np.inf
        crowd[block] = np.partition(likeness, -count, axis=1)[:, -count:].mean(axis=1) if count else 0.0
    return np.asarray(raw - (crowd[pairs[:, 0]] + crowd[pairs[:, 1]]) / 2)


def _weighted(texts: Sequence[str]) -> sp.csr_matrix:
    """Rows of norm 1 whose entries are the weights of the terms, rare ones heaviest."""
    terms = Terms.of(texts)
    counts = Frequencies.of(terms).counts[terms.columns]
    weights = np.log1p(len(texts) / (counts + 1))
    norms = np.sqrt(np.add.reduceat(np.append(weights**2, 0.0), terms.starts[:-1]))
    weights /= np.maximum(np.repeat(norms, terms.lengths), 1e-9)
    return sp.csr_matrix((weights, terms.columns, terms.starts), shape=(len(texts), BUCKETS))
