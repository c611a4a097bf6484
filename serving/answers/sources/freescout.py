"""Saved replies of FreeScout: its table `saved_replies` as JSON, from phpMyAdmin or as a list, or wrapped as its API wraps lists."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from data.imported import Refused
from serving.answers.sources.json_lines import parsed
from serving.answers.sources.reading import ReadOptions, Row, read_text

WRAPPERS = ("saved_replies", "savedReplies", "saved-replies", "data")


def read(path: Path, options: ReadOptions) -> Iterator[Row | Refused]:
    """All saved replies, with their place in the file.

    Raises:
        ImportFileError: the file cannot be read.
    """
    found = parsed(path, read_text(path, options.limits), list, dict)
    for number, value in enumerate(_replies(found), start=1):
        if isinstance(value, Mapping):
            yield _row(number, value)
        else:
            yield Refused(line=number, reason="no saved reply")


def is_export(value: Any) -> bool:
    """True for what FreeScout gives."""
    return any(isinstance(item, Mapping) and "text" in item and "name" in item for item in _replies(value)[:100])


def _replies(found: Any) -> list[Any]:
    if isinstance(found, list):
        tables = [
            item["data"] for item in found if isinstance(item, Mapping) and item.get("type") == "table" and _is_list(item.get("data"))
        ]
        return [row for table in tables for row in table] if tables else found
    if not isinstance(found, Mapping):
        return []
    inside = found.get("_embedded")
    groups = [*(inside.values() if isinstance(inside, Mapping) else ()), *(found.get(name) for name in WRAPPERS)]
    return next((group for group in groups if _is_list(group)), [])


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _row(number: int, value: Mapping[str, Any]) -> Row:
    columns = {"title": value.get("name"), "body": value.get("text"), "updated": value.get("updated_at") or value.get("updatedAt")}
    columns["id"] = f"saved_reply-{value['id']}" if value.get("id") is not None else None
    mailbox = value.get("mailbox_id") or value.get("mailboxId")
    return Row(number, columns, {"mailbox": mailbox} if mailbox else {})
