"""What a predictor says of many labelled mails, row by row: the raw material of every figure."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from data.answer import Answer
from data.examples import Example
from data.language import UNDETERMINED, LanguageGuess
from data.parse import mail_from_fields
from model.calibration import Probabilities
from model.context import Context
from model.decision import Action, Circumstances, Versions, decide
from model.encoder import Encoder
from model.policy import Policy
from model.predictor import Opinions, Predictor
from model.retriever import AnswerIndex
from model.terms import masked
from model.understanding import PROBABILITY_DIGITS, Match, Novelty, Ranking, Understanding, UrgencyEstimate
from model.urgency import Scale
from training.progress import Progress
from training.sentences import second_requests
from training.truth import is_right

BLOCK = 512
ANSWERS_KEPT = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Workbench:
    """What a measurement needs besides model and examples. Without answers, retrieval is not measured."""

    encoder: Encoder
    answers: tuple[Answer, ...]
    progress: Progress
    now: datetime

    def index(self) -> AnswerIndex | None:
        """An index over the answers, or None without any."""
        return AnswerIndex.build(self.answers, self.encoder, "evaluation") if self.answers else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Predictions for n examples.

    topics (n, t) · urgencies (n, u) and the chosen level (n,), or None without an urgency head · novelty (n,), `novel` (n,) above
    the limit · answers: ids, best first, or None · reasons (n,): why decide() hands the mail to people, empty where it does not ·
    scores (n,): how likely the answer that would be sent is right, 0 for novel mails and several requests; None where no such score was
    learnt · right (n,): whether it is, None where nobody has said · regions (n,) of the vectors, where they are watched.
    """

    examples: tuple[Example, ...]
    labels: tuple[str, ...]
    topics: Probabilities
    scale: Scale
    urgencies: Probabilities | None
    levels: NDArray[np.int64] | None
    novelty: NDArray[np.float64]
    novel: NDArray[np.bool_]
    answers: tuple[tuple[str, ...], ...] | None
    reasons: tuple[str, ...]
    scores: NDArray[np.float64] | None = None
    right: tuple[bool | None, ...] = ()
    regions: NDArray[np.int64] | None = None


def judge(predictor: Predictor, examples: Sequence[Example], vectors: NDArray[np.float32], bench: Workbench) -> Judged:
    """Run every head and decide() over examples whose vectors (n, d) are there already, block by block."""
    index = bench.index()
    with bench.progress.task("Judging mails", len(examples)) as advance:
        blocks = []
        for start in range(0, len(examples), BLOCK):
            block = slice(start, start + BLOCK)
            blocks.append(_block(predictor, tuple(examples[block]), vectors[block], (index, bench)))
            advance(len(blocks[-1].examples))
    return pooled(blocks)


def pooled(parts: Sequence[Judged]) -> Judged:
    """Several results as one; a topic that a part does not have gets probability 0 there."""
    labels = tuple(sorted({label for part in parts for label in part.labels}))
    urgencies = [part.urgencies for part in parts if part.urgencies is not None]
    levels = [part.levels for part in parts if part.levels is not None]
    answers = [part.answers for part in parts if part.answers is not None]
    scores = [part.scores for part in parts if part.scores is not None]
    regions = [part.regions for part in parts if part.regions is not None]
    return replace(
        parts[0],
        examples=tuple(example for part in parts for example in part.examples),
        labels=labels,
        topics=np.vstack([_aligned(part, labels) for part in parts]),
        urgencies=np.vstack(urgencies) if len(urgencies) == len(parts) else None,
        levels=np.concatenate(levels) if len(levels) == len(parts) else None,
        novelty=np.concatenate([part.novelty for part in parts]),
        novel=np.concatenate([part.novel for part in parts]),
        answers=tuple(row for part in answers for row in part) if len(answers) == len(parts) else None,
        reasons=tuple(reason for part in parts for reason in part.reasons),
        scores=np.concatenate(scores) if len(scores) == len(parts) else None,
        right=tuple(verdict for part in parts for verdict in part.right),
        regions=np.concatenate(regions) if len(regions) == len(parts) else None,
    )


def routed(judged: Judged) -> tuple[float, dict[str, int]]:
    """Share of mail that decide() hands to people, and how often for which reason."""
    counts = Counter(reason.partition(":")[0] for reason in judged.reasons if reason)
    return sum(counts.values()) / len(judged.reasons), dict(counts.most_common())


