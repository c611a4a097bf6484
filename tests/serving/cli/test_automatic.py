"""Policy, kill switch and replies from the terminal."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from serving.cli.main import app

COMMANDS = (
    *("policy show", "policy check", "policy put", "kill-switch on", "kill-switch off", "kill-switch status"),
    *("replies report", "replies suspend", "replies rearm", "replies suspended"),
)


@pytest.fixture(autouse=True)
def _configured(current: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REPLYWELL_BUNDLE", str(current))


def _run(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(app, list(arguments))
    assert result.exit_code == code, result.output
    if code == 2:
        assert len(result.stderr.strip().splitlines()) == 1, result.stderr
    return result


def _json(*arguments: str) -> Any:
    return json.loads(_run(*arguments, "--json").stdout)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_shows_an_example(command: str) -> None:
    assert f"replywell {command}" in _run(*command.split(), "--help").stdout


def test_a_policy_is_checked_put_and_shown(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text('max_suggestions = 3\n[topics."order.status"]\nmode = "auto"\n')
    assert "no policy counts yet" in _run("policy", "show", code=2).stderr
    version = _json("policy", "check", str(file))["version"]
    assert _json("policy", "put", str(file))["id"] == 1
    shown = _json("policy", "show")
    assert (shown["version"], shown["policy"]["max_suggestions"]) == (version, 3)
    assert "max_suggestions" in _run("policy", "show").stdout


def test_a_policy_that_cannot_be_used_is_one_line(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    for text in ("colour = 1\n", '[topics."no.such"]\nmode = "auto"\n', "[automatic]\nalpha = 1\n"):
        file.write_text(text)
        for command in ("check", "put"):
            assert str(file) in _run("policy", command, str(file), code=2).stderr


def test_the_switch_is_thrown_and_taken_back() -> None:
    assert _json("kill-switch", "status")["on"] is False
    assert _json("kill-switch", "on", "--reason", "wrong prices")["on"] is True
    assert "on: wrong prices" in _run("kill-switch", "status").stdout
    assert "off" in _run("kill-switch", "off", "--reason", "mended").stdout


def test_a_group_is_stopped_and_armed() -> None:
    assert "stopped" in _run("replies", "suspend", "order.status", "--reason", "strike").stdout
    assert "order.status" in _run("replies", "suspended").stdout
    assert _json("replies", "suspended")[0]["reason"] == "strike"
    assert "armed" in _run("replies", "rearm", "order.status").stdout
    assert "not stopped" in _run("replies", "rearm", "order.status", code=2).stderr


def test_the_report_of_an_empty_base_counts_nothing() -> None:
    assert _json("replies", "report")["sent"]["count"] == 0
    assert "wrong in the audit" in _run("replies", "report", "--days", "7").stdout
