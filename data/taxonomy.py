"""Topics in a tree and urgencies in order: what labels exist and what follows from them."""

import hashlib
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

DEFAULT_URGENCIES = ("low", "normal", "high", "critical")
DEFAULT_QUEUE = "triage"
TOPIC_KEYS = {"description", "queue", "skills", "mode", "never_auto", "statutory_deadline_days"}


class TaxonomyError(ValueError):
    """The taxonomy cannot be used; the message names the key and what is wrong with it."""


class Mode(StrEnum):
    """How far automation may go for a topic."""

    OFF = "off"
    SHADOW = "shadow"
    SUGGEST = "suggest"
    AUTO = "auto"


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One label that a mail can get. Labels are dotted paths: `returns.conditions` lies under `returns`."""

    label: str
    description: Mapping[str, str]
    queue: str = DEFAULT_QUEUE
    skills: tuple[str, ...] = ()
    mode: Mode = Mode.SUGGEST
    never_auto: bool = False
    statutory_deadline_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Taxonomy:
    """Topics, urgencies from least to most urgent, and `cost[true][predicted]` of a wrong urgency."""

    topics: tuple[Topic, ...]
    urgencies: tuple[str, ...] = DEFAULT_URGENCIES
    cost: tuple[tuple[float, ...], ...] = ()
    languages: tuple[str, ...] = ("es", "fr", "pl", "en", "de")
    default_queue: str = DEFAULT_QUEUE

    def __post_init__(self) -> None:
        """Fill in the default cost matrix and refuse what cannot work."""
        if not self.cost:
            object.__setattr__(self, "cost", step_costs(len(self.urgencies)))
        _check(self)

    @property
    def labels(self) -> tuple[str, ...]:
        """Every topic label, in the order of the file."""
        return tuple(topic.label for topic in self.topics)

    @property
    def sha256(self) -> str:
        """Fingerprint of everything in the taxonomy."""
        return hashlib.sha256(json.dumps(self.to_json(), sort_keys=True).encode()).hexdigest()

    def topic(self, label: str) -> Topic | None:
        """The topic with this label, or None when it no longer exists."""
        return next((topic for topic in self.topics if topic.label == label), None)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types; `from_json` gives an equal taxonomy again."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Taxonomy":
        """Read what `to_json` wrote."""
        topics = tuple(Topic(**{**topic, "skills": tuple(topic["skills"]), "mode": Mode(topic["mode"])}) for topic in value["topics"])
        return cls(
            topics=topics,
            urgencies=tuple(value["urgencies"]),
            cost=tuple(tuple(float(cell) for cell in row) for row in value["cost"]),
            languages=tuple(value["languages"]),
            default_queue=value["default_queue"],
        )

    @classmethod
    def from_labels(cls, labels: Sequence[str], urgencies: Sequence[str] = DEFAULT_URGENCIES) -> "Taxonomy":
        """A flat taxonomy for data that came without one: every label goes to the default queue and is only suggested."""
        topics = tuple(Topic(label=label, description={"en": label.replace("_", " ")}) for label in sorted(set(labels)))
        return cls(topics=topics, urgencies=tuple(urgencies))

    @classmethod
    def load(cls, path: Path) -> "Taxonomy":
        """Read a TOML file.

        Raises:
            TaxonomyError: unreadable TOML, an unknown key, mode or cost matrix; the message names it.
        """
        try:
            document = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise TaxonomyError(f"{path}: {error}") from error
        try:
            return _from_toml(document)
        except TaxonomyError as error:
            raise TaxonomyError(f"{path}: {error}") from error


def step_costs(size: int) -> tuple[tuple[float, ...], ...]:
    """Cost of taking one urgency for another: the number of steps between them."""
    return tuple(tuple(float(abs(true - predicted)) for predicted in range(size)) for true in range(size))


def _check(taxonomy: Taxonomy) -> None:
    labels = taxonomy.labels
    repeated = sorted({label for label in labels if labels.count(label) > 1})
    if repeated:
        raise TaxonomyError(f"topics named twice: {', '.join(repeated)}")
    size = len(taxonomy.urgencies)
    if len(set(taxonomy.urgencies)) != size or size < 2:
        raise TaxonomyError("urgencies must be at least two different names, from least to most urgent")
    if len(taxonomy.cost) != size or any(len(row) != size for row in taxonomy.cost):
        raise TaxonomyError(f"urgency.cost must be {size} rows of {size} numbers, one a pair of urgencies")
    if any(cell < 0 for row in taxonomy.cost for cell in row) or any(taxonomy.cost[i][i] != 0 for i in range(size)):
        raise TaxonomyError("urgency.cost must be zero on the diagonal and nowhere negative")


def _from_toml(document: Mapping[str, Any]) -> Taxonomy:
    unknown = set(document) - {"languages", "default_queue", "urgency", "topics"}
    if unknown:
        raise TaxonomyError(f"unknown key {', '.join(sorted(unknown))}; known: languages, default_queue, urgency, topics")
    urgency = document.get("urgency", {})
    default_queue = document.get("default_queue", DEFAULT_QUEUE)
    topics = _topics_under(document.get("topics", {}), "", {"queue": default_queue})
    if not topics:
        raise TaxonomyError("no topics: write at least two [topics.<name>] tables")
    return Taxonomy(
        topics=tuple(topics),
        urgencies=tuple(urgency.get("labels", DEFAULT_URGENCIES)),
        cost=tuple(tuple(float(cell) for cell in row) for row in urgency.get("cost", ())),
        languages=tuple(document.get("languages", ("es", "fr", "pl", "en", "de"))),
        default_queue=default_queue,
    )


def _topics_under(table: Mapping[str, Any], prefix: str, inherited: Mapping[str, Any]) -> list[Topic]:
    """Leaves of the tree; queue, skills, mode, never_auto and the deadline are inherited from above."""
    topics: list[Topic] = []
    for name, value in table.items():
        label = f"{prefix}{name}"
        if not isinstance(value, dict):
            raise TaxonomyError(f"unknown key {label}; a topic knows {', '.join(sorted(TOPIC_KEYS))}")
        own = {key: value[key] for key in TOPIC_KEYS & set(value)}
        children = {key: child for key, child in value.items() if key not in TOPIC_KEYS}
        passed_on = {**inherited, **{key: item for key, item in own.items() if key != "description"}}
        if children:
            topics += _topics_under(children, f"{label}.", passed_on)
        else:
            topics.append(_topic(label, own.get("description", {}), passed_on))
    return topics


def _topic(label: str, description: Mapping[str, str] | str, values: Mapping[str, Any]) -> Topic:
    if not description:
        raise TaxonomyError(f"topic {label} has no description")
    try:
        mode = Mode(values.get("mode", Mode.SUGGEST))
    except ValueError as error:
        raise TaxonomyError(f"topic {label}: mode must be one of {', '.join(Mode)}") from error
    return Topic(
        label=label,
        description={"en": description} if isinstance(description, str) else dict(description),
        queue=values.get("queue", DEFAULT_QUEUE),
        skills=tuple(values.get("skills", ())),
        mode=mode,
        never_auto=bool(values.get("never_auto", False)),
        statutory_deadline_days=values.get("statutory_deadline_days"),
    )
