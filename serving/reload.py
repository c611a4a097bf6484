"""One reload reaches every worker: it raises a number in the database that all of them watch."""

from serving.bundles import Engine, EngineError
from serving.logs import EVENTS
from serving.service import Service
from serving.store.state import Event, bump_generation, model_generation, record_event

POLL_SECONDS = 1.0


def reload_everywhere(service: Service) -> Engine:
    """Load in this process first; only a model that loads is announced to the others.

    Raises:
        EngineError: it cannot be loaded; nothing changes anywhere.
    """
    now = service.clock()
    engine = _load(service)
    with service.database.writing() as session:
        generation = bump_generation(session, engine.bundle.id, now)
        data = {"generation": generation}
        record_event(session, Event(at=now, kind="model.reloaded", subject=engine.bundle.id, data=data))
    service.engines.generation = generation
    service.metrics.generation.set(generation)
    return engine


def generation_behind(service: Service) -> int:
    """How many generations this process is behind the one that was announced."""
    with service.database.reading() as session:
        return max(0, model_generation(session) - service.engines.generation)


def follow(service: Service, tried: int) -> int:
    """Load again when another process announced a newer generation that was not tried yet; the newest one tried."""
    with service.database.reading() as session:
        wanted = model_generation(session)
    if wanted <= max(tried, service.engines.generation):
        return tried
    try:
        _load(service)
    except EngineError:
        return wanted
    service.engines.generation = wanted
    service.metrics.generation.set(wanted)
    return wanted


def _load(service: Service) -> Engine:
    try:
        engine = service.engines.reload()
    except EngineError as error:
        service.metrics.reloads.labels("refused").inc()
        EVENTS.error("the new model was refused; the old one keeps serving", extra={"reason": str(error)})
        raise
    service.metrics.reloads.labels("loaded").inc()
    EVENTS.info("model loaded", extra={"bundle": engine.bundle.id})
    return engine
