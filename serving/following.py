"""The search index of a process follows the answer base: at once after a change made here, within a second after one made elsewhere."""

from serving.logs import EVENTS
from serving.service import Service


def follow_base(service: Service) -> bool:
    """Take over what changed in the base since the index was made; False when nothing did."""
    moved = service.engines.follow_base(service.database)
    if moved:
        service.metrics.base_version.set(service.engines.base_version)
        EVENTS.info("answer base followed", extra={"version": service.engines.current.versions.index})
    return moved


def base_behind(service: Service) -> bool:
    """Whether the base has changes that this process does not serve yet."""
    return service.engines.is_behind(service.database)
