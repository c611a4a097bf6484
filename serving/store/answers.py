"""Answers as the store keeps them: what they are, and reading them. Who writes holds the base, see `serving.store.base_version`.

A stored answer has a *revision* that every change of it raises (the ETag), and the *version* of what it says, which only another text
raises. A curator's edit of an answer in service waits beside it as its *draft*: customers get the approved text until the draft is
approved.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, select
from sqlalchemy.orm import Session, aliased

from data.answer import Answer, State
from serving.store.answer_tables import AnswerRow, AnswerVersionRow

ROWS_AT_ONCE = 500
KEPT_BESIDE = ("id", "version", "slots", "content_hash", "state", "merged_into", "aliases")


class AnswerStoreError(Exception):
    """A change of the base that cannot be made; the message says what to do."""


class NotFoundError(AnswerStoreError):
    """There is nothing with this name; it may have been deleted."""


class StaleRevisionError(AnswerStoreError):
    """Somebody changed it in the meantime; read it again and repeat the change on what is there now."""

    def __init__(self, subject: str, current: int) -> None:
        super().__init__(f"{subject} is at revision {current} by now: read it again and repeat the change")
        self.current = current


class TakenError(AnswerStoreError):
    """The id belongs to another answer, or to one that was deleted."""


class MergedError(AnswerStoreError):
    """The answer was merged into another, or others into it, and the change would break that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """Who makes a change (None where nobody signs in), and when."""

    by: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAnswer:
    """An answer with what the store knows about it. `draft` is the edit that waits for approval beside the text in service."""

    answer: Answer
    revision: int
    external_id: str | None = None
    source: str | None = None
    author: str | None
    approved_by: str | None
    draft: Answer | None = None
    draft_author: str | None = None
    uses: int = 0
    created_at: datetime
    updated_at: datetime
    base_version: int
    extra: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerFilter:
    """Which answers to list; what is None does not matter."""

    state: State | None = None
    topic: str | None = None
    language: str | None = None
    visibility: str | None = None
    owner: str | None = None
    source: str | None = None
    is_merged: bool | None = None
    has_draft: bool | None = None


def load_answer(session: Session, answer_id: str) -> StoredAnswer | None:
    """The answer with this id, or None."""
    found = read_answers(session, AnswerRow.id == answer_id) if is_answer_id(answer_id) else ()
    return found[0] if found else None


def load_answers_by_id(session: Session, ids: Sequence[str]) -> dict[str, StoredAnswer]:
    """Those of these answers that exist."""
    chunks = (ids[start : start + ROWS_AT_ONCE] for start in range(0, len(ids), ROWS_AT_ONCE))
    return {stored.answer.id: stored for chunk in chunks for stored in read_answers(session, AnswerRow.id.in_(chunk))}


def list_answers(session: Session, wanted: AnswerFilter, after: str = "", limit: int = 50) -> tuple[StoredAnswer, ...]:
    """A page of answers in the order of their ids, behind the id `after`."""
    return read_answers(session, AnswerRow.id > after, *_conditions(wanted), limit=limit)


def all_answers(session: Session) -> Iterator[StoredAnswer]:
    """Every answer, merged ones too, in the order of their ids."""
    after = ""
    while page := read_answers(session, AnswerRow.id > after, limit=ROWS_AT_ONCE):
        yield from page
        after = page[-1].answer.id


def resolve(session: Session, answer_id: str) -> str | None:
    """The id that stands for this answer now: its own, or that of the answer it was merged into. None when there is no such answer."""
    if not is_answer_id(answer_id):
        return None
    row = session.execute(select(AnswerRow.id, AnswerRow.root_id).where(AnswerRow.id == answer_id)).one_or_none()
    return (row.root_id or row.id) if row else None


def is_answer_id(value: str) -> bool:
    """True for 1 to 100 printable characters: anything else is never looked up and never stored."""
    return 0 < len(value) <= 100 and value.isprintable()


def content_of(answer: Answer) -> dict[str, Any]:
    """What a version keeps: all that a curator writes, and nothing that the life cycle or a merge decides."""
    return {key: value for key, value in answer.to_json().items() if key not in KEPT_BESIDE}


