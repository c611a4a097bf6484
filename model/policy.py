"""What the operator wants: thresholds, modes, queues, rules and automatic replies, read from TOML and named by their content."""

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from data.taxonomy import Mode, Taxonomy, Topic
from model.deciding.automatic import Automatic
from model.deciding.policy_values import PolicyError, flag, inner_share, name, names, only_known, positive, share, table, whole
from model.deciding.rules import Rule, rules_from_json

__all__ = ["Policy", "PolicyError", "TopicRule"]

DEFAULT_ROUTED = ("critical",)
MOST_HOURS = 24 * 366
DEFAULT_SLA_HOURS = {"critical": 1.0, "high": 8.0, "normal": 24.0, "low": 72.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicRule:
    """What the policy changes for one topic; None keeps what the taxonomy and the rest of the policy say.

    alpha, delta: the promise that is wanted for this topic by itself.
    never_auto: forbids automatic replies; what the taxonomy forbids, no policy allows.
    required_slots: facts that must be known before anything is answered automatically, whether the answer names them or not.
    """

    mode: Mode | None = None
    queue: str | None = None
    threshold: float | None = None
    alpha: float | None = None
    delta: float | None = None
    never_auto: bool = False
    required_slots: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Rules of one installation over its taxonomy.

    topic_threshold: least probability of a topic, below which people sort the mail themselves.
    answer_threshold: least probability of an answer that is worth showing.
    route_urgencies: urgencies that go to people at once.
    sla_hours: hours until an answer is due, by urgency.
    automatic: the promise and the limits of automatic replies. rules: what an administrator adds to the models.
    """

    taxonomy: Taxonomy
    topic_threshold: float = 0.5
    answer_threshold: float = 0.05
    max_suggestions: int = 5
    route_urgencies: tuple[str, ...] = DEFAULT_ROUTED
    sla_hours: Mapping[str, float] = field(default_factory=lambda: dict(DEFAULT_SLA_HOURS))
    topics: Mapping[str, TopicRule] = field(default_factory=dict)
    automatic: Automatic = field(default_factory=Automatic)
    rules: tuple[Rule, ...] = ()

    @classmethod
    def default(cls, taxonomy: Taxonomy) -> "Policy":
        """Suggest everywhere, send nothing."""
        return cls(taxonomy=taxonomy)

    @classmethod
    def load(cls, path: Path, taxonomy: Taxonomy) -> "Policy":
        """Read a TOML file over a taxonomy.

        Raises:
            PolicyError: unreadable, an unknown key or topic, a value out of range.
        """
        try:
            document = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError) as error:  # besides no TOML and no UTF-8: a number of 5,000 digits, 1,000 brackets
            raise PolicyError(f"{path}: {error}") from error
        try:
            return cls.from_json(document, taxonomy)
        except PolicyError as error:
            raise PolicyError(f"{path}: {error}") from error

    @classmethod
    def from_json(cls, value: Mapping[str, Any], taxonomy: Taxonomy) -> "Policy":
        """Check and build a policy from plain types.

        Raises:
            PolicyError: an unknown key or topic, a value of the wrong kind or out of range.
        """
        only_known("unknown key", value, {item.name for item in fields(cls)} - {"taxonomy"})
        return cls(taxonomy=taxonomy, **{key: _checked(key, item, taxonomy) for key, item in value.items()})

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types, without the taxonomy; `from_json` gives an equal policy again."""
        plain = {key: value for key, value in asdict(self).items() if key != "taxonomy"}
        return {**plain, "automatic": self.automatic.to_json(), "rules": [rule.to_json() for rule in self.rules]}

    @property
    def version(self) -> str:
        """Names the content of the policy and of its taxonomy."""
        content = json.dumps([self.to_json(), self.taxonomy.sha256], sort_keys=True)
        return "pol@" + hashlib.sha256(content.encode()).hexdigest()[:12]

    def mode(self, topic: Topic) -> Mode:
        """How far automation may go for a topic."""
        return self.rule(topic).mode or topic.mode

    def queue(self, topic: Topic) -> str:
        """Where people find mails of a topic."""
        return self.rule(topic).queue or topic.queue

    def threshold(self, topic: Topic) -> float:
        """Least probability at which a topic is believed."""
        own = self.rule(topic).threshold
        return self.topic_threshold if own is None else own

    def alpha(self, topic: Topic | None) -> float:
        """The share of wrong replies that is accepted for a topic."""
        own = self.rule(topic).alpha if topic else None
        return self.automatic.alpha if own is None else own

    def delta(self, topic: Topic | None) -> float:
        """The doubt about that share which is accepted."""
        own = self.rule(topic).delta if topic else None
        return self.automatic.delta if own is None else own

    def wants_own_promise(self, topic: Topic) -> bool:
        """True when a promise about all topics together is not enough for this one."""
        return self.rule(topic).alpha is not None or self.rule(topic).delta is not None

    def is_never_auto(self, topic: Topic) -> bool:
        """True for what policy or taxonomy forbid, and for a topic with a legal deadline: a person has to answer those."""
        return self.rule(topic).never_auto or topic.never_auto or topic.statutory_deadline_days is not None

    def rule(self, topic: Topic) -> TopicRule:
        """What the policy says of one topic."""
        return self.topics.get(topic.label, TopicRule())


def _checked(key: str, value: Any, taxonomy: Taxonomy) -> Any:
    """One top-level key."""
    match key:
        case "topic_threshold" | "answer_threshold":
            return share(key, value)
        case "max_suggestions":
            return whole(key, value, 1, 50)
        case "route_urgencies":
            return _urgencies(key, names(key, value), taxonomy)
        case "sla_hours":
            hours = table(key, value)
            _urgencies(key, tuple(hours), taxonomy)
            return {urgency: positive(f"{key}.{urgency}", one, MOST_HOURS) for urgency, one in hours.items()}
        case "topics":
            only_known("topics: unknown topic", table(key, value), taxonomy.labels)
            return {label: _topic_rule(f"topics.{label}", rule) for label, rule in value.items()}
        case "automatic":
            return Automatic.from_json(value, taxonomy)
        case _:
            return rules_from_json(value, taxonomy)


def _urgencies(key: str, given: tuple[str, ...], taxonomy: Taxonomy) -> tuple[str, ...]:
    # The names of the default scale stay allowed: the default policy has them over any taxonomy.
    only_known(f"{key}: unknown urgency", set(given) - set(DEFAULT_SLA_HOURS), taxonomy.urgencies)
    return given


def _topic_rule(key: str, value: Any) -> TopicRule:
    given = table(key, value)
    only_known(f"{key}: unknown key", given, (item.name for item in fields(TopicRule)))
    return TopicRule(**{kind: _checked_of_topic(f"{key}.{kind}", kind, item) for kind, item in given.items() if item is not None})


def _checked_of_topic(key: str, kind: str, value: Any) -> Any:
    match kind:
        case "mode":
            if value not in tuple(Mode):
                raise PolicyError(f"{key} must be one of {', '.join(Mode)}")
            return Mode(value)
        case "queue":
            return name(key, value)
        case "threshold":
            return share(key, value)
        case "alpha" | "delta":
            return inner_share(key, value)
        case "never_auto":
            return flag(key, value)
        case _:
            return names(key, value)
