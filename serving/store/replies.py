"""Replies without a person: reserved for a while, released once, then known by what became of them.

reserved → released → sent | failed | unknown, or reserved → lapsed. A reply that the hold-out kept back is `held_out` from the start.
Who reserves or releases has locked the switch (`serving.store.control`), so that what is counted here still holds when it is written.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, func, insert, or_, select, update
from sqlalchemy.orm import Session

from serving.store.automatic_tables import ReplyRow
from serving.store.ids import is_id

RESERVED_FOR = timedelta(minutes=15)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


class ReplyState(StrEnum):
    """Life of a reply."""

    RESERVED = "reserved"
    RELEASED = "released"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    LAPSED = "lapsed"
    HELD_OUT = "held_out"


GONE_OUT = (ReplyState.RELEASED, ReplyState.SENT, ReplyState.UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A reply and everything that must still hold when it is released.

    groups: `all`, the topic, and last the group that the guarantee speaks of. customer, sender, arrivals: hashes. text: what was released.
    """

    decision_id: str
    state: ReplyState
    groups: tuple[str, ...]
    customer: str | None
    sender: str | None
    arrivals: tuple[str, ...]
    topic: str | None
    answer_id: str
    answer_version: int
    content_hash: str
    language: str
    policy_version: str
    bundle_id: str
    certificate: str | None
    audit: bool
    counted: bool = False
    reserved_at: datetime
    reserved_until: datetime
    reason: str | None = None
    released_at: datetime | None = None
    ended_at: datetime | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """How much of the budgets is in use: in the last hour, in the last day, by one customer in the last day."""

    hour: int
    day: int
    customer: int


def save_replies(session: Session, replies: Sequence[Reply]) -> None:
    """Keep new replies; their decisions are there already."""
    if replies:
        session.execute(insert(ReplyRow), [_row(reply) for reply in replies])


def load_reply(session: Session, decision_id: str) -> Reply | None:
    """The reply of a decision, as it is now; None when the decision sends nothing."""
    if not is_id(decision_id, "dec"):
        return None
    row = session.get(ReplyRow, decision_id, populate_existing=True)
    return None if row is None else _reply(row)


def usage(session: Session, now: datetime, *, customer: str | None, sender: str | None, but: str | None = None) -> Usage:
    """What counts against the budgets: replies that may still be released, and those that were. `but` leaves one decision out.

    Whoever is known by customer or by sender is one customer; all mails that name neither are one customer too.
    """
    others = () if but is None else (ReplyRow.decision_id != but,)
    same = [column == value for column, value in ((ReplyRow.customer, customer), (ReplyRow.sender, sender)) if value is not None]
    whose = or_(*same) if same else and_(ReplyRow.customer.is_(None), ReplyRow.sender.is_(None))
    return Usage(
        hour=_count(session, _uses(now, HOUR), *others),
        day=_count(session, _uses(now, DAY), *others),
        customer=_count(session, _uses(now, DAY), whose, *others),
    )


def release_reply(session: Session, reply: Reply, text: str, now: datetime) -> bool:
    """Consume a reservation under the promise, bundle and policy that `reply` names; False when it is not there any more."""
    still = (ReplyRow.decision_id == reply.decision_id, ReplyRow.state == ReplyState.RESERVED, ReplyRow.reserved_until > now)
    under = {name: getattr(reply, name) for name in ("certificate", "bundle_id", "policy_version", "answer_version")}
    return bool(_moved(session, still, state=ReplyState.RELEASED, released_at=now, text=text, groups=list(reply.groups), **under))


def lapse_reply(session: Session, decision_id: str, reason: str, now: datetime) -> None:
    """Give a reservation up."""
    _lapsed(session, ReplyRow.decision_id == decision_id, reason, now)


def lapse_expired(session: Session, now: datetime) -> tuple[str, ...]:
    """Give up what nobody released in time. For good: a clock that is set back brings nothing back."""
    return _lapsed(session, ReplyRow.reserved_until <= now, "expired", now)


