"""`/v1/classify`, `/v1/suggest`, `/v1/score`: what the models say about a mail, and what is decided."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from serving import pipeline
from serving.api.answering import answer, answer_once, json_response
from serving.api.auth import Caller, Serviced, needs
from serving.api.errors import BODY, KEYED, documented
from serving.api.examples import CLASSIFIED, DECIDED, SUGGESTED, mail_body
from serving.api.reading import Received, receive_mail
from serving.bodies import MailBody, raw_mail, read_json
from serving.mail_request import MailRequest
from serving.problems import EMPTY_MAIL, INVALID_MAIL, INVALID_REQUEST, OTHER_REQUEST, STILL_RUNNING, TOO_MANY
from serving.service import Service
from serving.store.idempotency import Answer

PROBLEMS = (*KEYED, *BODY, INVALID_REQUEST, INVALID_MAIL, EMPTY_MAIL, TOO_MANY)
MAIL = {"requestBody": mail_body()}

router = APIRouter(tags=["understand and decide"])


def _ok(example: dict[str, Any]) -> dict[int | str, dict[str, Any]]:
    return {200: {"description": "Done", "content": {"application/json": {"example": example}}}}


@router.post("/v1/classify", openapi_extra=MAIL, responses=documented(_ok(CLASSIFIED), *PROBLEMS), summary="Topic and urgency")
async def classify(request: Request, service: Serviced, caller: Annotated[Caller, Depends(needs("classify"))]) -> Response:
    """Language, topic, urgency and novelty of a mail. Nothing is stored."""
    received = await _within_budget(request, service, caller)
    return await service.in_thread(lambda: json_response(pipeline.classify(asked(received, caller), service.engines.current)))


@router.post("/v1/suggest", openapi_extra=MAIL, responses=documented(_ok(SUGGESTED), *PROBLEMS), summary="Classify, and rank answers")
async def suggest(request: Request, service: Serviced, caller: Annotated[Caller, Depends(needs("suggest"))]) -> Response:
    """What `classify` says, and the approved answers that fit, best first. Nothing is stored."""
    received = await _within_budget(request, service, caller)
    return await service.in_thread(
        lambda: json_response(pipeline.suggest(asked(received, caller), service.engines.current, service.clock()))
    )


@router.post(
    "/v1/score",
    openapi_extra=MAIL,
    responses=documented(_ok(DECIDED), *PROBLEMS, STILL_RUNNING, OTHER_REQUEST),
    summary="Decide, and keep the decision",
)
async def score(request: Request, service: Serviced, caller: Annotated[Caller, Depends(needs("score"))]) -> Response:
    """Everything about a mail: what it is about, what to answer, and whether a person must see it. The decision is stored."""
    received = await _within_budget(request, service, caller)
    return await service.in_thread(lambda: _score(service, caller, received))


async def _within_budget(request: Request, service: Service, caller: Caller) -> Received:
    if caller.key_id is not None:
        request.app.state.interactive.spend(caller.key_id)
    return await receive_mail(request)


def asked(received: Received, caller: Caller) -> MailRequest:
    """The mail of a call, JSON or raw; what it asserts must be allowed to its caller."""
    if received.is_raw_mail:
        return raw_mail(received.content, received.mailbox, api_key_id=caller.key_id)
    request = read_json(MailBody, received.content).to_request(api_key_id=caller.key_id)
    if request.context.customer.verified:
        caller.must_have("verified-sender")
    return request


def _score(service: Service, caller: Caller, received: Received) -> Response:
    request = asked(received, caller)

    def work(session: Session) -> Answer:
        decision = pipeline.score(request, session, service.engines.current, service.clock())
        service.metrics.count_decision(decision, request.source)
        return answer(decision)

    return answer_once(service, caller, received, work)
