"""Replies without a person: release a reserved one, say what became of it, look at what awaits a verdict and at the numbers."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from serving.api.answering import answer, answer_once, json_response
from serving.api.auth import Caller, Serviced, needs
from serving.api.errors import ASKED, BODY_ONCE, documented
from serving.api.examples import json_body
from serving.api.making import stamp_of
from serving.api.reading import Received, receive_json
from serving.api.shapes import AuditsShape, OutcomeShape, ReleaseShape
from serving.automatic.deflection import report
from serving.automatic.outcomes import OutcomeEffect, take_outcome
from serving.automatic.releasing import BehindError, Refused, check_current, prepare, release, released_to_json
from serving.automatic_bodies import OutcomeBody, ReleaseBody, reply_to_json
from serving.bodies import read_json
from serving.following import follow_base, follow_control
from serving.problems import IMPOSSIBLE_OUTCOME, INVALID_REQUEST, MEDIA_TYPE, NOT_FOUND, NOT_READY, NOT_RELEASED, ProblemError
from serving.reload import follow
from serving.service import Service
from serving.store.answers import Stamp
from serving.store.decisions import load_decision
from serving.store.idempotency import Answer
from serving.store.outcomes import OutcomeError, awaiting_audit

WRITE = (*ASKED, *BODY_ONCE, NOT_FOUND)
ATTEMPTS = 3
Sends = Annotated[Caller, Depends(needs("send"))]
Judges = Annotated[Caller, Depends(needs("send", "work", "supervise"))]
Looks = Annotated[Caller, Depends(needs("work", "supervise", "report", "admin"))]

router = APIRouter(tags=["automatic replies"])


@router.post(
    "/v1/decisions/{decision_id}/release",
    openapi_extra={"requestBody": json_body(ReleaseBody)},
    responses=documented({200: {"model": ReleaseShape}}, *WRITE, NOT_RELEASED, NOT_READY),
    summary="Take a reserved reply to send it",
)
async def release_reply(decision_id: str, request: Request, service: Serviced, caller: Sends) -> Response:
    """Everything that allowed the reply is checked again; then its text is given out, once. Send it, and say what became of it."""
    received = await receive_json(request)
    return await service.in_thread(lambda: _release(service, caller, received, decision_id))


@router.post(
    "/v1/decisions/{decision_id}/outcome",
    openapi_extra={"requestBody": json_body(OutcomeBody)},
    responses=documented({200: {"model": OutcomeShape}}, *WRITE, IMPOSSIBLE_OUTCOME),
    summary="What became of a reply",
)
async def outcome(decision_id: str, request: Request, service: Serviced, caller: Judges) -> Response:
    """Sent or failed, the customer came back or complained, a person judged it right or wrong. Saying it twice changes nothing."""
    received = await receive_json(request)
    return await service.in_thread(lambda: _outcome(service, caller, received, decision_id))


@router.get("/v1/audits", responses=documented({200: {"model": AuditsShape}}, *ASKED), summary="Replies that await a verdict")
async def audits(
    service: Serviced,
    caller: Looks,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """Replies that went out, that chance drew for an audit, and that nobody has judged yet; oldest first."""
    return json_response(await service.in_thread(lambda: _audits(service, limit, cursor)))


@router.get("/v1/reports/automatic", responses=documented({200: {}}, *ASKED), summary="What automatic replies saved")
async def automatic_report(
    service: Serviced,
    caller: Annotated[Caller, Depends(needs("report", "supervise", "admin"))],
    start: Annotated[datetime | None, Query(alias="from")] = None,
    end: Annotated[datetime | None, Query(alias="to")] = None,
) -> Response:
    """Counts of replies reserved from `from` until before `to` (the last 30 days), with 95 % intervals. Silence is not counted as right."""
    until = _zoned(end) or service.clock()
    since = _zoned(start) or until - timedelta(days=30)
    if since > until:
        raise ProblemError(INVALID_REQUEST, "from: must not be later than to")
    return json_response(await service.in_thread(lambda: _report(service, since, until)))


def _release(service: Service, caller: Caller, received: Received, decision_id: str) -> Response:
    """A model or base that changes while the mail is read again is followed, and the release tried anew."""
    body = read_json(ReleaseBody, received.content)
    for _ in range(ATTEMPTS):
        try:
            return _release_once(service, caller, received, (decision_id, body))
        except BehindError as error:
            reason = str(error)
            follow(service, 0)
            follow_base(service)
            follow_control(service)
    raise ProblemError(NOT_READY, f"{reason} at this moment; nothing was released: send it again", headers={"Retry-After": "1"})


def _release_once(service: Service, caller: Caller, received: Received, asked: tuple[str, ReleaseBody]) -> Response:
    decision_id, body = asked
    prepared = prepare(service.database, service.engines.current, decision_id)
    if prepared is None:
        raise ProblemError(NOT_FOUND, "there is no decision with this id")

    def work(session: Session) -> Answer:
        stamp = stamp_of(service, caller)
        check_current(session, service.engines, prepared)
        said = release(session, prepared, stamp, wrote_in_between=body.wrote_in_between)
        if isinstance(said, Refused):
            service.metrics.count_reply("refused", said.reason)
            return _refusal(said, received.path)
        service.metrics.count_reply("released")
        return answer(released_to_json(said))

    return answer_once(service, caller, received, work)


def _refusal(refused: Refused, path: str) -> Answer:
    """Kept with what it changed, as any answer is: a problem that was raised would take the change back."""
    said = answer(ProblemError(NOT_RELEASED, f"{refused.reason}: {refused.detail}").to_json(path), NOT_RELEASED.status)
    return Answer(status=said.status, body=said.body, headers=(*said.headers, ("Content-Type", MEDIA_TYPE)))


def _outcome(service: Service, caller: Caller, received: Received, decision_id: str) -> Response:
    body = read_json(OutcomeBody, received.content)

    def work(session: Session) -> Answer:
        stamp = stamp_of(service, caller)
        effect = _effect(session, service, (decision_id, body), Stamp(by=body.by or stamp.by, at=stamp.at))
        if effect.is_new:
            service.metrics.count_reply(body.outcome)
        for group in effect.suspended:
            service.metrics.suspensions.labels(group).inc()
        said: dict[str, Any] = {"decision_id": decision_id, "outcome": body.outcome, "is_new": effect.is_new}
        return answer(said | {"suspended": list(effect.suspended), "reply": reply_to_json(effect.reply, stamp.at)})

    return answer_once(service, caller, received, work)


def _effect(session: Session, service: Service, asked: tuple[str, OutcomeBody], stamp: Stamp) -> OutcomeEffect:
    decision_id, body = asked
    try:
        effect = take_outcome(session, decision_id, body.kind, service.engines.current.bundle.certificate, stamp)
    except OutcomeError as error:
        raise ProblemError(IMPOSSIBLE_OUTCOME, str(error)) from error
    if effect is not None:
        return effect
    if load_decision(session, decision_id) is None:
        raise ProblemError(NOT_FOUND, "there is no decision with this id")
    raise ProblemError(IMPOSSIBLE_OUTCOME, "this decision sent nothing by itself; feedback on suggestions goes to /v1/suggestions")


def _audits(service: Service, limit: int, cursor: str) -> dict[str, Any]:
    with service.database.reading() as session:
        found = awaiting_audit(session, limit + 1, cursor)
    page = found[:limit]
    rows = [
        {
            "decision_id": one.decision_id,
            "topic": one.topic,
            "answer_id": one.answer_id,
            "language": one.language,
            "state": one.state.value,
            "released_at": one.released_at.isoformat() if one.released_at else None,
        }
        for one in page
    ]
    has_more = len(found) > limit
    return {"data": rows, "next_cursor": page[-1].decision_id if has_more else None, "has_more": has_more}


def _report(service: Service, start: datetime, end: datetime) -> dict[str, Any]:
    with service.database.reading() as session:
        return report(session, start, end)


def _zoned(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment
