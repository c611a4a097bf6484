"""Files of answers, written and read in one go."""

from pathlib import Path
from typing import Any

from data.imported import ImportedAnswer, Refused
from serving.answers.sources.kinds import Kind, kind_of, read_answers
from serving.answers.sources.reading import Item, ReadOptions


def items_of(path: Path, kind: Kind | None = None, **options: Any) -> list[Item]:
    """Everything that is read from a file."""
    read = ReadOptions(**options)
    return list(read_answers(path, kind or kind_of(path, read), read))


def written(path: Path, content: str | bytes) -> Path:
    """A file with this content."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def taken(items: list[Item]) -> list[ImportedAnswer]:
    """The answers among them."""
    return [item for item in items if isinstance(item, ImportedAnswer)]


def refused(items: list[Item]) -> list[Refused]:
    """The others."""
    return [item for item in items if isinstance(item, Refused)]
