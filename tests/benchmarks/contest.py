"""Who takes part, each in a process of its own with one thread of arithmetic, on the same rows of banking77."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.encoders import MINILM, USE
from tests.benchmarks.environments import BENCH, ROOT, NotInstalledError, python_of, reason_in
from tests.benchmarks.measure import few_of_each, read_rows

DATASETS = ROOT.parent / "shared" / "datasets"
QUICK_ROWS_A_LABEL = 20
QUICK_EVERY = 5
LONGEST_SECONDS = 1_800
ONE_THREAD = {
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "RAYON_NUM_THREADS"), "1"),
    "TOKENIZERS_PARALLELISM": "false",
    "HF_HUB_OFFLINE": "1",
}
OURS = "replywell"


class MissingDataError(Exception):
    """The data to measure on is not there; the message names the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contestant:
    """A script under `peers`, the encoder it is run with, and whether it takes minutes to learn."""

    title: str
    script: str
    encoder: str = ""
    is_slow: bool = False


LINEUP = (
    Contestant(title="Replywell", script=OURS, encoder=USE),
    Contestant(title="semantic-router", script="semantic_router", encoder=USE),
    Contestant(title="Replywell", script=OURS, encoder=MINILM),
    Contestant(title="semantic-router", script="semantic_router", encoder=MINILM),
    Contestant(title="SetFit", script="setfit", encoder=MINILM, is_slow=True),
    Contestant(title="TF-IDF + LinearSVC", script="linear_svc"),
    Contestant(title="fastText", script="fasttext"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One line of the table: what was measured, or why nothing was."""

    contestant: Contestant
    measured: dict[str, Any] | None = None
    reason: str = ""

    def to_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {"name": self.contestant.title, "encoder": self.contestant.encoder or None, **(self.measured or {"reason": self.reason})}


def run_all(quick: bool) -> Iterator[Result]:
    """Run one contestant after the other; what fails is a line, too.

    Raises:
        MissingDataError: banking77 is not there.
    """
    files = quick_files() if quick else _banking77()
    for contestant in LINEUP:
        if quick and contestant.is_slow:
            yield Result(contestant=contestant, reason="left out by --quick: it learns for minutes")
            continue
        sys.stderr.write(f"Measuring {contestant.title} {contestant.encoder.partition(':')[0]} …\n")
        yield from _run(contestant, files)


def quick_files() -> tuple[Path, Path]:
    """Twenty training rows a label, and every fifth row to answer."""
    train, dev = _banking77()
    small = (BENCH / "quick-train.jsonl", BENCH / "quick-dev.jsonl")
    BENCH.mkdir(parents=True, exist_ok=True)
    for path, rows in zip(small, (few_of_each(read_rows(train), QUICK_ROWS_A_LABEL), read_rows(dev)[::QUICK_EVERY]), strict=True):
        path.write_text("".join(json.dumps({"text": row.text, "intent": row.label}) + "\n" for row in rows), encoding="utf-8")
    return small


def _banking77() -> tuple[Path, Path]:
    files = (DATASETS / "banking77" / "train.jsonl", DATASETS / "banking77" / "dev.jsonl")
    for path in files:
        if not path.is_file():
            raise MissingDataError(f"{path} is missing: put banking77 there as JSON lines with text and intent, or run with --only http")
    return files


def _run(contestant: Contestant, files: tuple[Path, Path]) -> Sequence[Result]:
    try:
        python = Path(sys.executable) if contestant.script == OURS else python_of(contestant.script)
        lines = _output(python, contestant, files)
    except NotInstalledError as error:
        return [Result(contestant=contestant, reason=f"not installed: {error}")]
    except subprocess.TimeoutExpired:
        return [Result(contestant=contestant, reason=f"stopped after {LONGEST_SECONDS} s")]
    except subprocess.CalledProcessError as error:
        return [Result(contestant=contestant, reason=f"failed: {reason_in(error.stderr)}")]
    return [Result(contestant=contestant, measured=json.loads(line)) for line in lines]


def _output(python: Path, contestant: Contestant, files: tuple[Path, Path]) -> list[str]:
    command = [str(python), "-m", f"tests.benchmarks.peers.{contestant.script}", "--train", str(files[0]), "--dev", str(files[1])]
    done = subprocess.run(
        [*command, "--encoder", contestant.encoder],
        cwd=ROOT,
        env=os.environ | ONE_THREAD,
        capture_output=True,
        text=True,
        timeout=LONGEST_SECONDS,
        check=True,
    )
    return [line for line in done.stdout.splitlines() if line.startswith('{"part"')]
