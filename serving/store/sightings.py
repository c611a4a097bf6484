"""Mails as the tests for drift see them: each once, folded in by whoever holds the lock, and the state of those tests."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from serving.store.automatic_tables import DriftRow, SightingRow
from serving.store.inserting import insert_into


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One mail of a customer: which bundle read it, how foreign it looked, how likely its answer is right, its topic and region.

    `key` is a hash. Mails that were decided before topics and regions were watched have neither.
    """

    bundle_id: str
    key: str
    decision_id: str
    novelty: float
    score: float | None
    topic: str | None = None
    region: int | None = None


def save_sightings(session: Session, sightings: Sequence[Sighting], now: datetime) -> None:
    """Keep mails for the tests; one that a bundle has seen before, or sees twice here, is not kept again.

    In order of their keys, so that two transactions with the same mails never wait for each other.
    """
    ordered = sorted(sightings, key=lambda one: (one.bundle_id, one.key))
    rows = [{name: getattr(one, name) for name in Sighting.__dataclass_fields__} | {"counted": False, "at": now} for one in ordered]
    if rows:
        session.execute(insert_into(session, SightingRow).on_conflict_do_nothing(), rows)


def has_uncounted(session: Session, bundle_id: str) -> bool:
    """Whether a mail waits to be folded in: a look that takes no lock."""
    waiting = select(SightingRow.key).where(SightingRow.bundle_id == bundle_id, SightingRow.counted.is_(False))
    return session.scalar(waiting.limit(1)) is not None


def take_uncounted(session: Session, bundle_id: str, limit: int) -> tuple[Sighting, ...]:
    """The oldest mails that wait, in order of their decisions; they count from now on. The switch must be locked."""
    waiting = select(SightingRow).where(SightingRow.bundle_id == bundle_id, SightingRow.counted.is_(False))
    rows = session.scalars(waiting.order_by(SightingRow.decision_id).limit(limit)).all()
    found = tuple(Sighting(**{name: getattr(row, name) for name in Sighting.__dataclass_fields__}) for row in rows)
    taken = update(SightingRow).where(SightingRow.bundle_id == bundle_id, SightingRow.key.in_([one.key for one in found]))
    session.execute(taken.values(counted=True), execution_options={"synchronize_session": False})
    return found


def forget_sightings(session: Session, before: datetime) -> None:
    """Drop what is so old that its repeat would count as another mail."""
    session.execute(delete(SightingRow).where(SightingRow.at < before))


def load_drift(session: Session, bundle_id: str) -> dict[str, Any] | None:
    """The state of a bundle's tests; None when nobody has folded anything in yet."""
    return session.scalar(select(DriftRow.state).where(DriftRow.bundle_id == bundle_id))


def save_drift(session: Session, bundle_id: str, state: dict[str, Any], now: datetime) -> None:
    """Replace the state of a bundle's tests. The switch must be locked."""
    session.execute(delete(DriftRow).where(DriftRow.bundle_id == bundle_id))
    session.execute(insert(DriftRow).values(bundle_id=bundle_id, state=state, changed_at=now))
