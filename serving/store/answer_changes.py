"""What became of the base since a version: for the search index of every worker, which follows it edit by edit."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, aliased

from data.answer import Answer, State
from serving.store.answer_tables import AnswerRow, AnswerTombstoneRow
from serving.store.answers import ROWS_AT_ONCE, StoredAnswer, load_answers_by_id, read_answers
from serving.store.base_version import base_version
from serving.store.blocks import approved_texts, put_blocks_in

IN_SERVICE = (State.ACTIVE, State.APPROVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """All answers that are new or different since a version, as they are now, and the ids of those that were deleted."""

    version: int
    changed: tuple[StoredAnswer, ...]
    gone: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedChanges:
    """The same for the search: `changed` may be given out or leads to what may be, `gone` is everything else that changed."""

    version: int
    changed: tuple[Answer, ...]
    gone: frozenset[str]


def changed_since(session: Session, version: int) -> Changes:
    """What changed behind a version of the base. With `changed` put in and `gone` taken out, the state of that version becomes this one.

    A `version` of the result below the one asked for means that the database was set back: read everything again.
    """
    # The order matters where others commit in between: an answer may come again with the next version, but none is missed.
    now = base_version(session)
    # Their ids first: in the order of their ids, SQLite would read through all answers to find those of the newest versions.
    fresh = select(AnswerRow.id).where(AnswerRow.base_version > version)
    changed = load_answers_by_id(session, sorted(session.scalars(fresh))).values() if now > version else ()
    dead = select(AnswerTombstoneRow.id).where(AnswerTombstoneRow.base_version > version)
    gone = frozenset(session.scalars(dead)) if now > version else frozenset()
    return Changes(version=now, changed=tuple(stored for stored in changed if stored.answer.id not in gone), gone=gone)


def load_base(session: Session) -> tuple[Answer, ...]:
    """All that may be served or lead there, phrase blocks put in: answers in service, approved ones that wait for their date, and what
    was merged into either (their `merged_into` is where they lead in the end).

    Read `base_version` before it. Whether an answer may be given today is `is_usable`'s question, not this list's.
    """
    texts = approved_texts(session)
    found: list[Answer] = []
    after = ""
    while page := read_answers(session, AnswerRow.id > after, _is_served(), limit=ROWS_AT_ONCE):
        found += (put_blocks_in(stored.answer, texts) for stored in page)
        after = page[-1].answer.id
    return tuple(found)


def served_changes(session: Session, version: int) -> ServedChanges:
    """What changed behind a version, for an index that began with `load_base`."""
    changes = changed_since(session, version)
    ids = [stored.answer.id for stored in changes.changed]
    served: set[str] = set()
    for start in range(0, len(ids), ROWS_AT_ONCE):
        served.update(session.scalars(select(AnswerRow.id).where(AnswerRow.id.in_(ids[start : start + ROWS_AT_ONCE]), _is_served())))
    texts = approved_texts(session)
    kept = tuple(put_blocks_in(stored.answer, texts) for stored in changes.changed if stored.answer.id in served)
    return ServedChanges(version=changes.version, changed=kept, gone=changes.gone | (set(ids) - served))


def _is_served() -> ColumnElement[bool]:
    """Roots in service, and what leads to them; asked answer by answer, so that a few answers cost no list of all roots."""
    in_service = and_(AnswerRow.root_id.is_(None), AnswerRow.state.in_(IN_SERVICE))
    root = aliased(AnswerRow)
    leads_there = select(root.id).where(root.id == AnswerRow.root_id, root.root_id.is_(None), root.state.in_(IN_SERVICE))
    return or_(in_service, leads_there.correlate(AnswerRow).exists())
