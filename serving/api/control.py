"""Stopping automatic replies and arming them again: the kill switch, suspended groups, and what is guaranteed."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from model.risk import NoThreshold
from model.risk.thresholds import outcome_to_json
from model.watching.betting import limit
from model.watching.drift import DriftWatch
from serving.api.answering import answer, answer_once, json_response
from serving.api.auth import Caller, Serviced, needs
from serving.api.errors import BODY_ONCE, KEYED, documented
from serving.api.examples import json_body
from serving.api.making import stamp_of
from serving.api.reading import Received, receive_json
from serving.api.shapes import GuaranteeShape, SuspensionsShape, SwitchShape
from serving.automatic.control import allow_again, arm_group, stop_everything, stop_group
from serving.automatic.drifting import drift_of
from serving.automatic.watching import arm_monitors, proven_of, watch_of
from serving.automatic_bodies import SuspendBody, SwitchBody
from serving.bodies import read_json
from serving.problems import INVALID_REQUEST, NOT_FOUND, ProblemError
from serving.service import Service
from serving.store.control import Switch, read_switch
from serving.store.idempotency import Answer
from serving.store.watched import Suspension, list_suspensions, suspended_groups

WRITE = (*KEYED, *BODY_ONCE, INVALID_REQUEST)
Stops = Annotated[Caller, Depends(needs("send", "supervise", "admin"))]
Arms = Annotated[Caller, Depends(needs("admin"))]
Looks = Annotated[Caller, Depends(needs("send", "score", "supervise", "report", "admin"))]

router = APIRouter(tags=["control of automatic replies"])


@router.get("/v1/kill-switch", responses=documented({200: {"model": SwitchShape}}, *KEYED), summary="Whether everything is stopped")
async def switch(service: Serviced, caller: Looks) -> Response:
    """The kill switch, who threw it, when and why."""
    return json_response(await service.in_thread(lambda: _switch(service)))


@router.post(
    "/v1/kill-switch",
    openapi_extra={"requestBody": json_body(SwitchBody)},
    responses=documented({200: {"model": SwitchShape}}, *WRITE),
    summary="Stop all automatic replies, or allow them again",
)
async def throw(request: Request, service: Serviced, caller: Stops) -> Response:
    """On: at once, in every process, also for replies that are reserved. Off again needs the scope admin."""
    received = await receive_json(request)
    return await service.in_thread(lambda: _throw(service, caller, received))


@router.get("/v1/suspensions", responses=documented({200: {"model": SuspensionsShape}}, *KEYED), summary="Stopped groups")
async def suspensions(service: Serviced, caller: Looks) -> Response:
    """Groups without automatic replies, and those that were armed again; newest first."""
    return json_response(await service.in_thread(lambda: _suspensions(service)))


@router.post(
    "/v1/suspensions",
    status_code=201,
    openapi_extra={"requestBody": json_body(SuspendBody)},
    responses=documented({201: {"model": SuspensionsShape}}, *WRITE),
    summary="Stop a group",
)
async def suspend(request: Request, service: Serviced, caller: Stops) -> Response:
    """A topic, a group of the certificate, or `all`. At once, also for replies that are reserved."""
    received = await receive_json(request)
    return await service.in_thread(lambda: _suspend(service, caller, received))


@router.post(
    "/v1/suspensions/{group}/rearm",
    responses=documented({200: {"model": SuspensionsShape}}, *KEYED, NOT_FOUND),
    summary="Arm a group again",
)
async def rearm(group: str, service: Serviced, caller: Arms) -> Response:
    """A person looked at what happened. Its monitor begins anew, with a smaller chance of a false alarm than before."""
    return json_response(await service.in_thread(lambda: _rearm(service, caller, group)))


@router.get("/v1/guarantee", responses=documented({200: {"model": GuaranteeShape}}, *KEYED), summary="What is guaranteed")
async def guarantee(service: Serviced, caller: Looks) -> Response:
    """The certificate of the bundle that serves, group by group, and the evidence that came in since."""
    return json_response(await service.in_thread(lambda: _guarantee(service)))


def _throw(service: Service, caller: Caller, received: Received) -> Response:
    body = read_json(SwitchBody, received.content)
    if not body.on:
        caller.must_have("admin")

    def work(session: Session) -> Answer:
        change = stop_everything if body.on else allow_again
        thrown = change(session, body.reason, stamp_of(service, caller))
        service.metrics.kill_switch.set(thrown.kill_switch)
        return answer(switch_to_json(thrown))

    return answer_once(service, caller, received, work)


def _suspend(service: Service, caller: Caller, received: Received) -> Response:
    body = read_json(SuspendBody, received.content)

    def work(session: Session) -> Answer:
        if stop_group(session, body.group, body.reason, stamp_of(service, caller)):
            service.metrics.suspensions.labels(body.group).inc()
        return answer(_suspensions_to_json(list_suspensions(session)), 201)

    return answer_once(service, caller, received, work)


def _rearm(service: Service, caller: Caller, group: str) -> dict[str, Any]:
    stamp = stamp_of(service, caller)
    with service.database.writing() as session:
        if not arm_group(session, group, stamp):
            raise ProblemError(NOT_FOUND, "no group of this name is suspended; GET /v1/suspensions lists them")
        arm_monitors(session, service.engines.current.bundle, group, stamp.at)
        return _suspensions_to_json(list_suspensions(session))


def _switch(service: Service) -> dict[str, Any]:
    with service.database.reading() as session:
        return switch_to_json(read_switch(session))


def _suspensions(service: Service) -> dict[str, Any]:
    with service.database.reading() as session:
        return _suspensions_to_json(list_suspensions(session))


def _guarantee(service: Service) -> dict[str, Any]:
    engine = service.engines.current
    certificate = engine.bundle.certificate
    with service.database.reading() as session:
        switch, suspended = read_switch(session), sorted(suspended_groups(session))
        watch = watch_of(session, certificate) if certificate else None
        proven = proven_of(session, certificate) if certificate else None
        drift = drift_of(session, engine.bundle)
    said: dict[str, Any] = {
        "bundle": engine.bundle.id,
        "is_void": engine.bundle.is_void,
        "kill_switch": switch.kill_switch,
        "suspended": suspended,
        "certificate": None,
        "monitors": {},
        "proven": None,
        "drift": {},
    }
    if certificate is None or watch is None or proven is None:
        return said
    lacking = {name: outcome_to_json(found) for name, found in certificate.groups.items() if isinstance(found, NoThreshold)}
    monitors = {
        name: {"judged": one.judged, "wrong": one.wrong, "wealth": one.wealth, "limit": one.limit, "round": one.round}
        for name, one in watch.monitors.items()
    }
    proofs = {name: getattr(proven, name) for name in ("sent", "wrong", "wealth", "limit", "round")}
    told = {"monitors": monitors, "proven": proofs, "drift": _drift_to_json(drift) if drift else {}}
    return said | {"certificate": certificate.to_json(), "not_guaranteed": lacking, **told}


def _drift_to_json(drift: DriftWatch) -> dict[str, Any]:
    return {
        name: {
            "mails": test.mails,
            "wealth": test.wealth,
            "limit": limit(test.delta, test.round),
            "round": test.round,
            "alarmed_after": test.alarmed_after,
        }
        for name, test in drift.tests.items()
    }


def switch_to_json(switch: Switch) -> dict[str, Any]:
    """The kill switch as callers and commands read it."""
    return {
        "on": switch.kill_switch,
        "reason": switch.reason,
        "changed_at": switch.changed_at.isoformat() if switch.changed_at else None,
        "changed_by": switch.changed_by,
    }


def _suspensions_to_json(found: tuple[Suspension, ...]) -> dict[str, Any]:
    moments = ("since", "rearmed_at")
    rows = [asdict(one) | {name: value.isoformat() if (value := getattr(one, name)) else None for name in moments} for one in found]
    return {"data": [row | {"is_suspended": row["rearmed_at"] is None} for row in rows]}
