"""`/v1/answers`: read, write, approve and retire answers. Every change names the revision that it is based on."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from data.answer import Answer as AnswerData
from data.answer import State, Visibility
from model.encoder import Vectors
from model.entry import Entry, Zone
from model.search.keys import body_text
from serving.answer_bodies import AnswerBody, RestoreBody, answer_to_json, difference_to_json, version_to_json
from serving.answers import lifecycle
from serving.answers.duplicates import pair_to_json
from serving.answers.lifecycle import Rules
from serving.api.answering import answer, answer_once, json_response
from serving.api.auth import Caller, Serviced, needs
from serving.api.errors import ASKED, BODY_ONCE, documented
from serving.api.examples import json_body
from serving.api.making import rules_of, stamp_of
from serving.api.reading import Received, receive_json, revision_of
from serving.bodies import read_json
from serving.following import follow_base
from serving.neighbours import NotBuiltError
from serving.problems import (
    FOUR_EYES,
    INVALID_ANSWER,
    INVALID_REQUEST,
    MERGED,
    NEAR_DUPLICATE,
    NO_REVISION,
    NOT_FOUND,
    NOT_NOW,
    NOT_READY,
    STALE,
    TAKEN,
    ProblemError,
)
from serving.service import Service
from serving.store.answer_versions import differences, list_versions, load_version
from serving.store.answer_writes import delete_answer
from serving.store.answers import AnswerFilter, Stamp, StoredAnswer, list_answers, load_answer
from serving.store.idempotency import Answer

READ = (*ASKED, NOT_FOUND)
CHANGE = (*READ, NO_REVISION, STALE, MERGED)
WRITE = (*CHANGE, *BODY_ONCE, INVALID_ANSWER)
Curates = Annotated[Caller, Depends(needs("curate"))]
Reads = Annotated[Caller, Depends(needs("curate", "work"))]
Name = Annotated[str | None, Query(max_length=255)]

Change = Callable[[Session, str, int, Stamp, Rules], StoredAnswer]

router = APIRouter(tags=["answers"])


@router.get("/v1/answers", responses=documented({}, *ASKED), summary="List answers")
async def listed(
    *,
    service: Serviced,
    caller: Reads,
    state: State | None = None,
    visibility: Visibility | None = None,
    topic: Name = None,
    language: Name = None,
    source: Name = None,
    merged: bool | None = None,
    has_draft: bool | None = None,
    cursor: Name = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """A page of answers in the order of their ids; `cursor` is the last id of the page before."""
    wanted = AnswerFilter(
        state=state, visibility=visibility, topic=topic, language=language, source=source, is_merged=merged, has_draft=has_draft
    )
    return await service.in_thread(lambda: _page(service, wanted, cursor or "", limit))


@router.post(
    "/v1/answers",
    status_code=201,
    openapi_extra={"requestBody": json_body(AnswerBody)},
    responses=documented({}, *WRITE, TAKEN, NEAR_DUPLICATE, NOT_READY),
    summary="Write a new answer",
)
async def create(request: Request, service: Serviced, caller: Curates, duplicates: str = "refuse") -> Response:
    """Keeps it as a draft. An answer that says the same is named in a 409 instead; `duplicates=keep` stores it all the same."""
    if duplicates not in ("refuse", "keep"):
        raise ProblemError(INVALID_REQUEST, f"duplicates: refuse or keep, not {duplicates[:40]!r}")
    received = await receive_json(request)
    return await service.in_thread(lambda: _create(service, caller, received, duplicates == "keep"))


@router.get("/v1/answers/{answer_id}", responses=documented({}, *READ), summary="One answer")
async def one(answer_id: str, service: Serviced, caller: Reads, follow: bool = True) -> Response:
    """The answer with its revision as ETag. One that was merged leads to its canonical answer, unless `follow=false`."""
    stored = await service.in_thread(lambda: _stored(service, answer_id))
    root = stored.answer.merged_into
    if root is not None and follow:
        return RedirectResponse(f"/v1/answers/{root}", status_code=308)
    return json_response(answer_to_json(stored), revision=stored.revision)


@router.put(
    "/v1/answers/{answer_id}",
    openapi_extra={"requestBody": json_body(AnswerBody)},
    responses=documented({}, *WRITE),
    summary="Write another text",
)
async def edit(answer_id: str, request: Request, service: Serviced, caller: Curates) -> Response:
    """Where the answer is in service, the new text waits beside it until somebody approves it."""
    revision, received = revision_of(request), await receive_json(request)

    def work(session: Session, stamp: Stamp) -> StoredAnswer:
        wanted = read_json(AnswerBody, received.content).to_answer(answer_id)
        return lifecycle.edit(session, wanted, revision, stamp, rules_of(service))

    return await service.in_thread(lambda: _change(service, caller, received, work))


@router.delete("/v1/answers/{answer_id}", status_code=204, responses=documented({}, *CHANGE), summary="Delete an answer")
async def delete(answer_id: str, request: Request, service: Serviced, caller: Curates) -> Response:
    """Removes it with all its versions. Its id is never used again."""
    revision = revision_of(request)

    def work() -> Response:
        with service.database.writing() as session:
            delete_answer(session, answer_id, revision, stamp_of(service, caller))
        service.database.reclaim()
        follow_base(service)
        return Response(status_code=204)

    return await service.in_thread(work)


@router.post("/v1/answers/{answer_id}/approve", responses=documented({}, *CHANGE, NOT_NOW, FOUR_EYES, INVALID_ANSWER), summary="Approve")
async def approve(answer_id: str, request: Request, service: Serviced, caller: Curates) -> Response:
    """Puts the waiting text in service: at once, or on its first day."""
    return await _step(answer_id, request, (service, caller), lifecycle.approve)


@router.post("/v1/answers/{answer_id}/expire", responses=documented({}, *CHANGE, NOT_NOW), summary="Take out of service")
async def expire(answer_id: str, request: Request, service: Serviced, caller: Curates) -> Response:
    """It is not suggested any more from the next moment on."""
    return await _step(answer_id, request, (service, caller), lambda *of: lifecycle.expire(*of[:4]))


@router.post("/v1/answers/{answer_id}/archive", responses=documented({}, *CHANGE, NOT_NOW), summary="Put away")
async def archive(answer_id: str, request: Request, service: Serviced, caller: Curates) -> Response:
    """For answers that nobody needs now, whatever their state."""
    return await _step(answer_id, request, (service, caller), lambda *of: lifecycle.archive(*of[:4]))


@router.get("/v1/answers/{answer_id}/versions", responses=documented({}, *READ), summary="What it said before")
async def versions(answer_id: str, service: Serviced, caller: Reads) -> Response:
    """All versions, newest first."""

    def work() -> Response:
        with service.database.reading() as session:
            found = list_versions(session, answer_id)
        if not found:
            raise ProblemError(NOT_FOUND, f"there is no answer {answer_id[:100]}")
        return json_response({"data": [version_to_json(version) for version in found]})

    return await service.in_thread(work)


@router.get("/v1/answers/{answer_id}/versions/{before}/diff/{after}", responses=documented({}, *READ), summary="Compare versions")
async def diff(answer_id: str, before: int, after: int, service: Serviced, caller: Reads) -> Response:
    """The fields in which two versions differ."""

    def work() -> Response:
        with service.database.reading() as session:
            found = [load_version(session, answer_id, number) for number in (before, after)]
        if found[0] is None or found[1] is None:
            raise ProblemError(NOT_FOUND, "there is no such version of this answer")
        return json_response({"data": [difference_to_json(one) for one in differences(found[0].answer, found[1].answer)]})

    return await service.in_thread(work)


@router.post(
    "/v1/answers/{answer_id}/restore",
    openapi_extra={"requestBody": json_body(RestoreBody)},
    responses=documented({}, *WRITE),
    summary="Bring an earlier text back",
)
async def restore(answer_id: str, request: Request, service: Serviced, caller: Curates) -> Response:
    """As a new version, which is approved like any other edit."""
    revision, received = revision_of(request), await receive_json(request)

    def work(session: Session, stamp: Stamp) -> StoredAnswer:
        version = read_json(RestoreBody, received.content).version
        return lifecycle.restore(session, answer_id, version, revision, stamp)

    return await service.in_thread(lambda: _change(service, caller, received, work))


def _stored(service: Service, answer_id: str) -> StoredAnswer:
    with service.database.reading() as session:
        stored = load_answer(session, answer_id)
    if stored is None:
        raise ProblemError(NOT_FOUND, f"there is no answer {answer_id[:100]}")
    return stored


def _page(service: Service, wanted: AnswerFilter, after: str, limit: int) -> Response:
    with service.database.reading() as session:
        found = list_answers(session, wanted, after, limit + 1)
    page = found[:limit]
    more = len(found) > limit
    data: list[Any] = [answer_to_json(stored) for stored in page]
    return json_response({"data": data, "next_cursor": page[-1].answer.id if more else None, "has_more": more})


def _create(service: Service, caller: Caller, received: Received, keep: bool) -> Response:
    wanted = read_json(AnswerBody, received.content).to_answer()
    with service.database.reading() as session:
        lifecycle.check(session, wanted, rules_of(service))
    similar, vectors = ([], {}) if keep else _similar(service, wanted)

    def work(session: Session) -> Answer:
        stored = lifecycle.create(session, wanted, stamp_of(service, caller), rules_of(service))
        service.neighbours.keep(session, vectors)
        body = answer_to_json(stored) | {"similar": similar}
        return answer(body, 201, f"/v1/answers/{stored.answer.id}", revision=stored.revision)

    response = answer_once(service, caller, received, work)
    follow_base(service)
    return response


def _similar(service: Service, wanted: AnswerData) -> tuple[list[dict[str, Any]], Mapping[str, Vectors]]:
    """Answers that a person should compare with the new one, and vectors to keep with it; one that says the same refuses it."""
    entries = [
        Entry(id="", language=variant.language, topic=wanted.topic, title=variant.title, body=body_text(variant))
        for variant in wanted.variants
    ]
    try:
        verdict, vectors = service.neighbours.check(entries)
    except NotBuiltError as error:
        detail = "the duplicate check is being prepared; try again, or send duplicates=keep"
        raise ProblemError(NOT_READY, detail, headers={"Retry-After": "5"}) from error
    if verdict.zone is Zone.ATTACH:
        found = verdict.similar[0].right
        raise ProblemError(NEAR_DUPLICATE, f"answer {found} says the same: use or edit that one, or send duplicates=keep")
    return [pair_to_json(pair) for pair in verdict.similar] if verdict.zone is Zone.ASK else [], vectors


async def _step(answer_id: str, request: Request, who: tuple[Service, Caller], step: Change) -> Response:
    service, caller = who
    revision = revision_of(request)

    def work() -> Response:
        with service.database.writing() as session:
            stored = step(session, answer_id, revision, stamp_of(service, caller), rules_of(service))
        follow_base(service)
        return json_response(answer_to_json(stored), revision=stored.revision)

    return await service.in_thread(work)


def _change(service: Service, caller: Caller, received: Received, work: Callable[[Session, Stamp], StoredAnswer]) -> Response:
    def kept(session: Session) -> Answer:
        stored = work(session, stamp_of(service, caller))
        return answer(answer_to_json(stored), revision=stored.revision)

    response = answer_once(service, caller, received, kept)
    follow_base(service)
    return response
