"""Whether two sets of vectors come from one distribution, and cells of vectors that can be watched mail by mail."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans

from model.watching.betting import WatchError, check_share

MOST_ROWS = 512
DRAWS = 999
BLOCK_DRAWS = 256
CELLS = 32

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoSample:
    """The squared distance of two samples, and the chance of one as large by relabelling rows of one distribution."""

    distance: float
    p_value: float

    def is_alarmed(self, delta: float, looks: int) -> bool:
        """At most `delta` of all histories with `looks` looks, fixed beforehand, alarm falsely (Bonferroni: they may share a reference)."""
        return self.p_value <= delta / looks


def compare(reference: Vectors, live: Vectors, *, draws: int = DRAWS, seed: int = 0) -> TwoSample:
    """Maximum mean discrepancy with a Gaussian kernel of median width, exact by permutation (Gretton et al. 2012).

    The width comes from the pooled rows, whose relabelling does not change it, so the level is exact. A `delta` over `looks` looks needs
    `draws` of at least `looks / delta`, see `draws_for`.

    Args:
        reference: (n, d), at most 512 rows, see `thinned`.
        live: (m, d), at most 512 rows.
        draws: relabellings; the p value is at least 1 / (draws + 1).
        seed: of the relabellings.

    Raises:
        WatchError: a set has fewer than two or more than 512 rows.
    """
    for name, rows in (("reference", reference), ("live", live)):
        if not 2 <= len(rows) <= MOST_ROWS:
            raise WatchError(f"{name}: {len(rows)} vectors; 2 to {MOST_ROWS} can be compared")
    kernel = _kernel(np.concatenate([reference, live]).astype(np.float64))
    signs = np.concatenate([np.full(len(reference), 1.0 / len(reference)), np.full(len(live), -1.0 / len(live))])
    distance = float(signs @ kernel @ signs)
    random = np.random.default_rng(seed)
    larger = 0
    for start in range(0, draws, BLOCK_DRAWS):
        drawn = random.permuted(np.tile(signs, (min(BLOCK_DRAWS, draws - start), 1)), axis=1)
        larger += int((((drawn @ kernel) * drawn).sum(axis=1) >= distance - 1e-12).sum())
    return TwoSample(distance=distance, p_value=(1 + larger) / (1 + draws))


def draws_for(delta: float, looks: int) -> int:
    """Relabellings with which `looks` looks can alarm at all.

    Raises:
        WatchError: delta outside (0, 1).
    """
    check_share("delta", delta)
    return int(np.ceil(looks / delta))


def thinned(vectors: Vectors, *, rows: int = MOST_ROWS, seed: int = 0) -> Vectors:
    """At most `rows` of the vectors, drawn by chance, in their order."""
    if len(vectors) <= rows:
        return vectors
    return vectors[np.sort(np.random.default_rng(seed).choice(len(vectors), rows, replace=False))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """Regions of the vector space, shape (cells, d): their shares are watched like the topics', and need no topic to be right."""

    centres: Vectors

    @classmethod
    def fit(cls, vectors: Vectors, *, cells: int = CELLS, seed: int = 0) -> "Cells":
        """k-means centres of training vectors: not of the calibration mails, which would then lie nearer to them than new mail does."""
        means = KMeans(n_clusters=min(cells, len(vectors)), n_init=1, random_state=seed).fit(vectors)
        return cls(centres=np.asarray(means.cluster_centers_, dtype=np.float32))

    @property
    def labels(self) -> tuple[str, ...]:
        """Name of every cell."""
        return tuple(str(number) for number in range(len(self.centres)))

    def of(self, vectors: Vectors) -> list[str]:
        """Name of the nearest cell of every row."""
        distances = (self.centres**2).sum(axis=1)[None, :] - 2.0 * vectors @ self.centres.T
        return [self.labels[number] for number in distances.argmin(axis=1)]


def _kernel(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    norms = (rows**2).sum(axis=1)
    squares = np.maximum(norms[:, None] + norms[None, :] - 2.0 * rows @ rows.T, 0.0)
    width = np.median(squares[np.triu_indices(len(rows), 1)])
    return np.asarray(np.exp(-squares / max(float(width), 1e-12)))
