"""Bodies and answers as the OpenAPI document shows them. A test holds the answers against real ones."""

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from serving.answer_bodies import AnswerBody, BlockBody, MergeBody, RestoreBody, VerdictBody
from serving.api.shapes import ProblemShape
from serving.automatic_bodies import OutcomeBody, ReleaseBody, SuspendBody, SwitchBody
from serving.bodies import BatchBody, CorrectionBody, FeedbackBody, MailBody

RAW_MAIL_EXAMPLE = "From: ana@example.com\r\nSubject: Where is my parcel?\r\n\r\nOrder 48213 should have been here on Monday.\r\n"
COMPONENTS: tuple[type[BaseModel], ...] = (
    MailBody,
    BatchBody,
    FeedbackBody,
    CorrectionBody,
    ProblemShape,
    AnswerBody,
    BlockBody,
    MergeBody,
    RestoreBody,
    VerdictBody,
    ReleaseBody,
    OutcomeBody,
    SwitchBody,
    SuspendBody,
)
REFERENCE = "#/components/schemas/{model}"

CLASSIFIED: dict[str, Any] = {
    "message_ref": {"source": "api", "mailbox": "support", "message_id": "<a1@example.com>", "id": "ticket-4711"},
    "language": {"code": "en", "probability": 0.998},
    "topic": {
        "label": "order.status",
        "probability": 0.94,
        "margin": 0.91,
        "ranking": [{"label": "order.status", "probability": 0.94}, {"label": "delivery.problem", "probability": 0.03}],
    },
    "urgency": {
        "label": "normal",
        "probability": 0.88,
        "ranking": [{"label": "normal", "probability": 0.88}, {"label": "low", "probability": 0.07}],
    },
    "novelty": {"score": 0.12, "is_novel": False},
    "second_request": {"topic": "invoice.copy", "probability": 0.71, "sentence": 2},
    "slots": [{"name": "order_number", "text": "48213", "source": "mail"}],
    "explanation": {"for": ["parcel", "arrive"], "against": ["order"], "neighbours": ["en-00017", "en-00391"]},
    "versions": {"model": "1f3a9c0d2b4e", "policy": "pol@9b74c9897bac", "answers": "kb@5d41402abc4b", "index": "kb@5d41402abc4b"},
}
SUGGESTED = CLASSIFIED | {
    "topic": CLASSIFIED["topic"] | {"threshold": 0.5},
    "urgency": CLASSIFIED["urgency"] | {"due_at": "2026-11-22T09:30:00Z", "deadline_kind": "sla"},
    "suggestions": [
        {
            "answer_id": "order-status",
            "answer_version": 1,
            "language": "en",
            "title": "Where your order is",
            "probability": 0.93,
            "score": 0.83,
            "similarity": 0.71,
            "text": "Your order 48213 is on its way …",
            "missing_slots": [],
            "attachments": [{"name": "form.pdf", "mime": "application/pdf", "size": 31022, "sha256": "9f86d081884c7d65…"}],
            "already_shown": False,
        }
    ],
}
DECIDED = SUGGESTED | {
    "decision_id": "dec_01JDA5Z7T2V8XKQ4M3N6P9R0SB",
    "action": "suggest",
    "reasons": ["automatic_replies_off"],
    "vetoes": [{"rule": "R20", "name": "auto_submitted", "fired": False, "value": ""}],
    "queue": "orders",
    "required_skills": ["en"],
    "rules": [{"name": "press", "sets": [{"field": "queue", "rule": "press", "model": "orders", "applied": True}]}],
    "checks": [{"name": "mode", "value": "suggest", "limit": "auto", "passed": False}],
    "guarantee": None,
    "audit": False,
    "holdout": False,
    "control": {"kill_switch": False, "suspended": [], "budget_left": {"hour": 20, "day": 200, "customer_day": 1}},
    "suggestions": [{"suggestion_id": "sug_01JDA5Z7T2V8XKQ4M3N6P9R0SC"} | suggestion for suggestion in SUGGESTED["suggestions"]],
}


def json_body(shape: type[BaseModel]) -> dict[str, Any]:
    """The request body of a call that takes JSON."""
    return {"required": True, "content": {"application/json": {"schema": {"$ref": REFERENCE.format(model=shape.__name__)}}}}


def mail_body() -> dict[str, Any]:
    """The request body of a call that takes a mail as JSON or raw."""
    body = json_body(MailBody)
    body["content"]["message/rfc822"] = {"schema": {"type": "string", "format": "binary"}, "example": RAW_MAIL_EXAMPLE}
    return body


def body_schemas() -> dict[str, Any]:
    """The components that bodies and problems refer to."""
    _, document = models_json_schema([(shape, "validation") for shape in COMPONENTS], ref_template=REFERENCE)
    schemas: dict[str, Any] = document["$defs"]
    return schemas
