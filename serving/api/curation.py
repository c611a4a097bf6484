"""`/v1/answers/…`: what a knowledge manager decides about the base as a whole. Duplicates, contradictions, gaps, texts to mend."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from model.entry import pair_key
from serving.answer_bodies import MergeBody, VerdictBody, answer_to_json
from serving.answers.linting import linted_to_json
from serving.api.answering import answer, answer_once, json_response
from serving.api.auth import Caller, Serviced, needs
from serving.api.errors import ASKED, BODY_ONCE, documented
from serving.api.examples import json_body
from serving.api.making import stamp_of
from serving.api.reading import receive_json
from serving.bodies import read_json
from serving.checking import lint_base, lint_one, lint_to_json
from serving.following import follow_base
from serving.looking import look
from serving.problems import INVALID_REQUEST, MERGED, NOT_FOUND, ProblemError
from serving.service import Service
from serving.store.answer_merges import merge, unmerge
from serving.store.base_version import base_version
from serving.store.findings import LookedFor, load_findings
from serving.store.idempotency import Answer
from serving.store.verdicts import Verdict, save_verdict

WRITE = (*ASKED, NOT_FOUND, MERGED, *BODY_ONCE)
Curates = Annotated[Caller, Depends(needs("curate"))]
Limit = Annotated[int, Query(ge=1, le=200)]
Offset = Annotated[int, Query(ge=0, le=1_000_000)]

router = APIRouter(tags=["curation"])


@router.post("/v1/answers/duplicates", status_code=202, responses=documented({}, *ASKED), summary="Look for duplicates")
async def look_for_duplicates(service: Serviced, caller: Curates) -> Response:
    """Starts a search of the whole base beside the service; `GET` gives its result when it is done."""
    return await service.in_thread(lambda: _look(service, LookedFor.DUPLICATES))


@router.post("/v1/answers/gaps", status_code=202, responses=documented({}, *ASKED), summary="Look for gaps")
async def look_for_gaps(service: Serviced, caller: Curates) -> Response:
    """Starts a search of the last thirty days beside the service; `GET` gives its result when it is done."""
    return await service.in_thread(lambda: _look(service, LookedFor.GAPS))


@router.get("/v1/answers/duplicates", responses=documented({}, *ASKED), summary="What the last search found")
async def duplicates(*, service: Serviced, caller: Curates, kind: str = "clusters", limit: Limit = 50, offset: Offset = 0) -> Response:
    """`kind` is clusters, unsure (pairs that a person must decide) or variants (translations and paraphrases)."""
    if kind not in ("clusters", "unsure", "variants"):
        raise ProblemError(INVALID_REQUEST, f"kind: clusters, unsure or variants, not {kind[:40]!r}")
    return await service.in_thread(lambda: _page(service, (LookedFor.DUPLICATES, kind), limit, offset))


@router.get("/v1/answers/contradictions", responses=documented({}, *ASKED), summary="Answers that disagree")
async def contradictions(service: Serviced, caller: Curates, limit: Limit = 50, offset: Offset = 0) -> Response:
    """Answers to the same question that differ in a number, a date, an amount, an address or a yes and no."""
    return await service.in_thread(lambda: _page(service, (LookedFor.DUPLICATES, "contradictions"), limit, offset))


@router.get("/v1/answers/gaps", responses=documented({}, *ASKED), summary="What the base does not answer")
async def gaps(service: Serviced, caller: Curates, limit: Limit = 50, offset: Offset = 0) -> Response:
    """What customers asked without a good answer, the most work first."""
    return await service.in_thread(lambda: _page(service, (LookedFor.GAPS, "data"), limit, offset))


@router.get("/v1/answers/lint", responses=documented({}, *ASKED), summary="Texts to mend")
async def lint(service: Serviced, caller: Curates, limit: Limit = 50, offset: Offset = 0) -> Response:
    """Every answer with what is wrong with its texts; those without findings are left out."""

    def work() -> Response:
        found = lint_to_json(lint_base(service.database, service.settings, service.clock().date()))
        return json_response(found | {"data": found["data"][offset : offset + limit], "total": len(found["data"])})

    return await service.in_thread(work)


@router.get("/v1/answers/{answer_id}/lint", responses=documented({}, *ASKED, NOT_FOUND), summary="What is wrong with one text")
async def lint_answer(answer_id: str, service: Serviced, caller: Curates) -> Response:
    """The findings on the answer, or on the draft that waits beside it."""
    found = await service.in_thread(lambda: lint_one(service.database, service.settings, answer_id, service.clock().date()))
    if found is None:
        raise ProblemError(NOT_FOUND, f"there is no answer {answer_id[:100]}, or it is put away")
    return json_response(linted_to_json(found))


@router.post(
    "/v1/answers/verdicts",
    status_code=201,
    openapi_extra={"requestBody": json_body(VerdictBody)},
    responses=documented({}, *WRITE),
    summary="Decide on a pair",
)
async def verdict(request: Request, service: Serviced, caller: Curates) -> Response:
    """Two answers say the same, or do not. Every later search keeps to it."""
    received = await receive_json(request)
    body = read_json(VerdictBody, received.content)
    pair = pair_key(body.answers[0], body.answers[1])

    def work(session: Session) -> Answer:
        save_verdict(session, pair, Verdict(body.verdict), stamp_of(service, caller))
        return answer({"answers": list(pair), "verdict": body.verdict}, 201)

    return await service.in_thread(lambda: answer_once(service, caller, received, work))


@router.post(
    "/v1/answers/{answer_id}/merge",
    openapi_extra={"requestBody": json_body(MergeBody)},
    responses=documented({}, *WRITE),
    summary="Let others lead to this answer",
)
async def merge_into(answer_id: str, request: Request, service: Serviced, caller: Curates) -> Response:
    """The members keep every byte and are found no more by themselves; their texts still lead to this answer."""
    received = await receive_json(request)
    members = read_json(MergeBody, received.content).members

    def work(session: Session) -> Answer:
        stored = merge(session, answer_id, members, stamp_of(service, caller))
        return answer(answer_to_json(stored), revision=stored.revision)

    def change() -> Response:
        response = answer_once(service, caller, received, work)
        follow_base(service)
        return response

    return await service.in_thread(change)


@router.post("/v1/answers/{answer_id}/unmerge", responses=documented({}, *WRITE), summary="Take a merge back")
async def unmerge_one(answer_id: str, service: Serviced, caller: Curates) -> Response:
    """The answer is as it was before; the pair is kept apart from now on."""

    def change() -> Response:
        with service.database.writing() as session:
            stored = unmerge(session, answer_id, stamp_of(service, caller))
        follow_base(service)
        return json_response(answer_to_json(stored), revision=stored.revision)

    return await service.in_thread(change)


def _look(service: Service, what: LookedFor) -> Response:
    started = look(service, what)
    return json_response({"search": what.value, "status": "started" if started else "running"}, 202)


def _page(service: Service, part: tuple[LookedFor, str], limit: int, offset: int) -> Response:
    what, name = part
    with service.database.reading() as session:
        kept = load_findings(session, what)
        now = base_version(session)
    content: dict[str, Any] = kept.content or {}
    found = content.get(name, [])
    return json_response(
        {
            "data": found[offset : offset + limit],
            "total": len(found),
            "made_at": kept.made_at.isoformat() if kept.made_at else None,
            "made_by": kept.made_by,
            "running_since": kept.started_at.isoformat() if kept.started_at else None,
            "base_version": content.get("base_version"),
            "is_current": content.get("base_version") == now if "base_version" in content else None,
        }
    )
