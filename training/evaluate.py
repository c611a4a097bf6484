"""How good a bundle is on labelled mails: one dictionary of figures, on mails that it has never seen."""

import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from data.examples import Example, ExampleSet
from data.parse import mail_from_fields
from model.calibration import Probabilities
from model.predictor import Predictor
from model.risk import Certificate
from model.urgency import Scale
from training.automatic import AUTOMATIC, auto_figures
from training.dataset import folds
from training.encoding import encode
from training.fit import fit_vectors
from training.judge import Judged, Workbench, judge, pooled, routed
from training.measures import Figures, auroc, by_language, confidence_figures, label_figures
from training.progress import Silent
from training.truth import group_numbers, topics_beside, urgencies_beside, with_topic

HEADLINES = (
    "topic.accuracy",
    "topic.macro_f1",
    "topic.ece",
    "urgency.accuracy",
    "urgency.macro_f1",
    "urgency.within_one_step",
    "urgency.cost",
    "novelty.auroc",
    "answers.recall_at_1",
    "answers.recall_at_3",
    "routed.share",
    *AUTOMATIC,
    "speed.cpu_ms_per_mail",
)
SPEED_MAILS = 200
WARM_UP = 5
RANKS = (1, 3)


def evaluate(predictor: Predictor, examples: ExampleSet, bench: Workbench, certificate: Certificate | None = None) -> Figures:
    """Figures of a predictor on examples that it was not trained on; with a certificate also of automatic replies."""
    judged = judge(predictor, examples.examples, encode_examples(examples.examples, bench), bench)
    figures = figures_of(judged) | auto_figures(judged, certificate, {answer.id: answer for answer in bench.answers})
    return figures | speed(predictor, examples.examples, bench)


def evaluate_in_folds(predictor: Predictor, examples: ExampleSet, number: int, bench: Workbench) -> Figures:
    """Figures of the recipe: refitted on each fold, measured on what that fold left out, all folds pooled.

    Nothing of a measured row enters vocabulary, mix, calibration or ranking. `predictor` gives the encoder and is timed.

    Raises:
        ExampleError, TrainingError: the examples cannot be split or learnt from.
    """
    rows = examples.examples
    splits = folds(rows, number)
    vectors = encode_examples(rows, bench)
    parts = []
    with bench.progress.task("Learning and judging folds", len(splits)) as advance:
        for fold in splits:
            known = [row for row in fold.train if rows[row].in_scope and rows[row].topic is not None]
            foreign = [row for row in fold.train if not rows[row].in_scope]
            quiet, around = (bench.answers, Silent()), ([rows[row] for row in foreign], vectors[foreign])
            fitted = fit_vectors(examples.taxonomy, tuple(rows[row] for row in known), vectors[known], bench.encoder, quiet, foreign=around)
            part = Predictor.of(fitted.parts, bench.encoder, "fold")
            parts.append(judge(part, [rows[row] for row in fold.test], vectors[fold.test], _quiet(bench)))
            advance(1)
    return figures_of(pooled(parts)) | {"folds": len(splits)} | speed(predictor, rows, bench)


def encode_examples(examples: Sequence[Example], bench: Workbench) -> NDArray[np.float32]:
    """One vector a mail, shape (n, d)."""
    return encode(bench.encoder, [example.content for example in examples], bench.progress)


def figures_of(judged: Judged) -> Figures:
    """All figures; a headline is None where the rows have no such labels."""
    groups = group_numbers(judged.examples)
    share, reasons = routed(judged)
    parts = {
        "topic": topic_figures(judged.examples, judged.labels, judged.topics, groups),
        "urgency": urgency_figures(judged.examples, judged.scale, judged.levels, groups) if judged.levels is not None else {},
        "novelty": _novelty(judged),
        "answers": _answers(judged),
        "routed": {"share": share, "reasons": reasons},
    }
    figures: Figures = dict.fromkeys(HEADLINES) | {"rows": len(judged.examples)}
    return figures | {f"{part}.{name}": value for part, values in parts.items() for name, value in values.items()}


def topic_figures(examples: Sequence[Example], labels: tuple[str, ...], topics: Probabilities, groups: NDArray[np.int64]) -> Figures:
    """Figures of probabilities (n, t) of the topics `labels`, on rows that are in scope and have a topic; none without such rows.

    Raises:
        ExampleError: the model has none of the topics of the rows.
    """
    labelled = topics_beside(examples, labels, topics, groups)
    if labelled is None:
        return {}
    rows = with_topic(examples)
    figures = label_figures(labelled) | confidence_figures(topics[rows].max(axis=1), labelled.correct)
    return figures | {"unknown": sorted({examples[row].topic or "" for row in rows} - set(labels))}


def urgency_figures(examples: Sequence[Example], scale: Scale, levels: NDArray[np.int64], groups: NDArray[np.int64]) -> Figures:
    """Figures of chosen levels (n,) on rows that have an urgency: also how many steps the choice is off, and what that costs."""
    labelled = urgencies_beside(examples, scale, levels, groups)
    if labelled is None:
        return {}
    near = np.abs(labelled.truth - labelled.predicted) <= 1
    return label_figures(labelled) | {
        "within_one_step": float(near.mean()),
        "within_one_step_by_language": by_language(near, labelled.languages),
        "cost": float(scale.cost[labelled.truth, labelled.predicted].mean()),
    }


def speed(predictor: Predictor, examples: Sequence[Example], bench: Workbench) -> Figures:
    """CPU milliseconds of this process for one mail at a time, on one thread, over at most 200 mails after a warm-up."""
    step = max(len(examples) // SPEED_MAILS, 1)
    sample = examples[::step][:SPEED_MAILS]
    mails = [mail_from_fields(subject=example.subject, body=example.body, sender=example.sender) for example in sample]
    index = bench.index()
    with threadpool_limits(limits=1):
        for mail in mails[:WARM_UP]:
            predictor.understand(mail, index)
        start = time.process_time()
        for mail in mails:
            predictor.understand(mail, index)
        used = time.process_time() - start
    return {"speed.cpu_ms_per_mail": 1000 * used / len(mails), "speed.mails": len(mails)}


def _novelty(judged: Judged) -> Figures:
    foreign = np.array([not example.in_scope for example in judged.examples])
    if not foreign.any() or foreign.all():
        return {}
    return {
        "auroc": auroc(judged.novelty, foreign),
        "rows_out_of_scope": int(foreign.sum()),
        "flagged_out_of_scope": float(judged.novel[foreign].mean()),
        "flagged_in_scope": float(judged.novel[~foreign].mean()),
    }


def _answers(judged: Judged) -> Figures:
    """Share of rows for which an acceptable answer is among the first."""
    if judged.answers is None:
        return {}
    rows = [(set(example.answers), found) for example, found in zip(judged.examples, judged.answers, strict=True) if example.answers]
    if not rows:
        return {}
    hits = {rank: [bool(right & set(found[:rank])) for right, found in rows] for rank in RANKS}
    return {f"recall_at_{rank}": float(np.mean(found)) for rank, found in hits.items()} | {"rows": len(rows)}


def _quiet(bench: Workbench) -> Workbench:
    return Workbench(encoder=bench.encoder, answers=bench.answers, progress=Silent(), now=bench.now)
