"""What all workers share: the generation of the loaded model, and the events of operators."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from serving.store.ids import new_id
from serving.store.tables import EventRow, ModelStateRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that an operator did."""

    at: datetime
    kind: str
    subject: str
    data: dict[str, Any]


def model_generation(session: Session) -> int:
    """The generation that workers should serve; 0 before the first reload."""
    return session.scalar(select(ModelStateRow.generation)) or 0


def bump_generation(session: Session, bundle_id: str, now: datetime) -> int:
    """Tell all workers to load again; the new generation."""
    row = session.get(ModelStateRow, 1, with_for_update=True)
    if row is None:
        row = ModelStateRow(id=1, generation=0)
        session.add(row)
    row.generation, row.bundle_id, row.changed_at = row.generation + 1, bundle_id, now
    session.flush()
    return row.generation


def record_event(session: Session, event: Event) -> None:
    """Append to the operators' log; never mail text."""
    session.add(EventRow(id=new_id("evt", event.at), at=event.at, kind=event.kind, subject=event.subject, data=event.data))
    session.flush()


def list_events(session: Session, limit: int = 100) -> tuple[Event, ...]:
    """The newest events, newest first."""
    rows = session.scalars(select(EventRow).order_by(EventRow.id.desc()).limit(limit))
    return tuple(Event(at=row.at, kind=row.kind, subject=row.subject, data=row.data) for row in rows)
