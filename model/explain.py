"""Why a topic: the words that spoke for it and against it."""

import re
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from model.classifier import TopicHead
from model.terms import Vocabulary, Weighting

TOKEN = re.compile(r"<\w+>|\w+")
MAX_TOKENS = 400
SHOWN = 6


def tokens_for_and_against(
    text: str, head: TopicHead, vocabularies: tuple[Vocabulary, Vocabulary], column: int, rival: int
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The tokens whose terms moved the score towards `column` and towards `rival`, strongest first.

    Each token is read alone, so this is the linear term part of the head without what spans two words; the vector part has no tokens.
    Up to six each.
    """
    tokens = list(dict.fromkeys(TOKEN.findall(text.lower())))[:MAX_TOKENS]
    if not tokens or column == rival:
        return (), ()
    characters, words = vocabularies
    regression = head.regression
    pull = _pull(tokens, characters, head.view.characters, regression.character_weights, (column, rival))
    pull += _pull(tokens, words, head.view.words, regression.word_weights, (column, rival))
    order = np.argsort(-pull, kind="stable")
    return tuple(_named(tokens, pull, order, sign=1.0)), tuple(_named(tokens, pull, order[::-1], sign=-1.0))


def _pull(
    tokens: list[str], vocabulary: Vocabulary, weighting: Weighting, weights: NDArray[np.float32], topics: tuple[int, int]
) -> NDArray[np.float64]:
    """Sum of idf x difference of the weights for two topics over the terms of each token, shape (len(tokens),)."""
    counts = vocabulary.count(tokens)
    column, rival = topics
    found = counts.indices  # a handful of rows of a matrix with tens of thousands
    moved = counts.data * weighting.idf[found] * (weights[found, column] - weights[found, rival])
    rows = np.repeat(np.arange(len(tokens)), np.diff(counts.indptr))
    return np.asarray(np.bincount(rows, weights=moved, minlength=len(tokens)), dtype=np.float64)


def _named(tokens: list[str], pull: NDArray[np.float64], order: NDArray[np.int64], *, sign: float) -> Iterator[str]:
    """Tokens in this order as long as they pull in this direction with at least a tenth of the strongest."""
    strongest = abs(float(pull[order[0]])) if len(order) else 0.0
    for number in order[:SHOWN]:
        if sign * pull[number] <= 0 or abs(pull[number]) < strongest / 10:
            return
        yield tokens[number]
