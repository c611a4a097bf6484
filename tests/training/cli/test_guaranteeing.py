"""`replywell-train guarantee` as people type it."""

import json
from pathlib import Path

import pytest

from model.bundle import Bundle
from tests.factories import make_examples
from tests.training.cli.terminal import run
from tests.training.files import in_threads, unseen, write_rows

EASY = ("--alpha", "0.2", "--delta", "0.2")


@pytest.fixture
def new_rows(tmp_path: Path) -> Path:
    """Mails that the bundle has never seen."""
    return write_rows(tmp_path / "new.jsonl", unseen().examples)


def test_prints_the_certificate_and_evaluate_prints_what_it_is_worth(bundle: Bundle, new_rows: Path, tmp_path: Path) -> None:
    result = run("guarantee", bundle.path, new_rows, *EASY, "--out", tmp_path / "new")
    assert result.exit_code == 0
    assert "at most 20.00% of automatic replies are wrong, with confidence 80.00%" in result.stdout
    figures = json.loads(run("evaluate", tmp_path / "new", new_rows, "--json").stdout)
    assert figures["auto.certified"] is True
    assert 0 < figures["auto.coverage"] <= 1
    assert figures["auto.error"] <= 0.2
    assert figures["auto.threshold"] > 0
    assert figures["auto.calibrated_rows"] == 60


def test_evaluate_prints_null_without_a_certificate(bundle: Bundle, new_rows: Path) -> None:
    figures = json.loads(run("evaluate", bundle.path, new_rows, "--json").stdout)
    assert [figures[f"auto.{name}"] for name in ("coverage", "error", "threshold", "certified")] == [None] * 4


def test_json_holds_certificate_coverage_and_the_new_bundle(bundle: Bundle, new_rows: Path, tmp_path: Path) -> None:
    value = json.loads(run("guarantee", bundle.path, new_rows, *EASY, "--out", tmp_path / "new", "--json").stdout)
    assert value["bundle"] == Bundle.load(tmp_path / "new").id
    assert value["certificate"]["target"] == {"alpha": 0.2, "delta": 0.2}
    assert value["certified"] is True


def test_nothing_proven_is_exit_code_1_with_the_number_of_labels_and_writes_nothing(bundle: Bundle, new_rows: Path, tmp_path: Path) -> None:
    result = run("guarantee", bundle.path, new_rows, "--alpha", "0.01", "--delta", "0.05", "--out", tmp_path / "new")
    assert result.exit_code == 1
    assert "more labelled mails are needed; nothing was written" in result.stderr
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(("option", "value"), [("--alpha", "1"), ("--alpha", "1.5"), ("--alpha", "0"), ("--delta", "1")])
def test_refuses_what_is_no_share_in_one_line(bundle: Bundle, new_rows: Path, option: str, value: str) -> None:
    result = run("guarantee", bundle.path, new_rows, option, value)
    assert result.exit_code == 2
    assert f"{option[2:]} must be a share above 0 and below 1" in result.stderr
    assert result.stderr.count("\n") == 1


def test_refuses_mails_of_the_training_and_counts_them(bundle: Bundle, tmp_path: Path) -> None:
    mixed = write_rows(tmp_path / "mixed.jsonl", (*make_examples(120).examples[:7], *unseen().examples))
    result = run("guarantee", bundle.path, mixed, *EASY, "--out", tmp_path / "new")
    assert result.exit_code == 2
    assert "7 of 67 rows" in result.stderr
    dropped = run("guarantee", bundle.path, mixed, *EASY, "--out", tmp_path / "new", "--drop-overlap")
    assert dropped.exit_code == 0
    assert "7 rows were dropped" in dropped.stdout


def test_a_promise_for_each_answer_needs_answers(bundle: Bundle, new_rows: Path) -> None:
    result = run("guarantee", bundle.path, new_rows, *EASY, "--by", "answer")
    assert (result.exit_code, "--answers" in result.stderr) == (2, True)


def test_by_topic_shows_how_many_labels_each_topic_still_needs(bundle: Bundle, new_rows: Path, tmp_path: Path) -> None:
    result = run("guarantee", bundle.path, new_rows, "--by", "topic", "--out", tmp_path / "new")
    assert result.exit_code == 1
    for topic in ("billing", "delivery", "returns"):
        assert topic in result.stdout
    assert "labels still needed" in result.stdout


def test_a_file_that_grows_may_be_looked_at_again_and_the_certificate_says_so(bundle: Bundle, tmp_path: Path) -> None:
    rows = write_rows(tmp_path / "grown.jsonl", unseen(120).examples)
    result = run("guarantee", bundle.path, rows, *EASY, "--growing", "--out", tmp_path / "new")
    assert result.exit_code == 0
    assert "holds for all looks at this file while it grows" in result.stdout
    assert json.loads((tmp_path / "new" / "certificate.json").read_text())["method"] == "growing"
    few = write_rows(tmp_path / "few.jsonl", unseen(10).examples)
    early = run("guarantee", bundle.path, few, *EASY, "--growing", "--out", tmp_path / "early")
    assert (early.exit_code, "more labelled mails are needed; nothing was written" in early.stderr) == (1, True)


def test_says_how_many_mails_of_a_thread_it_left_out(bundle: Bundle, tmp_path: Path) -> None:
    rows = write_rows(tmp_path / "threads.jsonl", in_threads(unseen(120), 2).examples)
    result = run("guarantee", bundle.path, rows, *EASY, "--out", tmp_path / "new")
    assert "60 rows were left out: an earlier one has the same text or thread" in result.stdout
    again = json.loads(run("guarantee", bundle.path, rows, *EASY, "--out", tmp_path / "new", "--json").stdout)
    assert (again["repeated"], again["certificate"]["calibrated_on"], "method" in again["certificate"]) == (60, 60, False)
