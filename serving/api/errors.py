"""Every failure leaves as problem+json, and every kind has an example in the OpenAPI document."""

import json
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from serving.api.refusals import problem_of_refusal
from serving.logs import EVENTS
from serving.problems import (
    FORBIDDEN,
    INTERNAL,
    INVALID_JSON,
    INVALID_REQUEST,
    MEDIA_TYPE,
    METHOD_NOT_ALLOWED,
    NOT_FOUND,
    OTHER_REQUEST,
    STILL_RUNNING,
    TOO_LARGE,
    UNAUTHORIZED,
    UNAVAILABLE,
    UNSUPPORTED,
    Fault,
    Kind,
    ProblemError,
)
from serving.store.answers import AnswerStoreError
from serving.store.database import StoreError

PROBLEM = "#/components/schemas/ProblemShape"
Responses = dict[int | str, dict[str, Any]]
# What many routes can end with, for `documented`.
KEYED = (UNAUTHORIZED, FORBIDDEN, UNAVAILABLE)  # a call with a key
ASKED = (*KEYED, INVALID_REQUEST)  # … that has parameters
BODY = (TOO_LARGE, UNSUPPORTED, INVALID_JSON)  # a call with a JSON body
BODY_ONCE = (*BODY, STILL_RUNNING, OTHER_REQUEST)  # … that may have an Idempotency-Key


def problem_response(request: Request, problem: ProblemError) -> Response:
    """The problem as a response; `instance` is the path that was asked."""
    body = json.dumps(problem.to_json(request.url.path), ensure_ascii=False)
    return Response(body, status_code=problem.kind.status, media_type=MEDIA_TYPE, headers=dict(problem.headers))


def documented(done: Responses, *kinds: Kind) -> Responses:
    """How a call ends, for `responses=` of a route: done, or with one of these problems."""
    found = dict(done)
    for kind in kinds:
        example = ProblemError(kind, "what happened, and what to do about it").to_json("/v1/…")
        content = {MEDIA_TYPE: {"schema": {"$ref": PROBLEM}, "examples": {}}}
        entry = found.setdefault(kind.status, {"description": kind.title, "content": content})
        entry["content"][MEDIA_TYPE]["examples"][kind.name] = {"summary": kind.title, "value": example}
    return found


def answer_with_problems(app: FastAPI) -> None:
    """Replace the framework's own error answers."""
    app.add_exception_handler(ProblemError, _known)
    app.add_exception_handler(StoreError, _store)
    app.add_exception_handler(AnswerStoreError, _refused)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _parameters)
    app.add_exception_handler(Exception, _unknown)


async def _known(request: Request, error: Exception) -> Response:
    assert isinstance(error, ProblemError)
    return problem_response(request, error)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, AnswerStoreError)
    return problem_response(request, problem_of_refusal(error))


async def _store(request: Request, error: Exception) -> Response:
    EVENTS.error("the database cannot be used", exc_info=error)
    problem = ProblemError(UNAVAILABLE, "the database cannot be used now; nothing was stored", headers={"Retry-After": "2"})
    return problem_response(request, problem)


async def _http(request: Request, error: Exception) -> Response:
    """What routing itself refuses: an unknown path or method."""
    assert isinstance(error, HTTPException)
    kind = (
        METHOD_NOT_ALLOWED if error.status_code == METHOD_NOT_ALLOWED.status else NOT_FOUND if error.status_code == 404 else INVALID_REQUEST
    )
    details = {METHOD_NOT_ALLOWED: f"{request.method} is not possible here", NOT_FOUND: "there is nothing at this path; see /docs"}
    detail = details.get(kind, str(error.detail))
    return problem_response(request, ProblemError(kind, detail, headers=dict(error.headers or {})))


async def _parameters(request: Request, error: Exception) -> Response:
    """Query and path parameters of the wrong shape."""
    assert isinstance(error, RequestValidationError)
    faults = [Fault("/" + "/".join(str(part) for part in fault["loc"][1:]), fault["msg"]) for fault in error.errors()]
    return problem_response(request, ProblemError(INVALID_REQUEST, f"{faults[0].pointer[1:]}: {faults[0].detail}", errors=tuple(faults)))


async def _unknown(request: Request, error: Exception) -> Response:
    EVENTS.error("a request failed", exc_info=error)
    return problem_response(request, ProblemError(INTERNAL, "the fault is ours and was logged; nothing was stored"))
