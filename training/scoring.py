"""Learning how likely an answer is right, from what the heads say of training mails that they did not see."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from data.answer import Answer
from data.examples import Example
from data.language import UNDETERMINED, LanguageGuess
from model.answer_score import ANSWER_SIGNALS, TOPIC_SIGNALS, UNSIGNED, AnswerScore, signals
from model.calibration import Probabilities
from model.encoder import Encoder
from model.evidence import FARTHEST, evidence_of
from model.novelty import energy
from model.predictor import Parts, Predictor
from model.retriever import AnswerIndex
from model.ridge import BLOCK_ROWS
from model.risk import Grid
from model.terms import masked
from model.understanding import Evidence, Match, Novelty, Ranking, Understanding, UrgencyEstimate
from training.truth import group_numbers, is_right

PENALTY = 1.0
FEWEST_OF_EACH = 5
ANY_GRID = Grid.from_scores(np.linspace(0.5, 1.0, 51))

Base = tuple[Sequence[Answer], Encoder]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """Mails beside what heads that did not see them say: probabilities (n, topics) of `labels`, evidence and vectors (n, d)."""

    examples: Sequence[Example]
    labels: tuple[str, ...]
    topics: Probabilities
    evidence: Sequence[Evidence | None]
    vectors: NDArray[np.float32] = field(repr=False)


def fit_score(parts: Parts, unseen: Sequence[Unseen], base: Base) -> AnswerScore:
    """Learn a score, and the grid of thresholds, from mails whose truth is known.

    When hardly any answer was wrong, or right, nothing can be learnt about when they are: the score is then the probability that the
    heads give to the answer, or to the topic where there are no answers.

    Args:
        parts: what was learnt so far.
        unseen: training mails as `left_out` gives them, and mails out of scope as `out_of_scope` does.
        base: the answers, none of them where each topic stands for its own, and their encoder.
    """
    answers, encoder = base
    index = AnswerIndex.build(answers, encoder, "training") if answers else None
    names = (*TOPIC_SIGNALS, *(ANSWER_SIGNALS if index is not None else ()))
    rows, right = [], []
    for part in unseen:
        for example, known in zip(part.examples, understandings(part, parts, index), strict=True):
            verdict = is_right(example, known.topic.label, known.first_match, index.answers if index is not None else {})
            if verdict is not None:
                rows.append(signals(known, known.first_match, len(example.content.split()), names))
                right.append(verdict)
    truth = np.array(right, dtype=bool)
    table = np.array(rows).reshape(len(rows), len(names))
    if min(truth.sum(), (~truth).sum()) < FEWEST_OF_EACH:
        plain = names.index("answer" if index is not None else "topic")
        return _with_grid((names[plain],), {"centres": (0.0,), "spreads": (1.0,), "weights": (1.0,)}, 0.0, (table[:, [plain]], truth))
    return fit_weights(table, truth, names)


def left_out(parts: Parts, examples: Sequence[Example], held_out: NDArray[np.float64]) -> Unseen:
    """The training mails, each judged without its group: `held_out` (n, topics) are leave-one-group-out scores of the topics."""
    topics = parts.topics.link.probabilities(held_out)
    energies, first, groups = energy(parts.topics.link, held_out), topics.argmax(axis=1), group_numbers(examples)
    known, evidence = parts.known, list[Evidence]()
    if known.topics is None:
        raise ValueError("the topics of the known mails are needed")
    for start in range(0, len(examples), BLOCK_ROWS):
        block = slice(start, start + BLOCK_ROWS)
        cosines = known.vectors[block] @ known.vectors.T
        cosines[groups[block][:, None] == groups[None, :]] = FARTHEST
        evidence += evidence_of(cosines, known.topics, first[block], energies[block])
    return Unseen(examples=examples, labels=parts.topics.labels, topics=topics, evidence=evidence, vectors=known.vectors)


def out_of_scope(parts: Parts, examples: Sequence[Example], vectors: NDArray[np.float32], encoder: Encoder) -> Unseen:
    """Mails that no head learnt from, with their vectors (n, d)."""
    predictor = Predictor.of(parts, encoder, "")
    opinions = predictor.opinions(predictor.read(vectors, [masked(example.content) for example in examples]))
    return Unseen(examples=examples, labels=parts.topics.labels, topics=opinions.topics, evidence=opinions.evidence, vectors=vectors)


def understandings(part: Unseen, parts: Parts, index: AnswerIndex | None) -> Iterator[Understanding]:
    """What the score reads of every mail: topics, evidence and answers."""
    nearest = index.nearest(part.vectors) if index is not None else []
    for row, example in enumerate(part.examples):
        # Without answers nobody reads beyond the second label, and most of the time would go into a ranking of all of them.
        read = np.arange(len(part.labels)) if index is not None else np.argsort(-part.topics[row], kind="stable")[:2]
        topic = Ranking.of([part.labels[column] for column in read], part.topics[row, read])
        matches: tuple[Match, ...] = ()
        if index is not None:
            matches = index.match(nearest[row], topic.by_label, example.language or UNDETERMINED, parts.ranking)
        yield Understanding(
            language=LanguageGuess(code=example.language or UNDETERMINED, probability=1.0 if example.language else 0.0),
            topic=topic,
            urgency=UrgencyEstimate(label=None, probability=0.0, ranking=Ranking()),
            novelty=Novelty(score=0.0, is_novel=False),
            matches=matches,
            evidence=part.evidence[row],
        )


def fit_weights(rows: NDArray[np.float64], right: NDArray[np.bool_], names: tuple[str, ...]) -> AnswerScore:
    """Logistic regression with a small ridge penalty and weights that are at least 0, but for signals without a direction.

    Args:
        rows: (n, len(names)) signals.
        right: (n,) whether the answer was right.
        names: the signals.
    """
    readable = ~np.isnan(rows).any(axis=1)
    centres, spreads = rows[readable].mean(axis=0), rows[readable].std(axis=0)
    spreads[spreads < 1e-9] = 1.0
    scaled, sign = (rows[readable] - centres) / spreads, np.where(right[readable], 1.0, -1.0)

    def loss(parameters: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights = parameters[:-1]
        margins = sign * (scaled @ weights + parameters[-1])
        pull = -sign / (1 + np.exp(np.minimum(margins, 500.0)))
        value = np.logaddexp(0.0, -margins).sum() + PENALTY * weights @ weights
        return float(value), np.append(scaled.T @ pull + 2 * PENALTY * weights, pull.sum())

    bounds = [(None, None) if name in UNSIGNED else (0.0, None) for name in names] + [(None, None)]
    best = minimize(loss, np.zeros(len(names) + 1), jac=True, method="L-BFGS-B", bounds=bounds).x
    columns = {"centres": tuple(centres.tolist()), "spreads": tuple(spreads.tolist()), "weights": tuple(best[:-1].tolist())}
    return _with_grid(names, columns, float(best[-1]), (rows, right))


def _with_grid(
    names: tuple[str, ...], columns: Mapping[str, Any], intercept: float, seen: tuple[NDArray[np.float64], NDArray[np.bool_]]
) -> AnswerScore:
    """The grid comes from the scores of the very rows that were learnt from: it must be fixed before a calibration."""
    draft = AnswerScore(names=names, **columns, intercept=intercept, grid=ANY_GRID)
    rows, right = seen
    return replace(draft, grid=Grid.from_scores(draft.probabilities(rows), ~right)) if len(rows) else draft
