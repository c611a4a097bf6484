"""`/v1/policy`: what the operator wants, read and replaced as a whole; every version is kept."""

import json
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from data.taxonomy import Taxonomy
from model.policy import Policy, PolicyError
from serving.api.answering import answer, answer_once, etag, json_response
from serving.api.auth import Caller, Serviced, needs
from serving.api.errors import BODY_ONCE, KEYED, documented
from serving.api.making import stamp_of
from serving.api.reading import Received, receive_json, revision_of
from serving.api.shapes import PolicyShape
from serving.following import follow_control
from serving.problems import INVALID_JSON, INVALID_POLICY, INVALID_REQUEST, NO_REVISION, NOT_READY, STALE, ProblemError
from serving.service import Service
from serving.store.idempotency import Answer
from serving.store.policies import StalePolicyError, StoredPolicy, current_policy, put_policy

READ = (*KEYED, NOT_READY)
WRITE = (*READ, *BODY_ONCE, INVALID_REQUEST, INVALID_POLICY, STALE, NO_REVISION)
BODY = {"required": True, "content": {"application/json": {"schema": {"type": "object", "description": "docs/policy.md names the keys"}}}}

router = APIRouter(tags=["policy"])


@router.get("/v1/policy", responses=documented({200: {"model": PolicyShape}}, *READ), summary="The policy that counts")
async def show(service: Serviced, caller: Annotated[Caller, Depends(needs("score", "supervise", "report", "admin"))]) -> Response:
    """The policy with its number, which is its ETag, who wrote it and when."""
    stored = await service.in_thread(lambda: _current(service))
    return json_response(policy_to_json(stored), revision=stored.id)


@router.put(
    "/v1/policy",
    openapi_extra={"requestBody": BODY},
    responses=documented({200: {"model": PolicyShape}}, *WRITE),
    summary="Replace the policy",
)
async def put(request: Request, service: Serviced, caller: Annotated[Caller, Depends(needs("admin"))]) -> Response:
    """Counts at once in every process, for decisions and for replies that are reserved. `If-Match` names the one that was read."""
    revision, received = revision_of(request), await receive_json(request)
    return await service.in_thread(lambda: _put(service, caller, received, revision))


def policy_of(document: Mapping[str, Any], taxonomy: Taxonomy) -> Policy:
    """The policy that a caller wrote.

    Raises:
        ProblemError: it does not fit the taxonomy.
    """
    try:
        return Policy.from_json(document, taxonomy)
    except PolicyError as error:
        raise ProblemError(INVALID_POLICY, str(error)) from error


def policy_to_json(stored: StoredPolicy) -> dict[str, Any]:
    """A stored policy as callers and commands read it."""
    return {
        "id": stored.id,
        "version": stored.version,
        "policy": dict(stored.document),
        "author": stored.author,
        "at": stored.at.isoformat(),
    }


def _current(service: Service) -> StoredPolicy:
    with service.database.reading() as session:
        stored = current_policy(session)
    if stored is None:
        raise ProblemError(NOT_READY, "the service has not taken over its policy yet")
    return stored


def _put(service: Service, caller: Caller, received: Received, revision: int) -> Response:
    policy = policy_of(_document(received.content), service.engines.current.bundle.taxonomy)

    def work(session: Session) -> Answer:
        try:
            stored = put_policy(session, policy.version, policy.to_json(), stamp_of(service, caller), if_id=revision)
        except StalePolicyError as error:
            raise ProblemError(STALE, str(error), headers={"ETag": etag(error.current)}) from error
        return answer(policy_to_json(stored), revision=stored.id)

    response = answer_once(service, caller, received, work)
    follow_control(service)
    return response


def _document(content: bytes) -> Mapping[str, Any]:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ProblemError(INVALID_JSON, f"the body is not JSON: {error}") from error
    if not isinstance(document, dict):
        raise ProblemError(INVALID_REQUEST, "the body must be an object with the keys of a policy")
    return document
