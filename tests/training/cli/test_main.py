"""The command as a process: version, and no trace of a training that was stopped."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.factories import make_examples
from tests.training.cli.terminal import run
from tests.training.files import write_rows

START = "from training.cli import main; main()"
ROOT = Path(__file__).resolve().parents[3]


def test_shows_its_version() -> None:
    assert run("--version").stdout.startswith("replywell-train ")


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_a_training_that_is_stopped_leaves_nothing(tmp_path: Path, stop: signal.Signals) -> None:
    write_rows(tmp_path / "rows.jsonl", make_examples(240).examples)
    command = [sys.executable, "-c", START, "learn", "rows.jsonl", "--encoder", "hashing", "--out", "B"]
    process = subprocess.Popen(
        command,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
        # Ctrl-C goes to what runs in the foreground: a background job inherits that it is ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stderr is not None
    while "Encoding" not in (line := process.stderr.readline()):
        assert line or process.poll() is None, "ended before it began"
    process.send_signal(stop)
    process.communicate(timeout=60)
    assert process.returncode not in (0, None)
    assert [path.name for path in tmp_path.iterdir() if path.name != "var"] == ["rows.jsonl"]


def test_a_wrong_option_is_exit_code_2() -> None:
    started = time.monotonic()
    assert run("learn", "rows.jsonl", "--out", "B", "--no-such-option").exit_code == 2
    assert time.monotonic() - started < 5
