"""Attachments that a row names: files of one folder, and nothing outside it."""

import hashlib
import mimetypes
import os
from pathlib import Path

from data.answer import AnswerAttachment
from serving.answers.sources.reading import MEGABYTE, ReadOptions, RowError

LONGEST_NAME = 200
MOST_ATTACHMENTS = 20


def is_file_name(name: str) -> bool:
    """True for a plain name without a folder in it."""
    return name.isprintable() and not any(mark in name for mark in "/\\:") and name.strip(". ") != "" and len(name) <= LONGEST_NAME


def attachments_named(names: tuple[str, ...], options: ReadOptions) -> tuple[AnswerAttachment, ...]:
    """The files with these names, by what they hold.

    Raises:
        RowError: a name with a folder in it, a file that is not there, no plain file, or too large.
    """
    if len(names) > MOST_ATTACHMENTS:
        raise RowError(f"{len(names)} attachments; at most {MOST_ATTACHMENTS} are taken")
    for name in names:
        if not is_file_name(name):
            raise RowError(f"attachment {name[:60]!r}: a name without folders is needed")
    if names and options.files is None:
        raise RowError(f"names the attachment {names[0]!r}; say in which folder it lies: --files FOLDER")
    return tuple(_attachment(options.files / name, options.limits.attachment_bytes) for name in names if options.files is not None)


def attached_bytes(folder: Path, attachment: AnswerAttachment) -> bytes | None:
    """What a file holds, if it is still the one that was read; None when it is not there or another by now."""
    for name in (attachment.name, attachment.sha256):  # our own export names files by their sha256
        try:
            content = _content(folder / name, attachment.size)
        except (OSError, RowError):
            continue
        if hashlib.sha256(content).hexdigest() == attachment.sha256:
            return content
    return None


def _attachment(path: Path, most: int) -> AnswerAttachment:
    try:
        content = _content(path, most)
    except OSError as error:
        raise RowError(f"attachment {path.name!r}: {error.strerror} in {path.parent}") from error
    mime = mimetypes.guess_type(path.name, strict=True)[0] or "application/octet-stream"
    return AnswerAttachment(name=path.name, mime=mime, size=len(content), sha256=hashlib.sha256(content).hexdigest())


def _content(path: Path, most: int) -> bytes:
    # A link could lead out of the folder, and a pipe would never end.
    if path.is_symlink() or (path.exists() and not path.is_file()):
        raise RowError(f"attachment {path.name!r}: not a plain file")
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    with os.fdopen(descriptor, "rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise RowError(f"attachment {path.name!r}: larger than {most / MEGABYTE:,.0f} MB")
    return content
