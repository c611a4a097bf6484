"""A certificate for automatic replies: the lowest threshold whose error is proven to be small, on mails that the bundle never saw."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from numpy.typing import NDArray
from scipy.stats import ks_2samp

from data.answer import Answer
from data.examples import Example, ExampleSet
from data.language import UNDETERMINED, LanguageDetector
from model.answer_score import AnswerScore
from model.bundle import Bundle, check_place, write_certified
from model.predictor import Predictor
from model.risk import (
    Certificate,
    Method,
    NoThreshold,
    Outcome,
    Scope,
    Target,
    Threshold,
    accrued_by_group,
    accrued_threshold,
    lowest_threshold,
    thresholds_by_group,
    upper_bound,
)
from model.understanding import PROBABILITY_DIGITS
from model.watching.exchangeability import exchangeability
from model.watching.reference import Mix, Reference
from model.watching.regions import Regions, side_by_side
from training.dataset import first_of_each, newest, row_dates, short_hashes, unseen_rows
from training.encoding import encode
from training.judge import Judged, Workbench, judge

FEWEST_TO_VERIFY = 20


class GuaranteeError(ValueError):
    """Nothing can be promised for this bundle from these mails; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What shall be promised, for which groups, by which method, and where the new bundle goes."""

    target: Target
    scope: Scope
    out: Path
    method: Method = Method.ONE_LOOK
    drop_overlap: bool = False
    sign_key: Ed25519PrivateKey | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What the thresholds did on the newest mails, which they do not rest on. `error` is None when nothing would have been sent."""

    mails: int
    sent: int
    wrong: int
    upper_bound: float

    @property
    def error(self) -> float | None:
        """Share of wrong replies among those that would have been sent."""
        return self.wrong / self.sent if self.sent else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Guaranteed:
    """A certificate, and the bundle that holds it: None when nothing could be proven, and then nothing was written.

    coverage: share of all calibration mails that would be sent · dropped: mails that the bundle had seen · unjudged: mails of which
    nobody has said what is right · repeated: mails that were left out, as an earlier one has the same text or group · in_order: whether
    the certificate rests on the past and was verified on the future.
    """

    certificate: Certificate
    bundle: Bundle | None
    coverage: float
    verified: Verified | None
    dropped: int
    unjudged: int
    repeated: int
    in_order: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Judged mails of which the truth is known: score, error, novelty, group, predicted topic and region of each, shape (n,)."""

    examples: tuple[Example, ...]
    scores: NDArray[np.float64]
    wrong: NDArray[np.bool_]
    novelty: NDArray[np.float64]
    groups: tuple[str, ...]
    topics: tuple[str, ...]
    regions: NDArray[np.int64]

    def take(self, rows: NDArray[np.int64]) -> "Calibration":
        """The mails with these numbers."""
        return Calibration(
            examples=tuple(self.examples[row] for row in rows),
            scores=self.scores[rows],
            wrong=self.wrong[rows],
            novelty=self.novelty[rows],
            groups=tuple(self.groups[row] for row in rows),
            topics=tuple(self.topics[row] for row in rows),
            regions=self.regions[rows],
        )


def guarantee(bundle: Bundle, examples: ExampleSet, bench: Workbench, wanted: Wanted) -> Guaranteed:
    """Calibrate on mails that the bundle has never seen, and write a new bundle with the certificate when there is one.

    Of mails with one text or one group the first counts alone: a promise speaks of independent mails. When every mail has a date, the
    certificate rests on the older four fifths and is verified on the newest.

    Raises:
        ExampleError: the bundle has seen mails and they are not to be dropped, or it has seen all of them.
        GuaranteeError: the bundle has no score, or its score reads answers and there are none, or no mail says what is right.
        BundleError: the new bundle cannot be written.
    """
    score = check_score(bundle, bench.answers)
    check_place(wanted.out)
    selection = unseen_rows(examples, bundle.training.text_hashes, drop_overlap=wanted.drop_overlap)
    predictor = with_regions(bundle.predictor(bench.encoder))
    known = calibration(predictor, selection.examples.examples, bench, wanted.scope)
    if not len(known.scores):
        raise GuaranteeError("no mail says which topic or which answer is right: use --map topic=COLUMN or answers=COLUMN")
    everything = known.take(first_of_each(known.examples))
    past, future = in_time(everything)
    certificate = Certificate(
        target=wanted.target,
        scope=wanted.scope,
        groups=outcomes(past, plan_of(bundle, bench.answers, wanted.scope), score, wanted),
        calibrated_on=len(past.scores),
        data=replace(selection.examples, examples=past.examples).fingerprint,
        score=score.version,
        answers={answer.id: answer.content_hash for answer in bench.answers if answer.is_usable(bench.now.date())},
        exchangeability=change_p_value(everything, score),
        made_at=bench.now.isoformat(timespec="seconds"),
        method=wanted.method,
    )
    proof = certificate, reference_of(past, predictor)
    return Guaranteed(
        certificate=certificate,
        bundle=write_certified(wanted.out, bundle, proof, bench.now, wanted.sign_key) if certificate.is_certified else None,
        coverage=float(sendable(past, certificate).mean()),
        verified=verify(future, certificate) if future is not None else None,
        dropped=selection.dropped,
        unjudged=len(selection.examples.examples) - len(known.examples),
        repeated=len(known.examples) - len(everything.examples),
        in_order=future is not None,
    )


def with_regions(predictor: Predictor) -> Predictor:
    """The same predictor, which also says in which region of the known mails a vector lies."""
    return replace(predictor, regions=Regions.fit(predictor.parts.known.vectors))


def reference_of(mails: Calibration, predictor: Predictor) -> Reference:
    """What later mail is compared with: topics and regions too, where the predictor names regions."""
    known, labels = predictor.parts.known, predictor.parts.topics.labels
    mix = None
    if predictor.regions is not None:
        means = [known.vectors[known.topics == column].mean(axis=0) for column in range(len(labels))] if known.topics is not None else []
        order = tuple(labels[column] for column in side_by_side(np.array(means))) if means else labels
        mix = Mix(topics=mails.topics, region_numbers=tuple(mails.regions.tolist()), order=order, regions=predictor.regions)
    return Reference.of(mails.scores, mails.novelty, short_hashes(mails.examples), mix)


def check_score(bundle: Bundle, answers: Sequence[Answer]) -> AnswerScore:
    """The score of a bundle, when a certificate may rest on it.

    Raises:
        GuaranteeError: there is none, or it reads answers and there are none.
    """
    score = bundle.parts.score
    if score is None:
        raise GuaranteeError(f"{bundle.path} was learnt before answers were scored: learn it again with replywell-train learn")
    if score.reads_answers and not answers:
        raise GuaranteeError(f"{bundle.path} was learnt with an answer base: name the answers that may be sent with --answers")
    return score


def calibration(predictor: Predictor, examples: Sequence[Example], bench: Workbench, scope: Scope) -> Calibration:
    """Judge mails as the service would, and keep those of which the truth is known."""
    examples = with_detected_languages(examples, predictor) if bench.answers or scope is Scope.LANGUAGE else tuple(examples)
    vectors = encode(bench.encoder, [example.content for example in examples], bench.progress)
    return from_judged(judge(predictor, examples, vectors, bench), scope)


def from_judged(judged: Judged, scope: Scope) -> Calibration:
    """The rows of which the truth is known, where the predictor has a score and `with_regions` gave it regions."""
    if judged.scores is None or judged.regions is None:
        raise GuaranteeError("the bundle has no score of answers (learn it again with replywell-train learn), or no regions were named")
    rows = np.array([row for row, verdict in enumerate(judged.right) if verdict is not None], dtype=np.int64)
    return Calibration(
        examples=tuple(judged.examples[row] for row in rows),
        scores=judged.scores[rows],
        wrong=np.array([judged.right[row] is False for row in rows], dtype=bool),
        novelty=judged.novelty[rows],
        groups=tuple(group_of(judged, int(row), scope) for row in rows),
        topics=tuple(judged.labels[column] for column in judged.topics[rows].round(PROBABILITY_DIGITS).argmax(axis=1)),
        regions=judged.regions[rows],
    )


def group_of(judged: Judged, row: int, scope: Scope) -> str:
    """The group of a mail, known before its label: what the models say, not what is true."""
    first = next(iter(judged.answers[row]), None) if judged.answers is not None else None
    return scope.group_of(judged.labels[int(judged.topics[row].argmax())], first, judged.examples[row].language or UNDETERMINED)


def plan_of(bundle: Bundle, answers: Sequence[Answer], scope: Scope) -> tuple[str, ...]:
    """All groups that share the budget, fixed before any mail is seen.

    Raises:
        GuaranteeError: a promise for each answer needs answers.
    """
    if scope is Scope.ANSWER and not answers:
        raise GuaranteeError("--by answer needs the answers: name them with --answers")
    plans = {
        Scope.ALL: (Scope.ALL.value,),
        Scope.TOPIC: bundle.parts.topics.labels,
        Scope.ANSWER: tuple(sorted(answer.id for answer in answers)),
        Scope.LANGUAGE: (*bundle.taxonomy.languages, UNDETERMINED),
    }
    return plans[scope]


def outcomes(mails: Calibration, plan: Sequence[str], score: AnswerScore, wanted: Wanted) -> dict[str, Outcome]:
    """A threshold for every group, or why there is none; mails in order of time, or of the file."""
    grows = wanted.method is Method.GROWING
    if len(plan) == 1:
        of_all = accrued_threshold if grows else lowest_threshold
        return {plan[0]: of_all(mails.scores, mails.wrong, score.grid, wanted.target)}
    of_each = accrued_by_group if grows else thresholds_by_group
    return of_each(mails.scores, mails.wrong, mails.groups, score.grid, wanted.target, plan=plan)


def in_time(mails: Calibration) -> tuple[Calibration, Calibration | None]:
    """The past to calibrate on and the future to verify on; everything and None unless every mail has a date."""
    fold = newest(mails.examples)
    if fold is None or len(fold.test) < FEWEST_TO_VERIFY:
        return mails, None
    return mails.take(fold.train), mails.take(fold.test)


def change_p_value(mails: Calibration, score: AnswerScore) -> float:
    """P value of "these mails do not change": over time when every mail has a date, else against the mails of the training.

    Over time score, novelty and error are looked at together; against the training the scores, whose quantiles the grid keeps.
    """
    dates = row_dates(mails.examples)
    if dates is not None:
        return exchangeability(np.stack([mails.scores, mails.novelty, mails.wrong], axis=1), dates)
    counts = np.diff(np.array([0.0, *score.grid.shares])) * 1000
    training = np.repeat(np.array(score.grid.thresholds), np.round(counts).astype(int))
    return float(ks_2samp(np.maximum(mails.scores, training.min()), training).pvalue)


def sendable(mails: Calibration, certificate: Certificate) -> NDArray[np.bool_]:
    """Which mails reach the threshold of their group, shape (n,)."""
    lowest = {group: outcome.value for group, outcome in certificate.groups.items() if isinstance(outcome, Threshold)}
    return np.array([score >= lowest.get(group, np.inf) for score, group in zip(mails.scores, mails.groups, strict=True)], dtype=bool)


def verify(mails: Calibration, certificate: Certificate) -> Verified:
    """What the thresholds would have done with other mails."""
    sent = sendable(mails, certificate)
    wrong, number = int((sent & mails.wrong).sum()), int(sent.sum())
    bound = float(upper_bound(wrong, number, certificate.target.delta)) if number else 1.0
    return Verified(mails=len(mails.scores), sent=number, wrong=wrong, upper_bound=bound)


def with_detected_languages(examples: Sequence[Example], predictor: Predictor) -> tuple[Example, ...]:
    """The language that the service will see in place of the one that the file names."""
    detector = LanguageDetector(predictor.taxonomy.languages)
    return tuple(replace(example, language=detector.detect(example.content).code) for example in examples)


def lacking(certificate: Certificate) -> dict[str, NoThreshold]:
    """Groups to which nothing may be sent, and why."""
    return {group: outcome for group, outcome in certificate.groups.items() if isinstance(outcome, NoThreshold)}
