"""Who makes a change of the answer base, and under which rules."""

from serving.answers.lifecycle import Rules
from serving.api.auth import Caller
from serving.service import Service
from serving.store.answers import Stamp


def stamp_of(service: Service, caller: Caller) -> Stamp:
    """The key of the call, now."""
    return Stamp(by=caller.key_id, at=service.clock())


def rules_of(service: Service) -> Rules:
    """What the settings demand of answers."""
    return Rules(four_eyes=service.settings.four_eyes, slots=service.settings.answer_slots)
