"""Stopping and arming automatic replies: everything at once, or a group. What was reserved and not released yet stops with it."""

from datetime import datetime

from sqlalchemy.orm import Session

from model.deciding.control import ALL
from serving.store.answers import Stamp
from serving.store.control import Switch, lock_switch, throw_switch
from serving.store.replies import lapse_expired, lapse_reserved
from serving.store.state import Event, record_event
from serving.store.watched import rearm, suspend

KILL_SWITCH = "kill_switch"


def stop_everything(session: Session, reason: str, stamp: Stamp) -> Switch:
    """Throw the kill switch. No reservation outlives it, also when it is off again soon."""
    switch = throw_switch(session, on=True, reason=reason, stamp=stamp)
    note_lapsed(session, lapse_reserved(session, KILL_SWITCH, stamp.at), KILL_SWITCH, stamp)
    return switch


def allow_again(session: Session, reason: str, stamp: Stamp) -> Switch:
    """Take the kill switch back. Suspended groups stay suspended."""
    return throw_switch(session, on=False, reason=reason, stamp=stamp)


def stop_group(session: Session, group: str, reason: str, stamp: Stamp) -> bool:
    """Suspend a group, `all` for every reply, until a person arms it again; False when it is suspended already."""
    lock_switch(session)
    if not suspend(session, group, reason, stamp):
        return False
    held = lapse_reserved(session, "suspended", stamp.at, None if group == ALL else group)
    note_lapsed(session, held, f"suspended:{group}", stamp)
    return True


def arm_group(session: Session, group: str, stamp: Stamp) -> bool:
    """Let a person arm a group again; False when it is not suspended."""
    lock_switch(session)
    return rearm(session, group, stamp)


def end_overdue(session: Session, now: datetime) -> tuple[str, ...]:
    """Turn what nobody released in time into suggestions. The switch must be locked."""
    lapsed = lapse_expired(session, now)
    note_lapsed(session, lapsed, "expired", Stamp(by=None, at=now))
    return lapsed


def note_lapsed(session: Session, decision_ids: tuple[str, ...], reason: str, stamp: Stamp) -> None:
    """Reservations that became suggestions, one event for each."""
    for decision_id in decision_ids:
        record_event(session, Event(at=stamp.at, kind="reply.lapsed", subject=decision_id, data={"reason": reason, "by": stamp.by}))
