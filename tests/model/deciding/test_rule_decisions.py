"""Rules and models together: the rule wins, both are recorded, and a rule never causes an automatic reply."""

from datetime import timedelta
from typing import Any

import pytest

from data.taxonomy import Mode
from model.context import Arrival, Context
from model.deciding.automatic import Automatic
from model.deciding.rules import Condition, Effect, Rule
from model.decision import Action, Decision
from model.policy import TopicRule
from model.records import decision_to_json, differences
from model.understanding import Novelty, Ranking
from tests.factories import NOW, make_mail
from tests.model.decisions import answered, automatic_policy, certified, make_urgency

ANA = Condition(sender=("ana@example.com",))


def ruled(*then: Effect, when: Condition = ANA, context: Context | None = None, **said: Any) -> Decision:
    """A decision under one rule for each effect."""
    rules = tuple(Rule(name=f"rule-{number}", when=when, then=effect) for number, effect in enumerate(then, start=1))
    return answered(context=context, circumstances=certified(policy=automatic_policy(rules=rules)), **said)


def test_a_rule_gives_the_topic_and_the_model_keeps_its_own_words() -> None:
    record = decision_to_json(ruled(Effect(topic="billing")))
    assert (record["topic"]["label"], record["topic"]["probability"], record["queue"]) == ("billing", 0.06, "billing-desk")
    assert record["topic"]["ranking"][0] == {"label": "delivery", "probability": 0.9}
    assert record["rules"] == [{"name": "rule-1", "sets": [{"field": "topic", "rule": "billing", "model": "delivery", "applied": True}]}]
    assert "rule:rule-1" in record["reasons"]


def test_a_topic_by_rule_is_believed_where_the_model_was_not_sure() -> None:
    unsure = Ranking.of(["delivery", "billing", "returns"], [0.4, 0.35, 0.25])
    assert answered(topic=unsure).reasons == ("topic_uncertain",)
    decision = ruled(Effect(topic="delivery"), topic=unsure)
    assert (decision.action, decision.queue) == (Action.SUGGEST, "delivery-desk")


def test_a_rule_gives_the_urgency_and_with_it_the_deadline_and_the_way() -> None:
    critical = ruled(Effect(urgency="critical"))
    assert (critical.action, critical.reasons[0]) == (Action.ROUTE, "urgency:critical")
    assert critical.deadline is not None
    assert critical.deadline.due_at == NOW + timedelta(hours=1)
    record = decision_to_json(critical)
    assert (record["urgency"]["label"], record["urgency"]["probability"]) == ("critical", 0.01)
    assert record["rules"][0]["sets"] == [{"field": "urgency", "rule": "critical", "model": "normal", "applied": True}]


def test_a_rule_gives_the_queue_alone() -> None:
    decision = ruled(Effect(queue="vip"))
    assert (decision.queue, decision.topic, decision.action) == ("vip", "delivery", Action.AUTO_REPLY)
    record = decision_to_json(decision)
    assert record["rules"][0]["sets"] == [{"field": "queue", "rule": "vip", "model": "delivery-desk", "applied": True}]


def test_of_two_rules_the_first_wins_and_the_second_is_recorded_as_not_applied() -> None:
    record = decision_to_json(ruled(Effect(queue="a"), Effect(queue="b", never_auto=True)))
    assert record["queue"] == "a"
    assert [(one["field"], one["applied"]) for one in record["rules"][1]["sets"]] == [("queue", False), ("never_auto", True)]


@pytest.mark.parametrize("effect", [Effect(topic="delivery"), Effect(urgency="low"), Effect(queue="vip")])
def test_a_rule_never_makes_automatic_what_would_not_have_been(effect: Effect) -> None:
    for said in (
        {"answer_probability": 0.5},
        {"novelty": Novelty(score=1.0, is_novel=True)},
        {"urgency": make_urgency("critical")},
        {"topic": Ranking.of(["billing", "delivery"], [0.9, 0.05])},
        {"topic": Ranking.of(["delivery", "billing"], [0.4, 0.3])},
    ):
        assert ruled(effect, **said).action is not Action.AUTO_REPLY


def test_a_rule_may_agree_with_the_model_and_then_nothing_is_withheld() -> None:
    assert ruled(Effect(topic="delivery", urgency="low")).action is Action.AUTO_REPLY


def test_machine_mail_is_parked_whatever_a_rule_says() -> None:
    rule = Rule(name="r", when=ANA, then=Effect(queue="vip", topic="billing"))
    mail = make_mail(headers=(("auto-submitted", "auto-replied"),))
    decision = answered(mail, circumstances=certified(policy=automatic_policy(rules=(rule,))))
    assert (decision.action, decision.queue) == (Action.PARK, "vip")


def test_a_rule_for_a_mailbox_reads_how_the_mail_came_in() -> None:
    vip = Condition(mailbox=("vip",))
    assert ruled(Effect(queue="gold"), when=vip, context=Context(arrival=Arrival(mailbox="vip"))).queue == "gold"
    assert ruled(Effect(queue="gold"), when=vip).queue == "delivery-desk"


def test_the_mode_of_the_topic_that_a_rule_gave_counts() -> None:
    rule = Rule(name="r", when=ANA, then=Effect(topic="billing"))
    topics = {"delivery": TopicRule(mode=Mode.AUTO), "billing": TopicRule(mode=Mode.OFF)}
    policy = automatic_policy(rules=(rule,), topics=topics, automatic=Automatic(holdout_share=0.0))
    decision = answered(circumstances=certified(policy=policy))
    assert (decision.action, decision.reasons) == (Action.ROUTE, ("topic_mode:off", "rule:r"))


def test_another_rule_is_a_difference() -> None:
    old, new = decision_to_json(answered()), decision_to_json(ruled(Effect(queue="delivery-desk")))
    assert differences(old, new) == ("reasons", "rules")
