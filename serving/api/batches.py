"""`/v1/batches`: many mails at once, decided in the background."""

import base64
import binascii
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from serving.api.answering import answer, answer_once, json_response
from serving.api.auth import Caller, Serviced, needs
from serving.api.errors import ASKED, BODY_ONCE, KEYED, documented
from serving.api.examples import json_body
from serving.api.reading import Received, receive_json
from serving.api.shapes import BatchPageShape, BatchShape
from serving.bodies import BatchBody, read_json
from serving.problems import INVALID_REQUEST, NOT_FOUND, TOO_LARGE, TOO_MANY, ProblemError
from serving.service import Service
from serving.store.batches import ItemResult, Progress, batch_page, batch_progress, create_batch
from serving.store.idempotency import Answer
from serving.worker import new_items

router = APIRouter(tags=["batches"])

Scores = Annotated[Caller, Depends(needs("score"))]


@router.post(
    "/v1/batches",
    status_code=202,
    openapi_extra={"requestBody": json_body(BatchBody)},
    responses=documented({202: {"model": BatchShape}}, *KEYED, *BODY_ONCE, INVALID_REQUEST, TOO_MANY),
    summary="Decide many mails",
)
async def create(request: Request, service: Serviced, caller: Scores) -> Response:
    """Accepts the mails and decides them in the background; `Location` says where to look. A wrong item fails alone."""
    if caller.key_id is not None:
        request.app.state.batches.spend(caller.key_id)
    received = await receive_json(request)
    response = await service.in_thread(lambda: _create(service, caller, received))
    service.batch_arrived.set()
    return response


@router.get(
    "/v1/batches/{batch_id}",
    responses=documented({200: {"model": BatchPageShape}}, *ASKED, NOT_FOUND),
    summary="How far a batch is, and its decisions",
)
async def show(
    batch_id: str,
    service: Serviced,
    caller: Scores,
    limit: Annotated[int, Query(ge=0, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=40)] = None,
) -> Response:
    """Counts, and one page of items in the order they were sent; `limit=0` gives the counts alone."""
    after = _ordinal(cursor)
    return json_response(await service.in_thread(lambda: _show(service, batch_id, after, limit)))


def _create(service: Service, caller: Caller, received: Received) -> Response:
    body = read_json(BatchBody, received.content)
    most = service.settings.max_batch_items
    if len(body.items) > most:
        raise ProblemError(TOO_LARGE, f"at most {most:,} mails a batch (setting max_batch_items), not {len(body.items):,}")
    items = new_items(body.items, may_verify="verified-sender" in caller.scopes)

    def work(session: Session) -> Answer:
        progress = create_batch(session, items, caller.key_id, service.clock())
        return answer(_batch(progress), 202, location=f"/v1/batches/{progress.id}")

    return answer_once(service, caller, received, work)


def _show(service: Service, batch_id: str, after: int, limit: int) -> dict[str, Any]:
    with service.database.reading() as session:
        progress = batch_progress(session, batch_id)
        if progress is None:
            raise ProblemError(NOT_FOUND, "there is no batch with this id")
        items = batch_page(session, batch_id, after, limit) if limit else ()
    has_more = bool(items) and items[-1].ordinal + 1 < progress.total
    return _batch(progress) | {
        "data": [_item(item) for item in items],
        "next_cursor": _cursor(items[-1].ordinal) if has_more else None,
        "has_more": has_more,
    }


def _batch(progress: Progress) -> dict[str, Any]:
    return {
        "batch_id": progress.id,
        "status": "done" if progress.is_finished else "running",
        "total": progress.total,
        "waiting": progress.waiting,
        "done": progress.done,
        "failed": progress.failed,
        "created_at": progress.created_at.isoformat(),
    }


def _item(item: ItemResult) -> dict[str, Any]:
    value: dict[str, Any] = {"ordinal": item.ordinal, "id": item.client_id, "status": item.status}
    if item.decision is not None:
        value["decision"] = item.decision
    if item.problem is not None:
        value["problem"] = item.problem
    return value


def _cursor(ordinal: int) -> str:
    return base64.urlsafe_b64encode(f"after:{ordinal}".encode()).decode()


def _ordinal(cursor: str | None) -> int:
    if cursor is None:
        return -1
    try:
        mark, _, number = base64.urlsafe_b64decode(cursor.encode()).decode().partition(":")
        if mark == "after" and number.isdecimal() and len(number) < 10:
            return int(number)
    except (ValueError, binascii.Error):
        pass
    raise ProblemError(INVALID_REQUEST, "cursor: use the next_cursor of the page before")
