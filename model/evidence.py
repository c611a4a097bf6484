"""What speaks for the first topic of a mail besides its probability."""

import numpy as np
from numpy.typing import NDArray

from model.novelty import NEIGHBOURS
from model.understanding import PROBABILITY_DIGITS, Evidence

FARTHEST = -1.0


def evidence_of(
    cosines: NDArray[np.float32], known_topics: NDArray[np.int64], topics: NDArray[np.int64], energies: NDArray[np.float64]
) -> list[Evidence]:
    """Evidence of n mails, rounded to six decimals.

    Args:
        cosines: (n, m) to the known mails; -1 hides a known mail from a row.
        known_topics: (m,) column of the topic of every known mail.
        topics: (n,) column of the first topic of every mail.
        energies: (n,) log total weight of the topics, see `model.novelty.energy`.
    """
    same = known_topics[None, :] == topics[:, None]
    nearest = nearest_columns(cosines)
    columns = (
        energies,
        np.take_along_axis(cosines, nearest, axis=1).mean(axis=1),
        np.where(same, cosines, FARTHEST).max(axis=1) - np.where(same, FARTHEST, cosines).max(axis=1),
        np.take_along_axis(same, nearest, axis=1).mean(axis=1),
    )
    rows = np.stack(columns, axis=1).astype(np.float64).round(PROBABILITY_DIGITS)
    return [
        Evidence(energy=energy, nearest=near, support=support, agreement=agreement) for energy, near, support, agreement in rows.tolist()
    ]


def nearest_columns(cosines: NDArray[np.float32]) -> NDArray[np.int64]:
    """Columns of the five largest values of each row, in no order."""
    count = min(NEIGHBOURS, cosines.shape[1])
    return np.argpartition(-cosines, count - 1, axis=1)[:, :count]
