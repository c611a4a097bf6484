"""Rows of people's own files, as they are: JSON lines, CSV and Parquet, with the line that each row came from."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyarrow import ArrowException
from pyarrow.parquet import ParquetFile

DELIMITERS = ",;\t|"
CELL_LIMIT = 16 * 1024 * 1024
BATCH_ROWS = 4_096


class ExampleError(ValueError):
    """Labelled examples cannot be read; the message is one line that names the file, the line and what to do."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row with its raw columns. `line` counts from 1 as an editor does (for Parquet: the row)."""

    path: Path
    line: int
    columns: Mapping[str, Any]

    def error(self, message: str) -> ExampleError:
        """An error that points at this row."""
        return ExampleError(f"{self.path}, line {self.line}: {message}")


def read_rows(path: Path) -> Iterator[Row]:
    """All rows of a `.jsonl`, `.ndjson`, `.json` (one object a line), `.csv`, `.tsv` or `.parquet` file.

    Raises:
        ExampleError: missing, unreadable, malformed, not UTF-8 or of another kind.
    """
    json_kinds = dict.fromkeys((".jsonl", ".ndjson", ".json"), _json_rows)
    readers = {**json_kinds, ".csv": _csv_rows, ".tsv": _csv_rows, ".parquet": _parquet_rows}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise ExampleError(f"{path}: unknown kind of file; use one of {', '.join(readers)}")
    if not path.is_file():
        raise ExampleError(f"{path}: no such file")
    return reader(path)


def _text(path: Path) -> str:
    """The file as text; line ends inside quoted cells are kept."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ExampleError(f"{path}: {error.strerror}") from error
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        charset = "utf-16" if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else "windows-1252"
        raise ExampleError(
            f"{path}, line {line}: not UTF-8 (byte 0x{raw[error.start]:02x}); "
            f"convert it: iconv -f {charset} -t utf-8 {path.name} > utf8-{path.name}"
        ) from error


def _json_rows(path: Path) -> Iterator[Row]:
    text = _text(path)
    if text.lstrip()[:1] == "[":
        raise ExampleError(f"{path}: a JSON array; write one object a line: jq -c '.[]' {path.name} > {path.stem}.jsonl")
    # Not splitlines(): it also splits at U+2028 and its like, which JSON strings may hold as they are.
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise ExampleError(f"{path}, line {number}: not a JSON object on one line ({error})") from error
        if not isinstance(value, dict):
            raise ExampleError(f"{path}, line {number}: expected a JSON object, found {type(value).__name__}")
        yield Row(path, number, value)


def _csv_rows(path: Path) -> Iterator[Row]:
    text = _text(path)
    csv.field_size_limit(CELL_LIMIT)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    line = 1
    names: list[str] = []
    try:
        for cells in reader:
            start, line = line, reader.line_num + 1
            if not cells:
                continue
            if not names:
                names = _column_names(path, cells)
                continue
            if len(cells) != len(names):
                raise ExampleError(f"{path}, line {start}: {len(cells)} cells, but the head has {len(names)} columns")
            yield Row(path, start, dict(zip(names, cells, strict=True)))
    except csv.Error as error:
        raise ExampleError(f"{path}, line {line}: malformed CSV ({error})") from error


def _delimiter(text: str) -> str:
    """The delimiter that the head uses most; a comma when it has one column."""
    head = text.lstrip("\r\n").partition("\n")[0]
    return max(DELIMITERS, key=lambda delimiter: (head.count(delimiter), delimiter == ","))


def _column_names(path: Path, cells: list[str]) -> list[str]:
    names = [cell.strip() for cell in cells]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise ExampleError(f"{path}: columns named twice: {', '.join(repr(name) for name in repeated)}")
    return names


def _parquet_rows(path: Path) -> Iterator[Row]:
    number = 0
    try:
        with ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=BATCH_ROWS):
                for columns in batch.to_pylist():
                    number += 1
                    yield Row(path, number, columns)
    except (ArrowException, OSError) as error:
        raise ExampleError(f"{path}: not a Parquet file that can be read ({str(error).splitlines()[0]})") from error
