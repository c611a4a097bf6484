"""The way of one mail: understand it, decide, record the decision, reserve what goes out by itself. Read this first."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from model.deciding.circumstances import Circumstances
from model.deciding.control import Control
from model.decision import decide
from model.records import decision_to_json, flat, understanding_to_json
from model.understanding import Understanding
from serving.automatic.reserving import Desk, ReadMail
from serving.engine import UNCOUNTED, Engine
from serving.mail_request import MailRequest, context_to_json, mail_to_json
from serving.store.decisions import StoredDecision, save_decisions
from serving.store.ids import new_id

ONLY_IN_DECISIONS = (
    *("action", "reasons", "vetoes", "queue", "required_skills"),
    *("rules", "checks", "guarantee", "audit", "holdout", "control"),
)


def classify(request: MailRequest, engine: Engine) -> dict[str, Any]:
    """What the mail is about and how urgent it is; the answers are not searched."""
    understanding = engine.reader.understand(request.mail)
    return {"message_ref": request.message_ref, **understanding_to_json(understanding), "versions": flat(engine.versions)}


def suggest(request: MailRequest, engine: Engine, now: datetime) -> dict[str, Any]:
    """What `classify` says, and the answers that fit."""
    decided = consider(request, engine, now)
    return {name: value for name, value in decided.items() if name not in ONLY_IN_DECISIONS}


def score(request: MailRequest, session: Session, engine: Engine, now: datetime) -> dict[str, Any]:
    """Decide, and record the decision in the caller's transaction. The models are done before the database is touched."""
    mail = ReadMail(request=request, understanding=engine.reader.understand(request.mail, engine.index))
    return keep([mail], session, engine, now)[0].decision


def keep(mails: Sequence[ReadMail], session: Session, engine: Engine, now: datetime) -> list[StoredDecision]:
    """Decide about mails that were read, and record it in the caller's transaction; what goes out by itself is reserved with it."""
    desk = Desk(session, engine, now)
    stored = [_kept(mail, desk) for mail in mails]
    save_decisions(session, stored)
    desk.save()
    return stored


def consider(request: MailRequest, engine: Engine, now: datetime, control: Control = UNCOUNTED) -> dict[str, Any]:
    """Decide without recording: the same mail, engine, moment and control always give the same. Without a control nothing is sent."""
    understanding = engine.reader.understand(request.mail, engine.index)
    return _decided(request, understanding, engine.circumstances(now, control))


def consider_many(requests: Sequence[MailRequest], engine: Engine, now: datetime) -> list[dict[str, Any]]:
    """Decide about many mails with one call of the encoder, without recording."""
    read = engine.reader.understand_many([request.mail for request in requests], engine.index)
    circumstances = engine.circumstances(now)
    return [_decided(request, understanding, circumstances) for request, understanding in zip(requests, read, strict=True)]


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


def _kept(mail: ReadMail, desk: Desk) -> StoredDecision:
    """The decision, with what became of its reply at this moment where there is one."""
    settled = desk.settle(mail)
    decided = {"message_ref": mail.request.message_ref, **decision_to_json(settled.decision)}
    stored = record(mail.request, decided, desk.now, mail.batch_id, mail.ordinal)
    desk.reserve(mail, settled, stored.id)
    return stored


def _decided(request: MailRequest, understanding: Understanding, circumstances: Circumstances) -> dict[str, Any]:
    decision = decide(request.mail, understanding, request.context, circumstances)
    return {"message_ref": request.message_ref, **decision_to_json(decision)}
