"""Merging near-duplicates, and taking it back: a merged answer keeps every byte and leads to its canonical answer.

`merged_into` remembers where a person put an answer, `root_id` where that leads. When a canonical answer is merged itself, its aliases
follow it, and come back with it when it is unmerged. Only merges and unmerges write these columns.
"""

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from data.answer import State
from model.entry import pair_key
from serving.store.answer_tables import AnswerRow
from serving.store.answers import MergedError, NotFoundError, StaleRevisionError, Stamp, StoredAnswer, load_answer, load_answers_by_id
from serving.store.base_version import lock_base, raise_version
from serving.store.state import Event, record_event
from serving.store.verdicts import Verdict, put_verdicts


def merge(session: Session, canonical_id: str, member_ids: Sequence[str], stamp: Stamp, *, if_revision: int | None = None) -> StoredAnswer:
    """Let the members lead to the canonical answer; the canonical answer as it is then. Members that do already stay as they are.

    Raises:
        NotFoundError: the canonical answer or a member is not there.
        StaleRevisionError: `if_revision` was given, and the canonical answer is at another.
        MergedError: the canonical answer is itself merged, cannot stand for its members, or a member leads elsewhere already.
    """
    lock_base(session)
    members = list(dict.fromkeys(member_ids))
    found = load_answers_by_id(session, [canonical_id, *members])
    if missing := [answer_id for answer_id in (canonical_id, *members) if answer_id not in found]:
        raise NotFoundError(f"there is no answer {missing[0]}: it may have been deleted; look for the duplicates again")
    canonical = found[canonical_id]
    if if_revision not in (None, canonical.revision):
        raise StaleRevisionError(f"answer {canonical_id}", canonical.revision)
    new = [found[answer_id] for answer_id in members if found[answer_id].answer.merged_into != canonical_id]
    if not new:
        return canonical
    _refuse_bad_merge(canonical, new)
    _lead_to(session, canonical_id, [stored.answer.id for stored in new])
    put_verdicts(session, [pair_key(canonical_id, stored.answer.id) for stored in new], Verdict.TOGETHER, stamp)
    data = {"by": stamp.by, "members": [stored.answer.id for stored in new]}
    record_event(session, Event(at=stamp.at, kind="answer.merged", subject=canonical_id, data=data))
    return _there(session, canonical_id)


def unmerge(session: Session, member_id: str, stamp: Stamp, *, if_revision: int | None = None) -> StoredAnswer:
    """Give a merged answer back as it was before, with the answers that had been merged into it.

    Raises:
        NotFoundError: no such answer.
        StaleRevisionError: `if_revision` was given, and the answer is at another.
        MergedError: it is not merged.
    """
    lock_base(session)
    stored = _there(session, member_id)
    if if_revision not in (None, stored.revision):
        raise StaleRevisionError(f"answer {member_id}", stored.revision)
    root = stored.answer.merged_into
    if root is None:
        raise MergedError(f"answer {member_id} is not merged into another: there is nothing to take back")
    parent = session.scalar(select(AnswerRow.merged_into).where(AnswerRow.id == member_id)) or root
    below = _below(session, member_id)
    version = raise_version(session)
    touched = {"revision": AnswerRow.revision + 1, "base_version": version}
    session.execute(update(AnswerRow).where(AnswerRow.id == member_id).values(merged_into=None, root_id=None, **touched))
    _touch_each(session, below, {"root_id": member_id, **touched})
    session.execute(update(AnswerRow).where(AnswerRow.id == root).values(**touched))
    put_verdicts(session, [pair_key(member_id, root), pair_key(member_id, parent)], Verdict.APART, stamp)
    record_event(session, Event(at=stamp.at, kind="answer.unmerged", subject=member_id, data={"by": stamp.by, "canonical": root}))
    return _there(session, member_id)


def _refuse_bad_merge(canonical: StoredAnswer, members: Sequence[StoredAnswer]) -> None:
    """Merging must not take a text out of service, nor make a circle, nor forget where an answer was put before."""
    answer = canonical.answer
    if answer.merged_into is not None:
        raise MergedError(f"answer {answer.id} was merged into {answer.merged_into}: merge into that one, or unmerge {answer.id} first")
    if answer.state in (State.EXPIRED, State.ARCHIVED):
        raise MergedError(f"answer {answer.id} is {answer.state}: choose a canonical answer that is in service")
    for member in (stored.answer for stored in members):
        if member.id == answer.id:
            raise MergedError(f"answer {answer.id} cannot be merged into itself: name other members")
        if member.merged_into is not None:
            raise MergedError(f"answer {member.id} was merged into {member.merged_into}: merge that one, or unmerge {member.id} first")
        if member.state is State.ACTIVE and answer.state is not State.ACTIVE:
            raise MergedError(f"answer {member.id} is active and {answer.id} is {answer.state}: approve {answer.id} first, or swap them")


def _lead_to(session: Session, root: str, members: Sequence[str]) -> None:
    version = raise_version(session)
    touched = {"revision": AnswerRow.revision + 1, "base_version": version, "root_id": root}
    for member in members:
        session.execute(update(AnswerRow).where(AnswerRow.root_id == member).values(**touched))
        session.execute(update(AnswerRow).where(AnswerRow.id == member).values(merged_into=root, **touched))
    # The canonical answer counts as changed, for it has aliases now; its other aliases are the same as before.
    changed = {"revision": AnswerRow.revision + 1, "base_version": version}
    session.execute(update(AnswerRow).where(AnswerRow.id == root).values(**changed))


def _below(session: Session, answer_id: str) -> list[str]:
    """Everything that was put into this answer, directly or through another."""
    found: list[str] = []
    level = [answer_id]
    while level:
        level = list(session.scalars(select(AnswerRow.id).where(AnswerRow.merged_into.in_(level))))
        found += level
    return found


def _touch_each(session: Session, ids: Sequence[str], values: dict[str, object]) -> None:
    if ids:
        session.execute(update(AnswerRow).where(AnswerRow.id.in_(ids)).values(**values))


def _there(session: Session, answer_id: str) -> StoredAnswer:
    stored = load_answer(session, answer_id)
    if stored is None:
        raise NotFoundError(f"there is no answer {answer_id}: it may have been deleted; look for the duplicates again")
    return stored
