"""How foreign a mail looks: nearest neighbours and energy, without labels of foreign mail."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.calibration import PowerLink
from model.ridge import BLOCK_ROWS

NEIGHBOURS = 5
QUANTILES = 1001
KNOWN_SHARE = 0.98


@dataclass(frozen=True, slots=True, kw_only=True)
class NoveltyHead:
    """Mean of two standardised scores: distance to the five nearest known mails, and the free energy of the topic head.

    The two fail on different mails; their mean needs no labels (kNN: Sun et al. 2022; energy: Liu et al. 2020). `quantiles` (1001,) are
    those of the known mails, each scored without its own group, so a score is the share of known mail that looks less foreign.
    """

    centres: NDArray[np.float64]
    spreads: NDArray[np.float64]
    quantiles: NDArray[np.float64]
    limit: float

    def scores(self, nearest: NDArray[np.floating], energies: NDArray[np.float64]) -> NDArray[np.float64]:
        """Share of known mail that looks less foreign, 0 to 1, shape (n,).

        Args:
            nearest: (n,) mean cosine to the five nearest known mails.
            energies: (n,) log total weight of the topics, see `energy`.
        """
        return np.interp(_foreign(nearest, energies, self.centres, self.spreads), self.quantiles, np.linspace(0, 1, len(self.quantiles)))

    def raw(self, nearest: NDArray[np.floating], energies: NDArray[np.float64]) -> NDArray[np.float64]:
        """The score before it is turned into a share: unbounded, for measuring how well foreign and known mail part."""
        return _foreign(nearest, energies, self.centres, self.spreads)


def fit_novelty(nearest: NDArray[np.floating], energies: NDArray[np.float64], limit: float = KNOWN_SHARE) -> NoveltyHead:
    """Learn from known mails alone: both inputs (n,) must have left out each mail's own group."""
    both = np.stack([nearest, energies]).astype(np.float64)
    centres, spreads = both.mean(axis=1), both.std(axis=1) + 1e-9
    foreign = _foreign(nearest, energies, centres, spreads)
    return NoveltyHead(
        centres=centres, spreads=spreads, quantiles=strictly_rising(np.quantile(foreign, np.linspace(0, 1, QUANTILES))), limit=limit
    )


def energy(link: PowerLink, scores: NDArray[np.floating]) -> NDArray[np.float64]:
    """Log of the total unnormalised weight of all topics, shape (n,): low where no topic speaks up."""
    return np.asarray(np.logaddexp.reduce(link.log_weights(scores), axis=1))


def mean_of_nearest(similarity: NDArray[np.float32]) -> NDArray[np.float32]:
    """Mean of the five largest values of each row, shape (n,)."""
    count = min(NEIGHBOURS, similarity.shape[1])
    return np.asarray(np.partition(similarity, -count, axis=1)[:, -count:].mean(axis=1))


def nearest_without_own_group(vectors: NDArray[np.float32], groups: NDArray[np.int64]) -> NDArray[np.float32]:
    """Mean cosine of every row to its five nearest rows of other groups, shape (n,); block by block."""
    out = np.empty(len(vectors), dtype=np.float32)
    for start in range(0, len(vectors), BLOCK_ROWS):
        block = slice(start, start + BLOCK_ROWS)
        similarity = vectors[block] @ vectors.T
        similarity[groups[block][:, None] == groups[None, :]] = -1.0
        out[block] = mean_of_nearest(similarity)
    return out


def strictly_rising(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """`values` with ties broken upwards, as interpolation needs it."""
    return np.asarray(np.maximum.accumulate(values) + np.arange(len(values)) * 1e-12)


def _foreign(
    nearest: NDArray[np.floating], energies: NDArray[np.float64], centres: NDArray[np.float64], spreads: NDArray[np.float64]
) -> NDArray[np.float64]:
    both = (np.stack([nearest, energies]) - centres[:, None]) / spreads[:, None]
    return np.asarray(-both.mean(axis=0))
