"""The composition root: plugs settings, database, models and routes together into one ASGI application."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from anyio import CapacityLimiter
from fastapi import FastAPI
from threadpoolctl import threadpool_limits

from serving.answers.index import version_number
from serving.answers.starter import is_untouched, take_over
from serving.api import (
    answers,
    automatic,
    batches,
    control,
    curation,
    decisions,
    docs,
    health,
    models,
    policy,
    search,
    transfer,
    understand,
    what_if,
)
from serving.api.access import Access
from serving.api.errors import answer_with_problems
from serving.api.examples import body_schemas
from serving.api.limits import Budget
from serving.api.reading import BodyLimit
from serving.automatic.policies import adopt_policy
from serving.bundles import Engine, EngineLoader, Engines
from serving.following import follow_base, follow_control
from serving.gathering import GatheringReader
from serving.logs import EVENTS, log_to_standard_error
from serving.metrics import Metrics
from serving.neighbours import Neighbours
from serving.reload import POLL_SECONDS, follow
from serving.service import THREADS, THREADS_WHEN_GATHERING, Clock, Service, utc_now
from serving.settings import Settings, load_settings
from serving.store.database import Database, StoreError
from serving.store.state import model_generation
from serving.worker import BatchWorker, Repeated, answer_dates, daily_purge, drift_watch, neighbours_follow, reply_times

RETRY_POLLS = 30
# A request that shares its process with background work gives up the interpreter often; by default it waits 5 ms each time to get it back.
SWITCH_SECONDS = 0.0005


def from_environment() -> FastAPI:
    """The application of a worker process: settings come from the file and the environment that `serve` prepared."""
    settings = load_settings()
    log_to_standard_error(settings.log_level)
    return create_app(build_service(settings))


def build_service(settings: Settings, clock: Clock = utc_now) -> Service:
    """Open the database and load the models.

    Raises:
        EngineError: the bundle, the answers or the policy cannot be used.
        StoreError: the database cannot be used.
    """
    threadpool_limits(limits=1)  # one thread of arithmetic a process: more processes beat more threads
    sys.setswitchinterval(SWITCH_SECONDS)
    database = Database.connect(settings.database_url.get_secret_value())
    if database.is_sqlite:
        database.migrate()
    database.check()
    with database.reading() as session:
        generation = model_generation(session)
    metrics = Metrics()
    loader = EngineLoader(settings, metrics, database)
    if is_untouched(database):
        take_over(database, loader.load_answers(), clock(), settings.answers / "files" if settings.answers else None)
    engine = adopt_policy(loader.load(), database, clock())
    metrics.generation.set(generation)
    metrics.base_version.set(version_number(engine.versions.index))
    return Service(
        settings=settings,
        database=database,
        engines=Engines(loader, engine, generation),
        neighbours=Neighbours(database, engine.encoder),
        metrics=metrics,
        clock=clock,
        limiter=CapacityLimiter(_threads(engine)),
    )


def create_app(service: Service) -> FastAPI:
    """All routes over one service."""
    app = FastAPI(
        title="Replywell",
        version=health.program_version(),
        summary="Reads customer mail: topic, urgency, the approved answer, and whether a person must see it.",
        lifespan=_lifespan,
        docs_url=None,  # the framework's page loads its scripts from elsewhere; ours is plain
        redoc_url=None,
        separate_input_output_schemas=False,
    )
    app.state.service = service
    app.state.interactive = Budget(service.settings.rate_per_minute)
    app.state.batches = Budget(service.settings.batch_rate_per_minute)
    app.state.public = Budget(service.settings.public_rate_per_minute)
    answer_with_problems(app)
    app.add_middleware(BodyLimit, max_bytes=service.settings.max_body_bytes)
    app.add_middleware(Access, metrics=service.metrics)
    sending = (automatic, control, policy, what_if)
    for resource in (understand, batches, decisions, *sending, transfer, curation, answers, search, models, health, docs):
        app.include_router(resource.router)
    _document(app)
    return app


def _threads(engine: Engine) -> int:
    return THREADS_WHEN_GATHERING if isinstance(engine.reader, GatheringReader) else THREADS


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Background work of a process lives as long as the application: batches, following reloads, the daily purge."""
    service: Service = app.state.service
    repeated = (daily_purge, answer_dates, neighbours_follow, reply_times, drift_watch)
    workers: list[BatchWorker | Repeated] = [BatchWorker(service), *(work(service) for work in repeated)]
    stopping = asyncio.Event()
    following = [asyncio.create_task(follow_up(service, stopping)) for follow_up in (_follow_models, _follow_base)]
    for worker in workers:
        worker.start()
    yield
    stopping.set()  # not cancelled: their threads would still use the database after it was closed
    await asyncio.gather(*following, return_exceptions=True)
    for worker in workers:
        worker.stop()
    service.database.close()


async def _next_look(stopping: asyncio.Event) -> bool:
    """Wait for the time of the next look; False when the application ends."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stopping.wait(), POLL_SECONDS)
    return not stopping.is_set()


async def _follow_base(service: Service, stopping: asyncio.Event) -> None:
    while await _next_look(stopping):
        try:
            await asyncio.to_thread(follow_base, service)
            await asyncio.to_thread(service.engines.rebuild_index)
        except StoreError as error:
            EVENTS.warning("cannot look at the answer base", extra={"reason": str(error)})
        except Exception:  # the task must survive: the old index keeps serving, and the next look tries again
            EVENTS.error("the answer base could not be followed", exc_info=True)


async def _follow_models(service: Service, stopping: asyncio.Event) -> None:
    tried, polls = 0, 0
    while await _next_look(stopping):
        polls += 1
        seen = 0 if polls % RETRY_POLLS == 0 else tried
        try:
            tried = await asyncio.to_thread(follow, service, seen)
            await asyncio.to_thread(follow_control, service)
        except StoreError as error:
            EVENTS.warning("cannot look for a newer model", extra={"reason": str(error)})


def _document(app: FastAPI) -> None:
    """Complete the OpenAPI document: bodies that are read by hand, and the keys."""
    generated = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = generated()
            components = document.setdefault("components", {})
            components.setdefault("schemas", {}).update(body_schemas())
            _leave_out_framework_errors(document)
            components["securitySchemes"] = {
                "key": {"type": "http", "scheme": "bearer", "description": "`rw_…`, from `replywell create-key`"}
            }
            document["security"] = [{"key": []}]
        return app.openapi_schema or {}

    app.openapi = openapi  # type: ignore[method-assign]


def _leave_out_framework_errors(document: dict[str, Any]) -> None:
    """Parameters of the wrong shape are answered with our problems, not with the framework's own."""
    for path in document["paths"].values():
        for call in path.values():
            framework = "HTTPValidationError" in str(call["responses"].get("422"))
            if framework:
                del call["responses"]["422"]
    for name in ("HTTPValidationError", "ValidationError"):
        document["components"]["schemas"].pop(name, None)
