"""Rows of a JSON-lines file, or of one JSON array of objects; lines of our own export among them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from data.imported import Refused
from serving.answers.sources.columns import Columns
from serving.answers.sources.reading import ImportFileError, ReadOptions, Row, read_text

LINE_CHARACTERS = 2_000_000


def read(path: Path, options: ReadOptions) -> Iterator[Row | Refused]:
    """All objects, with their line; in an array, with their place in it.

    Raises:
        ImportFileError: the file cannot be read.
    """
    columns = Columns(options.columns)
    text = read_text(path, options.limits)
    entries = _array(path, text) if text.lstrip()[:1] == "[" else _lines(text)
    for number, value in entries:
        if isinstance(value, Refused):
            yield value
        elif isinstance(value, dict):
            yield Row(number, *columns.sorted(value))
        else:
            yield Refused(line=number, reason=f"expected a JSON object, found {type(value).__name__}")


def _lines(text: str) -> Iterator[tuple[int, Any]]:
    # Not splitlines(): it also splits at U+2028 and its like, which JSON strings may hold as they are.
    for number, line in enumerate(text.split("\n"), start=1):
        if len(line) > LINE_CHARACTERS:
            yield number, Refused(line=number, reason=f"{len(line):,} characters on one line; at most {LINE_CHARACTERS:,} are read")
        elif line.strip():
            try:
                yield number, json.loads(line)
            except (ValueError, RecursionError) as error:
                yield number, Refused(line=number, reason=f"not a JSON object on one line ({str(error)[:100]})")


def _array(path: Path, text: str) -> Iterator[tuple[int, Any]]:
    yield from enumerate(parsed(path, text, list), start=1)


def parsed(path: Path, text: str, *kinds: type) -> Any:
    """A whole file as one JSON value of one of these kinds.

    Raises:
        ImportFileError: it is none.
    """
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ImportFileError(f"{path}: not JSON ({str(error)[:100]})") from error
    if not isinstance(value, kinds):
        raise ImportFileError(f"{path}: JSON of another kind than expected ({type(value).__name__})")
    return value
