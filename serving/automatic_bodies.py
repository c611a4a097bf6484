"""The shapes of what callers send about automatic replies, and replies as they read them."""

from datetime import datetime
from typing import Any, Literal

from pydantic import ConfigDict, Field

from serving.bodies import Body, Short
from serving.store.outcomes import Outcome
from serving.store.replies import Reply, ReplyState


class ReleaseBody(Body):
    """What the caller knows about the moment before sending."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"wrote_in_between": False}]})

    wrote_in_between: bool = Field(default=False, description="True when customer or agent wrote in this conversation since the decision.")


class OutcomeBody(Body):
    """What became of a reply."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"outcome": "sent"}]})

    outcome: Literal["sent", "failed", "came_back", "complained", "judged_right", "judged_wrong"]
    by: Short | None = Field(default=None, description="Who says so; without it the API key.")

    @property
    def kind(self) -> Outcome:
        """The domain type."""
        return Outcome(self.outcome)


class SwitchBody(Body):
    """Stop all automatic replies, or allow them again."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"on": True, "reason": "wrong delivery times in two replies"}]})

    on: bool
    reason: Short = Field(min_length=1)


class SuspendBody(Body):
    """Stop the automatic replies of a group."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"group": "order.status", "reason": "the carrier is on strike"}]})

    group: Short = Field(min_length=1, max_length=200, description="A group of the certificate, a topic, or `all`.")
    reason: Short = Field(min_length=1)


def reply_to_json(reply: Reply, now: datetime) -> dict[str, Any]:
    """What became of a reply so far, without its text. `action_now` is what the decision amounts to at this moment."""
    late = reply.state is ReplyState.RESERVED and reply.reserved_until <= now
    state = ReplyState.LAPSED if late else reply.state
    is_suggestion = state in (ReplyState.LAPSED, ReplyState.HELD_OUT)
    return {
        "state": state.value,
        "reason": "expired" if late else reply.reason,
        "action_now": "suggest" if is_suggestion else "auto_reply",
        "groups": list(reply.groups),
        "audit": reply.audit,
        "reserved_until": reply.reserved_until.isoformat(),
        "released_at": reply.released_at.isoformat() if reply.released_at else None,
        "ended_at": reply.ended_at.isoformat() if reply.ended_at else None,
    }
