"""Releasing a reserved reply: once, and only when everything that allowed it still does. What is refused is a suggestion from then on."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from model.decision import Action, Decision, decide
from serving.automatic.control import note_lapsed
from serving.automatic.correspondents import correspondent_of
from serving.automatic.reserving import ReadMail, Settled, read_control
from serving.bundles import Engines
from serving.engine import Engine
from serving.store.answers import Stamp
from serving.store.arrivals import newest_arrivals
from serving.store.base_version import base_version
from serving.store.control import Switch, lock_switch
from serving.store.database import Database
from serving.store.decisions import load_decision
from serving.store.replies import Reply, ReplyState, lapse_reply, load_reply, release_reply
from serving.store.state import Event, model_generation, record_event
from serving.store.watched import suspended_groups
from serving.stored_mail import request_of


class BehindError(RuntimeError):
    """This process does not serve yet what was announced: follow it, and ask again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A decision that exists, its mail read again by the engine that serves; `mail` is None when the text was purged."""

    decision_id: str
    engine: Engine
    mail: ReadMail | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """A reply to be sent now, and the decision that allowed it."""

    reply: Reply
    decision: Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Why nothing may be sent."""

    reason: str
    detail: str


DETAILS = {
    "no_reply": "this decision sends nothing by itself",
    "released_before": "the reply was released before, and its text is given out once",
    "held_out": "the hold-out kept this reply back: a person answers the mail",
    "expired": "the reservation ended: it lasts 15 minutes",
    "kill_switch": "the kill switch is on, or was since the decision",
    "suspended": "automatic replies of this group are suspended",
    "wrote_in_between": "the customer, or somebody in the same conversation, wrote since",
    "text_purged": "the mail was removed, so it cannot be decided again",
    "not_allowed": "it is not allowed any more",
    "answer_changed": "the answer is not the one that was decided on",
}


def prepare(database: Database, engine: Engine, decision_id: str) -> Prepared | None:
    """Read the mail again, before the transaction that releases; None when there is no such decision."""
    with database.reading() as session:
        stored = load_decision(session, decision_id)
    if stored is None:
        return None
    request = request_of(stored)
    if request is None or stored.decision["action"] != Action.AUTO_REPLY:
        return Prepared(decision_id=decision_id, engine=engine, mail=None)
    mail = ReadMail(request=request, understanding=engine.reader.understand(request.mail, engine.index))
    return Prepared(decision_id=decision_id, engine=engine, mail=mail)


def check_current(session: Session, engines: Engines, prepared: Prepared) -> None:
    """Make sure that the mail was read by what serves everywhere.

    Raises:
        BehindError: another model, or another state of the answer base, was announced and does not serve in this process.
    """
    if prepared.engine is not engines.current or model_generation(session) != engines.generation:
        raise BehindError("another model serves now")
    if prepared.engine.index is not None and base_version(session) != engines.base_version:
        raise BehindError("the answer base changed")


def release(session: Session, prepared: Prepared, stamp: Stamp, *, wrote_in_between: bool = False) -> Released | Refused:
    """Consume the reservation, or give it up and say why. The switch stays locked until the transaction ends."""
    switch = lock_switch(session)
    reply = load_reply(session, prepared.decision_id)
    if reply is None or reply.state is not ReplyState.RESERVED:
        return _not_reserved(reply)
    reason = _obstacle(session, switch, reply, stamp.at) or ("wrote_in_between" if wrote_in_between else "")
    if reason:
        return _given_up(session, reply, reason, stamp)
    if prepared.mail is None:
        return _given_up(session, reply, "text_purged", stamp)
    request = prepared.mail.request
    who = correspondent_of(request)
    engine, control = read_control(session, prepared.engine, who, stamp.at, but=reply.decision_id)
    decision = decide(request.mail, prepared.mail.understanding, request.context, engine.circumstances(stamp.at, control))
    if decision.action is not Action.AUTO_REPLY:
        return _given_up(session, reply, f"not_allowed:{','.join(_failed(decision))}", stamp)
    now_allowed = Settled(decision=decision, correspondent=who, engine=engine).reply(reply.decision_id, stamp.at)
    if now_allowed is None or _sent(now_allowed) != _sent(reply):
        return _given_up(session, reply, "answer_changed", stamp)
    return _released(session, now_allowed, decision, stamp)


def released_to_json(released: Released) -> dict[str, Any]:
    """What the caller sends, to whom the mail came from; the text is given out this once."""
    reply, first = released.reply, released.decision.suggestions[0]
    return {
        "decision_id": reply.decision_id,
        "state": reply.state.value,
        "answer_id": reply.answer_id,
        "answer_version": reply.answer_version,
        "language": reply.language,
        "title": first.title,
        "text": first.text,
        "attachments": [{"name": file.name, "mime": file.mime, "size": file.size, "sha256": file.sha256} for file in first.attachments],
        "audit": reply.audit,
        "released_at": reply.released_at.isoformat() if reply.released_at else None,
    }


def _not_reserved(reply: Reply | None) -> Refused:
    if reply is None:
        return _refused("no_reply")
    if reply.state is ReplyState.LAPSED:
        return _refused(reply.reason or "expired")
    return _refused("held_out" if reply.state is ReplyState.HELD_OUT else "released_before")


def _obstacle(session: Session, switch: Switch, reply: Reply, now: datetime) -> str:
    """What stops a reply whatever the policy says, or an empty text."""
    if reply.reserved_until <= now:
        return "expired"
    if switch.kill_switch:
        return "kill_switch"
    if suspended_groups(session) & set(reply.groups):
        return "suspended"
    # A key whose newest mail is forgotten proves nothing, so it stops the reply too.
    return "" if newest_arrivals(session, reply.arrivals) == {reply.decision_id} else "wrote_in_between"


def _sent(reply: Reply) -> tuple[str, str, str]:
    return reply.answer_id, reply.content_hash, reply.language


def _failed(decision: Decision) -> list[str]:
    return [check.name for check in decision.checks if not check.passed] or list(decision.reasons[:1])


def _released(session: Session, reply: Reply, decision: Decision, stamp: Stamp) -> Released:
    text = decision.suggestions[0].text
    if not release_reply(session, reply, text, stamp.at):
        raise BehindError("the reservation changed at this moment")
    data = {"by": stamp.by, "answer": reply.answer_id, "policy": reply.policy_version}
    record_event(session, Event(at=stamp.at, kind="reply.released", subject=reply.decision_id, data=data))
    kept = load_reply(session, reply.decision_id)
    return Released(reply=kept or replace(reply, state=ReplyState.RELEASED, released_at=stamp.at), decision=decision)


def _given_up(session: Session, reply: Reply, reason: str, stamp: Stamp) -> Refused:
    lapse_reply(session, reply.decision_id, reason, stamp.at)
    note_lapsed(session, (reply.decision_id,), reason, stamp)
    return _refused(reason)


def _refused(reason: str) -> Refused:
    kind, _, checks = reason.partition(":")
    detail = f"{DETAILS.get(kind, kind)}{f' ({checks})' if checks else ''}"
    return Refused(reason=reason, detail=detail)
