"""Replies in which everything that does not matter is filled in."""

from datetime import datetime
from typing import Any

from serving.store.database import Database
from serving.store.decisions import save_decisions
from serving.store.replies import Reply, save_replies
from tests.serving.conftest import NOW
from tests.serving.factories import make_decision
from tests.serving.store.reservations import make_reply


def store_reply(database: Database, at: datetime = NOW, **rest: Any) -> Reply:
    """Save a decision and its reply."""
    decision = make_decision(at=at)
    reply = make_reply(decision.id, at, **rest)
    with database.writing() as session:
        save_decisions(session, [decision])
        save_replies(session, [reply])
    return reply
