"""What an operator allows to be answered automatically. Every default is the cautious one."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from data.answer import DataClass
from data.taxonomy import Taxonomy
from model.deciding.policy_values import PolicyError, flag, inner_share, names, only_known, positive, share, table, whole
from model.slots import CUES

# An urgency that the model did not estimate; it is automatic only where a policy names it.
UNKNOWN_URGENCY = "unknown"
MOST_REPLIES = 1_000_000
MOST_AGE_HOURS = 24 * 366


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How many automatic replies may go out: in an hour, in a day, and to one customer in a day."""

    hour: int = 20
    day: int = 200
    customer_day: int = 1

    def left(self, name: str, counted: Mapping[str, int]) -> int | None:
        """What is left of one budget; None when nobody has counted it."""
        limit = int(getattr(self, name))
        return min(counted[name], limit) if name in counted else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Automatic:
    """The wanted promise and the limits of automatic replies.

    alpha, delta: the share of wrong replies that is accepted, and the doubt about it. A certificate that promises less does not count.
    urgencies: those that may be answered automatically; None is the lower half of the scale. `unknown` stands for no estimate at all.
    data_classes: what an answer may give away. All but `public` needs a verified customer besides.
    verified_only: nothing is answered unless the caller vouches for the customer.
    mail_attachments: answer mails that bring files too, though nobody has read those.
    slots_from_mail: slots that may be filled from the mail; the others only from the context.
    audit_share: share of automatic replies that a person judges. holdout_share: share that goes to people although it qualifies.
    least_exchangeability: a certificate whose mails changed, over time or, without dates, from those of the training, at a p-value below
    this, does not count. 0 only records it: mails that differ from the training are a reason to calibrate and none to distrust it.
    most_age_hours: a mail whose date is further from now, before or after, is not answered automatically.
    """

    alpha: float = 0.02
    delta: float = 0.05
    urgencies: tuple[str, ...] | None = None
    data_classes: tuple[DataClass, ...] = (DataClass.PUBLIC,)
    verified_only: bool = False
    mail_attachments: bool = False
    slots_from_mail: tuple[str, ...] = ()
    audit_share: float = 0.2
    holdout_share: float = 0.05
    least_exchangeability: float = 0.0
    most_age_hours: float = 48.0
    budget: Budget = field(default_factory=Budget)

    @classmethod
    def from_json(cls, value: Any, taxonomy: Taxonomy) -> "Automatic":
        """Check and build from plain types.

        Raises:
            PolicyError: an unknown key, urgency, data class or slot, a value of the wrong kind or out of range.
        """
        given = table("automatic", value)
        only_known("automatic: unknown key", given, (item.name for item in fields(cls)))
        checked = {key: _checked(f"automatic.{key}", key, item, taxonomy) for key, item in given.items()}
        return cls(**checked)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types; `from_json` gives an equal value again."""
        return {**asdict(self), "data_classes": [one.value for one in self.data_classes]}

    def allowed_urgencies(self, taxonomy: Taxonomy) -> tuple[str, ...]:
        """Urgencies that may be answered automatically."""
        scale = taxonomy.urgencies
        return scale[: len(scale) // 2] if self.urgencies is None else self.urgencies


def _checked(key: str, kind: str, value: Any, taxonomy: Taxonomy) -> Any:
    match kind:
        case "alpha" | "delta":
            return inner_share(key, value)
        case "audit_share" | "holdout_share" | "least_exchangeability":
            return share(key, value)
        case "most_age_hours":
            return positive(key, value, MOST_AGE_HOURS)
        case "verified_only" | "mail_attachments":
            return flag(key, value)
        case "urgencies":
            return None if value is None else _known_names(key, "urgency", value, (*taxonomy.urgencies, UNKNOWN_URGENCY))
        case "data_classes":
            return tuple(DataClass(one) for one in _known_names(key, "data class", value, tuple(DataClass)))
        case "slots_from_mail":
            return _known_names(key, "slot without a closed pattern", value, tuple(CUES))
        case _:
            return _budget(key, value)


def _known_names(key: str, what: str, value: Any, known: tuple[str, ...]) -> tuple[str, ...]:
    given = names(key, value)
    only_known(f"{key}: {what if what.startswith('slot') else f'unknown {what}'}", given, known)
    return given


def _budget(key: str, value: Any) -> Budget:
    given = table(key, value)
    known = [item.name for item in fields(Budget)]
    only_known(f"{key}: unknown key", given, known)
    budget = Budget(**{name: whole(f"{key}.{name}", number, 0, MOST_REPLIES) for name, number in given.items()})
    if budget.hour > budget.day or budget.customer_day > budget.day:
        raise PolicyError(f"{key}: day must be at least hour and customer_day, not {budget.day}")
    return budget
