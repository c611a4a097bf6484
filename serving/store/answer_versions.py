"""The versions of an answer: what it said, who wrote and approved that, and how two of them differ."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from difflib import unified_diff
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from data.answer import Answer, State
from serving.store.answer_tables import AnswerVersionRow
from serving.store.answers import content_of, is_answer_id

# Beyond this many lines a comparison line by line takes too long; then the whole text counts as changed.
LINES_COMPARED = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerVersion:
    """What an answer said under a number. `kind` is the event that made it; `answer` carries no merges and counts as a draft."""

    version: int
    answer: Answer
    kind: str
    made_by: str | None
    made_at: datetime
    approved_by: str | None
    approved_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A field that two versions state differently, such as `topic` or `variants.de.body`; None where a version lacks it.

    `lines` is a unified diff of long texts, without its header.
    """

    field: str
    before: Any
    after: Any
    lines: tuple[str, ...] = ()


def list_versions(session: Session, answer_id: str) -> tuple[AnswerVersion, ...]:
    """All versions of an answer, newest first; none for an answer that is not there."""
    if not is_answer_id(answer_id):
        return ()
    rows = session.execute(_columns().where(AnswerVersionRow.answer_id == answer_id).order_by(AnswerVersionRow.version.desc()))
    return tuple(_version(row) for row in rows)


def load_version(session: Session, answer_id: str, version: int) -> AnswerVersion | None:
    """One version of an answer, or None."""
    if not is_answer_id(answer_id) or not 0 < version < 2**31:
        return None
    one = _columns().where(AnswerVersionRow.answer_id == answer_id, AnswerVersionRow.version == version)
    row = session.execute(one).one_or_none()
    return None if row is None else _version(row)


def differences(before: Answer, after: Answer) -> tuple[Difference, ...]:
    """The fields in which two texts of an answer differ, those of the answer first, then variant by variant."""
    old, new = dict(_fields(before)), dict(_fields(after))
    return tuple(
        Difference(field=name, before=old.get(name), after=new.get(name), lines=_lines(name, old.get(name), new.get(name)))
        for name in {**old, **new}
        if old.get(name) != new.get(name)
    )


def _fields(answer: Answer) -> Iterator[tuple[str, Any]]:
    content = content_of(answer)
    variants = content.pop("variants")
    yield from content.items()
    for variant in variants:
        yield from ((f"variants.{variant['language']}.{name}", value) for name, value in variant.items() if name != "language")


def _lines(field: str, before: Any, after: Any) -> tuple[str, ...]:
    if not field.endswith(".body"):
        return ()
    old, new = (before or "").split("\n"), (after or "").split("\n")
    if len(old) + len(new) > LINES_COMPARED:
        return (*(f"-{line}" for line in old), *(f"+{line}" for line in new))
    return tuple(unified_diff(old, new, lineterm=""))[2:]


def _columns() -> Any:
    return select(*AnswerVersionRow.__table__.columns)


def _version(row: Row[Any]) -> AnswerVersion:
    return AnswerVersion(
        version=row.version,
        answer=Answer.from_json({"id": row.answer_id, "version": row.version, "state": State.DRAFT, **row.content}),
        kind=row.kind,
        made_by=row.made_by,
        made_at=row.made_at,
        approved_by=row.approved_by,
        approved_at=row.approved_at,
    )
