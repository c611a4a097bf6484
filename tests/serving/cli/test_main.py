"""The command line: results, and one line with exit code 2 when something is wrong."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from model.records import differences, probabilities
from serving.api.auth import SCOPES
from serving.bodies import raw_mail
from serving.bundles import Engine
from serving.cli.main import app
from serving.pipeline import consider
from serving.store.database import Database
from serving.store.keys import find_key
from tests.serving.conftest import NOW
from tests.serving.engines import SEEDS

EML = SEEDS / "mails" / "de-01.eml"
COMMANDS = ("serve", "score", "create-key", "check-config", "migrate", "replay", "export-examples", "purge")


@pytest.fixture(autouse=True)
def _configured(current: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REPLYWELL_BUNDLE", str(current))


def _run(*arguments: str, given: str | bytes | None = None, code: int = 0) -> Result:
    result = CliRunner().invoke(app, list(arguments), input=given)
    assert result.exit_code == code, result.output
    if code == 2:
        assert len(result.stderr.strip().splitlines()) == 1, result.stderr
        assert result.stderr.startswith("replywell: ")
    return result


def _json(*arguments: str, given: str | bytes | None = None) -> Any:
    return json.loads(_run(*arguments, "--json", given=given).stdout)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_shows_an_example(command: str) -> None:
    assert f"replywell {command}" in _run(command, "--help").stdout


def test_score_decides_exactly_as_the_api_does(engine: Engine) -> None:
    said = _json("score", str(EML))
    other = consider(raw_mail(EML.read_bytes(), None), engine, NOW)
    assert differences(said, other) == ()
    assert list(probabilities(said)) == pytest.approx(list(probabilities(other)), abs=1e-5)
    assert "decision_id" not in said


def test_score_reads_text_json_and_raw_mail_from_standard_input() -> None:
    text, raw = "Where is my parcel? It should be here.", "From: ana@example.com\nSubject: \n\nWhere is my parcel? It should be here.\n"
    decided = [_json("score", "-", given=given)["topic"] for given in (text, json.dumps({"body": text}), raw)]
    assert decided[0] == decided[1] == decided[2]


def test_score_shows_people_what_was_decided() -> None:
    shown = _run("score", str(EML)).stdout
    assert all(word in shown for word in ("action", "topic", "urgency", "language"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b"{", "not JSON"),
        (b'{"body": "x", "colour": 1}', "/colour: unknown field"),
        (b"\0\1\2 binary", "binary data"),
        (b"caf\xe9", "UTF-8"),
    ],
)
def test_score_refuses_in_one_line(content: bytes, message: str) -> None:
    assert message in _run("score", "-", given=content, code=2).stderr


def test_score_names_a_missing_file_and_a_missing_bundle(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "nothing.eml: No such file" in _run("score", "nothing.eml", code=2).stderr
    monkeypatch.setenv("REPLYWELL_BUNDLE", "elsewhere")
    assert "bundle elsewhere: no bundle there" in _run("score", str(EML), code=2).stderr


def test_a_bundle_of_another_encoder_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPLYWELL_ENCODER", "use-multilingual")
    assert "was trained with encoder hashing" in _run("score", str(EML), code=2).stderr


def test_a_stored_score_can_be_replayed_and_survives_a_restart() -> None:
    said = _json("score", str(EML), "--store")
    again = _json("replay", said["decision_id"])
    assert (again["is_equal"], again["changed"]) == (True, {})
    assert "equal" in _run("replay", said["decision_id"]).stdout
    assert "no such decision" in _run("replay", "dec_nothing", code=2).stderr


def test_a_key_is_shown_once_and_works() -> None:
    _run("migrate")
    secret = _run("create-key", "helpdesk", "--scope", "score", "--scope", "suggest", "--days", "30").stdout.strip()
    database = Database.connect("sqlite:///var/replywell.db")
    with database.reading() as session:
        key = find_key(session, secret)
    database.close()
    assert key is not None
    assert (key.name, key.scopes) == ("helpdesk", frozenset({"score", "suggest"}))
    assert key.expires_at is not None
    assert "unknown scope root" in _run("create-key", "x", "--scope", "root", code=2).stderr
    assert all(scope in _run("create-key", "--help").stdout for scope in SCOPES)


def test_keys_need_tables() -> None:
    assert "run `replywell migrate`" in _run("create-key", "x", "--scope", "score", code=2).stderr


def test_check_config_hides_secrets_and_names_what_fails(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _run("migrate")
    said = _json("check-config")
    assert said["ok"]
    assert {name: check["ok"] for name, check in said["checks"].items()} == dict.fromkeys(("database", "bundle", "answers", "policy"), True)
    monkeypatch.setenv("REPLYWELL_DATABASE_URL", f"postgresql://me:hunter2@/x?host={tmp_path}")
    result = _run("check-config", code=2)
    assert "hunter2" not in result.output
    assert "database" in result.stderr


def test_an_unknown_setting_stops_every_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPLYWELL_COLOUR", "red")
    for arguments in (("serve",), ("score", str(EML)), ("migrate",), ("check-config",), ("purge",), ("replay", "dec_x")):
        assert "REPLYWELL_COLOUR" in _run(*arguments, code=2).stderr


def test_serve_refuses_to_be_open_to_the_network() -> None:
    assert "listens on loopback only" in _run("serve", "--open", "--host", "0.0.0.0", code=2).stderr


def test_examples_are_exported_and_purging_says_what_it_did(tmp_path: Path) -> None:
    _run("migrate")
    assert "0 rows" in _run("export-examples", "--out", str(tmp_path / "rows.jsonl")).stdout
    assert "write a date" in _run("export-examples", "--out", "rows.jsonl", "--since", "soon", code=2).stderr
    assert "retention_days is not set" in _run("purge").stdout
