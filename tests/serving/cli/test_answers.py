"""The answer base at the terminal: a heap comes in, is cleaned, checked, searched and written out again."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from serving.cli.main import app

RETURNS = (
    "You can return an item within 30 days of delivery. Put it into its box and print the label from your account. The refund takes a week."
)
ROWS = [
    ("a1", "Returns", f"Dear Mrs Miller,\n\n{RETURNS}\n\nKind regards,\nJane"),
    ("a2", "Return an item", f"Hello Tom,\n\n{RETURNS}\n\nBest regards,\nPeter"),
    ("a3", "Returns", RETURNS.replace("30 days", "60 days")),
    ("a4", "Opening hours", "Our shop in Main Street is open from Monday to Friday, 9 am to 6 pm, and on Saturday until noon."),
]
COMMANDS = ("import", "export", "search", "duplicates", "merge", "unmerge", "approve", "lint", "gaps")


@pytest.fixture(autouse=True)
def _configured(current: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REPLYWELL_BUNDLE", str(current))


@pytest.fixture
def heap(tmp_path: Path) -> Path:
    """A small heap of saved replies: two copies, one that says another period, one about something else."""
    with (tmp_path / "heap.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "title", "body", "language", "topic", "agent"])
        writer.writerows([*row, "en", "returns.conditions", "jane"] for row in ROWS)
    return tmp_path / "heap.csv"


def _run(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(app, ["answers", *arguments])
    assert result.exit_code == code, result.output
    return result


def _json(*arguments: str, code: int = 0) -> Any:
    return json.loads(_run(*arguments, "--json", code=code).stdout)


def _import(heap: Path, *more: str) -> Any:
    return _json("import", str(heap), "--no-embed", *more)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_shows_an_example(command: str) -> None:
    assert f"replywell answers {command}" in _run(command, "--help").stdout


def test_a_dry_run_tells_the_same_and_writes_nothing(heap: Path) -> None:
    assert _import(heap, "--dry-run")["created"] == 4
    assert _import(heap)["created"] == 4
    assert _import(heap)["unchanged"] == 4


def test_finds_copies_and_what_contradicts_them(heap: Path) -> None:
    _import(heap)
    found = _json("duplicates")
    assert [sorted(cluster["members"]) for cluster in found["clusters"]] == [["a1", "a2"]]
    assert [set(one["answers"]) & {"a3"} for one in found["contradictions"]] == [{"a3"}]
    assert any("30" in "".join(map(str, values)) for values in found["contradictions"][0]["values"])


def test_merges_all_clusters_and_takes_one_back(heap: Path) -> None:
    _import(heap)
    assert _json("merge", "--all") == {"canonical": 1, "merged": 1}
    assert _json("duplicates")["clusters"] == []
    member = {"a1", "a2"} - {line["id"] for line in _exported() if not line["merged_into"]}
    assert _json("unmerge", member.pop())["merged_into"] is None
    assert _json("duplicates")["clusters"] == []  # who takes a merge back keeps the pair apart


def test_approved_answers_are_found(heap: Path) -> None:
    _import(heap, "--source", "desk")
    assert _json("search", "when is your shop open")["data"] == []
    assert _json("approve", "--source", "desk") == {"approved": 4}
    assert _json("search", "when is your shop open")["data"][0]["answer_id"] == "a4"
    assert "a4" in _run("search", "when is your shop open").stdout


def test_lint_ends_with_1_when_an_answer_has_errors(heap: Path) -> None:
    _import(heap)
    found = _json("lint", code=1) if _has_errors() else _json("lint")
    assert found["summary"]["answers"] == 4


def test_a_base_without_mails_has_no_gaps(heap: Path) -> None:
    assert _json("gaps")["data"] == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("import", "missing.csv"), "missing.csv"),
        (("import", "heap.csv", "--map", "body"), "--map"),
        (("import", "heap.csv", "--map", "body=Antwort"), "Antwort"),
        (("import", "heap.csv", "--state", "sleeping"), "--state"),
        (("merge",), "--all"),
        (("merge", "nothing", "a1"), "nothing"),
        (("unmerge", "nothing"), "nothing"),
        (("approve",), "--source"),
        (("search", " "), "question"),
    ],
)
def test_bad_input_is_one_line(heap: Path, arguments: tuple[str, ...], message: str) -> None:
    result = _run(*arguments, code=2)
    assert len(result.stderr.strip().splitlines()) == 1
    assert message in result.stderr


def _exported() -> list[dict[str, Any]]:
    _run("export", "--out", "answers.jsonl")
    return [json.loads(line) for line in Path("answers.jsonl").read_text(encoding="utf-8").splitlines()]


def _has_errors() -> bool:
    return CliRunner().invoke(app, ["answers", "lint", "--json"]).exit_code == 1
