"""The same stopwatch for every contestant; runs in their environments, so it needs the standard library alone."""

import argparse
import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

WARM_UP = 50

Predict = Callable[[str], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A text and its true label."""

    text: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What a contestant has to do: learn from `train`, answer for each text of `dev`, with the named encoder where it has one."""

    train_file: Path
    train: tuple[Row, ...]
    dev: tuple[Row, ...]
    encoder: str
    started: float

    @classmethod
    def from_command_line(cls) -> "Task":
        """The task that the runner hands over."""
        parser = argparse.ArgumentParser()
        parser.add_argument("--train", type=Path, required=True)
        parser.add_argument("--dev", type=Path, required=True)
        parser.add_argument("--encoder", default="")
        given = parser.parse_args()
        return cls(
            train_file=given.train,
            train=read_rows(given.train),
            dev=read_rows(given.dev),
            encoder=given.encoder,
            started=time.process_time(),
        )

    @property
    def texts(self) -> list[str]:
        """Training texts."""
        return [row.text for row in self.train]

    @property
    def labels(self) -> list[str]:
        """Training labels."""
        return [row.label for row in self.train]

    def report(self, packages: Sequence[str], parts: Mapping[str, Predict]) -> None:
        """Time each way to predict, mail by mail, and write a line of JSON for it; learning is what the process did until now."""
        learnt = time.process_time() - self.started
        for part, predict in parts.items():
            measured = {"part": part, **timed(predict, self.train[:WARM_UP], self.dev), "learn_cpu_s": learnt}
            sys.stdout.write(json.dumps(measured | {"versions": {name: version(name) for name in packages}}) + "\n")
            sys.stdout.flush()


def timed(predict: Predict, warm_up: Sequence[Row], rows: Sequence[Row]) -> dict[str, float]:
    """Accuracy, CPU time of all threads and speed of single predictions over `rows`."""
    for row in warm_up:
        predict(row.text)
    wall, cpu = time.perf_counter(), time.process_time()
    predicted = [predict(row.text) for row in rows]
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return {
        "accuracy": sum(label == row.label for label, row in zip(predicted, rows, strict=True)) / len(rows),
        "cpu_ms_per_mail": cpu / len(rows) * 1000,
        "mails_per_s": len(rows) / wall,
    }


def read_rows(path: Path) -> tuple[Row, ...]:
    """Texts and intents of a JSON lines file of banking77."""
    with path.open(encoding="utf-8") as stream:
        rows = map(json.loads, stream)
        return tuple(Row(text=row["text"], label=row["intent"]) for row in rows)


def few_of_each(rows: Sequence[Row], count: int) -> list[Row]:
    """The first `count` rows of every label."""
    seen: dict[str, int] = {}
    chosen = []
    for row in rows:
        seen[row.label] = seen.get(row.label, 0) + 1
        if seen[row.label] <= count:
            chosen.append(row)
    return chosen
