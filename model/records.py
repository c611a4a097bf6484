"""Understandings and decisions as plain JSON, and what differs between two of them."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from model.decision import Decision, Suggestion
from model.understanding import Ranking, Understanding

# Two millionths; the rest is for 0.1 and 0.100002, whose difference is not exactly that in binary.
TOLERANCE = 2e-6 + 1e-9
EXACT = ("action", "reasons", "queue", "required_skills")
NUMBERS = ("probability", "score", "similarity", "margin")


def understanding_to_json(understanding: Understanding) -> dict[str, Any]:
    """What the models say, in the names of the API."""
    return {
        "language": asdict(understanding.language),
        "topic": _ranking_to_json(understanding.topic) | {"margin": understanding.topic.margin},
        "urgency": {
            "label": understanding.urgency.label,
            "probability": understanding.urgency.probability,
            "ranking": _entries(understanding.urgency.ranking),
        },
        "novelty": asdict(understanding.novelty),
        "second_request": asdict(understanding.second_request) if understanding.second_request else None,
        "slots": [asdict(slot) for slot in understanding.slots],
        "explanation": {
            "for": list(understanding.explanation.terms_for),
            "against": list(understanding.explanation.terms_against),
            "neighbours": list(understanding.explanation.neighbours),
        },
    }


def decision_to_json(decision: Decision) -> dict[str, Any]:
    """Everything needed to explain a decision and to make it again."""
    said = understanding_to_json(decision.understanding)
    said["topic"]["threshold"] = decision.topic_threshold
    deadline = decision.deadline
    said["urgency"] |= {"due_at": _moment(deadline.due_at) if deadline else None, "deadline_kind": deadline.kind if deadline else None}
    return said | {
        "action": decision.action.value,
        "reasons": list(decision.reasons),
        "vetoes": [asdict(veto) for veto in decision.vetoes],
        "queue": decision.queue,
        "required_skills": list(decision.required_skills),
        "suggestions": [_suggestion_to_json(suggestion) for suggestion in decision.suggestions],
        "guarantee": None,
        "versions": asdict(decision.versions),
    }


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[str, ...]:
    """What is not equal between two decisions as JSON; empty when they are equal.

    Equal means: labels, rankings, action and reasons are the same and numbers agree within 2e-6. Two labels whose
    probabilities are that close may stand in either order.
    """
    found = [name for name in EXACT if old.get(name) != new.get(name)]
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


def _ranking_to_json(ranking: Ranking) -> dict[str, Any]:
    return {"label": ranking.label, "probability": ranking.probability, "ranking": _entries(ranking)}


def _entries(ranking: Ranking) -> list[dict[str, Any]]:
    return [asdict(entry) for entry in ranking.entries]


def _suggestion_to_json(suggestion: Suggestion) -> dict[str, Any]:
    value = asdict(suggestion)
    return value | {"missing_slots": list(suggestion.missing_slots), "attachments": [asdict(file) for file in suggestion.attachments]}


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
