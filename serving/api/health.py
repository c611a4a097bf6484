"""`/livez`, `/readyz`, `/metrics`, `/version`: for whatever watches over the service."""

from importlib.metadata import PackageNotFoundError, version
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from serving.api.answering import json_response
from serving.api.auth import Caller, Serviced, needs
from serving.api.errors import documented
from serving.api.shapes import HealthShape, VersionShape
from serving.following import base_behind
from serving.metrics import MEDIA_TYPE
from serving.problems import FORBIDDEN, NOT_READY, UNAUTHORIZED, ProblemError
from serving.reload import generation_behind
from serving.store.database import StoreError

router = APIRouter(tags=["health"])


def program_version() -> str:
    """The version of the installed distribution."""
    try:
        return version("replywell")
    except PackageNotFoundError:
        return "0+unknown"


@router.get("/livez", responses={200: {"model": HealthShape}}, summary="The process answers")
async def live() -> Response:
    """Does not look at anything else: a restart would not mend a database."""
    return json_response({"status": "alive"})


@router.get("/readyz", responses=documented({200: {"model": HealthShape}}, NOT_READY), summary="Mails can be decided and stored")
async def ready(service: Serviced) -> Response:
    """The bundle is of the generation that was asked for last, the index at the base's version, and the database can be reached."""
    try:
        behind = await service.in_thread(lambda: generation_behind(service))
        stale = await service.in_thread(lambda: base_behind(service))
    except StoreError as error:
        raise ProblemError(NOT_READY, "the database cannot be reached", headers={"Retry-After": "2"}) from error
    if behind:
        raise ProblemError(NOT_READY, "a newer model was asked for and is not loaded here", headers={"Retry-After": "2"})
    if stale:
        raise ProblemError(NOT_READY, "the answer base changed, and the index here does not follow yet", headers={"Retry-After": "1"})
    return json_response({"status": "ready"})


@router.get("/metrics", responses=documented({}, UNAUTHORIZED, FORBIDDEN), summary="Numbers for Prometheus")
async def metrics(service: Serviced, caller: Annotated[Caller, Depends(needs("report", "admin"))]) -> Response:
    """Summed over the worker processes of this machine."""
    return Response(await service.in_thread(service.metrics.render), media_type=MEDIA_TYPE)


@router.get("/version", responses={200: {"model": VersionShape}}, summary="Which program this is")
async def program() -> Response:
    """Name and version."""
    return json_response({"name": "replywell", "version": program_version()})
