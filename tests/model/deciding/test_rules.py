"""Rules of an administrator: when they fire, which wins, and what is wrong with them."""

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.deciding.rules import Condition, Effect, Rule, Ruling, rule_on, rules_from_json
from model.policy import PolicyError
from tests.factories import TOPICS, make_mail, make_taxonomy

TAXONOMY = make_taxonomy()
ANY = Effect(queue="there")


def fires(when: Condition, mailbox: str | None = "support", **mail: Any) -> bool:
    """Whether a rule with this condition fires."""
    return bool(rule_on((Rule(name="r", when=when, then=ANY),), make_mail(**mail), mailbox).fired)


@pytest.mark.parametrize(
    ("when", "mail", "fired"),
    [
        (Condition(sender=("ANA@example.com",)), {}, True),
        (Condition(sender=("ana@example.com", "ben@example.com")), {"sender": "ben@example.com"}, True),
        (Condition(sender=("ana@example.co",)), {}, False),
        (Condition(sender=("ana@example.com",)), {"sender": None}, False),
        (Condition(domain=("example.com",)), {}, True),
        (Condition(domain=("Example.com",)), {"sender": "ana@mail.example.com"}, True),
        (Condition(domain=("example.com",)), {"sender": "ana@notexample.com"}, False),
        (Condition(domain=("example.com",)), {"sender": None}, False),
        (Condition(mailbox=("Support",)), {}, True),
        (Condition(mailbox=("sales",)), {}, False),
        (Condition(keyword=("parcel",)), {}, True),
        (Condition(keyword=("PARCEL", "lawyer")), {}, True),
        (Condition(keyword=("parcels",)), {}, False),
        (Condition(keyword=("reclamacion",)), {"text": "Es una RECLAMACIÓN."}, True),
        (Condition(keyword=("Reklamation",)), {"text": "Dies ist eine Reklamation!"}, True),
        (Condition(keyword=("skarga do sądu",)), {"text": "skarga\ndo sadu"}, True),
        (Condition(keyword=("lawyer",)), {"text": "fine", "body": "fine\n> my lawyer wrote"}, False),
        (Condition(keyword=("parcel",), domain=("example.com",)), {}, True),
        (Condition(keyword=("parcel",), domain=("other.example",)), {}, False),
    ],
)
def test_a_rule_fires_when_every_kind_of_condition_holds(when: Condition, mail: dict[str, Any], fired: bool) -> None:
    assert fires(when, **mail) is fired


def test_without_a_mailbox_no_mailbox_matches() -> None:
    assert not fires(Condition(mailbox=("support",)), mailbox=None)


def test_a_keyword_is_literal_and_never_a_pattern() -> None:
    assert not fires(Condition(keyword=("p.rcel",)))
    assert not fires(Condition(keyword=("parcel|lawyer",)))


def test_the_first_rule_that_sets_a_field_wins_it_and_all_that_fired_are_named() -> None:
    everybody = Condition(domain=("example.com",))
    rules = (
        Rule(name="other", when=Condition(domain=("other.example",)), then=Effect(queue="nowhere")),
        Rule(name="first", when=everybody, then=Effect(topic="billing")),
        Rule(name="second", when=everybody, then=Effect(topic="returns", queue="desk", never_auto=True)),
        Rule(name="third", when=everybody, then=Effect(queue="late", urgency="high")),
    )
    ruling = rule_on(rules, make_mail(), None)
    assert ruling == Ruling(topic="billing", urgency="high", queue="desk", fired=rules[1:])


EFFECTS = st.builds(Effect, topic=st.sampled_from([None, *TOPICS]), queue=st.sampled_from([None, "a", "b"]), never_auto=st.booleans())
CONDITIONS = st.sampled_from([Condition(domain=("example.com",)), Condition(keyword=("parcel",)), Condition(keyword=("lawyer",))])


