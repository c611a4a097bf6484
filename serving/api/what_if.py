"""`/v1/policy/what-if`: stored mails decided again under another policy; nothing is stored and nothing sent."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from serving.api.answering import json_response
from serving.api.auth import Caller, Serviced, needs
from serving.api.errors import BODY, KEYED, documented
from serving.api.policy import policy_of
from serving.api.reading import receive_json
from serving.api.shapes import Shape, VersionsShape
from serving.bodies import Body, Moment, Short, read_json
from serving.problems import INVALID_POLICY, INVALID_REQUEST, Fault, ProblemError
from serving.service import Service
from serving.what_if.result import THEN, Result, remarks_on
from serving.what_if.stored import StoredArchive
from serving.what_if.trying import Terms, Trial, try_out, under_policy

MOST = 2_000

router = APIRouter(tags=["policy"])


class WhatIfBody(Body):
    """A policy, and the time whose decisions are made again."""

    model_config = ConfigDict(
        populate_by_name=True,
        json_schema_extra={
            "examples": [
                {"policy": {"topics": {"store.hours": {"mode": "auto"}}}, "from": "2026-11-14T00:00:00Z", "to": "2026-11-21T00:00:00Z"}
            ]
        },
    )

    policy: dict[str, Any] = Field(description="The keys of docs/policy.md, as in `PUT /v1/policy`.")
    start: Annotated[Moment, Field(alias="from", description="The first moment that counts.")]
    end: Annotated[Moment, Field(alias="to", description="The first moment that does not count any more.")]
    limit: int = Field(default=MOST, ge=1, le=MOST, description="More decisions than this are refused.")
    kill_switch: bool = Field(default=False, description="As if it were thrown.")
    suspended: list[Short] = Field(default=[], max_length=1_000, description="As if these groups were stopped.")
    without_budgets: bool = Field(default=False, description="Spend no budget: what qualifies, not what goes out.")


class WhatIfShape(Shape):
    """What would happen; docs/what-if.md explains the counts."""

    versions: VersionsShape
    all: dict[str, Any]
    topics: list[dict[str, Any]]
    missed: dict[str, Any]
    changed: dict[str, Any]
    remarks: list[str]


@router.post(
    "/v1/policy/what-if",
    openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": WhatIfBody.model_json_schema()}}}},
    responses=documented({200: {"model": WhatIfShape}}, *KEYED, *BODY, INVALID_REQUEST, INVALID_POLICY),
    summary="What another policy would have done",
)
async def what_if(request: Request, service: Serviced, caller: Annotated[Caller, Depends(needs("admin"))]) -> Response:
    """The mails of a time decided again with the bundle and the answers that serve now, budgets spent as they would have been."""
    body = read_json(WhatIfBody, (await receive_json(request)).content)
    return json_response(await service.in_thread(lambda: _tried(service, body).to_json()))


def _tried(service: Service, body: WhatIfBody) -> Result:
    if body.start >= body.end:
        raise ProblemError(INVALID_REQUEST, "from: must be before to", errors=(Fault("/from", "must be before to"),))
    current = service.engines.current
    engine = under_policy(current, policy_of(body.policy, current.bundle.taxonomy))
    archive = StoredArchive.between(service.database, body.start, body.end)
    if len(archive) > body.limit:
        advice = "shorten the time, or use the command `replywell what-if`, which has no limit"
        raise ProblemError(INVALID_REQUEST, f"{len(archive):,} decisions in that time, more than {body.limit:,}: {advice}")
    terms = Terms(kill_switch=body.kill_switch, suspended=frozenset(body.suspended), unlimited=body.without_budgets)
    result = Result(versions=engine.versions, compared_with=THEN)
    for one in try_out(archive, Trial(engine, terms)):
        result.add(one)
    result.remarks = remarks_on(result)
    return result
