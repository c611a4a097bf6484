"""Labelled mails as people bring them: files of JSON lines and CSV."""

import csv
import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from data.examples import Example, ExampleSet
from tests.factories import make_examples

COLUMNS = ("id", "subject", "body", "language", "topic", "urgency", "in_scope", "group", "split")


def write_rows(path: Path, examples: Iterable[Example], **columns: Any) -> Path:
    """JSON lines; `columns` are added to every row or, as None, taken away."""
    lines = []
    for example in examples:
        row = {name: getattr(example, name) for name in COLUMNS}
        row["answers"] = None if example.answers is None else list(example.answers)
        row["date"] = example.date.isoformat() if example.date else None
        lines.append(json.dumps({name: value for name, value in {**row, **columns}.items() if value is not None}))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def write_csv(path: Path, rows: list[dict[str, str]], encoding: str = "utf-8") -> Path:
    """A CSV file with a header."""
    with path.open("w", encoding=encoding, newline="") as stream:
        writer = csv.DictWriter(stream, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def foreign_examples(count: int = 10) -> tuple[Example, ...]:
    """Mails about nothing that the topics know."""
    words = ("xylophone", "quokka", "zeppelin", "kumquat", "yurt", "jazz", "vortex", "wombat", "gnu", "fjord")
    return tuple(
        Example(
            id=f"foreign-{number}", subject=words[number % 10].upper(), body=" ".join(words[number % 7 :]) * 2 + str(number), in_scope=False
        )
        for number in range(count)
    )


def unseen(count: int = 60) -> ExampleSet:
    """Mails of the same kind as those that `learnt` knows, with other texts and ids, each of a thread of its own."""
    everything = make_examples(120 + count)
    # The factory draws without repetition, but another size is another draw: rewording makes sure that nothing is known.
    fresh = tuple(
        replace(example, id=f"new-{example.id}", body=f"{example.body} (again)", group=f"new-{example.id}")
        for example in everything.examples[:count]
    )
    return replace(everything, examples=fresh)


def in_threads(examples: ExampleSet, mails: int) -> ExampleSet:
    """The same mails in threads of so many."""
    rows = (replace(row, group=f"talk-{number // mails}") for number, row in enumerate(examples.examples))
    return replace(examples, examples=tuple(rows))
