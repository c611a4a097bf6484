"""Reports are complete, readable, and replace nothing but reports."""

import json
from pathlib import Path

import pytest

from tests.training.files import foreign_examples, unseen
from training.evaluate import evaluate
from training.judge import Workbench
from training.learn import Learnt
from training.measures import Figures
from training.report import ReportError, check_report_place, headline_rows, markdown, number, write_report


def test_writes_text_figures_and_plots(learnt: Learnt, tmp_path: Path) -> None:
    write_report(tmp_path / "deep" / "report", "Bundle", learnt.figures)
    folder = tmp_path / "deep" / "report"
    assert {"report.md", "report.json", "reliability.png", "coverage-risk.png"} <= {path.name for path in folder.iterdir()}
    assert json.loads((folder / "report.json").read_text(encoding="utf-8"))["topic.accuracy"] == learnt.figures["topic.accuracy"]
    assert "![reliability](reliability.png)" in (folder / "report.md").read_text(encoding="utf-8")
    assert [path.name for path in folder.parent.iterdir()] == ["report"]


def test_replaces_an_older_report_but_nothing_else(learnt: Learnt, tmp_path: Path) -> None:
    write_report(tmp_path / "report", "One", learnt.figures)
    write_report(tmp_path / "report", "Two", learnt.figures)
    assert (tmp_path / "report" / "report.md").read_text(encoding="utf-8").startswith("# Two")
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "mine.md").touch()
    with pytest.raises(ReportError, match="choose another folder for --report"):
        check_report_place(tmp_path / "notes")


def test_shows_headlines_labels_confusions_languages_and_reasons(learnt: Learnt) -> None:
    figures: Figures = {
        **learnt.figures,
        "topic.confusions": [{"true": "billing", "predicted": "a|b", "count": 3}],
        "routed.reasons": {"novel": 2},
    }
    text = markdown("Bundle", figures)
    for part in ("| topic.accuracy |", "## Topic", "| billing | a\\|b | 3 |", "## Urgency", "| en |", "| novel | 2 |", "| 5 % |"):
        assert part in text, part


def test_leaves_out_what_was_not_measured() -> None:
    assert headline_rows({"topic.accuracy": None, "urgency.cost": 0.25}) == [("urgency.cost", "0.2500", "")]
    assert markdown("Empty", {"rows": 0}).count("##") == 0


def test_writes_numbers_with_as_many_digits_as_are_worth_reading() -> None:
    assert [number(value) for value in (None, 3, "a", 0.123456)] == ["–", "3", "a", "0.1235"]


def test_reports_an_evaluation_with_foreign_mail(learnt: Learnt, bench: Workbench, tmp_path: Path) -> None:
    examples = unseen(20)
    rows = type(examples)(examples=(*examples.examples, *foreign_examples()), urgencies=examples.urgencies, taxonomy=examples.taxonomy)
    write_report(tmp_path / "report", "Bundle", evaluate(learnt.bundle.predictor(bench.encoder), rows, bench))
    assert "novelty.auroc" in (tmp_path / "report" / "report.md").read_text(encoding="utf-8")
