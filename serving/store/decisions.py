"""Decisions and their suggestions: saved in bulk, read back one at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from serving.store.ids import is_id
from serving.store.inserting import table_of
from serving.store.tables import DecisionRow, SuggestionRow


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDecision:
    """A decision as it was made: the mail and context it read, the JSON it gave, the moment that counted as now."""

    id: str
    decision: dict[str, Any]
    decided_at: datetime
    client_id: str | None = None
    source: str = "api"
    mailbox: str | None = None
    message_id: str | None = None
    mail: dict[str, Any] | None
    context: dict[str, Any] | None
    text_purged_at: datetime | None = None
    batch_id: str | None = None
    ordinal: int | None = None
    api_key_id: str | None = None


def save_decisions(session: Session, decisions: Sequence[StoredDecision]) -> None:
    """Insert decisions and the suggestions inside them, many rows a statement."""
    if not decisions:
        return
    session.execute(insert(table_of(DecisionRow)), [_row(decision) for decision in decisions])
    suggestions = [row for decision in decisions for row in _suggestions(decision)]
    if suggestions:
        session.execute(insert(table_of(SuggestionRow)), suggestions)


def load_decision(session: Session, decision_id: str) -> StoredDecision | None:
    """The decision with this id, or None."""
    row = session.get(DecisionRow, decision_id) if is_id(decision_id, "dec") else None
    return None if row is None else _stored(row)


def decisions_by_id(session: Session, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The decision JSON of each of these ids."""
    rows = session.execute(select(DecisionRow.id, DecisionRow.decision).where(DecisionRow.id.in_(ids)))
    return {row.id: row.decision for row in rows}


def newest_decision_ids(session: Session, limit: int) -> tuple[str, ...]:
    """Ids of the newest decisions, newest first."""
    return tuple(session.scalars(select(DecisionRow.id).order_by(DecisionRow.id.desc()).limit(limit)))


def count_decisions(session: Session, start: datetime, end: datetime) -> int:
    """How many mails were decided in a time."""
    within = (DecisionRow.decided_at >= start, DecisionRow.decided_at < end)
    return session.scalar(select(func.count()).select_from(DecisionRow).where(*within)) or 0


def _row(stored: StoredDecision) -> dict[str, Any]:
    decision = stored.decision
    return {
        "id": stored.id,
        "client_id": stored.client_id,
        "source": stored.source,
        "mailbox": stored.mailbox,
        "message_id": stored.message_id,
        "mail": stored.mail,
        "context": stored.context,
        "decision": decision,
        "action": decision["action"],
        "topic": decision["topic"]["label"],
        "urgency": decision["urgency"]["label"],
        "model_version": decision["versions"]["model"],
        "decided_at": stored.decided_at,
        "batch_id": stored.batch_id,
        "ordinal": stored.ordinal,
        "api_key_id": stored.api_key_id,
    }


def _suggestions(stored: StoredDecision) -> list[dict[str, Any]]:
    return [
        {
            "id": suggestion["suggestion_id"],
            "decision_id": stored.id,
            "rank": rank,
            "answer_id": suggestion["answer_id"],
            "answer_version": suggestion["answer_version"],
            "language": suggestion["language"],
            "probability": suggestion["probability"],
        }
        for rank, suggestion in enumerate(stored.decision["suggestions"], start=1)
    ]


def _stored(row: DecisionRow) -> StoredDecision:
    return StoredDecision(
        id=row.id,
        decision=row.decision,
        decided_at=row.decided_at,
        client_id=row.client_id,
        source=row.source,
        mailbox=row.mailbox,
        message_id=row.message_id,
        mail=row.mail,
        context=row.context,
        text_purged_at=row.text_purged_at,
        batch_id=row.batch_id,
        ordinal=row.ordinal,
        api_key_id=row.api_key_id,
    )