def _block(
    predictor: Predictor, examples: tuple[Example, ...], vectors: NDArray[np.float32], around: tuple[AnswerIndex | None, Workbench]
) -> Judged:
    index, bench = around
    opinions = predictor.opinions(predictor.read(vectors, [masked(example.content) for example in examples]))
    head = predictor.parts.urgency
    seconds = second_requests(predictor, [example.content for example in examples], opinions.topics.argmax(axis=1), bench.encoder)
    found = _understandings(predictor, examples, vectors, (opinions, index))
    understandings = [replace(known, second_request=second) for known, second in zip(found, seconds, strict=True)]
    taxonomy = predictor.taxonomy
    return Judged(
        examples=examples,
        labels=predictor.parts.topics.labels,
        topics=opinions.topics,
        scale=head.scale if head is not None else Scale(labels=taxonomy.urgencies, cost=np.array(taxonomy.cost)),
        urgencies=opinions.urgencies,
        levels=head.choose(opinions.urgencies) if head is not None and opinions.urgencies is not None else None,
        novelty=opinions.novelty,
        novel=opinions.novelty > predictor.parts.novelty.limit,
        answers=tuple(tuple(match.answer_id for match in known.matches) for known in understandings) if index is not None else None,
        reasons=tuple(_reasons(predictor, examples, understandings, (index, bench.now))),
        scores=_scores(understandings),
        right=tuple(_right(example, known, index) for example, known in zip(examples, understandings, strict=True)),
        regions=predictor.regions.region_of(vectors) if predictor.regions is not None else None,
    )


def _scores(understandings: Sequence[Understanding]) -> NDArray[np.float64] | None:
    """0 where a reply is never automatic: then the error that is bounded is that of the mails that may be sent to."""
    scores = [known.automatic_probability for known in understandings]
    return np.array(scores, dtype=np.float64) if None not in scores else None


def _right(example: Example, known: Understanding, index: AnswerIndex | None) -> bool | None:
    return is_right(example, known.topic.label, known.first_match, index.answers if index is not None else {})


def _understandings(
    predictor: Predictor, examples: Sequence[Example], vectors: NDArray[np.float32], found: tuple[Opinions, AnswerIndex | None]
) -> Iterator[Understanding]:
    """The part of an understanding that decisions depend on, but for second requests; slots and explanations are left out."""
    opinions, index = found
    nearest = index.nearest(vectors) if index is not None else []
    for row, example in enumerate(examples):
        topic = Ranking.of(predictor.parts.topics.labels, opinions.topics[row])
        novelty = round(float(opinions.novelty[row]), PROBABILITY_DIGITS)
        matches: tuple[Match, ...] = ()
        if index is not None:
            matches = index.match(nearest[row], topic.by_label, example.language or UNDETERMINED, predictor.parts.ranking)
        known = Understanding(
            language=LanguageGuess(code=example.language or UNDETERMINED, probability=1.0 if example.language else 0.0),
            topic=topic,
            urgency=_urgency(predictor, opinions, row),
            novelty=Novelty(score=novelty, is_novel=novelty > predictor.parts.novelty.limit),
            matches=matches[:ANSWERS_KEPT],
            evidence=opinions.evidence[row],
        )
        yield replace(known, answer_probability=predictor.answer_probability(known, len(example.content.split())))


def _urgency(predictor: Predictor, opinions: Opinions, row: int) -> UrgencyEstimate:
    head = predictor.parts.urgency
    if head is None or opinions.urgencies is None:
        return UrgencyEstimate(label=None, probability=0.0, ranking=Ranking())
    probabilities = opinions.urgencies[row]
    level = int(head.choose(probabilities[None].round(PROBABILITY_DIGITS))[0])
    ranking = Ranking.of(head.scale.labels, probabilities)
    return UrgencyEstimate(label=head.scale.labels[level], probability=float(probabilities[level]), ranking=ranking)


def _reasons(
    predictor: Predictor, examples: Sequence[Example], known: Sequence[Understanding], around: tuple[AnswerIndex | None, datetime]
) -> Iterator[str]:
    """Without an answer base its emptiness is no reason: then only the models decide who goes to people."""
    index, now = around
    policy = Policy.default(predictor.taxonomy)
    versions = Versions(model=predictor.version, policy=policy.version, answers="", index="")
    circumstances = Circumstances(policy=policy, answers=index.answers if index is not None else {}, versions=versions, now=now)
    for example, understanding in zip(examples, known, strict=True):
        mail = mail_from_fields(subject=example.subject, body=example.body, sender=example.sender)
        decision = decide(mail, understanding, Context(), circumstances)
        reason = decision.reasons[0] if decision.action is Action.ROUTE else ""
        yield "" if reason == "no_answer" and index is None else reason


def _aligned(part: Judged, labels: tuple[str, ...]) -> Probabilities:
    columns = {label: number for number, label in enumerate(part.labels)}
    wide = np.hstack([part.topics, np.zeros((len(part.topics), 1))])
    return np.asarray(wide[:, [columns.get(label, -1) for label in labels]])