@given(st.lists(st.tuples(CONDITIONS, EFFECTS), max_size=6))
def test_a_later_rule_never_changes_what_an_earlier_one_set(pairs: list[tuple[Condition, Effect]]) -> None:
    rules = tuple(Rule(name=str(number), when=when, then=then) for number, (when, then) in enumerate(pairs))
    for cut in range(len(rules)):
        before, after = rule_on(rules[:cut], make_mail(), None), rule_on(rules, make_mail(), None)
        assert before.topic in (None, after.topic)
        assert before.queue in (None, after.queue)
        assert before.fired == after.fired[: len(before.fired)]


def test_a_thousand_rules_over_a_long_mail_take_linear_time() -> None:
    rules = tuple(Rule(name=str(n), when=Condition(keyword=(f"word{n} " + "a " * 20,)), then=ANY) for n in range(1_000))
    started = time.monotonic()
    assert rule_on(rules, make_mail(text="a " * 100_000), None).fired == ()
    assert time.monotonic() - started < 4.0


FULL = [
    {"name": "Lawyers", "when": {"keyword": ["lawyer", "Anwalt"]}, "then": {"topic": "billing", "never_auto": True}},
    {"name": "Key account", "when": {"domain": "big.example", "mailbox": ["support"]}, "then": {"urgency": "high", "queue": "vip"}},
]


def test_json_gives_equal_rules_again() -> None:
    rules = rules_from_json(FULL, TAXONOMY)
    assert rules[1] == Rule(
        name="Key account", when=Condition(domain=("big.example",), mailbox=("support",)), then=Effect(urgency="high", queue="vip")
    )
    assert rules_from_json(json.loads(json.dumps([rule.to_json() for rule in rules])), TAXONOMY) == rules


def rule(**rest: Any) -> list[dict[str, Any]]:
    """One rule, otherwise in order."""
    return [{"name": "r", "when": {"sender": "a@b.example"}, "then": {"queue": "q"}, **rest}]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (5, "rules must be a list"),
        ({"name": "r"}, "rules must be a list"),
        (FULL * 501, "rules must be a list of at most 1000"),
        ([5], r"rules\[1\] must be a table"),
        ([{"when": {}, "then": {}}], r"rules\[1\].name must be a name of at most 200 characters on one line, not None"),
        (rule(name=" "), r"rules\[1\].name must be a name"),
        (rule(note="x"), r"rules\[1\]: unknown key note; known: name, then, when"),
        (FULL + FULL, "rules: 'Lawyers' is the name of two rules"),
        (rule(when={}), "rules.r.when needs at least one of sender, domain, keyword, mailbox"),
        (rule(when={"subject": "x"}), "rules.r.when: unknown key subject; known: domain, keyword, mailbox, sender"),
        (rule(when={"keyword": ["ok", "?!"]}), "rules.r.when.keyword must name something"),
        (rule(when={"keyword": [], "sender": "a@b.example"}), "rules.r.when.keyword must name something"),
        (rule(when={"keyword": 5}), "rules.r.when.keyword must be a list of names, not 5"),
        (rule(then={}), "rules.r.then needs at least one of topic, urgency, queue, never_auto"),
        (rule(then={"action": "auto_reply"}), "rules.r.then: unknown key action"),
        (rule(then={"topic": "parcels"}), "rules.r.then: unknown topic parcels; known: billing, delivery, returns"),
        (rule(then={"urgency": "panic"}), "rules.r.then: unknown urgency panic"),
        (rule(then={"queue": " "}), "rules.r.then.queue must be a name"),
        (rule(then={"never_auto": 1}), "rules.r.then.never_auto must be true or false"),
        (rule(then={"never_auto": False}), "rules.r.then.never_auto can only be true"),
    ],
)
def test_a_fault_is_one_line_that_names_the_rule(given: Any, says: str) -> None:
    with pytest.raises(PolicyError, match=f"^{says}") as raised:
        rules_from_json(given, TAXONOMY)
    assert "\n" not in str(raised.value)
