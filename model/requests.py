"""A second request in one mail: a sentence that is far from the one about the mail's own topic."""

from collections.abc import Sequence

import numpy as np

from model.calibration import Probabilities
from model.passages import MIN_WORDS, Passages, sentences
from model.understanding import PROBABILITY_DIGITS, SecondRequest

LEAST_OTHER = 0.4
LEAST_DISTANCE = 1.35
DISTANCE_PER_LOG_ODDS = 0.4
MOST_STARTS = 2
SMALLEST = 1e-9
FIRST_PERSON = ("I'", "I’")


def second_request(numbers: Sequence[int], topics: Probabilities, labels: Sequence[str], own: tuple[int, float]) -> SecondRequest | None:
    """The sentence whose topics are farthest from those of the mail's own sentence, if it is far enough and speaks of another topic.

    The distance is that of Bhattacharyya, -log Σ √(p q): two sentences of one request share topics, though neither names one for
    certain, while two requests share none. The surer the mail as a whole is of its topic, the farther a sentence must be.

    Args:
        numbers: sentence number of every row.
        topics: (sentences, topics) calibrated probabilities of each sentence read alone.
        labels: topic names of the columns.
        own: column of the mail's own topic, and its probability for the whole mail.
    """
    if not len(numbers):
        return None
    first, certainty = own
    others = topics.copy()
    others[:, first] = 0.0
    roots = np.sqrt(topics)
    distances = -np.log(roots @ roots[topics[:, first].argmax()] + SMALLEST)
    distances[others.max(axis=1) < LEAST_OTHER] = 0.0
    row = int(distances.argmax())
    if distances[row] < needed_distance(certainty):
        return None
    best = int(others[row].argmax())
    return SecondRequest(topic=labels[best], probability=round(float(others[row, best]), PROBABILITY_DIGITS), sentence=numbers[row])


def needed_distance(certainty: float) -> float:
    """How far a sentence must be from the mail's own, given the probability of the mail's topic."""
    inside = min(max(certainty, SMALLEST), 1 - SMALLEST)
    return LEAST_DISTANCE + DISTANCE_PER_LOG_ODDS * max(float(np.log(inside / (1 - inside))), 0.0)


def requests_cut(cut: Passages) -> Passages:
    """A text of one sentence, cut where a capital begins a second that no full stop precedes; `cut` itself where nothing is gained.

    Who ends sentences with full stops does so everywhere: cutting longer mails again finds hardly any request, and their pieces would
    have to be encoded again.
    """
    if cut.numbers or len(pieces(cut.text)) == 1:
        return cut
    found = [(piece, number) for number, sentence in enumerate(sentences(cut.text)) for piece in pieces(sentence)]
    long_enough = [(piece, number) for piece, number in found if len(piece.split()) >= MIN_WORDS]
    if len(long_enough) < 2:
        return cut
    return Passages(text=cut.text, sentences=tuple(piece for piece, _ in long_enough), numbers=tuple(number for _, number in long_enough))


def pieces(sentence: str) -> tuple[str, ...]:
    """A sentence cut before words with a capital; whole where there are more than two of those, as in German."""
    words = sentence.split()
    starts = [place for place in range(MIN_WORDS, len(words) - MIN_WORDS + 1) if _begins(words[place - 1], words[place])]
    if not 0 < len(starts) <= MOST_STARTS:
        return (sentence,)
    ends = (*starts[1:], len(words))
    return (" ".join(words[: starts[0]]), *(" ".join(words[start:end]) for start, end in zip(starts, ends, strict=True)))


def _begins(before: str, word: str) -> bool:
    """A capital, then small letters, behind a word without a capital: no abbreviation, no `I`, no second word of a name."""
    return word[0].isupper() and word[1:].islower() and not word.startswith(FIRST_PERSON) and not before[0].isupper()
