"""`replywell-train promote` and `models` as people type them."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from model.bundle import Bundle
from tests.factories import make_examples
from tests.training.cli.terminal import run
from tests.training.files import unseen, write_rows


@pytest.fixture(autouse=True)
def _in_a_new_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_registers_and_promotes_a_bundle_in_a_folder_once(bundle: Bundle) -> None:
    first = json.loads(run("promote", bundle.path, "--json").stdout)
    assert first == {"version": "1", "bundle": bundle.id, "alias": "champion", "replaces": None}
    assert json.loads(run("promote", bundle.path, "--json").stdout)["version"] == "1"


def test_rolls_back_to_an_older_version(bundle: Bundle, rows_file: Path) -> None:
    run("promote", bundle.path)
    run("learn", rows_file, "--encoder", "hashing", "--out", "B")
    assert "in place of version 1" in run("promote", "2").stdout
    assert "in place of version 2" in run("promote", "1").stdout
    listed = json.loads(run("models", "--json").stdout)
    assert [(model["version"], model["aliases"]) for model in listed] == [("2", ["candidate"]), ("1", ["champion"])]


def test_lists_what_is_registered(bundle: Bundle) -> None:
    run("promote", bundle.path)
    assert bundle.id in run("models").stdout


def test_a_bundle_that_is_clearly_worse_is_not_promoted(bundle: Bundle) -> None:
    run("promote", bundle.path)
    turned = {"billing": "delivery", "delivery": "returns", "returns": "billing"}
    examples = (replace(e, topic=turned[e.topic or ""], topics=(turned[e.topic or ""],)) for e in make_examples(60).examples)
    run("learn", write_rows(Path("turned.jsonl"), examples), "--encoder", "hashing", "--out", "B")
    check = write_rows(Path("check.jsonl"), unseen(40).examples)
    refused = run("promote", "2", "--check", check)
    assert refused.exit_code == 1
    assert "not promoted: topic.accuracy" in refused.stderr
    assert run("promote", "2", "--check", check, "--gate", "topic.accuracy=-1").exit_code == 0


def test_does_not_promote_what_was_damaged_in_the_registry(bundle: Bundle) -> None:
    run("promote", bundle.path, "--alias", "tried")
    for manifest in Path("var/mlruns").rglob("bundle/manifest.json"):
        shutil.rmtree(manifest.parent)
    result = run("promote", "1")
    assert result.exit_code == 2
    assert json.loads(run("models", "--json").stdout)[0]["aliases"] == ["candidate", "tried"]


def test_says_when_there_is_no_such_version() -> None:
    result = run("promote", "7")
    assert result.exit_code == 2
    assert "no registered bundle with the version, run or bundle id '7'" in result.stderr


def test_a_gate_needs_mails() -> None:
    assert "--check FILE" in run("promote", "1", "--gate", "topic.accuracy=0").stderr
