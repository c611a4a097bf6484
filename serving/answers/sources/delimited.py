"""Rows of a CSV or TSV file: what cannot be read is refused row by row, and reading goes on at the next line."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

from data.imported import Refused
from serving.answers.sources.columns import Columns
from serving.answers.sources.reading import ImportFileError, ReadOptions, Row, read_text

DELIMITERS = ",;\t|"
ROW_LINES = 20_000
ROW_CHARACTERS = 1_000_000
# After a fault inside a row of many lines, reading starts again at its second line. A hostile file must not make that quadratic.
LINES_READ_AGAIN = 100_000
# What a spreadsheet would compute: anything behind `=`, and a call, a link to a program or a sheet behind `+ - @`.
FORMULA = re.compile(r"\s{0,100}(?:[=＝]|[+\-@＋－＠][^\s(|!]{0,100}[(|!])")
# The `'` by which exports keep a cell text.
GUARDED = re.compile(r"'+[=+\-@\t\r\n＝＋－＠]")


def read(path: Path, options: ReadOptions) -> Iterator[Row | Refused]:
    """All rows below the head, with the line on which each begins.

    Raises:
        ImportFileError: the file or its head cannot be read.
    """
    text = read_text(path, options.limits)
    columns = Columns(options.columns)
    names: list[str] = []
    for line, cells in _records(text):
        if isinstance(cells, str):
            if not names:
                raise ImportFileError(f"{path}, line {line}: malformed CSV ({cells})")
            yield Refused(line=line, reason=cells)
        elif not any(cell.strip() for cell in cells):
            continue
        elif not names:
            names = [cell.strip() for cell in cells]
            columns.check(f"{path}, line {line}", names)
        else:
            yield _row(line, names, cells, columns)
    if not names:
        raise ImportFileError(f"{path}: empty; the first line names the columns, such as id,title,body,language,topic")


def _row(line: int, names: list[str], cells: list[str], columns: Columns) -> Row | Refused:
    if len(cells) != len(names):
        return Refused(line=line, reason=f"{len(cells)} cells, but the head has {len(names)} columns; is a quotation mark missing?")
    ours, extra = columns.sorted({name: cell[1:] if GUARDED.match(cell) else cell for name, cell in zip(names, cells, strict=True)})
    for name, cell in zip(names, cells, strict=True):
        if FORMULA.match(cell):
            reason = f"{name}: a formula ({cell.strip()[:40]!r}); put ' before it if it is text"
            return Refused(line=line, reason=reason, external_id=ours.get("id") or None)
    return Row(line, ours, extra)


def _records(text: str) -> Iterator[tuple[int, list[str] | str]]:
    """Line and cells of every record, or the reason why it is none."""
    lines = _Lines(text)
    reader = csv.reader(lines, delimiter=_delimiter(text), strict=True)
    read_again = 0
    while True:
        start = lines.begin()
        try:
            yield start, next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            read_again += lines.read - start
            if read_again < LINES_READ_AGAIN:
                lines.read = start
            yield start, f"malformed CSV ({error}); are quotation marks inside a cell doubled?"


class _Lines:
    """The lines of a text for the csv module, one record at a time: a record that never ends is cut off."""

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")
        self._start = 0
        self._characters = 0
        self.read = 0

    def begin(self) -> int:
        """A record begins here; its line, counted from 1."""
        self._start, self._characters = self.read, 0
        return self.read + 1

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        if self.read >= len(self._lines):
            raise StopIteration
        line = self._lines[self.read]
        self._characters += len(line)
        if self._characters > ROW_CHARACTERS or self.read - self._start > ROW_LINES:
            self.read = max(self.read, self._start + 1)
            raise csv.Error("a row that does not end")
        self.read += 1
        return f"{line}\n"


def _delimiter(text: str) -> str:
    """The delimiter that the head uses most; a comma when it has one column."""
    head = text.lstrip("\n").partition("\n")[0]
    return max(DELIMITERS, key=lambda delimiter: (head.count(delimiter), delimiter == ","))
