"""Figures that say how good predictions are: plain functions over arrays, each independent of how the predictions were made."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.calibration import expected_calibration_error, reliability

Figures = dict[str, Any]

RISKS = (0.01, 0.02, 0.05)
RESAMPLES = 1_000
LEVEL = 0.95
CONFUSIONS = 20
CURVE_POINTS = 101


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """n rows with the truth and what was predicted, as columns of `labels`; -1 is a true label that the model does not have."""

    labels: tuple[str, ...]
    truth: NDArray[np.int64]
    predicted: NDArray[np.int64]
    groups: NDArray[np.int64]
    languages: tuple[str | None, ...]

    @property
    def correct(self) -> NDArray[np.bool_]:
        """Which rows are right."""
        return np.asarray(self.truth == self.predicted)


def scalars(figures: Figures) -> dict[str, float]:
    """The figures that are single numbers."""
    return {name: float(value) for name, value in figures.items() if isinstance(value, int | float)}


def label_figures(rows: Labelled) -> Figures:
    """Accuracy, macro-F1 and both intervals, figures of every label, the most frequent confusions, accuracy by language."""
    return {
        "rows": len(rows.truth),
        "accuracy": float(rows.correct.mean()),
        "accuracy_interval": interval(lambda weights: accuracy(rows, weights), rows.groups),
        "macro_f1": macro_f1(rows),
        "macro_f1_interval": interval(lambda weights: macro_f1(rows, weights), rows.groups),
        "by_label": by_label(rows),
        "confusions": confusions(rows),
        "by_language": by_language(rows.correct, rows.languages),
    }


def accuracy(rows: Labelled, weights: NDArray[np.float64] | None = None) -> float:
    """Share of the right rows, each counted `weights` times."""
    return mean(rows.correct.astype(np.float64), weights)


def mean(values: NDArray[np.float64], weights: NDArray[np.float64] | None = None) -> float:
    """Mean of values, each counted `weights` times; NaN when nothing counts."""
    if weights is None:
        return float(values.mean())
    return float(values @ weights / weights.sum()) if weights.any() else float("nan")


def macro_f1(rows: Labelled, weights: NDArray[np.float64] | None = None) -> float:
    """Mean F1 over the labels that are true or predicted somewhere; all labels that the model does not have count as one."""
    hits, true, predicted = _counts(rows, weights)
    present = true + predicted > 0
    return mean(2 * hits[present] / (true + predicted)[present]) if present.any() else float("nan")


def by_label(rows: Labelled) -> list[Figures]:
    """Precision, recall, F1 and support of every label that occurs."""
    hits, true, predicted = _counts(rows, None)
    return [
        {
            "label": label,
            "precision": float(hits[i] / predicted[i]) if predicted[i] else None,
            "recall": float(hits[i] / true[i]) if true[i] else None,
            "f1": float(2 * hits[i] / (true[i] + predicted[i])),
            "support": int(true[i]),
        }
        for i, label in enumerate(rows.labels)
        if true[i] + predicted[i]
    ]


def confusions(rows: Labelled, most: int = CONFUSIONS) -> list[Figures]:
    """The most frequent pairs of a true and another predicted label."""
    wrong = ~rows.correct & (rows.truth >= 0)
    pairs, counts = np.unique(np.stack([rows.truth[wrong], rows.predicted[wrong]], axis=1), axis=0, return_counts=True)
    order = np.argsort(-counts, kind="stable")[:most]
    return [{"true": rows.labels[pairs[i, 0]], "predicted": rows.labels[pairs[i, 1]], "count": int(counts[i])} for i in order]


def by_language(values: NDArray[np.bool_], languages: Sequence[str | None]) -> dict[str, float] | None:
    """Mean of values for every language that rows name; None when none does."""
    known = sorted({language for language in languages if language})
    inside = {code: np.array([language == code for language in languages]) for code in known}
    return {code: float(values[rows].mean()) for code, rows in inside.items()} or None


def confidence_figures(confidence: NDArray[np.float64], correct: NDArray[np.bool_]) -> Figures:
    """How far confidence can be trusted: ECE (15 equal-width bins of the top label), reliability, coverage at a risk."""
    figures: Figures = {"ece": expected_calibration_error(confidence, correct)}
    figures |= {f"coverage_at_{risk:.0%}".rstrip("%"): coverage_at(risk, confidence, correct) for risk in RISKS}
    bins = reliability(confidence, correct)
    figures["reliability"] = [{"confidence": row.confidence, "accuracy": row.accuracy, "share": row.share} for row in bins]
    figures["risk_curve"] = risk_curve(confidence, correct)
    return figures


def coverage_at(risk: float, confidence: NDArray[np.float64], correct: NDArray[np.bool_]) -> float:
    """Largest share of rows, the most confident first, of which at most `risk` are wrong: the best any threshold could do."""
    coverage, risks = _risks(confidence, correct)
    fine = coverage[risks <= risk]
    return float(fine.max()) if len(fine) else 0.0


def risk_curve(confidence: NDArray[np.float64], correct: NDArray[np.bool_]) -> list[Figures]:
    """Error among the most confident rows at about a hundred coverages."""
    coverage, risks = _risks(confidence, correct)
    chosen = np.unique(np.linspace(0, len(coverage) - 1, CURVE_POINTS).round().astype(int))
    return [{"coverage": float(coverage[i]), "risk": float(risks[i])} for i in chosen]


def auroc(scores: NDArray[np.float64], foreign: NDArray[np.bool_], weights: NDArray[np.float64] | None = None) -> float:
    """Chance that a foreign row has a higher score than a known one, ties count half; NaN when there are only rows of one kind."""
    weights = np.ones(len(scores)) if weights is None else weights
    place = np.unique(scores, return_inverse=True)[1]
    above, below = np.bincount(place, weights=weights * foreign), np.bincount(place, weights=weights * ~foreign)
    pairs = above.sum() * below.sum()
    return float((above * (below.cumsum() - below / 2)).sum() / pairs) if pairs else float("nan")


def interval(figure: Callable[[NDArray[np.float64]], float], groups: NDArray[np.int64]) -> tuple[float, float]:
    """95 % bootstrap interval of a figure that takes row weights: whole groups are drawn again (percentiles, seed 0)."""
    return quantiles([figure(weights) for weights in resamples(groups)])


def resamples(groups: NDArray[np.int64]) -> Iterator[NDArray[np.float64]]:
    """How often each row counts when whole groups are drawn again with replacement, 1,000 times, always the same."""
    generator = np.random.default_rng(0)
    groups = np.unique(groups, return_inverse=True)[1]
    number = int(groups.max()) + 1
    for _ in range(RESAMPLES):
        yield np.bincount(generator.integers(number, size=number), minlength=number)[groups].astype(np.float64)


def quantiles(values: Sequence[float]) -> tuple[float, float]:
    """The middle 95 % of values; a resample that lacks one kind of row counts nowhere."""
    low, high = np.nanquantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def _counts(rows: Labelled, weights: NDArray[np.float64] | None) -> tuple[NDArray[np.float64], ...]:
    """Weighted numbers of hits, true and predicted rows of each label, the label -1 last."""
    size = len(rows.labels) + 1
    weights = np.ones(len(rows.truth)) if weights is None else weights
    truth, predicted = rows.truth % size, rows.predicted % size
    columns = ((truth, weights * rows.correct), (truth, weights), (predicted, weights))
    return tuple(np.bincount(column, weights=counted, minlength=size).astype(np.float64) for column, counted in columns)


def _risks(confidence: NDArray[np.float64], correct: NDArray[np.bool_]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Coverage and error of every threshold; rows of equal confidence are accepted together."""
    order = np.argsort(-confidence, kind="stable")
    accepted = np.arange(1, len(order) + 1)
    wrong = np.cumsum(~correct[order])
    last = np.append(np.diff(confidence[order]) < 0, True)
    return accepted[last] / len(order), (wrong / accepted)[last]
