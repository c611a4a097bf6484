"""Decisions as JSON: plain, complete, and comparable."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.parse import mail_from_fields
from model.context import Context
from model.decision import Circumstances, Versions, decide
from model.policy import Policy
from model.predictor import Predictor, nothing_to_read
from model.records import decision_to_json, differences, probabilities, understanding_to_json
from model.retriever import AnswerIndex
from model.vetoes import RULES
from tests.factories import NOW, make_mail, make_taxonomy


@pytest.fixture(scope="module")
def record(predictor: Predictor, index: AnswerIndex) -> dict[str, Any]:
    mail = mail_from_fields(subject="When will my parcel arrive?", body="My order 12345 is late. Please send the invoice again, too.")
    circumstances = Circumstances(
        policy=Policy(taxonomy=make_taxonomy(), topic_threshold=0.0, answer_threshold=0.0),
        answers=index.answers,
        versions=Versions(model="m", policy="p", answers="a", index="i"),
        now=NOW,
    )
    return decision_to_json(decide(mail, predictor.understand(mail, index), Context(), circumstances))


def changed(record: dict[str, Any], *path: str | int, to: Any) -> dict[str, Any]:
    """A copy with one value replaced."""
    other = copy.deepcopy(record)
    place: Any = other
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = to
    return other


def test_a_record_is_plain_json_and_equal_to_itself_after_a_round_trip(record: dict[str, Any]) -> None:
    again = json.loads(json.dumps(record, allow_nan=False))
    assert again == record
    assert differences(record, again) == ()


def test_a_record_holds_all_that_explains_a_decision(record: dict[str, Any]) -> None:
    assert set(record) == {
        "language", "topic", "urgency", "novelty", "second_request", "slots", "explanation", "action", "reasons", "vetoes", "queue",
        "required_skills", "suggestions", "rules", "checks", "guarantee", "audit", "holdout", "control", "versions",
    }  # fmt: skip
    assert record["urgency"]["due_at"].endswith("Z")
    assert len(record["vetoes"]) == len(RULES)
    assert record["slots"] == [{"name": "order_number", "text": "12345", "source": "mail"}]
    assert len(record["suggestions"]) > 1
    assert record["guarantee"] is None


def test_nothing_read_is_recorded_too() -> None:
    mail = make_mail(subject="", text="")
    circumstances = Circumstances(
        policy=Policy(taxonomy=make_taxonomy()), answers={}, versions=Versions(model="m", policy="p", answers="a", index="i"), now=NOW
    )
    record = decision_to_json(decide(mail, nothing_to_read(), Context(), circumstances))
    assert json.loads(json.dumps(record)) == record
    assert (record["topic"]["label"], record["urgency"]["due_at"]) == (None, None)
    assert understanding_to_json(nothing_to_read())["novelty"] == {"score": 1.0, "is_novel": True}


@pytest.mark.parametrize(
    ("path", "to", "named"),
    [
        (("action",), "park", "action"),
        (("reasons",), ["other"], "reasons"),
        (("queue",), "other", "queue"),
        (("required_skills",), ["de"], "required_skills"),
        (("topic", "label"), "other", "topic.label"),
        (("urgency", "label"), "other", "urgency.label"),
        (("topic", "ranking", 0, "label"), "other", "topic.ranking"),
        (("topic", "ranking"), [], "topic.ranking"),
        (("suggestions",), [], "suggestions"),
        (("suggestions", 0, "answer_id"), "other", "suggestions"),
        (("language", "code"), "xx", "language"),
        (("novelty", "is_novel"), "maybe", "novelty"),
    ],
)
def test_what_changed_is_named_in_both_directions(record: dict[str, Any], path: tuple[str | int, ...], to: Any, named: str) -> None:
    other = changed(record, *path, to=to)
    assert differences(record, other) == differences(other, record) == (named,)


@given(first=st.integers(3, 999_997), steps=st.integers(-5, 5))
def test_probabilities_may_differ_by_two_millionths(first: int, steps: int) -> None:
    old = make_record([("a", first / 1e6)])
    new = make_record([("a", (first + steps) / 1e6)])
    assert (differences(old, new) == ()) == (abs(steps) <= 2)


@pytest.mark.parametrize(("second", "equal"), [(0.400000, False), (0.499998, True), (0.499997, False)])
def test_neighbours_may_change_places_only_when_they_are_that_close(second: float, equal: bool) -> None:
    old = make_record([("a", 0.5), ("b", second)])
    new = copy.deepcopy(old)
    new["topic"]["ranking"].reverse()
    assert (differences(old, new) == ()) is equal


@pytest.mark.parametrize("name", ["versions", "explanation"])
def test_what_does_not_decide_is_not_compared(record: dict[str, Any], name: str) -> None:
    assert differences(record, changed(record, name, to={})) == ()


def make_record(ranking: list[tuple[str, float]]) -> dict[str, Any]:
    """As much of a record as is compared."""
    entries = [{"label": label, "probability": probability} for label, probability in ranking]
    return {
        "topic": {"label": "a", "ranking": entries},
        "urgency": {"label": "low", "ranking": []},
        "language": {"code": "en"},
        "novelty": {"is_novel": False},
    }


def test_every_number_of_a_record_is_found_in_order() -> None:
    record = {
        "topic": {"probability": 0.5, "label": "a"},
        "list": [{"score": 2.0}, {"similarity": 0.25}],
        "sentence": 3,
        "probability": None,
    }
    assert list(probabilities(record)) == [0.5, 2.0, 0.25]
