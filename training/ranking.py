"""How similarity and topic share the ranking of answers, learnt for the encoder at hand."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from data.answer import Answer
from data.examples import Example
from model.encoder import Encoder
from model.retriever import AnswerIndex, RankingWeights
from model.search.hits import UNKNOWN_TOPIC

MIN_EXAMPLES = 50
MOST_EXAMPLES = 3_000


def fit_ranking(
    examples: Sequence[Example],
    vectors: NDArray[np.float32],
    labels: Sequence[str],
    topics: NDArray[np.float64],
    base: tuple[Sequence[Answer], Encoder],
) -> RankingWeights:
    """Choose temperature and topic weight by the probability that they give to the acceptable answers.

    An example that names its answers counts with those; one that names none has the answers of its topic.

    Args:
        examples: n labelled mails.
        vectors: (n, d) of their texts.
        labels: topics of the columns of `topics`.
        topics: (n, topics) probabilities that did not see the mail's own group.
        base: the answers and the encoder of the vectors.
    """
    answers, encoder = base
    index = AnswerIndex.build(answers, encoder, "training")
    ids = sorted(index.answers)
    accepted = np.array([[_fits(example, index.answers[name]) for name in ids] for example in examples])
    rows = np.flatnonzero(accepted.any(axis=1))[:MOST_EXAMPLES]
    if len(rows) < MIN_EXAMPLES:
        return RankingWeights()
    similarity = _similarities(index, vectors[rows], ids)
    column = {label: number for number, label in enumerate(labels)}
    prior = np.stack([_prior(index.answers[name], topics[rows], column) for name in ids], axis=1)

    def loss(parameters: NDArray[np.float64]) -> float:
        logits = similarity / np.exp(parameters[0]) + np.exp(parameters[1]) * np.log(prior)
        weights = np.exp(logits - logits.max(axis=1, keepdims=True))
        share = (weights * accepted[rows]).sum(axis=1) / weights.sum(axis=1)
        return float(-np.log(share + 1e-12).mean())

    best = minimize(loss, np.log([0.08, 1.0]), method="Nelder-Mead", options={"maxiter": 200})
    return RankingWeights(temperature=float(np.exp(best.x[0])), topic=float(np.exp(best.x[1])))


def _fits(example: Example, answer: Answer) -> bool:
    return answer.topic == example.topic if example.answers is None else answer.id in example.answers


def _similarities(index: AnswerIndex, vectors: NDArray[np.float32], ids: Sequence[str]) -> NDArray[np.float64]:
    """Best cosine of every answer, shape (n, answers); an answer outside the candidates gets the lowest of the row."""
    rows = []
    for nearest in index.nearest(vectors):
        lowest = min((similarity for similarity, _ in nearest.values()), default=-1.0)
        rows.append([nearest[name][0] if name in nearest else lowest for name in ids])
    return np.array(rows)


def _prior(answer: Answer, topics: NDArray[np.float64], column: dict[str, int]) -> NDArray[np.float64]:
    if answer.topic is None:
        return np.full(len(topics), 1.0 / topics.shape[1])
    if answer.topic not in column:
        return np.full(len(topics), UNKNOWN_TOPIC)
    return np.maximum(topics[:, column[answer.topic]], UNKNOWN_TOPIC)
