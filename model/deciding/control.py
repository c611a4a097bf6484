"""What holds at one moment for everything that is sent automatically, beside the policy: switches, suspensions, what is left of budgets."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# The group that stands for every automatic reply.
ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """Facts of the service that a decision rests on; a decision records them, so that it can be made again.

    kill_switch: true stops everything. suspended: groups that an alarm or a person has stopped; `all` is everything.
    budget_left: replies that may still go out, by the names of `Budget`; one that is not here has not been counted and allows nothing.
    """

    kill_switch: bool = False
    suspended: frozenset[str] = frozenset()
    budget_left: Mapping[str, int] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types."""
        return {"kill_switch": self.kill_switch, "suspended": sorted(self.suspended), "budget_left": dict(self.budget_left)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any] | None) -> "Control":
        """Read what `to_json` wrote; of a decision without it nothing is known, and nothing allowed."""
        if value is None:
            return cls()
        return cls(kill_switch=value["kill_switch"], suspended=frozenset(value["suspended"]), budget_left=dict(value["budget_left"]))
