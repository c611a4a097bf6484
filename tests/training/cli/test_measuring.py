"""`replywell-train evaluate` and `compare` as people type them."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from model.bundle import Bundle
from tests.factories import make_examples
from tests.training.cli.terminal import run
from tests.training.files import foreign_examples, unseen, write_rows

KEYS = {
    "topic.accuracy",
    "topic.macro_f1",
    "topic.ece",
    "urgency.macro_f1",
    "urgency.accuracy",
    "urgency.within_one_step",
    "urgency.cost",
    "novelty.auroc",
    "speed.cpu_ms_per_mail",
}


@pytest.fixture
def new_rows(tmp_path: Path) -> Path:
    """Mails that the bundle has never seen, some of them foreign."""
    return write_rows(tmp_path / "new.jsonl", (*unseen(40).examples, *foreign_examples()))


def test_prints_every_promised_figure_as_json(bundle: Bundle, new_rows: Path) -> None:
    result = run("evaluate", bundle.path, new_rows, "--json")
    figures = json.loads(result.stdout)
    assert set(figures) >= KEYS
    assert None not in [figures[key] for key in KEYS]
    assert figures["bundle"] == bundle.id


def test_figures_without_labels_are_null(bundle: Bundle, tmp_path: Path) -> None:
    bare = write_rows(tmp_path / "bare.jsonl", unseen(10).examples, urgency=None)
    figures = json.loads(run("evaluate", bundle.path, bare, "--json").stdout)
    assert figures["urgency.macro_f1"] is None
    assert figures["novelty.auroc"] is None
    assert figures["topic.accuracy"] is not None


def test_shows_a_table_and_writes_a_report(bundle: Bundle, new_rows: Path, tmp_path: Path) -> None:
    result = run("evaluate", bundle.path, new_rows, "--report", tmp_path / "report")
    assert result.exit_code == 0
    assert "topic.macro_f1" in result.stdout
    assert (tmp_path / "report" / "coverage-risk.png").is_file()


def test_refuses_mails_that_the_bundle_was_trained_on_and_counts_them(bundle: Bundle, tmp_path: Path) -> None:
    mixed = write_rows(tmp_path / "mixed.jsonl", (*make_examples(120).examples[:7], *unseen(20).examples))
    result = run("evaluate", bundle.path, mixed)
    assert result.exit_code == 2
    assert "7 of 27 rows" in result.stderr
    assert "--drop-overlap" in result.stderr
    dropped = run("evaluate", bundle.path, mixed, "--drop-overlap")
    assert dropped.exit_code == 0
    assert "7 rows were dropped" in dropped.stdout


def test_folds_learn_the_file_anew_and_need_no_unseen_mails(bundle: Bundle, tmp_path: Path) -> None:
    rows = write_rows(tmp_path / "rows.jsonl", make_examples(60).examples)
    figures = json.loads(run("evaluate", bundle.path, rows, "--folds", "3", "--json").stdout)
    assert figures["folds"] == 3
    assert figures["topic.rows"] == 60


def test_folds_take_another_scale_of_urgencies_than_the_bundle(bundle: Bundle, tmp_path: Path) -> None:
    rows = write_rows(
        tmp_path / "rows.jsonl", (replace(e, urgency={"high": "now"}.get(e.urgency or "", "later")) for e in make_examples(60).examples)
    )
    refused = run("evaluate", bundle.path, rows, "--folds", "2")
    assert (refused.exit_code, "--urgencies" in refused.stderr) == (2, True)
    assert run("evaluate", bundle.path, rows, "--folds", "2", "--urgencies", "later,now").exit_code == 0


def test_names_topics_that_the_bundle_does_not_have(bundle: Bundle, tmp_path: Path) -> None:
    rows = unseen(10).examples
    changed = (replace(rows[0], topic="legal", topics=("legal",)), *rows[1:])
    result = run("evaluate", bundle.path, write_rows(tmp_path / "rows.jsonl", changed))
    assert "counted as wrong: legal" in result.stdout


def test_refuses_a_damaged_bundle(bundle: Bundle, new_rows: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    for path in bundle.path.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    (copy / "parts.safetensors").write_bytes((bundle.path / "parts.safetensors").read_bytes()[:-100])
    result = run("evaluate", copy, new_rows)
    assert result.exit_code == 2
    assert "parts.safetensors differs from the manifest" in result.stderr


def test_refuses_a_report_folder_that_holds_something_else_before_the_work(bundle: Bundle, tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.md").touch()
    result = run("evaluate", bundle.path, tmp_path / "missing.jsonl", "--report", tmp_path / "thesis")
    assert "choose another folder for --report" in result.stderr


def test_compares_two_bundles_in_a_table(bundle: Bundle, new_rows: Path) -> None:
    result = run("compare", bundle.path, bundle.path, new_rows)
    assert result.exit_code == 0
    assert "gain of B" in result.stdout
    assert "topic right only with A: 0, only with B: 0" in result.stdout


def test_a_closed_gate_is_exit_code_1(bundle: Bundle, new_rows: Path) -> None:
    assert run("compare", bundle.path, bundle.path, new_rows, "--gate", "topic.accuracy=0").exit_code == 0
    closed = run("compare", bundle.path, bundle.path, new_rows, "--gate", "topic.accuracy=0.01", "--json")
    assert closed.exit_code == 1
    assert "gate closed: topic.accuracy" in closed.stderr
    assert len(json.loads(closed.stdout)["closed_gates"]) == 1


def test_refuses_a_gate_that_is_no_figure_and_number(bundle: Bundle, new_rows: Path) -> None:
    result = run("compare", bundle.path, bundle.path, new_rows, "--gate", "topic.accuracy")
    assert result.exit_code == 2
    assert "write it as FIGURE=GAIN" in result.stderr
