"""A folder of `.txt`, `.md` and `.html` files: one answer a file, its name the id, a subfolder the topic."""

import os
from collections.abc import Iterator, Sequence
from html import unescape
from pathlib import Path
from typing import NamedTuple

from data.imported import Refused
from serving.answers.sources.reading import MEGABYTE, ImportFileError, ReadOptions, Row, read_text

FORMATS = {".txt": "text", ".md": "text", ".html": "html", ".htm": "html"}
DEPTH_LIMIT = 20


class _Place(NamedTuple):
    """What the name of a file says."""

    id: str
    language: str
    topic: str
    file: Path


def read(path: Path, options: ReadOptions) -> Iterator[Row | Refused]:
    """All files in the order of their names; links are not followed.

    A folder `de` and an ending as in `refund.de.txt` name a language: files whose names differ in nothing else are one answer.

    Raises:
        ImportFileError: no such folder, no such files in it, or more than is read.
    """
    places = sorted(_place(path, file, options.languages) for file in _files(path))
    if not places:
        raise ImportFileError(f"{path}: no {', '.join(FORMATS)} files found")
    size = sum(place.file.stat().st_size for place in places)
    if size > options.limits.file_bytes:
        most = options.limits.file_bytes / MEGABYTE
        raise ImportFileError(f"{path}: {size / MEGABYTE:,.0f} MB; at most {most:,.0f} MB are read: import its folders one by one")
    for number, place in enumerate(places, start=1):
        yield _row(number, place, options)


def _files(folder: Path, depth: int = DEPTH_LIMIT) -> Iterator[Path]:
    try:
        found = list(os.scandir(folder))
    except OSError as error:
        raise ImportFileError(f"{folder}: {error.strerror}") from error
    for entry in found:
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False) and depth:
            yield from _files(Path(entry.path), depth - 1)
        elif entry.is_file(follow_symlinks=False) and Path(entry.name).suffix.lower() in FORMATS:
            yield Path(entry.path)


def _place(folder: Path, file: Path, languages: Sequence[str]) -> _Place:
    relative = file.relative_to(folder)
    stem, _, ending = relative.stem.rpartition(".")
    if not stem or ending not in languages:
        stem, ending = relative.stem, ""
    language = ending or next((part for part in relative.parent.parts if part in languages), "")
    topic = tuple(part for part in relative.parent.parts if part not in languages)
    return _Place("/".join((*topic, stem)), language, ".".join(topic), file)


def _row(number: int, place: _Place, options: ReadOptions) -> Row | Refused:
    try:
        text = read_text(place.file, options.limits)
    except ImportFileError as error:
        return Refused(line=number, reason=str(error), external_id=place.id[:100])
    suffix = place.file.suffix.lower()
    title, body = _title_and_body(text, suffix)
    columns = {"id": place.id, "title": title, "body": body, "format": FORMATS[suffix], "topic": place.topic, "language": place.language}
    return Row(number, columns)


def _title_and_body(text: str, suffix: str) -> tuple[str, str]:
    """A Markdown file names itself in its first heading; others are named by their text."""
    first, _, rest = text.lstrip().partition("\n")
    if suffix == ".md" and first.startswith("# ") and rest.strip():
        return first[2:].strip(), rest
    if suffix in (".html", ".htm"):
        _, opened, title = text[:10_000].partition("<title>")
        return (unescape(title.partition("</title>")[0][:300]) if opened else ""), text
    return "", text
