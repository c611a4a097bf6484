"""`replywell what-if` at the terminal."""

import csv
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from data.taxonomy import Taxonomy
from serving.app import build_service
from serving.cli.main import app
from serving.pipeline import score
from serving.settings import load_settings
from serving.store.answers import Stamp
from serving.store.database import Database
from serving.store.policies import put_policy
from tests.serving.automatic.certified import make_certified
from tests.serving.conftest import NOW
from tests.serving.engines import SEEDS, requests_of_seeds

POLICY = '[topics."order.status"]\nqueue = "elsewhere"\n'


@pytest.fixture(autouse=True)
def _configured(current: Path, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REPLYWELL_BUNDLE", str(current))
    monkeypatch.setenv("REPLYWELL_DATABASE_URL", sqlite_url)
    (tmp_path / "new.toml").write_text(POLICY)


@pytest.fixture
def examples(tmp_path: Path) -> Path:
    """Twelve labelled mails."""
    lines = (SEEDS / "examples.jsonl").read_text(encoding="utf-8").splitlines()
    (tmp_path / "rows.jsonl").write_text("\n".join(lines[:: len(lines) // 12][:12]), encoding="utf-8")
    return tmp_path / "rows.jsonl"


@pytest.fixture
def stored(current: Path, sqlite_url: str) -> int:
    """Eight decisions in the database."""
    moments = iter(NOW + timedelta(minutes=number) for number in range(1000))
    service = build_service(load_settings(bundle=str(current), database_url=sqlite_url), clock=lambda: next(moments))
    for request in requests_of_seeds(8):
        with service.database.writing() as session:
            score(request, session, service.engines.current, service.clock())
    service.database.close()
    return 8


def _run(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(app, ["what-if", *arguments])
    assert result.exit_code == code, result.output
    if code == 2:
        assert len(result.stderr.strip().splitlines()) == 1, result.stderr
    return result


def _toml() -> str:
    """A policy that allows what can be allowed."""
    taxonomy = Taxonomy.load(SEEDS / "taxonomy.toml")
    modes = "".join(f'[topics."{topic.label}"]\nmode = "auto"\n' for topic in taxonomy.topics if not topic.never_auto)
    urgencies = json.dumps([*taxonomy.urgencies, "unknown"])
    thresholds = "topic_threshold = 0.0\nanswer_threshold = 0.0\nroute_urgencies = []\n"
    return f"{thresholds}{modes}[automatic]\nurgencies = {urgencies}\nholdout_share = 0.0\nbudget = {{ hour = 2 }}\n"


def _json(*arguments: str) -> Any:
    return json.loads(_run(*arguments, "--json").stdout)


def test_help_shows_examples() -> None:
    assert "replywell what-if --policy new.toml --from" in _run("--help").stdout


def test_examples_are_tried_and_compared_with_what_counts_now(examples: Path) -> None:
    said = _json("--policy", "new.toml", "--mails", str(examples))
    assert said["all"]["mails"] == 12
    assert {move["to"] for move in said["changed"]["queues"]} <= {"elsewhere"}
    assert "12 mails have no date" in said["remarks"][0]
    assert _json("--mails", str(examples))["changed"]["count"] == 0


def test_a_bundle_that_may_send_is_tried_with_the_truth_of_the_examples(examples: Path, trained: tuple[Path, Path], tmp_path: Path) -> None:
    bundle = make_certified(tmp_path / "certified", trained[0])
    (tmp_path / "auto.toml").write_text(_toml())
    arguments = ("--policy", "auto.toml", "--bundle", str(bundle), "--mails", str(examples))
    said, free = _json(*arguments), _json(*arguments, "--without-budgets")
    assert 2 == said["all"]["auto_reply"] < free["all"]["auto_reply"]
    assert said["all"]["stopped"]["budget_hour"] == free["all"]["auto_reply"] - 2
    wrong = free["all"]["wrong"]
    assert (wrong["right"] + wrong["wrong"], wrong["unknown"]) == (free["all"]["auto_reply"], 0)
    assert wrong["low"] <= wrong["share"] <= wrong["high"]
    assert free["versions"]["model"] != _json("--mails", str(examples))["versions"]["model"]
    assert _json(*arguments, "--kill-switch")["all"]["stopped"].keys() == {"kill_switch"}


def test_stored_decisions_of_a_time_are_tried(stored: int, tmp_path: Path) -> None:
    shown = _run("--policy", "new.toml", "--from", "2026-11-21", "--to", "2026-11-22", "--csv", "t.csv", "--picture", "t.svg").stdout
    assert "(all)" in shown
    assert "what was decided then" in shown
    rows = list(csv.DictReader((tmp_path / "t.csv").read_text(encoding="utf-8").splitlines()))
    assert int(rows[0]["mails"]) == stored
    assert (tmp_path / "t.svg").read_text(encoding="utf-8").startswith("<svg")
    assert _json("--from", "2026-11-21", "--to", "2026-11-22")["changed"]["count"] == 0


def test_stored_decisions_need_no_bundle_but_the_one_to_try(
    stored: int, current: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    time = ("--from", "2026-11-21", "--to", "2026-11-22")
    alone = _json(*time)
    monkeypatch.setenv("REPLYWELL_BUNDLE", str(tmp_path / "nothing-here"))
    assert _json("--bundle", str(current), *time) == alone
    assert "nothing-here" in _run(*time, code=2).stderr


def test_a_bundle_that_the_policy_that_counts_does_not_fit_is_tried_under_one_that_does(
    stored: int, current: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database.connect(sqlite_url)
    with database.writing() as session:
        put_policy(session, "pol@other", {"topics": {"topic.of.another.taxonomy": {"mode": "off"}}}, Stamp(by="eva", at=NOW))
    database.close()
    monkeypatch.delenv("REPLYWELL_BUNDLE")
    arguments = ("--bundle", str(current), "--from", "2026-11-21", "--to", "2026-11-22")
    assert "topic.of.another.taxonomy" in _run(*arguments, code=2).stderr
    assert _json(*arguments, "--policy", "new.toml")["all"]["mails"] == stored


def test_nothing_to_decide_is_said_in_one_line(stored: int) -> None:
    assert "no stored decisions" in _run("--from", "2020-01-01", "--to", "2020-01-02", code=2).stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "say which mails"),
        (("--mails", "x", "--from", "2026-11-01"), "say which mails"),
        (("--from", "2026-11-02", "--to", "2026-11-01"), "is not before"),
        (("--from", "soon"), "write a date"),
        (("--mails", "none"), "none"),
        (("--from", "2026-11-01"), "no database there"),
        (("--mails", "new.toml"), "neither a folder"),
        (("--mails", ".", "--to", "2026-11-01"), "--to belongs"),
        (("--from", "2026-11-01", "--mailbox", "a"), "--mailbox belongs"),
        (("--mails", ".", "--picture", "t.png"), "drawn as .svg"),
        (("--mails", ".", "--bundle", "nowhere"), "nowhere"),
        (("--mails", ".", "--policy", "wrong.toml"), "unknown topic no.such"),
        (("--mails", ".", "--policy", "key.toml"), "unknown key colour"),
    ],
)
def test_what_cannot_be_tried_is_one_line(arguments: tuple[str, ...], said: str, tmp_path: Path) -> None:
    (tmp_path / "wrong.toml").write_text('[topics."no.such"]\nmode = "auto"\n')
    (tmp_path / "key.toml").write_text("colour = 1\n")
    assert said in _run(*arguments, code=2).stderr
