"""Writing answers: every write names the revision that it saw, raises the base's version and leaves an event.

Rules of the life cycle are not here but in `serving.answers.lifecycle`; here is what no caller may get wrong.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from data.answer import Answer, State
from serving.store.answer_rows import answer_row, insert_versions, mirrored, named_blocks
from serving.store.answer_tables import AnswerFileRow, AnswerRow, AnswerTombstoneRow, AnswerVersionRow, FileRow, PairVerdictRow
from serving.store.answers import (
    ROWS_AT_ONCE,
    AnswerStoreError,
    MergedError,
    NotFoundError,
    StaleRevisionError,
    Stamp,
    StoredAnswer,
    TakenError,
    is_answer_id,
    load_answer,
)
from serving.store.base_version import lock_base, raise_version
from serving.store.ids import new_id
from serving.store.state import Event, record_event


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """What the event of a change says: its kind, who and when, and facts that are no text of an answer."""

    kind: str
    stamp: Stamp
    data: Mapping[str, Any] = field(default_factory=dict)


def create_answer(session: Session, answer: Answer, stamp: Stamp) -> StoredAnswer:
    """Store a new answer in the state that it has; without an id it gets one. It is at version 1 and merged into nothing.

    Raises:
        TakenError: there is, or was, another answer with this id.
        AnswerStoreError: the id holds something that cannot be printed, or is too long.
    """
    lock_base(session)
    new = replace(answer, id=answer.id or new_id("ans", stamp.at), version=1, merged_into=None, aliases=())
    if not is_answer_id(new.id):
        raise AnswerStoreError("an answer's id has 1 to 100 printable characters: choose another, or leave it out to get one")
    if session.get(AnswerTombstoneRow, new.id):
        raise TakenError(f"answer {new.id} was deleted, and its id stays with it: choose another")
    if load_answer(session, new.id):
        raise TakenError(f"there is an answer {new.id} already: choose another id, or edit that one")
    session.execute(insert(AnswerRow), [answer_row(new, stamp, raise_version(session))])
    insert_versions(session, [new], "answer.created", stamp)
    _note(session, new.id, Noted(kind="answer.created", stamp=stamp, data={"state": new.state}))
    return _reload(session, new.id)


def hold_answer(session: Session, answer_id: str, if_revision: int) -> StoredAnswer:
    """The answer as it is, which nobody else can change until this transaction ends.

    Raises:
        NotFoundError: no such answer.
        StaleRevisionError: it is at another revision.
    """
    lock_base(session)
    stored = load_answer(session, answer_id)
    if stored is None:
        raise NotFoundError(f"there is no answer {answer_id}: it may have been deleted; search for it, or create it")
    if stored.revision != if_revision:
        raise StaleRevisionError(f"answer {answer_id}", stored.revision)
    return stored


def replace_answer(session: Session, answer: Answer, if_revision: int, stamp: Stamp, *, kind: str = "answer.edited") -> StoredAnswer:
    """Make this text and state count at once; a waiting draft is dropped (its version stays). `version`, merges are not taken over.

    Raises:
        NotFoundError: no such answer.
        StaleRevisionError: somebody else changed it in the meantime.
    """
    hold_answer(session, answer.id, if_revision)
    new = replace(answer, version=_next_version(session, answer.id))
    insert_versions(session, [new], kind, stamp)
    values = {
        **mirrored(new),
        "version": new.version,
        "draft_version": None,
        "state": new.state,
        "blocks": named_blocks(new),
        "updated_at": stamp.at,
    }
    return _change(session, new.id, if_revision, values, Noted(kind=kind, stamp=stamp, data={"version": new.version}))


def draft_answer(session: Session, answer: Answer, if_revision: int, stamp: Stamp, *, kind: str = "answer.drafted") -> StoredAnswer:
    """Keep this text as the draft that waits beside the one in service, in place of an earlier draft.

    Raises:
        NotFoundError: no such answer.
        StaleRevisionError: somebody else changed it in the meantime.
    """
    stored = hold_answer(session, answer.id, if_revision)
    new = replace(answer, version=_next_version(session, answer.id))
    insert_versions(session, [new], kind, stamp)
    values = {"draft_version": new.version, "blocks": named_blocks(stored.answer, new)}
    return _change(session, new.id, if_revision, values, Noted(kind=kind, stamp=stamp, data={"version": new.version}))


def discard_draft(session: Session, answer_id: str, if_revision: int, stamp: Stamp) -> StoredAnswer:
    """Take the waiting draft away; its version can still be restored.

    Raises:
        NotFoundError: no such answer, or it has no draft.
        StaleRevisionError: somebody else changed it in the meantime.
        MergedError: it was merged into another.
    """
    stored = hold_answer(session, answer_id, if_revision)
    if root := stored.answer.merged_into:
        raise MergedError(f"answer {answer_id} was merged into {root}: unmerge it first")
    if stored.draft is None:
        raise NotFoundError(f"answer {answer_id} has no waiting draft: there is nothing to discard")
    values = {"draft_version": None, "blocks": named_blocks(stored.answer)}
    return _change(session, answer_id, if_revision, values, Noted(kind="answer.draft_discarded", stamp=stamp))


def publish_answer(session: Session, answer_id: str, if_revision: int, state: State, stamp: Stamp) -> StoredAnswer:
    """Approve the waiting draft, or the text itself where none waits, and give the answer its new state.

    Raises:
        NotFoundError: no such answer.
        StaleRevisionError: somebody else changed it in the meantime.
    """
    stored = hold_answer(session, answer_id, if_revision)
    new = stored.draft or stored.answer
    approved = update(AnswerVersionRow).where(AnswerVersionRow.answer_id == answer_id, AnswerVersionRow.version == new.version)
    session.execute(approved.values(approved_by=stamp.by, approved_at=stamp.at))
    values = {
        **mirrored(new),
        "version": new.version,
        "draft_version": None,
        "state": state,
        "blocks": named_blocks(new),
        "updated_at": stamp.at,
    }
    noted = Noted(kind="answer.approved", stamp=stamp, data={"version": new.version, "state": state})
    return _change(session, answer_id, if_revision, values, noted)


def change_state(session: Session, answer_id: str, if_revision: int, state: State, stamp: Stamp) -> StoredAnswer:
    """Give the answer another state; its text and its waiting draft stay.

    Raises:
        NotFoundError: no such answer.
        StaleRevisionError: somebody else changed it in the meantime.
    """
    hold_answer(session, answer_id, if_revision)
    values = {"state": state, "updated_at": stamp.at}
    return _change(session, answer_id, if_revision, values, Noted(kind=f"answer.{state}", stamp=stamp))


def delete_answer(session: Session, answer_id: str, if_revision: int, stamp: Stamp) -> None:
    """Remove an answer with all its versions, the files that only it named, and what was decided on it. Its id is never used again.

    Raises:
        NotFoundError: no such answer.
        StaleRevisionError: somebody else changed it in the meantime.
        MergedError: others were merged into it, and would lead nowhere.
    """
    stored = hold_answer(session, answer_id, if_revision)
    if aliases := stored.answer.aliases:
        said = f"{len(aliases)} answers were merged into {answer_id} ({', '.join(aliases[:5])})"
        raise MergedError(f"{said}: delete or unmerge them first, or merge all into another answer")
    grave = {
        "id": answer_id,
        "base_version": (version := raise_version(session)),
        "revision": stored.revision,
        "version": _next_version(session, answer_id) - 1,
        "source": stored.source,
        "external_id": stored.external_id,
        "deleted_at": stamp.at,
    }
    session.execute(insert(AnswerTombstoneRow), [grave])
    # What it was merged into has one alias less.
    fewer = {"revision": AnswerRow.revision + 1, "base_version": version}
    session.execute(update(AnswerRow).where(AnswerRow.id == stored.answer.merged_into).values(**fewer))
    _delete_rows(session, answer_id)
    _note(session, answer_id, Noted(kind="answer.deleted", stamp=stamp))


def activate_due(session: Session, today: date, stamp: Stamp) -> tuple[str, ...]:
    """Put approved answers in service whose first day has come; their ids."""
    begun = or_(AnswerRow.valid_from.is_(None), AnswerRow.valid_from <= today)
    return _move_due(session, (AnswerRow.state == State.APPROVED, begun), State.ACTIVE, stamp)


def expire_due(session: Session, today: date, stamp: Stamp) -> tuple[str, ...]:
    """Take answers out of service whose last day is over; their ids. Merged ones keep their state for the day they are unmerged."""
    in_service = AnswerRow.state.in_([State.APPROVED, State.ACTIVE])
    return _move_due(session, (in_service, AnswerRow.valid_until < today), State.EXPIRED, stamp)


def count_use(session: Session, answer_id: str) -> bool:
    """Count that the answer was sent or copied; False when it is gone. No change of the base: nothing that it says is different."""
    counting = update(AnswerRow).where(AnswerRow.id == answer_id).values(uses=AnswerRow.uses + 1)
    return session.execute(counting.returning(AnswerRow.id)).scalar_one_or_none() is not None


def _change(session: Session, answer_id: str, if_revision: int, values: Mapping[str, Any], noted: Noted) -> StoredAnswer:
    version = raise_version(session)
    changing = update(AnswerRow).where(AnswerRow.id == answer_id, AnswerRow.revision == if_revision)
    fresh = {**values, "revision": AnswerRow.revision + 1, "base_version": version}
    if session.execute(changing.values(**fresh).returning(AnswerRow.id)).scalar_one_or_none() is None:
        hold_answer(session, answer_id, if_revision)  # names the revision that got in between
    # What leads to this answer is served or not with it, so an index must look at it again.
    session.execute(update(AnswerRow).where(AnswerRow.root_id == answer_id).values(base_version=version))
    _note(session, answer_id, noted)
    return _reload(session, answer_id)


def _move_due(session: Session, due: tuple[ColumnElement[bool], ...], state: State, stamp: Stamp) -> tuple[str, ...]:
    own = select(AnswerRow.id).where(AnswerRow.root_id.is_(None), *due)
    if session.scalar(own.limit(1)) is None:  # a look that takes no lock: mostly nothing is due
        return ()
    lock_base(session)
    ids = tuple(session.scalars(own.order_by(AnswerRow.id)))
    version = raise_version(session) if ids else 0
    for start in range(0, len(ids), ROWS_AT_ONCE):
        chunk = ids[start : start + ROWS_AT_ONCE]
        moved = {"state": state, "revision": AnswerRow.revision + 1, "base_version": version, "updated_at": stamp.at}
        session.execute(update(AnswerRow).where(AnswerRow.id.in_(chunk)).values(**moved))
        session.execute(update(AnswerRow).where(AnswerRow.root_id.in_(chunk)).values(base_version=version))
    for answer_id in ids:
        _note(session, answer_id, Noted(kind=f"answer.{state}", stamp=stamp, data={"due": True}))
    return ids


def _delete_rows(session: Session, answer_id: str) -> None:
    """Constraints among answers are kept by the order: what was merged into this one leads one step further now."""
    parent = select(AnswerRow.merged_into).where(AnswerRow.id == answer_id)
    session.execute(update(AnswerRow).where(AnswerRow.merged_into == answer_id).values(merged_into=session.scalar(parent)))
    files = list(session.scalars(select(AnswerFileRow.sha256).where(AnswerFileRow.answer_id == answer_id)))
    session.execute(delete(AnswerFileRow).where(AnswerFileRow.answer_id == answer_id))
    still_named = select(AnswerFileRow.sha256).where(AnswerFileRow.sha256 == FileRow.sha256).exists()
    session.execute(delete(FileRow).where(FileRow.sha256.in_(files), ~still_named))
    session.execute(delete(PairVerdictRow).where(or_(PairVerdictRow.left_id == answer_id, PairVerdictRow.right_id == answer_id)))
    session.execute(delete(AnswerVersionRow).where(AnswerVersionRow.answer_id == answer_id))
    session.execute(delete(AnswerRow).where(AnswerRow.id == answer_id))


def _next_version(session: Session, answer_id: str) -> int:
    newest = select(func.max(AnswerVersionRow.version)).where(AnswerVersionRow.answer_id == answer_id)
    return (session.scalar(newest) or 0) + 1


def _note(session: Session, answer_id: str, noted: Noted) -> None:
    data = {"by": noted.stamp.by, **noted.data}
    record_event(session, Event(at=noted.stamp.at, kind=noted.kind, subject=answer_id, data=data))


def _reload(session: Session, answer_id: str) -> StoredAnswer:
    stored = load_answer(session, answer_id)
    if stored is None:
        raise NotFoundError(f"answer {answer_id} vanished while it was written: read the list again")
    return stored
