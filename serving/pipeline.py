"""The way of one mail: understand it, decide, record the decision. Read this first."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from model.decision import decide
from model.records import decision_to_json, understanding_to_json
from model.understanding import Understanding
from serving.bundles import Engine
from serving.mail_request import MailRequest, context_to_json, mail_to_json
from serving.store.decisions import StoredDecision, save_decisions
from serving.store.ids import new_id

ONLY_IN_DECISIONS = ("action", "reasons", "vetoes", "queue", "required_skills", "guarantee")


def classify(request: MailRequest, engine: Engine) -> dict[str, Any]:
    """What the mail is about and how urgent it is; the answers are not searched."""
    understanding = engine.reader.understand(request.mail)
    return {"message_ref": request.message_ref, **understanding_to_json(understanding), "versions": asdict(engine.versions)}


def suggest(request: MailRequest, engine: Engine, now: datetime) -> dict[str, Any]:
    """What `classify` says, and the answers that fit."""
    decided = consider(request, engine, now)
    return {name: value for name, value in decided.items() if name not in ONLY_IN_DECISIONS}


def score(request: MailRequest, session: Session, engine: Engine, now: datetime) -> dict[str, Any]:
    """Decide, and record the decision in the caller's transaction. The models are done before the database is touched."""
    decided = consider(request, engine, now)
    stored = record(request, decided, now)
    save_decisions(session, [stored])
    return stored.decision


def consider(request: MailRequest, engine: Engine, now: datetime) -> dict[str, Any]:
    """Decide without recording: the same mail, engine and moment always give the same."""
    understanding = engine.reader.understand(request.mail, engine.index)
    return _decided(request, understanding, engine, now)


def consider_many(requests: Sequence[MailRequest], engine: Engine, now: datetime) -> list[dict[str, Any]]:
    """Decide about many mails with one call of the encoder."""
    read = engine.reader.understand_many([request.mail for request in requests], engine.index)
    return [_decided(request, understanding, engine, now) for request, understanding in zip(requests, read, strict=True)]


def record(
    request: MailRequest, decided: dict[str, Any], now: datetime, batch_id: str | None = None, ordinal: int | None = None
) -> StoredDecision:
    """A decision as it is stored: with its ids, the mail it read and the moment that counted as now."""
    decision_id = new_id("dec", now)
    suggestions = [{"suggestion_id": new_id("sug", now), **suggestion} for suggestion in decided["suggestions"]]
    return StoredDecision(
        id=decision_id,
        decision={"decision_id": decision_id, **decided, "suggestions": suggestions},
        decided_at=now,
        client_id=request.client_id,
        source=request.source,
        mailbox=request.mailbox,
        message_id=request.mail.message_id,
        mail=mail_to_json(request.mail),
        context=context_to_json(request.context),
        batch_id=batch_id,
        ordinal=ordinal,
        api_key_id=request.api_key_id,
    )


def _decided(request: MailRequest, understanding: Understanding, engine: Engine, now: datetime) -> dict[str, Any]:
    decision = decide(request.mail, understanding, request.context, engine.circumstances(now))
    return {"message_ref": request.message_ref, **decision_to_json(decision)}
