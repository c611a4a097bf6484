"""`/v1/search` for agents and `/public/v1/search` for customers: one index, two scopes."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from serving.api.answering import json_response
from serving.api.auth import Caller, Serviced, needs
from serving.api.errors import ASKED, documented
from serving.problems import INVALID_REQUEST, NOT_FOUND, TOO_MANY, UNAVAILABLE, ProblemError
from serving.searching import LONGEST_QUERY, Question, remember, result_to_json, search
from serving.service import Service
from serving.store.searches import SearchScope

Typed = Annotated[str, Query(min_length=1, max_length=LONGEST_QUERY, description="the question, as typed")]
Name = Annotated[str | None, Query(max_length=255)]
Limit = Annotated[int, Query(ge=1, le=50)]

router = APIRouter(tags=["search"])


@router.get(
    "/v1/search",
    responses=documented({}, *ASKED, TOO_MANY),
    summary="Search the answers",
)
async def internal(
    *,
    request: Request,
    service: Serviced,
    caller: Annotated[Caller, Depends(needs("suggest", "work", "curate"))],
    q: Typed,
    language: Name = None,
    topic: Name = None,
    limit: Limit = 10,
) -> Response:
    """Answers in service, best first; never two of one cluster. A question without a good result is kept as a sign of a gap."""
    if caller.key_id is not None:
        request.app.state.interactive.spend(caller.key_id)
    question = Question(text=_searchable(q), language=language, topic=topic, limit=limit)
    return await service.in_thread(lambda: _answer(service, question))


@router.get(
    "/public/v1/search",
    responses=documented({}, NOT_FOUND, INVALID_REQUEST, TOO_MANY, UNAVAILABLE),
    summary="Search the public answers",
)
async def public(*, request: Request, service: Serviced, q: Typed, language: Name = None, topic: Name = None, limit: Limit = 5) -> Response:
    """For the web pages of customers: needs no key, gives public answers only, and few calls a minute to each address."""
    if not service.settings.public_search:
        raise ProblemError(NOT_FOUND, "the public search is switched off here")
    request.app.state.public.spend(request.client.host if request.client else "")
    question = Question(text=_searchable(q), scope=SearchScope.PUBLIC, language=language, topic=topic, limit=limit)
    return await service.in_thread(lambda: _answer(service, question))


def _searchable(text: str) -> str:
    if not text.strip() or "\0" in text:
        raise ProblemError(INVALID_REQUEST, "q: write a question")
    return text


def _answer(service: Service, question: Question) -> Response:
    result = search(question, service.engines.current, service.clock())
    remember(question, result, service.database, service.clock())
    return json_response(result_to_json(result))
