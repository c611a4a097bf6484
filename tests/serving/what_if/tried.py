"""Mails that were tried, with everything that does not matter filled in."""

from typing import Any

from model.deciding.circumstances import Versions
from model.decision import Action
from serving.what_if.result import THEN, Result
from serving.what_if.trying import Done, Missed, Tried
from tests.serving.conftest import NOW

VERSIONS = Versions(model="b1", policy="pol@new", answers="kb@1", index="kb@1")


def make_tried(number: int, action: Action = Action.SUGGEST, **rest: Any) -> Tried:
    """A mail about orders that was suggested an answer before."""
    known: dict[str, Any] = {
        "id": f"dec_{number}",
        "at": NOW,
        "topic": "order.status",
        "queue": "orders",
        "stopped_by": "" if action is Action.AUTO_REPLY else "mode",
        "held_out": False,
        "audit": False,
        "is_right": None,
        "before": Done(action="suggest", queue="orders"),
    }
    return Tried(action=action, **(known | rest))


def make_result(*mails: Tried | Missed) -> Result:
    """These mails counted."""
    result = Result(versions=VERSIONS, compared_with=THEN)
    for one in mails:
        result.add(one)
    return result
