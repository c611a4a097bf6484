"""What the operator wants: thresholds, modes and queues, read from TOML and named by their content."""

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from data.taxonomy import Mode, Taxonomy, Topic

DEFAULT_ROUTED = ("critical",)
MOST_HOURS = 24 * 366
DEFAULT_SLA_HOURS = {"critical": 1.0, "high": 8.0, "normal": 24.0, "low": 72.0}


class PolicyError(ValueError):
    """The policy cannot be used; the message names the file, the key and what is allowed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicRule:
    """What the policy changes for one topic; None keeps what the taxonomy says."""

    mode: Mode | None = None
    queue: str | None = None
    threshold: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Rules of one installation over its taxonomy.

    topic_threshold: least probability of a topic, below which people sort the mail themselves.
    answer_threshold: least probability of an answer that is worth showing.
    route_urgencies: urgencies that go to people at once.
    sla_hours: hours until an answer is due, by urgency.
    """

    taxonomy: Taxonomy
    topic_threshold: float = 0.5
    answer_threshold: float = 0.05
    max_suggestions: int = 5
    route_urgencies: tuple[str, ...] = DEFAULT_ROUTED
    sla_hours: Mapping[str, float] = field(default_factory=lambda: dict(DEFAULT_SLA_HOURS))
    topics: Mapping[str, TopicRule] = field(default_factory=dict)

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
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
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
        known = {item.name for item in fields(cls)} - {"taxonomy"}
        _refuse(set(value) - known, "unknown key", known)
        topics = _table("topics", value.get("topics", {}))
        urgencies = _names("route_urgencies", value.get("route_urgencies", DEFAULT_ROUTED))
        hours = _table("sla_hours", value.get("sla_hours", {}))
        _refuse(set(topics) - set(taxonomy.labels), "topics: unknown topic", set(taxonomy.labels))
        # The names of the default scale stay allowed: the default policy has them over any taxonomy.
        scale = {*taxonomy.urgencies, *DEFAULT_SLA_HOURS}
        _refuse(set(urgencies) - scale, "route_urgencies: unknown urgency", set(taxonomy.urgencies))
        _refuse(set(hours) - scale, "sla_hours: unknown urgency", set(taxonomy.urgencies))
        rules = {label: _rule(label, _table(f"topics.{label}", rule)) for label, rule in topics.items()}
        policy = cls(taxonomy=taxonomy, **{**value, "route_urgencies": urgencies, "topics": rules})
        _check_ranges(policy)
        return policy

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types, without the taxonomy; `from_json` gives an equal policy again."""
        return {key: value for key, value in asdict(self).items() if key != "taxonomy"}

    @property
    def version(self) -> str:
        """Names the content of the policy and of its taxonomy."""
        content = json.dumps([self.to_json(), self.taxonomy.sha256], sort_keys=True)
        return "pol@" + hashlib.sha256(content.encode()).hexdigest()[:12]

    def mode(self, topic: Topic) -> Mode:
        """How far automation may go for a topic."""
        return self._rule(topic).mode or topic.mode

    def queue(self, topic: Topic) -> str:
        """Where people find mails of a topic."""
        return self._rule(topic).queue or topic.queue

    def threshold(self, topic: Topic) -> float:
        """Least probability at which a topic is believed."""
        own = self._rule(topic).threshold
        return self.topic_threshold if own is None else own

    def _rule(self, topic: Topic) -> TopicRule:
        return self.topics.get(topic.label, TopicRule())


def _rule(label: str, value: Mapping[str, Any]) -> TopicRule:
    known = {item.name for item in fields(TopicRule)}
    _refuse(set(value) - known, f"topics.{label}: unknown key", known)
    try:
        mode = Mode(value["mode"]) if value.get("mode") is not None else None
    except ValueError as error:
        raise PolicyError(f"topics.{label}.mode must be one of {', '.join(Mode)}") from error
    queue = value.get("queue")
    if queue is not None and not (isinstance(queue, str) and queue.strip()):
        raise PolicyError(f"topics.{label}.queue must be a name, not {queue!r}")
    return TopicRule(**{**value, "mode": mode})


def _table(key: str, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise PolicyError(f"{key} must be a table of names and values, not {value!r}")
    return value


def _names(key: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(name, str) for name in value):
        raise PolicyError(f"{key} must be a list of names, not {value!r}")
    return tuple(value)


def _refuse(names: set[str], what: str, known: set[str]) -> None:
    if names:
        raise PolicyError(f"{what} {', '.join(sorted(names))}; known: {', '.join(sorted(known))}")


def _check_ranges(policy: Policy) -> None:
    shares: dict[str, Any] = {"topic_threshold": policy.topic_threshold, "answer_threshold": policy.answer_threshold}
    shares |= {f"topics.{label}.threshold": rule.threshold for label, rule in policy.topics.items() if rule.threshold is not None}
    for name, share in shares.items():
        if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
            raise PolicyError(f"{name} must be a number from 0 to 1, not {share!r}")
    most: Any = policy.max_suggestions
    if isinstance(most, bool) or not isinstance(most, int) or not 1 <= most <= 50:
        raise PolicyError(f"max_suggestions must be a whole number from 1 to 50, not {most!r}")
    targets: Mapping[str, Any] = policy.sla_hours
    for urgency, hours in targets.items():
        if isinstance(hours, bool) or not isinstance(hours, int | float) or not 0 < hours <= MOST_HOURS:
            raise PolicyError(f"sla_hours.{urgency} must be a number above 0 and up to {MOST_HOURS}, not {hours!r}")
