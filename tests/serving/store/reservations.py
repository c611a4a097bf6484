"""A reservation in which everything that does not matter is filled in; light, for processes that only need the store."""

from datetime import UTC, datetime
from typing import Any

from serving.store.replies import RESERVED_FOR, Reply, ReplyState

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def make_reply(decision_id: str, at: datetime = NOW, **rest: Any) -> Reply:
    """A reservation of the first quarter of an hour."""
    values: dict[str, Any] = {
        "decision_id": decision_id,
        "state": ReplyState.RESERVED,
        "groups": ("all", "order.status"),
        "customer": "c",
        "sender": None,
        "arrivals": (),
        "topic": "order.status",
        "answer_id": "where-is-it",
        "answer_version": 1,
        "content_hash": "0" * 64,
        "language": "en",
        "policy_version": "pol@1",
        "bundle_id": "abc",
        "certificate": "cert",
        "audit": True,
        "reserved_at": at,
        "reserved_until": at + RESERVED_FOR,
    }
    return Reply(**values | rest)
