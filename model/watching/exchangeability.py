"""Is the order of mails without meaning? What a certificate assumes of its calibration mails, tested."""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

PERMUTATIONS = 999
EDGE = 0.05


def exchangeability(values: NDArray[np.float64], times: NDArray[np.float64] | None = None) -> float:
    """P value of "the order of the rows does not matter", from 1 / 1,000 upwards.

    A permutation test, exact for any distribution: the statistic is the largest standardised difference of mean ranks before and after a
    moment, over all moments and all columns (CUSUM on ranks, Pettitt 1979), so that a step and a slow trend are both seen.

    Args:
        values: (n, k), such as score, novelty and error of every mail.
        times: (n,) when the mails came; without it the rows are in their order. Equal times have no order among themselves: they are
            parted at random, always in the same way.
    """
    generator = np.random.default_rng(0)
    number = len(values)
    if number < 2:
        return 1.0
    if times is not None:
        values = values[np.lexsort((generator.random(number), times))]
    ranks = rankdata(values, axis=0)
    spread = ranks.std(axis=0)
    columns = spread > 0
    if not columns.any():
        return 1.0
    ranks = (ranks[:, columns] - ranks[:, columns].mean(axis=0)) / spread[columns]
    observed = _largest_step(ranks)
    larger = sum(_largest_step(ranks[generator.permutation(number)]) >= observed for _ in range(PERMUTATIONS))
    return (1 + larger) / (1 + PERMUTATIONS)


def _largest_step(ranks: NDArray[np.float64]) -> float:
    """Largest standardised difference between before and after, over moments that leave a twentieth on either side."""
    number = len(ranks)
    before = np.arange(1, number)
    inner = (before >= EDGE * number) & (before <= (1 - EDGE) * number)
    sums = np.abs(np.cumsum(ranks, axis=0)[:-1])
    steps = sums / np.sqrt(before * (number - before) / number)[:, None]
    return float(steps[inner].max(initial=0.0))