def with_content(answer: Answer, content: Answer) -> Answer:
    """The answer with its identity and place in the life cycle, saying what `content` says."""
    return replace(
        content, id=answer.id, version=answer.version, state=answer.state, merged_into=answer.merged_into, aliases=answer.aliases
    )


def read_answers(session: Session, *conditions: ColumnElement[bool], limit: int | None = None) -> tuple[StoredAnswer, ...]:
    """Answers under conditions on the table, in the order of their ids; for the modules of the store."""
    rows = session.execute(_joined().where(*conditions).order_by(AnswerRow.id).limit(limit)).all()
    merged = _aliases(session, [row.id for row in rows if row.root_id is None])
    return tuple(_stored(row, merged.get(row.id, ())) for row in rows)


_Draft = aliased(AnswerVersionRow)


def _joined() -> Select[Any]:
    """Columns and not rows of the mapper: what was read once in a session must not hide what was committed since."""
    current, draft = AnswerVersionRow, _Draft
    return (
        select(
            *(AnswerRow.id, AnswerRow.revision, AnswerRow.base_version, AnswerRow.version, AnswerRow.draft_version, AnswerRow.state),
            *(AnswerRow.root_id, AnswerRow.uses, AnswerRow.source, AnswerRow.external_id, AnswerRow.extra),
            *(AnswerRow.created_at, AnswerRow.updated_at),
            *(current.content, current.made_by, current.approved_by),
            *(draft.content.label("draft_content"), draft.made_by.label("draft_author")),
        )
        .join(current, (current.answer_id == AnswerRow.id) & (current.version == AnswerRow.version))
        .outerjoin(draft, (draft.answer_id == AnswerRow.id) & (draft.version == AnswerRow.draft_version))
    )


def _conditions(wanted: AnswerFilter) -> Iterator[ColumnElement[bool]]:
    exact = {
        AnswerRow.state: wanted.state,
        AnswerRow.topic: wanted.topic,
        AnswerRow.visibility: wanted.visibility,
        AnswerRow.owner: wanted.owner,
        AnswerRow.source: wanted.source,
    }
    yield from (column == value for column, value in exact.items() if value is not None)
    if wanted.language is not None:
        yield AnswerRow.languages.contains(f",{wanted.language},", autoescape=True)
    if wanted.is_merged is not None:
        yield AnswerRow.root_id.is_not(None) if wanted.is_merged else AnswerRow.root_id.is_(None)
    if wanted.has_draft is not None:
        yield AnswerRow.draft_version.is_not(None) if wanted.has_draft else AnswerRow.draft_version.is_(None)


def _aliases(session: Session, ids: Sequence[str]) -> Mapping[str, list[str]]:
    """Ids that lead to each of these answers. Most answers have none."""
    found: dict[str, list[str]] = {}
    for start in range(0, len(ids), ROWS_AT_ONCE):
        roots = AnswerRow.root_id.in_(ids[start : start + ROWS_AT_ONCE])
        for row in session.execute(select(AnswerRow.id, AnswerRow.root_id.label("root")).where(roots).order_by(AnswerRow.id)):
            found.setdefault(str(row.root), []).append(row.id)
    return found


def _stored(row: Row[Any], aliases: Iterable[str]) -> StoredAnswer:
    place = {"id": row.id, "state": row.state, "merged_into": row.root_id, "aliases": tuple(aliases)}
    waiting = None
    if row.draft_content is not None:
        waiting = Answer.from_json({"id": row.id, "version": row.draft_version, "state": State.DRAFT, **row.draft_content})
    return StoredAnswer(
        answer=Answer.from_json({"version": row.version, **place, **row.content}),
        revision=row.revision,
        external_id=row.external_id,
        source=row.source,
        author=row.made_by,
        approved_by=row.approved_by,
        draft=waiting,
        draft_author=row.draft_author,
        uses=row.uses,
        created_at=row.created_at,
        updated_at=row.updated_at,
        base_version=row.base_version,
        extra=row.extra,
    )
