"""What is promised: at most this error, with at least this confidence."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any


class RiskError(ValueError):
    """A bound cannot be computed or read from this; the message says what is allowed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """P(wrong | sent) ≤ alpha, and that statement itself is false with probability at most delta over the draw of the labels.

    Raises:
        RiskError: a number that is not between 0 and 1.
    """

    alpha: float
    delta: float

    def __post_init__(self) -> None:
        """Refuse what is no share."""
        shares: dict[str, Any] = {"alpha": self.alpha, "delta": self.delta}
        for name, value in shares.items():
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1:
                raise RiskError(f"{name} must be a share above 0 and below 1, such as 0.02, not {value!r}")

    def split(self, parts: int) -> "Target":
        """The target of each of `parts` statements that shall hold together with the confidence of this one (Bonferroni)."""
        return replace(self, delta=self.delta / max(parts, 1))

    def to_json(self) -> dict[str, float]:
        """Plain JSON types."""
        return {"alpha": self.alpha, "delta": self.delta}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Target":
        """The target that `to_json` wrote.

        Raises:
            RiskError: a number that is not between 0 and 1, or none at all.
        """
        try:
            return cls(alpha=value["alpha"], delta=value["delta"])
        except (KeyError, TypeError) as error:
            raise RiskError(f"a target names alpha and delta: {error}") from error
