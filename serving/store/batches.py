"""Batches and their items: claimed in chunks with a lease, finished once, resumed after a crash."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, insert, or_, select, update
from sqlalchemy.orm import Session

from serving.store.decisions import decisions_by_id
from serving.store.ids import is_id, new_id
from serving.store.tables import BatchItemRow, BatchRow

LEASE = timedelta(seconds=20)


class ItemStatus(StrEnum):
    """Life of an item."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewItem:
    """One mail of a new batch: the request, or the problem that it has from the start."""

    client_id: str | None
    request: dict[str, Any] | None
    problem: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedItem:
    """An item that a worker holds until its lease ends."""

    batch_id: str
    ordinal: int
    client_id: str | None
    request: dict[str, Any]
    api_key_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemOutcome:
    """How an item ended: with a decision, or with a problem."""

    batch_id: str
    ordinal: int
    decision_id: str | None = None
    problem: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemResult:
    """An item as the caller sees it."""

    ordinal: int
    client_id: str | None
    status: str
    decision: dict[str, Any] | None
    problem: dict[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a batch is."""

    id: str
    created_at: datetime
    total: int
    done: int
    failed: int

    @property
    def waiting(self) -> int:
        """Items that are not decided yet."""
        return self.total - self.done - self.failed

    @property
    def is_finished(self) -> bool:
        """True when nothing waits."""
        return self.waiting == 0


def create_batch(session: Session, items: Sequence[NewItem], api_key_id: str | None, now: datetime) -> Progress:
    """Store a batch with its items; items that already have a problem count as failed."""
    batch = BatchRow(id=new_id("bat", now), api_key_id=api_key_id, total=len(items), created_at=now)
    session.add(batch)
    session.flush()
    rows = [
        {
            "batch_id": batch.id,
            "ordinal": ordinal,
            "client_id": item.client_id,
            "status": ItemStatus.FAILED if item.problem else ItemStatus.WAITING,
            "request": None if item.problem else item.request,
            "problem": item.problem,
        }
        for ordinal, item in enumerate(items)
    ]
    session.execute(insert(BatchItemRow), rows)
    failed = sum(item.problem is not None for item in items)
    return Progress(id=batch.id, created_at=now, total=len(items), done=0, failed=failed)


def has_waiting_items(session: Session, now: datetime) -> bool:
    """True when there is something to claim: a look that takes no lock."""
    return session.scalar(select(BatchItemRow.ordinal).where(*_free(now)).limit(1)) is not None


def claim_items(session: Session, worker: str, limit: int, now: datetime) -> tuple[ClaimedItem, ...]:
    """Lease the next waiting items of the oldest batch to a worker. Leases of dead workers run out and are claimed again."""
    free = (
        select(BatchItemRow)
        .where(*_free(now))
        .order_by(BatchItemRow.batch_id, BatchItemRow.ordinal)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = session.scalars(free).all()
    rows = [row for row in rows if row.batch_id == rows[0].batch_id]
    if not rows:
        return ()
    for row in rows:
        row.claimed_by, row.claimed_until = worker, now + LEASE
    session.flush()
    batch = session.get_one(BatchRow, rows[0].batch_id)
    return tuple(
        ClaimedItem(
            batch_id=row.batch_id, ordinal=row.ordinal, client_id=row.client_id, request=row.request or {}, api_key_id=batch.api_key_id
        )
        for row in rows
    )


def _free(now: datetime) -> tuple[ColumnElement[bool], ...]:
    unclaimed = or_(BatchItemRow.claimed_until.is_(None), BatchItemRow.claimed_until < now)
    return (BatchItemRow.status == ItemStatus.WAITING, unclaimed)


def still_held(session: Session, worker: str, items: Sequence[ClaimedItem]) -> frozenset[int]:
    """Ordinals of these items (all of one batch) that the worker still holds; the rows are locked until the commit."""
    held = (
        select(BatchItemRow.ordinal)
        .where(BatchItemRow.batch_id == items[0].batch_id, BatchItemRow.claimed_by == worker)
        .where(BatchItemRow.status == ItemStatus.WAITING, BatchItemRow.ordinal.in_([item.ordinal for item in items]))
        .with_for_update()
    )
    return frozenset(session.scalars(held))


def finish_items(session: Session, outcomes: Sequence[ItemOutcome]) -> None:
    """Record how items ended. Their request is dropped: the decision holds the mail now."""
    if not outcomes:
        return
    table = BatchItemRow.__table__
    statement = (
        update(table)  # type: ignore[arg-type]
        .where(table.c.batch_id == bindparam("of_batch"), table.c.ordinal == bindparam("at"))
        .values(status=bindparam("ended"), decision_id=bindparam("decided"), problem=bindparam("fault"), request=None, claimed_by=None)
    )
    rows = [
        {
            "of_batch": outcome.batch_id,
            "at": outcome.ordinal,
            "ended": ItemStatus.FAILED if outcome.problem else ItemStatus.DONE,
            "decided": outcome.decision_id,
            "fault": outcome.problem,
        }
        for outcome in outcomes
    ]
    session.connection().execute(statement, rows)


def release_items(session: Session, worker: str) -> None:
    """Give back what a worker holds, when it stops in order."""
    held = update(BatchItemRow).where(BatchItemRow.claimed_by == worker, BatchItemRow.status == ItemStatus.WAITING)
    session.execute(held.values(claimed_by=None, claimed_until=None))


def batch_progress(session: Session, batch_id: str) -> Progress | None:
    """How far a batch is, or None when there is no such batch."""
    batch = session.get(BatchRow, batch_id) if is_id(batch_id, "bat") else None
    if batch is None:
        return None
    counts = select(BatchItemRow.status, func.count()).where(BatchItemRow.batch_id == batch_id).group_by(BatchItemRow.status)
    by_status = {status: count for status, count in session.execute(counts)}
    return Progress(
        id=batch.id,
        created_at=batch.created_at,
        total=batch.total,
        done=by_status.get(ItemStatus.DONE, 0),
        failed=by_status.get(ItemStatus.FAILED, 0),
    )


def batch_page(session: Session, batch_id: str, after: int, limit: int) -> tuple[ItemResult, ...]:
    """Items behind the ordinal `after`, in order, with their decisions."""
    page = select(BatchItemRow).where(BatchItemRow.batch_id == batch_id, BatchItemRow.ordinal > after)
    rows = session.scalars(page.order_by(BatchItemRow.ordinal).limit(limit)).all()
    decisions = decisions_by_id(session, [row.decision_id for row in rows if row.decision_id])
    return tuple(
        ItemResult(
            ordinal=row.ordinal,
            client_id=row.client_id,
            status=row.status,
            decision=decisions.get(row.decision_id or ""),
            problem=row.problem,
        )
        for row in rows
    )
