"""Single values of a row to the types of an answer; what does not fit is the reason why the row is refused."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Any, TypeVar

from data.characters import clean
from serving.answers.sources.reading import RowError

Choice = TypeVar("Choice", bound=StrEnum)
SHOWN = 40
LONGEST_ID = 100
MOST_QUESTIONS = 100
MOST_USES = 2**31 - 1


def as_text(name: str, value: Any, longest: int) -> str:
    """Text of a cell; a number or a date as people write it, nothing as an empty text."""
    if isinstance(value, list | dict):
        raise RowError(f"{name} must be text, found {'a list' if isinstance(value, list) else 'an object'}")
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, datetime) and value.time() == time():
        value = value.date()
    text = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    if len(text) > longest:
        raise RowError(f"{name} has {len(text):,} characters; at most {longest:,} are read")
    return clean(text).strip()


def as_id(name: str, value: Any) -> str:
    """A name of something: one line of at most 100 characters; empty when missing."""
    text = " ".join(as_text(name, value, LONGEST_ID).split())
    if text and not text.isprintable():
        raise RowError(f"{name} {text[:SHOWN]!r} has characters that no reader can see")
    return text


def as_choice(name: str, value: Any, choices: type[Choice], default: Choice) -> Choice:
    """One of a few words, in any case; the default when missing."""
    text = as_text(name, value, LONGEST_ID).lower()
    if not text:
        return default
    try:
        return choices(text)
    except ValueError as error:
        raise RowError(f"{name} must be one of {', '.join(choices)}, found {text[:SHOWN]!r}") from error


def as_count(name: str, value: Any) -> int:
    """A whole number from 0 on; 0 when missing."""
    text = as_text(name, value, LONGEST_ID)
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and int(text) <= MOST_USES):
        raise RowError(f"{name} must be a whole number such as 17, found {text[:SHOWN]!r}")
    return int(text)


def as_moment(name: str, value: Any) -> datetime | None:
    """An ISO 8601 date or time; without an offset it is UTC."""
    text = value.isoformat() if isinstance(value, date) else as_text(name, value, LONGEST_ID)
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise RowError(f"{name} must be a date such as 2026-03-31 or 2026-03-31T10:00:00Z, found {text[:SHOWN]!r}") from error


def as_day(name: str, value: Any) -> date | None:
    """A date without a time."""
    moment = as_moment(name, value)
    return moment.date() if moment else None


def as_language(name: str, value: Any) -> str | None:
    """The language of `de`, `de-AT` or `DE_ch`; None when missing."""
    text = as_text(name, value, LONGEST_ID).lower().replace("_", "-")
    code = text.partition("-")[0]
    if not text:
        return None
    if not (len(code) in (2, 3) and code.isascii() and code.isalpha()):
        raise RowError(f"{name} must be a code such as en, found {text[:SHOWN]!r}")
    return code


def as_texts(name: str, value: Any, longest: int) -> tuple[str, ...]:
    """A list of texts: a JSON list, or texts with `|` between them."""
    if isinstance(value, str):
        value = _listed(name, value, longest)
    if value is None:
        return ()
    if not isinstance(value, list):
        raise RowError(f"{name} must be a list, or texts with | between them")
    texts = [as_text(name, item, longest) for item in value[: MOST_QUESTIONS + 1]]
    if len(texts) > MOST_QUESTIONS:
        raise RowError(f"more than {MOST_QUESTIONS} {name}")
    return tuple(dict.fromkeys(text for text in texts if text))


def _listed(name: str, text: str, longest: int) -> list[Any]:
    if len(text) > longest:
        raise RowError(f"{name} has {len(text):,} characters; at most {longest:,} are read")
    if text.lstrip().startswith('["'):
        try:
            found = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise RowError(f"{name} starts with [ but is no JSON list") from error
        return found if isinstance(found, list) else [found]
    return list(text.split("|"))


def as_extra(extra: Mapping[str, Any], longest: int, most: int = 100) -> dict[str, str]:
    """Columns that mean nothing here, as text; empty ones are left out."""
    found: dict[str, str] = {}
    for name, value in extra.items():
        text = json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value
        if kept := as_text(name[:SHOWN] or "a column without a name", text, longest):
            found[as_text("a column's name", name, LONGEST_ID)] = kept
    if len(found) > most:
        raise RowError(f"{len(found)} columns besides the known ones; at most {most} are kept")
    return found
