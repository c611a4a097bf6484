"""Policies as they were written: each kept for ever, one of them counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from serving.store.answers import Stamp
from serving.store.automatic_tables import ControlRow, PolicyRow
from serving.store.control import lock_switch, name_policy
from serving.store.state import Event, record_event


class StalePolicyError(ValueError):
    """Somebody else changed the policy in the meantime: read it again and repeat the change on it."""

    def __init__(self, current: int) -> None:
        super().__init__(f"the policy is at {current} by now: read it again, and repeat the change on it")
        self.current = current


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPolicy:
    """A policy with its number, the version that names its content, and who wrote it when."""

    id: int
    version: str
    document: Mapping[str, Any]
    author: str | None
    at: datetime


def current_policy(session: Session) -> StoredPolicy | None:
    """The policy that counts; None before the first one."""
    row = session.scalar(select(PolicyRow).join(ControlRow, ControlRow.policy_id == PolicyRow.id))
    return None if row is None else _stored(row)


def load_policy(session: Session, policy_id: int) -> StoredPolicy | None:
    """A policy by its number, the one that counts or an older one."""
    row = session.get(PolicyRow, policy_id)
    return None if row is None else _stored(row)


def put_policy(session: Session, version: str, document: Mapping[str, Any], stamp: Stamp, *, if_id: int | None = None) -> StoredPolicy:
    """Keep a policy and let it count. One that says what the current one says changes nothing.

    Raises:
        StalePolicyError: another than `if_id` counts by now.
    """
    switch = lock_switch(session)
    if if_id is not None and switch.policy_id != if_id:
        raise StalePolicyError(switch.policy_id or 0)
    current = None if switch.policy_id is None else load_policy(session, switch.policy_id)
    if current is not None and current.version == version and dict(current.document) == dict(document):
        return current
    number = (session.scalar(select(func.max(PolicyRow.id))) or 0) + 1
    row = PolicyRow(id=number, version=version, document=dict(document), author=stamp.by, at=stamp.at)
    session.add(row)
    session.flush()
    name_policy(session, number)
    data = {"id": number, "by": stamp.by, "before": switch.policy_id}
    record_event(session, Event(at=stamp.at, kind="policy.changed", subject=version, data=data))
    return _stored(row)


def take_over_policy(session: Session, version: str, document: Mapping[str, Any], stamp: Stamp) -> StoredPolicy:
    """The policy that counts; the given one becomes the first when there is none yet."""
    lock_switch(session)
    return current_policy(session) or put_policy(session, version, document, stamp)


def _stored(row: PolicyRow) -> StoredPolicy:
    return StoredPolicy(id=row.id, version=row.version, document=row.document, author=row.author, at=row.at)
