"""Stored decisions in which everything that does not matter is filled in."""

from datetime import datetime
from typing import Any

from data.parse import mail_from_fields
from model.context import Context
from serving.mail_request import context_to_json, mail_to_json
from serving.store.database import Database
from serving.store.decisions import StoredDecision, save_decisions
from serving.store.ids import new_id
from tests.serving.conftest import NOW


def make_decision(
    subject: str = "Where is my parcel?",
    body: str = "It should have been here on Monday.",
    topic: str = "order.status",
    headers: dict[str, str] | None = None,
    at: datetime = NOW,
) -> StoredDecision:
    """A decision about an English mail with one suggestion."""
    decision_id, suggestion_id = new_id("dec", at), new_id("sug", at)
    decision: dict[str, Any] = {
        "decision_id": decision_id,
        "message_ref": {"source": "api", "mailbox": None, "message_id": "<private@example.com>", "id": None},
        "language": {"code": "en", "probability": 0.99},
        "topic": {"label": topic, "probability": 0.9, "threshold": 0.5, "margin": 0.8, "ranking": [{"label": topic, "probability": 0.9}]},
        "urgency": {"label": "normal", "probability": 0.8},
        "action": "suggest",
        "reasons": ["auto_reply_off"],
        "suggestions": [
            {
                "suggestion_id": suggestion_id,
                "answer_id": "where-is-it",
                "answer_version": 1,
                "language": "en",
                "probability": 0.7,
                "text": "Your order 48213 is on its way.",
            }
        ],
        "explanation": {"for": ["monday"], "against": [], "neighbours": ["ex_1"]},
        "versions": {"model": "abc", "policy": "p", "answers": "kb", "index": "kb"},
    }
    return StoredDecision(
        id=decision_id,
        decision=decision,
        decided_at=at,
        mail=mail_to_json(mail_from_fields(subject=subject, body=body, sender="ana@example.com", headers=headers)),
        context=context_to_json(Context()),
        message_id="<private@example.com>",
    )


def store_decision(database: Database, stored: StoredDecision) -> tuple[str, str]:
    """Save a decision; its id and the id of its suggestion."""
    with database.writing() as session:
        save_decisions(session, [stored])
    return stored.id, stored.decision["suggestions"][0]["suggestion_id"]
