"""`make` says what it can do, its recipes name commands that exist, and an old Python is refused with a sentence."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.architecture.commands import faults, make_targets
from tests.architecture.repository import ROOT


def _make(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE") and name != "MFLAGS"}
    return subprocess.run(["make", *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_lists_every_target_with_what_it_does() -> None:
    listed = _make().stdout
    assert {line.split()[1] for line in listed.splitlines()} == make_targets()


@pytest.mark.parametrize("target", sorted(make_targets()))
def test_every_recipe_names_commands_that_exist(target: str) -> None:
    recipe = _make("--dry-run", "--always-make", target).stdout
    assert recipe
    assert [fault for line in recipe.splitlines() for fault in faults(line)] == []


def test_refuses_a_python_that_is_too_old_and_says_which_one_it_found(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text('#!/bin/sh\ncase "$1" in --version) echo Python 3.9.2 ;; *) exit 1 ;; esac\n', encoding="utf-8")
    old.chmod(0o755)
    done = _make("--always-make", ".venv/installed", f"PYTHON={old}")
    assert done.returncode == 2
    assert f"Replywell needs Python 3.11 or newer; {old} is Python 3.9.2." in done.stderr
    assert done.stdout == ""


def test_the_script_of_continuous_integration_is_sound_and_ends_in_make_test() -> None:
    script = ROOT / ".ci" / "run"
    assert subprocess.run(["bash", "-n", script], check=False).returncode == 0
    assert os.access(script, os.X_OK)
    assert script.read_text(encoding="utf-8").splitlines()[-1] == "exec make test"
