"""`/v1/models`: which model serves, and its replacement without a pause."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.responses import Response

from serving.api.answering import json_response
from serving.api.auth import Caller, Serviced, needs
from serving.api.errors import KEYED, documented
from serving.api.shapes import ModelsShape
from serving.bundles import Engine, EngineError
from serving.problems import BUNDLE_REFUSED, UNAUTHORIZED, ProblemError
from serving.reload import reload_everywhere
from serving.service import Service

router = APIRouter(tags=["models"])


@router.get("/v1/models", responses=documented({200: {"model": ModelsShape}}, UNAUTHORIZED), summary="What serves now")
async def models(service: Serviced, caller: Annotated[Caller, Depends(needs())]) -> Response:
    """Bundle, encoder, topics and versions."""
    return json_response(_model(service.engines.current, service.engines.generation))


@router.post(
    "/v1/models/reload",
    responses=documented({200: {"model": ModelsShape}}, *KEYED, BUNDLE_REFUSED),
    summary="Load the configured bundle again",
)
async def reload(service: Serviced, caller: Annotated[Caller, Depends(needs("admin"))]) -> Response:
    """Builds bundle, answers and policy anew beside those that serve, then swaps. Other workers follow within two seconds."""
    return await service.in_thread(lambda: _reload(service))


def _reload(service: Service) -> Response:
    try:
        engine = reload_everywhere(service)
    except EngineError as error:
        raise ProblemError(BUNDLE_REFUSED, str(error)) from error
    return json_response(_model(engine, service.engines.generation))


def _model(engine: Engine, generation: int) -> dict[str, Any]:
    taxonomy = engine.bundle.taxonomy
    return {
        "bundle_id": engine.bundle.id,
        "generation": generation,
        "encoder": asdict(engine.encoder.reference),
        "topics": list(taxonomy.labels),
        "urgencies": list(taxonomy.urgencies),
        "languages": list(taxonomy.languages),
        "answers": len(engine.index.answers) if engine.index else 0,
        "versions": asdict(engine.versions),
        "manifest": engine.bundle.manifest,
    }
