"""Regions of the vector space, and an order in which like things stand side by side: what is watched of vectors and topics."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import leaves_list, linkage
from sklearn.cluster import KMeans

REGIONS = 64
DIGITS = 4

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Regions:
    """Centres (regions, d), like ones side by side. A vector belongs to the nearest: their shares need no topic to be right."""

    centres: Vectors

    @classmethod
    def fit(cls, vectors: Vectors, *, regions: int = REGIONS, seed: int = 0) -> "Regions":
        """k-means centres of training vectors: not of the calibration mails, which would then lie nearer to them than new mail does."""
        means = KMeans(n_clusters=min(regions, len(vectors)), n_init=1, random_state=seed).fit(vectors)
        centres = np.asarray(means.cluster_centers_, dtype=np.float32)
        return cls.of(centres[side_by_side(centres)])

    @classmethod
    def of(cls, centres: NDArray[np.floating] | Sequence[Sequence[float]]) -> "Regions":
        """With as many digits as are stored: a vector must not change its region by their being stored.

        Raises:
            ValueError: the centres are no table of numbers.
        """
        rounded = np.round(np.array(centres, dtype=np.float64), DIGITS).astype(np.float32)
        if rounded.ndim != 2:
            raise ValueError("centres of regions must be rows of numbers")
        return cls(centres=rounded)

    def region_of(self, vectors: Vectors) -> NDArray[np.int64]:
        """Number of the nearest centre of every row, shape (n,)."""
        distances = (self.centres**2).sum(axis=1)[None, :] - 2.0 * vectors @ self.centres.T
        return np.asarray(distances.argmin(axis=1))

    def to_json(self) -> list[list[float]]:
        """Plain numbers."""
        return [[round(float(value), DIGITS) for value in row] for row in self.centres]


def side_by_side(points: NDArray[np.floating]) -> NDArray[np.int64]:
    """Numbers of the rows in an order in which like ones are near: leaves of average linkage (Bar-Joseph et al. 2001).

    What is new lands in several like topics or regions: side by side they are one bump of the ranks, and soon noticed.
    """
    if len(points) < 2:
        return np.arange(len(points))
    return np.asarray(leaves_list(linkage(np.asarray(points, dtype=np.float64), "average", optimal_ordering=True)), dtype=np.int64)
