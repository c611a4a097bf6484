"""A certificate says for whom it speaks, and comes back from its file as it was."""

import json
from dataclasses import replace

import pytest

from model.risk.certificate import Certificate, Method, Scope
from model.risk.target import RiskError, Target
from model.risk.thresholds import Lack, NoThreshold, Outcome, Threshold

SENDS = Threshold(value=0.9, accepted=400, errors=2, coverage=0.8, p_value=0.01, upper_bound=0.015)
WAITS = NoThreshold(reason=Lack.TOO_FEW_LABELS, labels_still_needed=30, accepted=10, errors=0)


def make_certificate(scope: Scope = Scope.TOPIC) -> Certificate:
    groups: dict[str, Outcome] = {"all": SENDS} if scope is Scope.ALL else {"cards": SENDS, "loans": WAITS}
    return Certificate(
        target=Target(alpha=0.02, delta=0.05),
        scope=scope,
        groups=groups,
        calibrated_on=500,
        data="f00d",
        score="score@1",
        answers={"a-1": "hash-1"},
        exchangeability=0.4,
        made_at="2026-01-05T09:00:00Z",
    )


@pytest.mark.parametrize("scope", [Scope.ALL, Scope.TOPIC])
def test_comes_back_from_its_file(scope: Scope) -> None:
    certificate = make_certificate(scope)
    assert Certificate.from_json(json.loads(json.dumps(certificate.to_json()))) == certificate


def test_a_promise_for_all_looks_comes_back_from_its_file_and_one_for_a_single_look_is_written_as_ever() -> None:
    growing = replace(make_certificate(), method=Method.GROWING)
    assert Certificate.from_json(json.loads(json.dumps(growing.to_json()))) == growing
    assert "method" not in make_certificate().to_json()
    assert Certificate.from_json(make_certificate().to_json()).method is Method.ONE_LOOK


@pytest.mark.parametrize(("scope", "group"), [(Scope.ALL, "all"), (Scope.TOPIC, "cards"), (Scope.ANSWER, "a-1"), (Scope.LANGUAGE, "de")])
def test_finds_the_group_of_a_mail_by_its_scope(scope: Scope, group: str) -> None:
    certificate = replace(make_certificate(scope), groups={group: SENDS})
    assert certificate.group_of("cards", "a-1", "de") == group
    assert certificate.threshold_for("cards", "a-1", "de") == SENDS


def test_says_what_a_group_lacks() -> None:
    assert make_certificate().threshold_for("loans", "a-1", "en") == WAITS


@pytest.mark.parametrize("topic", ["weather", None])
def test_nothing_is_certified_for_a_group_that_it_does_not_name(topic: str | None) -> None:
    found = make_certificate().threshold_for(topic, "a-1", "en")
    assert found == NoThreshold(reason=Lack.NOT_CERTIFIED, labels_still_needed=None)


def test_covers_the_very_content_of_an_answer_alone() -> None:
    certificate = make_certificate()
    assert certificate.covers("a-1", "hash-1")
    assert not certificate.covers("a-1", "hash-2")
    assert not certificate.covers("a-2", "hash-1")


def test_without_a_list_of_answers_it_speaks_of_topics_alone() -> None:
    assert replace(make_certificate(), answers={}).covers("a-2", "whatever")


def test_is_certified_when_one_group_may_send() -> None:
    assert make_certificate().is_certified
    assert not replace(make_certificate(), groups={"loans": WAITS}).is_certified


@pytest.mark.parametrize(
    "change",
    [
        {"scope": "galaxy"},
        {"groups": {"cards": {"valeu": 1}}},
        {"groups": []},
        {"target": {"alpha": 2, "delta": 0.05}},
        {"colour": "red"},
        {"answers": 3},
        {"method": "guess"},
    ],
)
def test_refuses_what_is_no_certificate(change: dict[str, object]) -> None:
    with pytest.raises(RiskError):
        Certificate.from_json(make_certificate().to_json() | change)


@pytest.mark.parametrize("content", ["[]", "{}", "null"])
def test_refuses_a_file_that_holds_none(content: str) -> None:
    with pytest.raises(RiskError):
        Certificate.from_json(json.loads(content))
