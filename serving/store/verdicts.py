"""What people decided on pairs of answers: the same, or kept apart. It binds every later search for duplicates."""

from collections.abc import Iterable
from enum import StrEnum

from sqlalchemy import delete, insert, select, tuple_
from sqlalchemy.orm import Session

from model.entry import Constraints, Key, pair_key
from serving.store.answer_tables import AnswerRow, PairVerdictRow
from serving.store.answers import ROWS_AT_ONCE, AnswerStoreError, NotFoundError, Stamp
from serving.store.base_version import lock_base
from serving.store.state import Event, record_event


class Verdict(StrEnum):
    """Whether two answers are near-duplicates."""

    TOGETHER = "together"
    APART = "apart"


def save_verdict(session: Session, pair: Key, verdict: Verdict, stamp: Stamp) -> None:
    """Remember what somebody decided; the newest verdict on a pair counts.

    Raises:
        NotFoundError: one of the answers is gone.
        AnswerStoreError: both ids are the same.
    """
    lock_base(session)
    if pair[0] == pair[1]:
        raise AnswerStoreError(f"{pair[0]} is one answer, not two: name the other one")
    there = set(session.scalars(select(AnswerRow.id).where(AnswerRow.id.in_(pair))))
    if missing := sorted(set(pair) - there):
        raise NotFoundError(f"there is no answer {missing[0]}: it may have been deleted; look for the pair again")
    put_verdicts(session, [pair], verdict, stamp)
    data = {"by": stamp.by, "answers": list(pair_key(*pair))}
    record_event(session, Event(at=stamp.at, kind=f"pair.{verdict}", subject=pair_key(*pair)[0], data=data))


def forget_verdict(session: Session, pair: Key, stamp: Stamp) -> bool:
    """Take a decision back, so that the search for duplicates decides again; False when there was none."""
    lock_base(session)
    left, right = pair_key(*pair)
    found = delete(PairVerdictRow).where(PairVerdictRow.left_id == left, PairVerdictRow.right_id == right)
    if session.execute(found.returning(PairVerdictRow.left_id)).scalar_one_or_none() is None:
        return False
    record_event(session, Event(at=stamp.at, kind="pair.forgotten", subject=left, data={"by": stamp.by, "answers": [left, right]}))
    return True


def load_constraints(session: Session) -> Constraints:
    """All pairs that people decided."""
    found: dict[str, set[Key]] = {Verdict.TOGETHER: set(), Verdict.APART: set()}
    for left, right, verdict in session.execute(select(PairVerdictRow.left_id, PairVerdictRow.right_id, PairVerdictRow.verdict)):
        found[verdict].add((left, right))
    return Constraints(together=frozenset(found[Verdict.TOGETHER]), apart=frozenset(found[Verdict.APART]))


def put_verdicts(session: Session, pairs: Iterable[Key], verdict: Verdict, stamp: Stamp) -> None:
    """Write verdicts without an event of their own, for changes that leave one. The base must be locked."""
    ordered = sorted({pair_key(*pair) for pair in pairs})
    for start in range(0, len(ordered), ROWS_AT_ONCE):
        chunk = ordered[start : start + ROWS_AT_ONCE]
        session.execute(delete(PairVerdictRow).where(tuple_(PairVerdictRow.left_id, PairVerdictRow.right_id).in_(chunk)))
        rows = [{"left_id": left, "right_id": right, "verdict": verdict, "made_by": stamp.by, "made_at": stamp.at} for left, right in chunk]
        session.execute(insert(PairVerdictRow), rows)
