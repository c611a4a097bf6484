"""Which reader a file needs, and reading it."""

import json
from collections.abc import Callable, Iterator
from enum import StrEnum
from itertools import islice
from pathlib import Path

from data.imported import Refused
from serving.answers.sources import delimited, folder, freescout, json_lines, mbox, workbook, zammad, zendesk
from serving.answers.sources.assembly import Assembler
from serving.answers.sources.reading import ImportFileError, Item, ReadOptions, Row, read_bytes


class Kind(StrEnum):
    """A kind of file that answers come in."""

    CSV = "csv"
    JSONL = "jsonl"
    XLSX = "xlsx"
    FOLDER = "folder"
    ZAMMAD = "zammad"
    ZENDESK = "zendesk"
    FREESCOUT = "freescout"
    MBOX = "mbox"


Reader = Callable[[Path, ReadOptions], Iterator[Row | Refused]]
READERS: dict[Kind, Reader] = {
    Kind.CSV: delimited.read,
    Kind.JSONL: json_lines.read,
    Kind.XLSX: workbook.read,
    Kind.FOLDER: folder.read,
    Kind.ZAMMAD: zammad.read,
    Kind.ZENDESK: zendesk.read,
    Kind.FREESCOUT: freescout.read,
    Kind.MBOX: mbox.read,
}
SUFFIXES = {
    **dict.fromkeys((".csv", ".tsv"), Kind.CSV),
    **dict.fromkeys((".jsonl", ".ndjson"), Kind.JSONL),
    **dict.fromkeys((".xlsx", ".xlsm"), Kind.XLSX),
    **dict.fromkeys((".mbox", ".mbx"), Kind.MBOX),
}
HELP_DESKS = ((Kind.ZAMMAD, zammad.is_export), (Kind.ZENDESK, zendesk.is_export), (Kind.FREESCOUT, freescout.is_export))


def kind_of(path: Path, options: ReadOptions) -> Kind:
    """The kind by the name of a file, for `.json` by what it holds.

    Raises:
        ImportFileError: not there, or of no kind that is read.
    """
    if path.is_dir():
        return Kind.FOLDER
    suffix = path.suffix.lower()
    if suffix == ".json":
        return _kind_of_json(read_bytes(path, options.limits))
    if suffix not in SUFFIXES:
        known = ", ".join((*SUFFIXES, ".json"))
        raise ImportFileError(f"{path}: unknown kind of file; use {known} or a folder, or say the kind: {', '.join(Kind)}")
    return SUFFIXES[suffix]


def read_answers(path: Path, kind: Kind, options: ReadOptions, source: str = "import") -> Iterator[Item]:
    """Every entry of a file as an answer, or the reason why it is refused, in the order of the file.

    Raises:
        ImportFileError: the file cannot be read at all; nothing of it was given out before.
    """
    rows = READERS[kind](path, options)
    yield from Assembler(options, source).answers(_limited(rows, options.limits.rows))


def last_line(path: Path, kind: Kind) -> int | None:
    """The line that a file ends with, to tell how far reading has come; None where that takes reading all of it."""
    if kind not in (Kind.CSV, Kind.JSONL):
        return None
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b"")) + 1


def _limited(rows: Iterator[Row | Refused], most: int) -> Iterator[Row | Refused]:
    last = 0
    for row in islice(rows, most):
        last = row.line
        yield row
    if next(rows, None) is not None:
        yield Refused(line=last + 1, reason=f"more than {most:,} rows: the rest of the file is left out; split it into several files")


def _kind_of_json(raw: bytes) -> Kind:
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return Kind.JSONL
    return next((kind for kind, is_export in HELP_DESKS if is_export(value)), Kind.JSONL)
