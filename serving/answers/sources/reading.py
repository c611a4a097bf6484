"""What all readers share: options, limits, one raw row, and the error of a file that cannot be read at all."""

import stat
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from data.answer import DataClass, State, Visibility
from data.imported import ImportedAnswer, Refused
from data.template import DECLARED_SLOTS

Item = ImportedAnswer | Refused
MEGABYTE = 1_000_000
LANGUAGES = ("es", "fr", "pl", "en", "de")


class ImportFileError(ValueError):
    """A file of answers cannot be read at all; the message names it and says what to do."""


class RowError(ValueError):
    """One row cannot be taken; the message is the reason that goes into the report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much is read. `ratio` bounds how much larger than the file its unpacked content may be."""

    file_bytes: int = 50 * MEGABYTE
    rows: int = 1_000_000
    cell_characters: int = 10_000
    ratio: int = 100
    attachment_bytes: int = 5 * MEGABYTE


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """How a file is read.

    Attributes:
        columns: our name of a column → its name in the file, e.g. `{"body": "Antwort"}`.
        language: language of rows that name none; None detects it among `languages`.
        languages: what a detected language can be.
        state: state of every answer; None believes the file, and takes what it does not say as a draft.
        visibility: visibility of rows that name none.
        data_class: data class of rows that name none.
        slots: slots that bodies may have.
        blocks: names of the phrase blocks that bodies may refer to.
        placeholders: placeholder of the other program → our slot, or an empty text to take it out.
        files: the folder in which attachments lie that rows name.
        agents: addresses, or domains such as `@example.com`, whose replies in a mailbox file are taken.
        limits: how much is read.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    language: str | None = None
    languages: tuple[str, ...] = LANGUAGES
    state: State | None = State.DRAFT
    visibility: Visibility = Visibility.INTERNAL
    data_class: DataClass = DataClass.PUBLIC
    slots: Collection[str] = DECLARED_SLOTS
    blocks: Collection[str] = ()
    placeholders: Mapping[str, str] = field(default_factory=dict)
    files: Path | None = None
    agents: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class Row:
    """One entry of a file under our column names; what we have no column for is `extra`."""

    line: int
    columns: Mapping[str, Any]
    extra: Mapping[str, Any] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()


def check_size(path: Path, limits: Limits) -> None:
    """Refuse a file that is not there, no plain file, or too large, before a byte of it is read.

    Raises:
        ImportFileError: it is refused.
    """
    try:
        status = path.stat()
    except (OSError, ValueError) as error:
        raise ImportFileError(f"{path}: {getattr(error, 'strerror', None) or error}") from error
    if not stat.S_ISREG(status.st_mode):
        raise ImportFileError(f"{path}: not a file")
    if status.st_size > limits.file_bytes:
        size, most = status.st_size / MEGABYTE, limits.file_bytes / MEGABYTE
        raise ImportFileError(f"{path}: {size:,.0f} MB; at most {most:,.0f} MB are read: split it into several files")


def read_bytes(path: Path, limits: Limits) -> bytes:
    """The content of a file of allowed size.

    Raises:
        ImportFileError: too large or unreadable.
    """
    check_size(path, limits)
    try:
        with path.open("rb") as file:
            return file.read(limits.file_bytes)
    except OSError as error:
        raise ImportFileError(f"{path}: {error.strerror}") from error


def read_text(path: Path, limits: Limits) -> str:
    """The content of a UTF-8 file with plain line breaks.

    Raises:
        ImportFileError: too large, unreadable, or not UTF-8; names the line and the command that converts it.
    """
    raw = read_bytes(path, limits)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        charset = "utf-16" if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else "windows-1252"
        raise ImportFileError(
            f"{path}, line {line}: not UTF-8 (byte 0x{raw[error.start]:02x}); "
            f"convert it: iconv -f {charset} -t utf-8 {path.name} > utf8-{path.name}"
        ) from error
    return text.replace("\r\n", "\n").replace("\r", "\n")
