"""What watches automatic replies: the evidence per group, and the groups that were stopped."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from serving.store.answers import Stamp
from serving.store.automatic_tables import MonitorRow, ProofsRow, SuspensionRow
from serving.store.control import note_change
from serving.store.ids import new_id
from serving.store.state import Event, record_event

# Read for every mail, so made once.
_SUSPENDED = select(SuspensionRow.group).where(SuspensionRow.rearmed_at.is_(None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspension:
    """A group without automatic replies, since when and why, and who armed it again."""

    group: str
    since: datetime
    reason: str
    rearmed_at: datetime | None = None
    rearmed_by: str | None = None


def load_monitors(session: Session, certificate: str) -> dict[str, Any]:
    """The evidence about what a certificate promises, by group; nothing when nobody has watched it yet."""
    rows = session.scalars(select(MonitorRow).where(MonitorRow.certificate == certificate).execution_options(populate_existing=True))
    return {row.group: row.state for row in rows}


def save_monitors(session: Session, certificate: str, states: Mapping[str, Any], now: datetime) -> None:
    """Replace the evidence about a certificate. The switch must be locked."""
    session.execute(delete(MonitorRow).where(MonitorRow.certificate == certificate))
    rows = [{"group": group, "certificate": certificate, "state": state, "changed_at": now} for group, state in sorted(states.items())]
    session.execute(insert(MonitorRow), rows)


def load_round(session: Session, certificate: str) -> tuple[int, datetime | None]:
    """In which round proofs about the replies of a certificate are counted, and since when; the first begins with the first reply."""
    row = session.get(ProofsRow, certificate, populate_existing=True)
    return (1, None) if row is None else (row.round, row.since)


def save_round(session: Session, certificate: str, number: int, since: datetime) -> None:
    """Begin another round. The switch must be locked."""
    session.merge(ProofsRow(certificate=certificate, round=number, since=since))
    session.flush()


def suspended_groups(session: Session) -> frozenset[str]:
    """Groups that get no automatic replies now."""
    return frozenset(session.scalars(_SUSPENDED))


def list_suspensions(session: Session, limit: int = 200) -> tuple[Suspension, ...]:
    """All suspensions, those that last and those that ended, newest first."""
    rows = session.scalars(select(SuspensionRow).order_by(SuspensionRow.id.desc()).limit(limit))
    return tuple(
        Suspension(group=row.group, since=row.since, reason=row.reason, rearmed_at=row.rearmed_at, rearmed_by=row.rearmed_by)
        for row in rows
    )


def suspend(session: Session, group: str, reason: str, stamp: Stamp) -> bool:
    """Stop a group; False when it is stopped already."""
    note_change(session)
    if group in suspended_groups(session):
        return False
    session.add(SuspensionRow(id=new_id("sus", stamp.at), group=group, since=stamp.at, reason=reason))
    record_event(session, Event(at=stamp.at, kind="autoreply.suspended", subject=group, data={"reason": reason, "by": stamp.by}))
    return True


def rearm(session: Session, group: str, stamp: Stamp) -> bool:
    """Arm a group again; False when it is not stopped."""
    note_change(session)
    lasting = update(SuspensionRow).where(SuspensionRow.group == group, SuspensionRow.rearmed_at.is_(None))
    ended = session.execute(lasting.values(rearmed_at=stamp.at, rearmed_by=stamp.by).returning(SuspensionRow.id)).all()
    if ended:
        record_event(session, Event(at=stamp.at, kind="autoreply.rearmed", subject=group, data={"by": stamp.by}))
    return bool(ended)
