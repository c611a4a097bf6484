"""What became of replies: said once for each kind, in an order that can have happened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from serving.store.answers import Stamp
from serving.store.automatic_tables import OutcomeRow, ReplyRow
from serving.store.inserting import insert_into
from serving.store.replies import GONE_OUT, Reply, ReplyState, end_reply
from serving.store.state import Event, record_event


class Outcome(StrEnum):
    """What somebody says about a reply."""

    SENT = "sent"
    FAILED = "failed"
    CAME_BACK = "came_back"
    COMPLAINED = "complained"
    JUDGED_RIGHT = "judged_right"
    JUDGED_WRONG = "judged_wrong"


class OutcomeError(ValueError):
    """The outcome cannot follow what is known about the reply; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaited:
    """A reply that was sampled for audit and that nobody has judged yet."""

    decision_id: str
    topic: str | None
    answer_id: str
    language: str
    state: ReplyState
    released_at: datetime | None


ENDS = {Outcome.SENT: ReplyState.SENT, Outcome.FAILED: ReplyState.FAILED}
VERDICTS = (Outcome.JUDGED_RIGHT, Outcome.JUDGED_WRONG)
PROOFS = (Outcome.COMPLAINED, Outcome.JUDGED_WRONG)


def save_outcome(session: Session, reply: Reply, outcome: Outcome, stamp: Stamp) -> bool:
    """Add what became of a reply; False when the same was said before. The switch must be locked.

    Raises:
        OutcomeError: the reply did not go out, or what is said contradicts what was said before.
    """
    said = outcomes_of(session, [reply.decision_id]).get(reply.decision_id, {})
    if outcome in said:
        return False
    _check(reply, outcome, said)
    if not _added(session, [reply.decision_id], outcome, stamp):
        return False
    if outcome in ENDS and reply.state is not ReplyState.HELD_OUT:
        end_reply(session, reply.decision_id, ENDS[outcome], stamp.at)
    return True


def note_returns(session: Session, decision_ids: Sequence[str], stamp: Stamp) -> tuple[str, ...]:
    """Add that customers wrote again; those of which it was not known yet."""
    return _added(session, sorted(decision_ids), Outcome.CAME_BACK, stamp) if decision_ids else ()


def outcomes_of(session: Session, decision_ids: Sequence[str]) -> dict[str, Mapping[Outcome, datetime]]:
    """What is known about each of these replies, and since when."""
    found: dict[str, dict[Outcome, datetime]] = {}
    for start in range(0, len(decision_ids), 500):
        for row in session.scalars(select(OutcomeRow).where(OutcomeRow.decision_id.in_(decision_ids[start : start + 500]))):
            found.setdefault(row.decision_id, {})[Outcome(row.kind)] = row.at
    return dict(found)


def awaiting_audit(session: Session, limit: int, after: str = "") -> tuple[Awaited, ...]:
    """Replies that went out, were sampled for audit, and have no verdict yet; oldest first, behind the decision `after`."""
    judged = select(OutcomeRow.decision_id).where(OutcomeRow.kind.in_(VERDICTS))
    open_audits = select(ReplyRow).where(ReplyRow.audit, ReplyRow.state.in_(GONE_OUT), ReplyRow.decision_id.not_in(judged))
    rows = session.scalars(open_audits.where(ReplyRow.decision_id > after).order_by(ReplyRow.decision_id).limit(limit))
    return tuple(
        Awaited(
            decision_id=row.decision_id,
            topic=row.topic,
            answer_id=row.answer_id,
            language=row.language,
            state=ReplyState(row.state),
            released_at=row.released_at,
        )
        for row in rows
    )


def count_proven(session: Session, certificate: str, since: datetime | None) -> tuple[int, int]:
    """Replies that went out under a certificate since a moment, and how many of them are proven wrong.

    A complaint or a verdict proves it, whether the reply was drawn for an audit or not; a person who judged it right refutes a complaint.
    """
    out = select(func.count()).select_from(ReplyRow).where(ReplyRow.certificate == certificate, ReplyRow.state.in_(GONE_OUT))
    counted = out if since is None else out.where(ReplyRow.released_at >= since)
    told = select(OutcomeRow.decision_id)
    wrong, right = told.where(OutcomeRow.kind.in_(PROOFS)), told.where(OutcomeRow.kind == Outcome.JUDGED_RIGHT)
    proven = counted.where(ReplyRow.decision_id.in_(wrong), ReplyRow.decision_id.not_in(right))
    return session.scalar(counted) or 0, session.scalar(proven) or 0


def _added(session: Session, decision_ids: Sequence[str], outcome: Outcome, stamp: Stamp) -> tuple[str, ...]:
    """Those to which the outcome is new: two calls, or a call and a mail, may say the same at the same moment."""
    rows = [{"decision_id": decision_id, "kind": outcome, "by": stamp.by, "at": stamp.at} for decision_id in decision_ids]
    statement = insert_into(session, OutcomeRow).values(rows).on_conflict_do_nothing().returning(OutcomeRow.decision_id)
    new = tuple(session.execute(statement).scalars())
    for decision_id in new:
        record_event(session, Event(at=stamp.at, kind=f"reply.{outcome}", subject=decision_id, data={"by": stamp.by}))
    return new


def _check(reply: Reply, outcome: Outcome, said: Mapping[Outcome, datetime]) -> None:
    if reply.state in (ReplyState.RESERVED, ReplyState.LAPSED):
        raise OutcomeError(f"the reply was not released: it is {reply.state}")
    if reply.state is ReplyState.HELD_OUT and outcome in ENDS:
        raise OutcomeError("the reply was held out: it was never released, so it can be neither sent nor failed")
    if reply.state is ReplyState.FAILED:
        raise OutcomeError("the reply failed: the customer never got it")
    if outcome is Outcome.FAILED and Outcome.SENT in said:
        raise OutcomeError("the reply cannot have failed: it is known as sent")
    if outcome in VERDICTS and any(verdict in said for verdict in VERDICTS):
        raise OutcomeError("the reply was judged the other way before; a verdict stands")
