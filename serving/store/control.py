"""The switch of all automatic replies, and the lock that every change about them takes first."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from serving.store.answers import Stamp
from serving.store.automatic_tables import ControlRow
from serving.store.state import Event, record_event

# Read for every mail, so made once.
_SWITCH = select(
    ControlRow.kill_switch, ControlRow.reason, ControlRow.policy_id, ControlRow.generation, ControlRow.changed_at, ControlRow.changed_by
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """Whether everything is stopped, and which policy counts; `generation` rises with every change about automatic replies.

    `reason`, `changed_at` and `changed_by` are those of the last throw of the switch, None before the first one.
    """

    kill_switch: bool
    reason: str | None
    policy_id: int | None
    generation: int
    changed_at: datetime | None
    changed_by: str | None


def read_switch(session: Session) -> Switch:
    """The switch as it stands, without waiting for anybody."""
    return Switch(**session.execute(_SWITCH).one()._mapping)


def lock_switch(session: Session) -> Switch:
    """Wait for whoever changes automatic replies at this moment, and keep others out until this transaction ends."""
    return _switch(_locked(session))


def throw_switch(session: Session, *, on: bool, reason: str, stamp: Stamp) -> Switch:
    """Stop all automatic replies, or allow them again."""
    row = _locked(session)
    row.kill_switch, row.reason, row.changed_at, row.changed_by = on, reason, stamp.at, stamp.by
    data = {"on": on, "reason": reason, "by": stamp.by}
    record_event(session, Event(at=stamp.at, kind="autoreply.kill_switch", subject="on" if on else "off", data=data))
    return _raised(session, row)


def name_policy(session: Session, policy_id: int) -> None:
    """Let another policy count."""
    row = _locked(session)
    row.policy_id = policy_id
    _raised(session, row)


def note_change(session: Session) -> None:
    """Note that something about automatic replies changed."""
    _raised(session, _locked(session))


def _locked(session: Session) -> ControlRow:
    return session.scalars(select(ControlRow).with_for_update().execution_options(populate_existing=True)).one()


def _raised(session: Session, row: ControlRow) -> Switch:
    row.generation += 1
    session.flush()
    return _switch(row)


def _switch(row: ControlRow) -> Switch:
    return Switch(
        kill_switch=row.kill_switch,
        reason=row.reason,
        policy_id=row.policy_id,
        generation=row.generation,
        changed_at=row.changed_at,
        changed_by=row.changed_by,
    )
