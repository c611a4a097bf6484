"""Mail text leaves the store after `retention_days`; labels, versions and ids stay."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from serving.store.automatic_tables import ReplyRow
from serving.store.idempotency import forget_answers
from serving.store.tables import DecisionRow, FeedbackRow


def purge_text(session: Session, before: datetime, now: datetime, limit: int = 500) -> int:
    """Remove the text of at most `limit` decisions made before a moment, and the stored answers that repeat it.

    Returns:
        How many decisions were purged; fewer than `limit` means that none is left.
    """
    old = select(DecisionRow).where(DecisionRow.decided_at < before, DecisionRow.text_purged_at.is_(None))
    rows = session.scalars(old.order_by(DecisionRow.decided_at).limit(limit)).all()
    for row in rows:
        row.mail = row.context = row.message_id = None
        row.decision = without_text(row.decision)
        row.text_purged_at = now
    session.flush()
    ids = [row.id for row in rows]
    session.execute(update(FeedbackRow).where(FeedbackRow.decision_id.in_(ids)).values(final_text=None))
    session.execute(update(ReplyRow).where(ReplyRow.decision_id.in_(ids)).values(text=None, customer=None, sender=None, arrivals=[]))
    forget_answers(session, before)
    return len(rows)


def without_text(decision: Mapping[str, Any]) -> dict[str, Any]:
    """The decision without words of the mail: no message id, header values, explanation terms, filled answers or slot values."""
    kept = dict(decision)
    kept["message_ref"] = {**decision.get("message_ref", {}), "message_id": None}
    kept["suggestions"] = [{**suggestion, "text": None} for suggestion in decision.get("suggestions", ())]
    kept["vetoes"] = [{**veto, "value": None} for veto in decision.get("vetoes", ())]
    if "explanation" in kept:
        kept["explanation"] = {**kept["explanation"], "for": [], "against": []}
    if "slots" in kept:
        kept["slots"] = [{**slot, "text": None} for slot in kept["slots"]]
    return kept
