"""`replywell-train learn` as people type it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from model.bundle import Bundle
from tests.factories import make_examples
from tests.training.cli.terminal import run
from tests.training.files import write_csv, write_rows

SEEDS = Path(__file__).resolve().parents[3] / "data" / "seeds"


@pytest.fixture(autouse=True)
def _in_a_new_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_writes_a_bundle_and_shows_figures(rows_file: Path) -> None:
    result = run("learn", rows_file, "--encoder", "hashing", "--out", "B", "--no-track")
    assert result.exit_code == 0
    assert "topic.accuracy" in result.stdout
    assert Bundle.load(Path("B")).id in result.stdout


def test_logs_the_run_and_registers_the_bundle_beside_it(rows_file: Path) -> None:
    result = run("learn", rows_file, "--encoder", "hashing", "--out", "B", "--json")
    learnt = json.loads(result.stdout)
    assert learnt["bundle"] == Bundle.load(Path("B")).id
    assert learnt["version"] == "1"
    assert (Path("var/mlruns") / learnt["run"] / "artifacts" / "bundle" / "manifest.json").is_file()
    assert learnt["figures"]["topic.accuracy"] > 0.5


def test_reads_other_peoples_columns_and_scales() -> None:
    rows = [
        {"text": example.body, "queue": example.topic or "", "priority": example.urgency or "", "kind": "mail" if number % 2 else "call"}
        for number, example in enumerate(make_examples(120).examples)
    ]
    options = ("--map", "body=text", "--map", "topic=queue", "--map", "urgency=priority", "--where", "kind=mail")
    path = write_csv(Path("rows.csv"), rows)
    result = run("learn", path, *options, "--urgencies", "low, normal,high", "--encoder", "hashing", "--out", "B", "--no-track")
    assert result.exit_code == 0
    assert Bundle.load(Path("B")).training.rows == 60
    assert Bundle.load(Path("B")).taxonomy.urgencies == ("low", "normal", "high")


def test_says_how_many_rows_are_kept_for_tests(tmp_path: Path) -> None:
    rows = write_rows(tmp_path / "rows.jsonl", make_examples(60).examples, split="train")
    held = write_rows(tmp_path / "held.jsonl", make_examples(80).examples[:20], split="test", id=None, group=None)
    result = run("learn", rows, held, "--encoder", "hashing", "--out", "B", "--no-track", "--drop-overlap")
    assert "20 rows were not learnt from: their split keeps them for tests" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("missing.jsonl",), "no such file"),
        (("one.jsonl",), "at least 2 topics"),
        (("latin.csv",), "not UTF-8"),
        (("rows.jsonl", "--map", "body"), "write it as NAME=COLUMN"),
        (("rows.jsonl", "--map", "body=a", "--map", "body=b"), "given twice"),
        (("rows.jsonl", "--map", "text=body"), "unknown name 'text'"),
        (("rows.jsonl", "--where", "language=xx"), "no row is left"),
        (("rows.jsonl", "--taxonomy", str(SEEDS / "taxonomy.toml")), "unknown topic"),
        (("rows.jsonl", "--taxonomy", "missing.toml"), "missing.toml"),
        (("rows.jsonl", "--urgencies", "low"), "at least two"),
        (("rows.jsonl", "--answers", "missing"), "missing"),
        (("rows.jsonl", "--encoder", "bert"), "unknown encoder 'bert'"),
        (("rows.jsonl", "--sign-key", "rows.jsonl"), "no unencrypted PEM key"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2_and_leaves_nothing(arguments: tuple[str, ...], message: str) -> None:
    write_rows(Path("rows.jsonl"), make_examples(30).examples)
    write_rows(Path("one.jsonl"), make_examples(30).examples, topic="billing")
    write_csv(Path("latin.csv"), [{"body": "añadir", "topic": "a"}], "latin-1")
    before = sorted(Path().iterdir())
    result = run("learn", "--encoder", "hashing", "--out", "B", "--no-track", *arguments)
    assert result.exit_code == 2
    assert result.stderr.startswith("replywell-train: ")
    assert len(result.stderr.splitlines()) == 1
    assert message in result.stderr
    assert sorted(Path().iterdir()) == before


def test_refuses_to_replace_what_is_no_bundle(rows_file: Path) -> None:
    Path("B").mkdir()
    Path("B/thesis.txt").touch()
    result = run("learn", rows_file, "--encoder", "hashing", "--out", "B", "--no-track")
    assert result.exit_code == 2
    assert "choose another folder" in result.stderr


def test_refuses_a_registry_that_cannot_be_made_before_the_work(rows_file: Path) -> None:
    result = run("learn", rows_file, "--encoder", "hashing", "--out", "B", "--tracking-uri", f"sqlite:///{rows_file}/mlflow.db")
    assert result.exit_code == 2
    assert not Path("B").exists()


def test_keeps_the_bundle_and_says_so_when_logging_fails(rows_file: Path) -> None:
    Path("broken.db").write_text("this is no database", encoding="utf-8")
    result = run("learn", rows_file, "--encoder", "hashing", "--out", "B", "--tracking-uri", "sqlite:///broken.db")
    assert result.exit_code == 3
    assert f"the bundle {Bundle.load(Path('B')).id} is complete at B, but it was not logged" in result.stderr.splitlines()[-1]


def test_help_shows_examples() -> None:
    result = run("learn", "--help")
    assert result.exit_code == 0
    assert "replywell-train learn" in result.stdout


def test_without_arguments_there_is_help() -> None:
    from training.cli.main import app

    assert "learn" in CliRunner().invoke(app, []).output
