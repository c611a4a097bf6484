"""Plots are drawn where there is something to draw."""

from pathlib import Path

from training.measures import Figures
from training.plots import draw

PNG = b"\x89PNG"


def test_draws_what_there_are_figures_for(tmp_path: Path) -> None:
    figures: Figures = {
        "topic.ece": 0.02,
        "topic.reliability": [{"confidence": 0.5, "accuracy": 0.4, "share": 0.3}, {"confidence": 0.9, "accuracy": 0.95, "share": 0.7}],
        "topic.risk_curve": [{"coverage": 0.5, "risk": 0.0}, {"coverage": 1.0, "risk": 0.1}],
        "topic.coverage_at_1": 0.5,
        "topic.coverage_at_2": 0.5,
        "topic.coverage_at_5": 0.6,
        "topic.confusions": [{"true": "a", "predicted": "b", "count": 2}],
    }
    paths = draw(figures, tmp_path)
    assert [path.name for path in paths] == ["reliability.png", "coverage-risk.png", "confusions.png"]
    assert all(path.read_bytes().startswith(PNG) for path in paths)


def test_draws_nothing_without_topics(tmp_path: Path) -> None:
    assert draw({"topic.confusions": []}, tmp_path) == []
