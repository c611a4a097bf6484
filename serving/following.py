"""A process follows the answer base and the policy: at once after a change made here, within a second after one made elsewhere."""

from model.policy import PolicyError
from serving.logs import EVENTS
from serving.service import Service
from serving.store.control import read_switch


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


def follow_control(service: Service) -> bool:
    """Take over the policy that counts, and show the kill switch; False when the policy is the same.

    Deciding does not wait for this: it reads both where it records.
    """
    with service.database.reading() as session:
        service.metrics.kill_switch.set(read_switch(session).kill_switch)
    try:
        moved = service.engines.follow_policy(service.database)
    except PolicyError as error:  # made for another taxonomy: nothing is sent by itself until a model comes that it fits
        EVENTS.error("the policy does not fit the model that serves", extra={"reason": str(error)})
        return False
    if moved:
        EVENTS.info("policy followed", extra={"version": service.engines.current.versions.policy})
    return moved
