"""One training on one page: read, fit, measure on what was left out, write the bundle."""

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from numpy.typing import NDArray

from data.answer import load_answers
from data.examples import Example, ReadOptions, read_examples
from model.bundle import Bundle, Training, check_place, write_bundle
from model.encoder import load_encoder
from model.predictor import Predictor
from model.terms import masked
from training.dataset import Selection, newest, short_hashes, training_rows
from training.evaluate import HEADLINES, encode_examples, figures_of, topic_figures, urgency_figures
from training.fit import Fitted, TrainingError, check_trainable, fit_vectors
from training.judge import Workbench, judge
from training.measures import Figures, scalars
from training.progress import Progress
from training.truth import group_numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to learn from, with which encoder, and where the bundle goes."""

    files: tuple[Path, ...]
    reading: ReadOptions
    out: Path
    encoder: str
    answers: Path | None = None
    drop_overlap: bool = False
    sign_key: Ed25519PrivateKey | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """A bundle on disk, which rows it was made of, all figures with their tables, and the settings that made it."""

    bundle: Bundle
    selection: Selection
    figures: Figures
    settings: Mapping[str, Any]
    seconds: float


def learn(plan: Plan, progress: Progress, now: datetime) -> Learnt:
    """Learn a bundle.

    Raises:
        ExampleError, TaxonomyError, AnswerError, EncoderError, TrainingError, BundleError: nothing was written.
    """
    started = time.monotonic()
    check_place(plan.out)
    selection = training_rows(read_examples(plan.files, plan.reading), drop_overlap=plan.drop_overlap)
    known = tuple(example for example in selection.examples.examples if is_learnable(example))
    foreign = tuple(example for example in selection.examples.examples if not example.in_scope)
    check_trainable(known)
    answers = load_answers(plan.answers) if plan.answers else ()
    bench = Workbench(encoder=load_encoder(plan.encoder), answers=answers, progress=progress, now=now)
    vectors = encode_examples((*known, *foreign), bench)
    around = (foreign, vectors[len(known) :])
    fitted = fit_vectors(selection.examples.taxonomy, known, vectors[: len(known)], bench.encoder, (answers, progress), foreign=around)
    figures = held_out_figures(known, fitted) | foreign_figures(*around, fitted, bench)
    figures |= newest_figures(selection, known, vectors[: len(known)], bench)
    settings = _settings(plan, selection, fitted)
    training = Training(
        fingerprint=selection.examples.fingerprint,
        rows=len(selection.examples.examples),
        text_hashes=short_hashes(selection.examples.examples),
        metrics=scalars(figures),
        settings=settings,
    )
    bundle = write_bundle(plan.out, fitted.parts, training, now, plan.sign_key)
    return Learnt(bundle=bundle, selection=selection, figures=figures, settings=settings, seconds=time.monotonic() - started)


def is_learnable(example: Example) -> bool:
    """Whether the heads learn from an example; the others are only counted and measured."""
    return example.in_scope and example.topic is not None


def held_out_figures(known: tuple[Example, ...], fitted: Fitted) -> Figures:
    """Figures on the training rows, each judged by heads that did not see its group (closed form, no second training)."""
    held_out, parts = fitted.held_out, fitted.parts
    groups = group_numbers(known)
    topics = topic_figures(known, parts.topics.labels, parts.topics.link.probabilities(held_out.topic_scores), groups)
    figures = dict.fromkeys(HEADLINES) | {"rows": len(known)} | _prefixed("topic", topics)
    if parts.urgency is None or held_out.urgency_scores is None:
        return figures
    levels = np.zeros(len(known), dtype=np.int64)
    levels[[example.urgency is not None for example in known]] = parts.urgency.choose(parts.urgency.calibrate(held_out.urgency_scores))
    return figures | _prefixed("urgency", urgency_figures(known, parts.urgency.scale, levels, groups))


def foreign_figures(foreign: tuple[Example, ...], vectors: NDArray[np.float32], fitted: Fitted, bench: Workbench) -> Figures:
    """How well rows that are out of scope, which no head learnt from, part from the known ones.

    A novelty score is the share of known mail, each judged without its own group, that looks less foreign: its mean is the AUROC.
    """
    if not foreign:
        return {}
    predictor = Predictor.of(fitted.parts, bench.encoder, "")
    opinions = predictor.opinions(predictor.read(vectors, [masked(example.content) for example in foreign]))
    flagged = float((opinions.novelty > fitted.parts.novelty.limit).mean())
    figures = {"auroc": float(opinions.novelty.mean()), "rows_out_of_scope": len(foreign), "flagged_out_of_scope": flagged}
    return _prefixed("novelty", figures)


def newest_figures(selection: Selection, known: tuple[Example, ...], vectors: NDArray[np.float32], bench: Workbench) -> Figures:
    """When every row has a date: figures on the newest fifth, learnt from what was older, as the days after a training will be."""
    fold = newest(known)
    if fold is None:
        return {}
    past = tuple(known[row] for row in fold.train)
    try:
        check_trainable(past)
    except TrainingError:
        return {}
    fitted = fit_vectors(selection.examples.taxonomy, past, vectors[fold.train], bench.encoder, (bench.answers, bench.progress))
    predictor = Predictor.of(fitted.parts, bench.encoder, "")
    judged = judge(predictor, [known[row] for row in fold.test], vectors[fold.test], bench)
    return _prefixed("newest", scalars(figures_of(judged)))


def _prefixed(prefix: str, figures: Figures) -> Figures:
    return {f"{prefix}.{name}": value for name, value in figures.items()}


def _settings(plan: Plan, selection: Selection, fitted: Fitted) -> dict[str, Any]:
    return {
        "files": [path.name for path in plan.files],
        "map": dict(plan.reading.mapping),
        "where": dict(plan.reading.where),
        "encoder": plan.encoder,
        "held_back": selection.held_back,
        "dropped": selection.dropped,
        "topic_mix": asdict(fitted.topic_mixes[0].mix),
        "urgency_mix": asdict(fitted.urgency_mixes[0].mix) if fitted.urgency_mixes else None,
        "ranking": asdict(fitted.parts.ranking),
    }
