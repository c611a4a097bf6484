"""A second request in one mail, found sentence by sentence."""

from collections.abc import Sequence

import numpy as np

from model.calibration import Probabilities
from model.understanding import PROBABILITY_DIGITS, SecondRequest

MIN_PROBABILITY = 0.85
LEAST_FOR_FIRST = 0.1


def second_request(numbers: Sequence[int], topics: Probabilities, labels: Sequence[str], first: int) -> SecondRequest | None:
    """The most certain sentence about another topic than the mail's first.

    Args:
        numbers: sentence number of every row.
        topics: (sentences, topics) calibrated probabilities of each sentence read alone.
        labels: topic names of the columns.
        first: column of the mail's own topic; a sentence that may still be about it does not count.
    """
    if not len(numbers):
        return None
    best = topics.argmax(axis=1)
    certain = np.where(best == first, 0.0, topics.max(axis=1))
    certain[topics[:, first] > LEAST_FOR_FIRST] = 0.0
    row = int(certain.argmax())
    if certain[row] < MIN_PROBABILITY:
        return None
    return SecondRequest(topic=labels[int(best[row])], probability=round(float(certain[row]), PROBABILITY_DIGITS), sentence=numbers[row])
