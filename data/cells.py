"""Single values of a row to the types of an example; what does not fit is an error that names row and column."""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from data.characters import clean
from data.tables import Row

TRUE = frozenset(["true", "1", "yes"])
FALSE = frozenset(["false", "0", "no"])


def comparable(value: Any) -> str:
    """A raw value as text, the way a filter on the command line writes it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, list | dict) else str(value)


def as_text(row: Row, name: str, value: Any) -> str:
    """Free text; a missing value is empty."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise row.error(f"{name} must be text, found {_kind(value)}")
    return clean(value)


def as_name(row: Row, name: str, value: Any) -> str | None:
    """A label or an identifier; whole numbers count as text, blank as missing."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise row.error(f"{name} must be text, found {_kind(value)}")
    return " ".join(clean(str(value)).split()) or None


def as_list(row: Row, name: str, value: Any) -> tuple[str, ...] | None:
    """A list of names: a JSON list, also as text, or names with `|` between them; None when missing, `[]` when empty."""
    if isinstance(value, str):
        value = _split(row, name, value)
    if value is None:
        return None
    if not isinstance(value, Sequence) or isinstance(value, str | bytes):
        raise row.error(f"{name} must be a list, found {_kind(value)}")
    names = [as_name(row, name, item) for item in value]
    return tuple(dict.fromkeys(item for item in names if item))


def _split(row: Row, name: str, text: str) -> Any:
    text = text.strip()
    if not text.startswith("["):
        return text.split("|") if text else None
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise row.error(f"{name} starts with [ but is no JSON list") from error


def as_flag(row: Row, name: str, value: Any, *, default: bool) -> bool:
    """True or false, also as text or as 1 and 0."""
    text = comparable(value).strip().lower()
    if text in TRUE or text in FALSE or not text:
        return text in TRUE if text else default
    raise row.error(f"{name} must be true or false, found {text[:40]!r}")


def as_date(row: Row, name: str, value: Any) -> datetime | None:
    """An ISO 8601 date or time; without an offset it is UTC."""
    if value is None or value == "":
        return None
    try:
        if isinstance(value, str):
            value = datetime.fromisoformat(value.strip())
        elif isinstance(value, date) and not isinstance(value, datetime):
            value = datetime(value.year, value.month, value.day)
    except ValueError as error:
        raise row.error(f"{name} must be a date such as 2026-03-31 or 2026-03-31T10:00:00Z, found {str(value)[:40]!r}") from error
    if not isinstance(value, datetime):
        raise row.error(f"{name} must be a date, found {_kind(value)}")
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def _kind(value: Any) -> str:
    names = {bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return names.get(type(value), type(value).__name__)
