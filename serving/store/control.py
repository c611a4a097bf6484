"""The switch of all automatic replies, and the lock that every change about them takes first."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from serving.store.answers import Made
from serving.store.automatic_tables import ControlRow
from serving.store.state import Event, record_event


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """Whether everything is stopped and why, and which policy counts. `generation` rises with every change."""

    kill_switch: bool
    reason: str | None
    policy_id: int | None
    generation: int
    changed_at: datetime | None
    changed_by: str | None


def read_switch(session: Session) -> Switch:
    """The switch as it stands, without waiting for anybody."""
    return _switch(session.scalars(select(ControlRow).execution_options(populate_existing=True)).one())


def lock_switch(session: Session) -> Switch:
    """Wait for whoever changes automatic replies at this moment, and keep others out until this transaction ends."""
    return _switch(_locked(session))


def throw_switch(session: Session, *, on: bool, reason: str, made: Made) -> Switch:
    """Stop all automatic replies, or allow them again."""
    row = _locked(session)
    row.kill_switch, row.reason = on, reason
    data = {"on": on, "reason": reason, "by": made.by}
    record_event(session, Event(at=made.at, kind="autoreply.kill_switch", subject="on" if on else "off", data=data))
    return _changed(session, row, made)


def name_policy(session: Session, policy_id: int, made: Made) -> None:
    """Let another policy count."""
    row = _locked(session)
    row.policy_id = policy_id
    _changed(session, row, made)


def note_change(session: Session, made: Made) -> None:
    """Note that something about automatic replies changed."""
    _changed(session, _locked(session), made)


def _locked(session: Session) -> ControlRow:
    return session.scalars(select(ControlRow).with_for_update().execution_options(populate_existing=True)).one()


def _changed(session: Session, row: ControlRow, made: Made) -> Switch:
    row.generation, row.changed_at, row.changed_by = row.generation + 1, made.at, made.by
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