def lapse_reserved(session: Session, reason: str, now: datetime, group: str | None = None) -> tuple[str, ...]:
    """Give up all reservations, or those of a group."""
    rows = session.execute(select(ReplyRow.decision_id, ReplyRow.groups).where(ReplyRow.state == ReplyState.RESERVED)).all()
    hit = [row.decision_id for row in rows if group is None or group in row.groups]
    return _lapsed(session, ReplyRow.decision_id.in_(hit), reason, now)


def end_reply(session: Session, decision_id: str, state: ReplyState, now: datetime) -> None:
    """Bring a reply whose end is not known to how it ended."""
    still = (ReplyRow.decision_id == decision_id, ReplyRow.state.in_((ReplyState.RELEASED, ReplyState.UNKNOWN)))
    _moved(session, still, state=state, ended_at=now)


def forget_unreported(session: Session, released_before: datetime, now: datetime) -> tuple[str, ...]:
    """Replies of which nobody said what became of them are `unknown`: perhaps sent, so never released again."""
    silent = (ReplyRow.state == ReplyState.RELEASED, ReplyRow.released_at <= released_before)
    return _moved(session, silent, state=ReplyState.UNKNOWN, reason="no_outcome", ended_at=now)


def replies_between(session: Session, start: datetime, end: datetime) -> tuple[Reply, ...]:
    """Replies reserved, or held out, in a time."""
    rows = session.scalars(select(ReplyRow).where(ReplyRow.reserved_at >= start, ReplyRow.reserved_at < end).order_by(ReplyRow.decision_id))
    return tuple(_reply(row) for row in rows)


def replies_to(session: Session, customers: Collection[str], senders: Collection[str], since: datetime) -> tuple[Reply, ...]:
    """Replies to these customers that went out, or were held out, since a moment."""
    if not customers and not senders:
        return ()
    whose = or_(ReplyRow.customer.in_(customers), ReplyRow.sender.in_(senders))
    known = and_(ReplyRow.state.in_((*GONE_OUT, ReplyState.HELD_OUT)), ReplyRow.reserved_at > since)
    return tuple(_reply(row) for row in session.scalars(select(ReplyRow).where(whose, known)))


def uncounted_audits(session: Session) -> tuple[Reply, ...]:
    """Replies that went out, are sampled for audit, and entered no monitor yet; in the order in which they went out."""
    waiting = (ReplyRow.audit, ReplyRow.counted.is_(False), ReplyRow.state.in_(GONE_OUT))
    rows = session.scalars(select(ReplyRow).where(*waiting).order_by(ReplyRow.released_at, ReplyRow.decision_id))
    return tuple(_reply(row) for row in rows)


def count_audits(session: Session, decision_ids: Sequence[str]) -> None:
    """Their verdicts entered the monitors, or never will."""
    _moved(session, (ReplyRow.decision_id.in_(decision_ids),), counted=True)


def _uses(now: datetime, window: timedelta) -> ColumnElement[bool]:
    """Not bounded above: what a clock that was set back sees in the future counts too."""
    waits = and_(ReplyRow.state == ReplyState.RESERVED, ReplyRow.reserved_until > now)
    return or_(waits, ReplyRow.released_at > now - window)


def _count(session: Session, *where: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(ReplyRow).where(*where)) or 0


def _lapsed(session: Session, which: ColumnElement[bool], reason: str, now: datetime) -> tuple[str, ...]:
    """Only what still is reserved."""
    return _moved(session, (ReplyRow.state == ReplyState.RESERVED, which), state=ReplyState.LAPSED, reason=reason, ended_at=now)


def _moved(session: Session, where: Iterable[ColumnElement[bool]], **values: object) -> tuple[str, ...]:
    """One statement: who comes second finds nothing to move."""
    statement = update(ReplyRow).where(*where).values(**values).returning(ReplyRow.decision_id)
    return tuple(session.execute(statement, execution_options={"synchronize_session": False}).scalars())


def _row(reply: Reply) -> dict[str, Any]:
    values = {name: getattr(reply, name) for name in Reply.__dataclass_fields__}
    return values | {"groups": list(reply.groups), "arrivals": list(reply.arrivals)}


def _reply(row: ReplyRow) -> Reply:
    values = {name: getattr(row, name) for name in Reply.__dataclass_fields__}
    return Reply(**values | {"state": ReplyState(row.state), "groups": tuple(row.groups), "arrivals": tuple(row.arrivals)})
