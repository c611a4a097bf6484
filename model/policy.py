"""What the operator wants: thresholds, modes and queues, read from TOML and named by their content."""

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from data.taxonomy import Mode, Taxonomy, Topic

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
    route_urgencies: tuple[str, ...] = ("critical",)
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
        topics = value.get("topics", {})
        _refuse(set(topics) - set(taxonomy.labels), "unknown topic", set(taxonomy.labels))
        _refuse(set(value.get("route_urgencies", ())) - set(taxonomy.urgencies), "unknown urgency", set(taxonomy.urgencies))
        try:
            rules = {label: _rule(label, rule) for label, rule in topics.items()}
            given = {**value, "topics": rules}
            if "route_urgencies" in given:
                given["route_urgencies"] = tuple(given["route_urgencies"])
            policy = cls(taxonomy=taxonomy, **given)
            _check_ranges(policy)
        except (TypeError, AttributeError) as error:
            raise PolicyError(str(error)) from error
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
    return TopicRule(**{**value, "mode": mode})


def _refuse(names: set[str], what: str, known: set[str]) -> None:
    if names:
        raise PolicyError(f"{what} {', '.join(sorted(names))}; known: {', '.join(sorted(known))}")


def _check_ranges(policy: Policy) -> None:
    shares = {"topic_threshold": policy.topic_threshold, "answer_threshold": policy.answer_threshold}
    shares |= {f"topics.{label}.threshold": rule.threshold for label, rule in policy.topics.items() if rule.threshold is not None}
    for name, share in shares.items():
        if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
            raise PolicyError(f"{name} must be a number from 0 to 1, not {share!r}")
    if not isinstance(policy.max_suggestions, int) or not 1 <= policy.max_suggestions <= 50:
        raise PolicyError(f"max_suggestions must be a whole number from 1 to 50, not {policy.max_suggestions!r}")
    for urgency, hours in policy.sla_hours.items():
        if isinstance(hours, bool) or not isinstance(hours, int | float) or hours <= 0:
            raise PolicyError(f"sla_hours.{urgency} must be a positive number, not {hours!r}")
