"""Rows of the first sheet of an XLSX workbook. Nothing is computed: a row with a formula in it is refused.

A workbook is a ZIP archive of XML from strangers, so the archive is looked at before a library opens it.
"""

import warnings
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook

from data.imported import Refused
from serving.answers.sources.columns import Columns
from serving.answers.sources.reading import ImportFileError, Limits, ReadOptions, Row, check_size

MOST_PARTS = 2_000
MOST_COLUMNS = 200
MOST_UNPACKED = 8  # times what a file may be large
BLOCK = 64 * 1024
ARCHIVES = (".zip", ".xlsx", ".xlsm", ".docx", ".jar", ".gz", ".bz2", ".xz", ".7z", ".rar", ".tar")
XML = (".xml", ".rels", ".vml")
# XML that declares entities can grow without end; no workbook needs a document type.
DECLARATIONS = (b"<!DOCTYPE", b"<!ENTITY")


def read(path: Path, options: ReadOptions) -> Iterator[Row | Refused]:
    """All rows below the head of the first sheet, with the number of each.

    Raises:
        ImportFileError: not a workbook, a hostile one, or one without a head that can be used.
    """
    check_size(path, options.limits)
    _check_archive(path, options.limits)
    columns = Columns(options.columns)
    names: list[str] = []
    line = 0
    try:
        for line, values in _cells(path):
            if not any(value not in (None, "") for value in values):
                continue
            if names:
                yield _row(line, names, values, columns)
            else:
                names = _head(values)
                columns.check(f"{path}, row {line}", [name for name in names if name])
    except ImportFileError as error:
        if not names or line < 2:
            raise
        yield Refused(line=line + 1, reason=f"the rest of the sheet cannot be read: {error}")
    if not names:
        raise ImportFileError(f"{path}: the first sheet is empty; its first row names the columns, such as id, title, body, language")


class _Formula(str):
    """The text of a formula; its value is not looked at."""

    __slots__ = ()


def _cells(path: Path) -> Iterator[tuple[int, list[Any]]]:
    # The library raises whatever its parsers meet in a damaged file, so every exception of it is the file's fault.
    try:
        with closing(_opened(path)) as workbook:
            sheet = workbook.worksheets[0]
            sheet.reset_dimensions()
            for line, cells in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS), start=1):
                yield line, [_Formula(cell.value) if cell.data_type == "f" else cell.value for cell in cells]
    except (GeneratorExit, ImportFileError):
        raise
    except Exception as error:
        raise ImportFileError(f"{path}: not a workbook that can be read ({type(error).__name__}: {str(error)[:100]})") from error


def _opened(path: Path) -> Workbook:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles and extensions that only matter to who writes the file again
        return load_workbook(path, read_only=True, data_only=False, keep_links=False)


def _head(values: Sequence[Any]) -> list[str]:
    names = ["" if value is None else str(value).strip() for value in values]
    while names and not names[-1]:
        names.pop()
    return names


def _row(line: int, names: Sequence[str], values: Sequence[Any], columns: Columns) -> Row | Refused:
    for number, value in enumerate(values):
        if isinstance(value, _Formula):
            name = names[number] if number < len(names) and names[number] else f"column {number + 1}"
            return Refused(line=line, reason=f"{name}: a formula ({str(value)[:40]!r}); replace formulas by their values")
    named = {name: value for name, value in zip(names, values, strict=False) if name and value is not None}
    known = {name: named.get(name, "") for name in names if name}
    return Row(line, *columns.sorted(known))


def _check_archive(path: Path, limits: Limits) -> None:
    """Names inside the archive, archives inside it, how much it unpacks to, and XML that declares entities."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            _check_names(path, parts)
            allowed = min(max(path.stat().st_size, BLOCK) * limits.ratio, limits.file_bytes * MOST_UNPACKED)
            if sum(part.file_size for part in parts) > allowed:
                raise ImportFileError(f"{path}: unpacks to more than {allowed:,} bytes: refused")
            for part in parts:
                # The size in the directory of the archive can be a lie, so what is really read counts.
                allowed -= _checked_size(path, archive, part, allowed)
    except ImportFileError:
        raise
    except (OSError, ValueError, RuntimeError, EOFError, zipfile.BadZipFile, zipfile.LargeZipFile) as error:
        raise ImportFileError(f"{path}: not a workbook ({str(error)[:100]})") from error
    except Exception as error:  # zlib.error and its kin of other compressions share no base class
        raise ImportFileError(f"{path}: not a workbook ({type(error).__name__}: {str(error)[:100]})") from error


def _check_names(path: Path, parts: Sequence[zipfile.ZipInfo]) -> None:
    if len(parts) > MOST_PARTS:
        raise ImportFileError(f"{path}: {len(parts):,} parts in the archive; a workbook has fewer than {MOST_PARTS:,}")
    for part in parts:
        name = part.filename
        if name.startswith(("/", "\\")) or ":" in name or ".." in name.replace("\\", "/").split("/"):
            raise ImportFileError(f"{path}: {name[:60]!r} in the archive leads out of it: refused")
        if name.lower().endswith(ARCHIVES):
            raise ImportFileError(f"{path}: {name[:60]!r} is an archive inside the archive: refused")


def _checked_size(path: Path, archive: zipfile.ZipFile, part: zipfile.ZipInfo, allowed: int) -> int:
    size = 0
    tail = b""
    is_xml = part.filename.lower().endswith(XML)
    with archive.open(part) as file:
        while block := file.read(BLOCK):
            size += len(block)
            if size > allowed:
                raise ImportFileError(f"{path}: {part.filename[:60]!r} unpacks to more than is allowed: refused")
            if is_xml and any(mark in tail + block for mark in DECLARATIONS):
                raise ImportFileError(f"{path}: {part.filename[:60]!r} declares a document type: refused")
            if is_xml and not tail and block.startswith((b"\xff\xfe", b"\xfe\xff", b"\0")):
                raise ImportFileError(f"{path}: {part.filename[:60]!r} is not UTF-8: refused")
            tail = block[-16:]
    return size
