"""`/v1/decisions` and `/v1/suggestions`: look at a decision, make it again, say what people thought of it."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from serving.api.answering import answer, answer_once, json_response
from serving.api.auth import Caller, Serviced, needs
from serving.api.errors import BODY_ONCE, KEYED, documented
from serving.api.examples import DECIDED, json_body
from serving.api.reading import Received, receive_json
from serving.api.shapes import CorrectionShape, FeedbackShape, ReplayShape
from serving.automatic_bodies import reply_to_json
from serving.bodies import CorrectionBody, FeedbackBody, read_json
from serving.bundles import Engine
from serving.problems import INVALID_REQUEST, NOT_FOUND, TEXT_PURGED, Fault, ProblemError
from serving.replay import TextPurgedError, replay
from serving.service import Service
from serving.store.decisions import StoredDecision, load_decision
from serving.store.idempotency import Answer
from serving.store.judgements import Correction, Feedback, save_correction, save_feedback
from serving.store.replies import Reply, load_reply

READ = (*KEYED, NOT_FOUND)
WRITE = (*READ, *BODY_ONCE, INVALID_REQUEST)
Reads = Annotated[Caller, Depends(needs("score", "work"))]

router = APIRouter(tags=["decisions and feedback"])


@router.get(
    "/v1/decisions/{decision_id}",
    responses=documented({200: {"content": {"application/json": {"example": DECIDED}}}}, *READ),
    summary="A stored decision",
)
async def decision(decision_id: str, service: Serviced, caller: Reads) -> Response:
    """The decision as it was given, with the moment it was made; of an automatic reply also what became of it."""
    stored, reply = await service.in_thread(lambda: (_stored(service, decision_id), _reply(service, decision_id)))
    purged = stored.text_purged_at.isoformat() if stored.text_purged_at else None
    state = {"reply": reply_to_json(reply, service.clock())} if reply else {}
    return json_response(stored.decision | {"decided_at": stored.decided_at.isoformat(), "text_purged_at": purged} | state)


@router.post(
    "/v1/decisions/{decision_id}/replay",
    responses=documented({200: {"model": ReplayShape}}, *READ, TEXT_PURGED),
    summary="Make a decision again",
)
async def replay_decision(decision_id: str, service: Serviced, caller: Reads) -> Response:
    """Decide the stored mail again, with the bundle of then when it is still there, and say what is different."""
    return await service.in_thread(lambda: _replay(service, decision_id))


@router.post(
    "/v1/suggestions/{suggestion_id}/feedback",
    status_code=201,
    openapi_extra={"requestBody": json_body(FeedbackBody)},
    responses=documented({201: {"model": FeedbackShape}}, *WRITE),
    summary="What became of a suggestion",
)
async def feedback(suggestion_id: str, request: Request, service: Serviced, caller: Reads) -> Response:
    """An agent used, edited, rejected or ignored a suggested answer. It becomes a training row at the next export."""

    def save(session: Session, body: FeedbackBody) -> dict[str, str] | None:
        said = Feedback(**body.model_dump())
        found = save_feedback(session, suggestion_id, said, caller.key_id, service.clock())
        return {"feedback_id": found} if found else None

    received = await receive_json(request)
    return await service.in_thread(lambda: _judge(service, caller, received, FeedbackBody, save))


@router.post(
    "/v1/decisions/{decision_id}/correction",
    status_code=201,
    openapi_extra={"requestBody": json_body(CorrectionBody)},
    responses=documented({201: {"model": CorrectionShape}}, *WRITE),
    summary="The right labels",
)
async def correction(decision_id: str, request: Request, service: Serviced, caller: Reads) -> Response:
    """A person says what was right. The latest correction counts; it becomes a training row at the next export."""

    def save(session: Session, body: CorrectionBody) -> dict[str, str] | None:
        said = Correction(**body.model_dump())
        found = save_correction(session, decision_id, said, caller.key_id, service.clock())
        return {"correction_id": found} if found else None

    received = await receive_json(request)
    return await service.in_thread(lambda: _judge(service, caller, received, CorrectionBody, save))


def _stored(service: Service, decision_id: str) -> StoredDecision:
    with service.database.reading() as session:
        stored = load_decision(session, decision_id)
    if stored is None:
        raise ProblemError(NOT_FOUND, "there is no decision with this id")
    return stored


def _reply(service: Service, decision_id: str) -> Reply | None:
    with service.database.reading() as session:
        return load_reply(session, decision_id)


def _replay(service: Service, decision_id: str) -> Response:
    try:
        return json_response(replay(_stored(service, decision_id), service.engines).to_json())
    except TextPurgedError as error:
        raise ProblemError(TEXT_PURGED, str(error)) from error


def _judge(
    service: Service,
    caller: Caller,
    received: Received,
    shape: type[BaseModel],
    save: Callable[[Session, Any], dict[str, str] | None],
) -> Response:
    body: Any = read_json(shape, received.content)
    _refuse_unknown_labels(body, service.engines.current)

    def work(session: Session) -> Answer:
        saved = save(session, body)
        if saved is None:
            raise ProblemError(NOT_FOUND, "there is no decision or suggestion with this id")
        return answer(saved, 201)

    return answer_once(service, caller, received, work)


def _refuse_unknown_labels(body: FeedbackBody | CorrectionBody, engine: Engine) -> None:
    taxonomy = engine.bundle.taxonomy
    known: dict[str, tuple[str | None, tuple[str, ...]]] = {
        "topic": (body.topic, taxonomy.labels),
        "urgency": (body.urgency, taxonomy.urgencies),
        "correct_answer_id": (_canonical(body.correct_answer_id, engine), tuple(engine.index.answers) if engine.index else ()),
    }
    faults = [
        Fault(f"/{name}", f"unknown: {value}; known: {', '.join(labels[:50]) or 'none'}")
        for name, (value, labels) in known.items()
        if value is not None and value not in labels
    ]
    if faults:
        raise ProblemError(INVALID_REQUEST, f"{faults[0].pointer}: {faults[0].detail}", errors=tuple(faults))


def _canonical(answer_id: str | None, engine: Engine) -> str | None:
    """The answer that an id leads to: what was merged counts as the one that stands for it."""
    if answer_id is None or engine.index is None:
        return answer_id
    return engine.index.families.root(answer_id) or answer_id
