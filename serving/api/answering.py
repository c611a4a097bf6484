"""Turns results into responses, and repeats the first answer when a call comes again with its Idempotency-Key."""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session
from starlette.responses import Response

from serving.api.auth import Caller
from serving.api.reading import Received
from serving.problems import OTHER_REQUEST, STILL_RUNNING, ProblemError
from serving.service import Service
from serving.store.idempotency import Answer, Call, ClaimLostError, OtherRequestError, StillRunningError, abandon, begin, finish

Work = Callable[[Session], Answer]


def json_response(value: Any, status: int = 200, revision: int | None = None) -> Response:
    """JSON as it is, without a detour over a model; a `revision` becomes its ETag."""
    headers = {} if revision is None else {"ETag": etag(revision)}
    return Response(_text(value), status_code=status, media_type="application/json", headers=headers)


def answer(value: Any, status: int = 200, location: str | None = None, *, revision: int | None = None) -> Answer:
    """A result that can be kept for repetition; a `revision` becomes its ETag."""
    named = (("Location", location), ("ETag", None if revision is None else etag(revision)))
    return Answer(status=status, body=_text(value), headers=tuple((name, value) for name, value in named if value))


def etag(revision: int) -> str:
    """A revision as HTTP names it."""
    return f'"{revision}"'


def answer_once(service: Service, caller: Caller, received: Received, work: Work) -> Response:
    """Run `work` in one transaction; a call with an Idempotency-Key that ran before gets its first answer again.

    The answer is kept in the same transaction as what the call stored: both are there or neither. A call that fails keeps
    nothing, so it can be tried again with the same key.
    """
    if received.idempotency_key is None:
        with service.database.writing() as session:
            return _response(work(session))
    begun = _begin(service, caller, received, received.idempotency_key)
    if isinstance(begun, Answer):
        return _response(begun, replayed=True)
    try:
        with service.database.writing() as session:
            result = work(session)
            finish(session, begun, result)
    except ClaimLostError as error:
        raise _still_running() from error
    except BaseException:
        with service.database.writing() as session:
            abandon(session, begun)
        raise
    return _response(result)


def _begin(service: Service, caller: Caller, received: Received, key: str) -> Answer | str:
    asked = "\n".join((received.method, received.path, received.mailbox or "", received.media_type))
    call = Call(api_key_id=caller.name, key=key, request_sha256=hashlib.sha256(asked.encode() + b"\n" + received.content).hexdigest())
    keep = timedelta(hours=service.settings.idempotency_hours)
    try:
        with service.database.writing() as session:
            return begin(session, call, keep, service.clock())
    except StillRunningError as error:
        raise _still_running() from error
    except OtherRequestError as error:
        raise ProblemError(OTHER_REQUEST, "use a new Idempotency-Key for a new request") from error


def _still_running() -> ProblemError:
    return ProblemError(STILL_RUNNING, "wait and send the same request again", headers={"Retry-After": "1"})


def _response(result: Answer, replayed: bool = False) -> Response:
    headers = dict(result.headers) | ({"Idempotent-Replayed": "true"} if replayed else {})
    return Response(result.body, status_code=result.status, media_type="application/json", headers=headers)


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
