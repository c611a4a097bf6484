"""Understandings and decisions as plain JSON, and what differs between two of them."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from model.deciding.control import Control
from model.decision import Decision, Suggestion
from model.understanding import Ranking, Understanding

# Two millionths; the rest is for 0.1 and 0.100002, whose difference is not exactly that in binary.
TOLERANCE = 2e-6 + 1e-9
EXACT = ("action", "reasons", "queue", "required_skills")
# Compared where both decisions have them: older ones do not.
EXACT_WHERE_KNOWN = ("rules", "guarantee", "audit", "holdout")
NUMBERS = ("probability", "score", "similarity", "margin")


def understanding_to_json(understanding: Understanding) -> dict[str, Any]:
    """What the models say, in the names of the API."""
    return {
        "language": flat(understanding.language),
        "topic": _ranking_to_json(understanding.topic) | {"margin": understanding.topic.margin},
        "urgency": {
            "label": understanding.urgency.label,
            "probability": understanding.urgency.probability,
            "ranking": _entries(understanding.urgency.ranking),
        },
        "novelty": flat(understanding.novelty),
        "second_request": flat(understanding.second_request) if understanding.second_request else None,
        "slots": [flat(slot) for slot in understanding.slots],
        "explanation": {
            "for": list(understanding.explanation.terms_for),
            "against": list(understanding.explanation.terms_against),
            "neighbours": list(understanding.explanation.neighbours),
        },
    }


def decision_to_json(decision: Decision) -> dict[str, Any]:
    """Everything needed to explain a decision and to make it again."""
    said = understanding_to_json(decision.understanding)
    known = decision.understanding
    said["topic"] |= _decided(decision.topic, known.topic) | {"threshold": decision.topic_threshold}
    deadline = decision.deadline
    if decision.ruling.urgency:
        said["urgency"] |= _decided(decision.urgency, known.urgency.ranking)
    said["urgency"] |= {"due_at": _moment(deadline.due_at) if deadline else None, "deadline_kind": deadline.kind if deadline else None}
    return said | {
        "action": decision.action.value,
        "reasons": list(decision.reasons),
        "vetoes": [flat(veto) for veto in decision.vetoes],
        "queue": decision.queue,
        "required_skills": list(decision.required_skills),
        "suggestions": [_suggestion_to_json(suggestion) for suggestion in decision.suggestions],
        "rules": list(_rules_to_json(decision)),
        "checks": [flat(check) for check in decision.checks],
        "guarantee": flat(decision.guarantee) if decision.guarantee else None,
        "audit": decision.audit,
        "holdout": decision.holdout,
        "control": decision.control.to_json(),
        "versions": flat(decision.versions),
    }


def flat(item: Any) -> dict[str, Any]:
    """The fields of a dataclass that has no other one inside: what `asdict` gives, without its copy of every value."""
    return {name: getattr(item, name) for name in item.__dataclass_fields__}


def control_of(decision: Mapping[str, Any]) -> Control:
    """Switch, suspensions and budgets of the moment of a recorded decision: what it must be made again with."""
    return Control.from_json(decision.get("control"))


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[str, ...]:
    """What is not equal between two decisions as JSON; empty when they are equal.

    Equal means: labels, rankings, action and reasons are the same and numbers agree within 2e-6. Two labels whose
    probabilities are that close may stand in either order.
    """
    found = [name for name in EXACT if old.get(name) != new.get(name)]
    found += [name for name in EXACT_WHERE_KNOWN if name in old and name in new and old[name] != new[name]]
    found += ["checks"] if "checks" in old and "checks" in new and _passed(old["checks"]) != _passed(new["checks"]) else []
    found += [f"{name}.label" for name in ("topic", "urgency") if old[name]["label"] != new[name]["label"]]
    found += [f"{name}.ranking" for name in ("topic", "urgency") if not _same_ranking(old[name]["ranking"], new[name]["ranking"], "label")]
    if not _same_ranking(old.get("suggestions", []), new.get("suggestions", []), "answer_id"):
        found.append("suggestions")
    if old["language"]["code"] != new["language"]["code"]:
        found.append("language")
    if old["novelty"]["is_novel"] != new["novelty"]["is_novel"]:
        found.append("novelty")
    return tuple(found)


def _same_ranking(old: list[Mapping[str, Any]], new: list[Mapping[str, Any]], key: str) -> bool:
    if {entry[key] for entry in old} != {entry[key] for entry in new} or len(old) != len(new):
        return False
    now = {entry[key]: entry["probability"] for entry in new}
    return all(abs(entry["probability"] - now[entry[key]]) <= TOLERANCE for entry in old) and all(
        one[key] == other[key] or abs(one["probability"] - now[other[key]]) <= TOLERANCE for one, other in zip(old, new, strict=True)
    )


def _passed(checks: list[Mapping[str, Any]]) -> list[tuple[str, bool]]:
    return [(check["name"], check["passed"]) for check in checks]


def _decided(label: str | None, ranking: Ranking) -> dict[str, Any]:
    """The label that counts, with the probability that the model gives it, whoever chose it."""
    return {"label": label, "probability": next((entry.probability for entry in ranking.entries if entry.label == label), 0.0)}


def _rules_to_json(decision: Decision) -> Iterator[dict[str, Any]]:
    """Each rule that fired, with what it set beside what the models said; `applied` is false where an earlier rule had won."""
    known = decision.understanding
    model = {"topic": known.topic.label, "urgency": known.urgency.label, "queue": decision.model_queue, "never_auto": False}
    won: set[str] = set()
    for rule in decision.ruling.fired:
        sets = {name: value for name, value in asdict(rule.then).items() if value}
        said = [{"field": name, "rule": value, "model": model[name], "applied": name not in won} for name, value in sets.items()]
        won |= sets.keys()
        yield {"name": rule.name, "sets": said}


def _ranking_to_json(ranking: Ranking) -> dict[str, Any]:
    return {"label": ranking.label, "probability": ranking.probability, "ranking": _entries(ranking)}


def _entries(ranking: Ranking) -> list[dict[str, Any]]:
    return [flat(entry) for entry in ranking.entries]


def _suggestion_to_json(suggestion: Suggestion) -> dict[str, Any]:
    lists = {"missing_slots": list(suggestion.missing_slots), "attachments": [flat(file) for file in suggestion.attachments]}
    return flat(suggestion) | lists


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def probabilities(value: Any) -> Iterator[float]:
    """Every calibrated number of a decision, in document order: what two ways of asking are compared by."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            if name in NUMBERS and isinstance(item, float):
                yield item
            else:
                yield from probabilities(item)
    elif isinstance(value, list):
        for item in value:
            yield from probabilities(item)
