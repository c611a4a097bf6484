"""Figures agree with their definitions and with scikit-learn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.metrics import f1_score, precision_recall_fscore_support, roc_auc_score

from training.measures import (
    Labelled,
    accuracy,
    auroc,
    by_label,
    confidence_figures,
    confusions,
    coverage_at,
    interval,
    label_figures,
    macro_f1,
)

columns = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=40)


def _labelled(pairs: list[tuple[int, int]], groups: list[int] | None = None, languages: tuple[str | None, ...] = ()) -> Labelled:
    truth, predicted = np.array(pairs, dtype=np.int64).T
    return Labelled(
        labels=("a", "b", "c", "d"),
        truth=truth,
        predicted=predicted,
        groups=np.array(groups if groups else range(len(pairs))),
        languages=languages or (None,) * len(pairs),
    )


@given(pairs=columns)
def test_macro_f1_is_that_of_scikit_learn(pairs: list[tuple[int, int]]) -> None:
    rows = _labelled(pairs)
    assert macro_f1(rows) == pytest.approx(f1_score(rows.truth, rows.predicted, average="macro", zero_division=0))


@given(pairs=columns, data=st.data())
def test_a_row_that_counts_twice_is_two_rows(pairs: list[tuple[int, int]], data: st.DataObject) -> None:
    times = data.draw(st.lists(st.integers(0, 3), min_size=len(pairs), max_size=len(pairs)).filter(any))
    repeated = _labelled([pair for pair, often in zip(pairs, times, strict=True) for _ in range(often)])
    weights = np.array(times, dtype=np.float64)
    assert macro_f1(_labelled(pairs), weights) == pytest.approx(macro_f1(repeated))
    assert accuracy(_labelled(pairs), weights) == pytest.approx(accuracy(repeated))


def test_every_label_gets_precision_recall_and_support() -> None:
    rows = _labelled([(0, 0), (0, 1), (1, 1), (2, 0), (2, 2)])
    precision, recall, f1, support = precision_recall_fscore_support(rows.truth, rows.predicted, zero_division=0)
    assert [row["label"] for row in by_label(rows)] == ["a", "b", "c"]
    assert [row["precision"] for row in by_label(rows)] == pytest.approx(list(precision))
    assert [row["recall"] for row in by_label(rows)] == pytest.approx(list(recall))
    assert [row["f1"] for row in by_label(rows)] == pytest.approx(list(f1))
    assert [row["support"] for row in by_label(rows)] == list(support)


def test_a_label_that_the_model_does_not_have_counts_as_wrong() -> None:
    rows = _labelled([(-1, 0), (0, 0), (1, 1)])
    assert accuracy(rows) == pytest.approx(2 / 3)
    assert macro_f1(rows) == pytest.approx((2 / 3 + 1 + 0) / 3)
    assert confusions(rows) == []


def test_names_the_most_frequent_confusions_first() -> None:
    rows = _labelled([(0, 1), (1, 0), (1, 0), (2, 2)])
    assert confusions(rows) == [{"true": "b", "predicted": "a", "count": 2}, {"true": "a", "predicted": "b", "count": 1}]


def test_splits_accuracy_by_the_languages_that_are_known() -> None:
    figures = label_figures(_labelled([(0, 0), (0, 1), (1, 1), (1, 1)], languages=("es", "es", "fr", None)))
    assert figures["by_language"] == {"es": 0.5, "fr": 1.0}
    assert label_figures(_labelled([(0, 0)]))["by_language"] is None


def test_an_interval_holds_its_figure_and_is_wider_when_rows_come_in_groups() -> None:
    pairs = [(0, 0)] * 60 + [(0, 1)] * 40
    alone, grouped = _labelled(pairs), _labelled(pairs, groups=[row // 20 for row in range(100)])
    one, other = (interval(lambda weights, rows=rows: accuracy(rows, weights), rows.groups) for rows in (alone, grouped))  # type: ignore[misc]
    assert one[0] < 0.6 < one[1]
    assert other[1] - other[0] > 2 * (one[1] - one[0])


def test_coverage_is_the_most_mail_that_keeps_the_error_rate() -> None:
    confidence = np.array([0.9, 0.8, 0.7, 0.6])
    correct = np.array([True, True, False, True])
    assert coverage_at(0.0, confidence, correct) == 0.5
    assert coverage_at(0.25, confidence, correct) == 1.0
    assert coverage_at(0.0, confidence, np.array([False, True, True, True])) == 0.0


def test_mails_of_equal_confidence_are_accepted_together() -> None:
    assert coverage_at(0.0, np.array([0.9, 0.9]), np.array([True, False])) == 0.0


def test_confidence_figures_hold_the_calibration_error_and_both_curves() -> None:
    figures = confidence_figures(np.array([0.8, 0.8, 0.8, 0.8, 0.8]), np.array([True, True, True, True, False]))
    assert figures["ece"] == pytest.approx(0.0)
    assert figures["coverage_at_5"] == 0.0
    assert figures["reliability"] == [{"confidence": pytest.approx(0.8), "accuracy": 0.8, "share": 1.0}]
    assert figures["risk_curve"] == [{"coverage": 1.0, "risk": 0.2}]


@given(scores=st.lists(st.sampled_from([0.1, 0.4, 0.4, 0.9]), min_size=2, max_size=30), data=st.data())
def test_auroc_is_that_of_scikit_learn_with_ties(scores: list[float], data: st.DataObject) -> None:
    foreign = np.array(data.draw(st.lists(st.booleans(), min_size=len(scores), max_size=len(scores))))
    if foreign.all() or not foreign.any():
        assert np.isnan(auroc(np.array(scores), foreign))
    else:
        assert auroc(np.array(scores), foreign) == pytest.approx(roc_auc_score(foreign, scores))


def test_auroc_counts_rows_as_often_as_they_were_drawn() -> None:
    scores: NDArray[np.float64] = np.array([0.2, 0.5, 0.9])
    weights = np.array([1.0, 2.0, 1.0])
    assert auroc(scores, np.array([False, False, True]), weights) == 1.0
    assert auroc(scores, np.array([False, True, False]), weights) == 0.5
