"""An automatic reply needs every check, and each one alone stops it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from data.answer import AnswerAttachment, DataClass, Translation, Variant, Visibility
from data.language import LanguageGuess
from data.mail import Mail, MailAttachment
from data.taxonomy import Mode
from model.context import Context, Customer, SelfService, Thread
from model.deciding.automatic import Automatic, Budget
from model.deciding.checks import CHECKS
from model.deciding.control import Control
from model.deciding.rules import Condition, Effect, Rule
from model.decision import Action, Decision
from model.policy import TopicRule
from model.risk.certificate import Scope
from model.risk.target import Target
from model.risk.thresholds import NoThreshold
from model.understanding import Novelty, Ranking, SecondRequest, SlotValue
from tests.factories import NOW, make_answer, make_mail, make_taxonomy
from tests.model.decisions import (
    CALM,
    answered,
    automatic_policy,
    certified,
    make_certificate,
    make_match,
    make_threshold,
    make_urgency,
)

FILE = AnswerAttachment(name="form.pdf", mime="application/pdf", size=9, sha256="a" * 64)
PICTURE = MailAttachment(name="box.jpg", mime="image/jpeg", size=9, sha256="b" * 64)
ORDER = SlotValue(name="order_number", text="12345", source="mail")


def failed(decision: Decision) -> tuple[str, ...]:
    """Names of the checks that did not pass."""
    return tuple(check.name for check in decision.checks if not check.passed)


def with_rule(then: Effect) -> Decision:
    """One rule applies."""
    rule = Rule(name="r", when=Condition(sender=("ana@example.com",)), then=then)
    return answered(circumstances=certified(policy=automatic_policy(rules=(rule,))))


def with_automatic(**rest: Any) -> Decision:
    """The policy's automatic part says something else."""
    return answered(circumstances=certified(policy=automatic_policy(automatic=Automatic(**{"holdout_share": 0.0, **rest}))))


def with_topic(**rest: Any) -> Decision:
    """The policy's rule for the topic says more."""
    return answered(circumstances=certified(policy=automatic_policy(topics={"delivery": TopicRule(mode=Mode.AUTO, **rest)})))


def with_control(**rest: Any) -> Decision:
    """The service is in another state."""
    return answered(circumstances=certified(control=replace(CALM, **rest)))


def with_certificate(**rest: Any) -> Decision:
    """The certificate says something else."""
    return answered(circumstances=certified(certificate=make_certificate(**rest)))


def with_answer(**rest: Any) -> Decision:
    """The answer is another one, and certified as it is."""
    return answered(circumstances=certified(make_answer(**rest)))


def with_context(**rest: Any) -> Decision:
    """The caller knows more."""
    return answered(context=Context(**rest))


def with_header(name: str) -> Decision:
    """The mail has this header."""
    return answered(make_mail(headers=((name, "<1@example.com>"),)))


def with_statutory_deadline() -> Decision:
    """The law says when a person has to answer."""
    topics = tuple(replace(topic, statutory_deadline_days=30) for topic in make_taxonomy().topics)
    return answered(circumstances=certified(policy=automatic_policy(taxonomy=make_taxonomy(topics=topics))))


def with_two_answers(**rest: Any) -> Decision:
    """The certificate names no answers, and the topic has a second one."""
    two = (make_answer(), make_answer(id="second", **rest))
    return answered(circumstances=certified(*two, certificate=make_certificate(answers={})))


FRENCH = Variant(language="fr", title="t", body="b")
OUTDATED = Variant(language="en", title="t", body="b", translation=Translation.OUTDATED)
NOT_YET = NoThreshold(reason="too_few_labels", labels_still_needed=40)

ALONE: list[tuple[str, Callable[[], Decision]]] = [
    ("kill_switch", lambda: with_control(kill_switch=True)),
    ("suspended", lambda: with_control(suspended=frozenset({"all"}))),
    ("suspended", lambda: with_control(suspended=frozenset({"delivery"}))),
    ("mode", lambda: answered(circumstances=certified(policy=automatic_policy(topics={})))),
    ("never_auto", lambda: with_topic(never_auto=True)),
    ("never_auto", lambda: with_rule(Effect(never_auto=True))),
    ("never_auto", with_statutory_deadline),
    ("vetoes", lambda: answered(make_mail(headers=(("list-id", "<a>"),)))),
    ("sender", lambda: answered(make_mail(sender=None))),
    ("sender", lambda: answered(make_mail(sender="ana@localhost"))),
    ("follow_up", lambda: with_context(thread=Thread(is_follow_up=True))),
    ("follow_up", lambda: with_context(thread=Thread(auto_replies_sent=1))),
    ("follow_up", lambda: with_header("in-reply-to")),
    ("follow_up", lambda: with_header("references")),
    ("follow_up", lambda: answered(make_mail(subject="Re: my parcel"))),
    ("follow_up", lambda: answered(make_mail(subject="AW[2]: Paket"))),
    ("age", lambda: answered(make_mail(date=NOW - timedelta(hours=48, minutes=1)))),
    ("age", lambda: answered(make_mail(date=NOW + timedelta(days=3)))),
    ("single_request", lambda: answered(second_request=SecondRequest(topic="billing", probability=0.9, sentence=1))),
    ("mail_attachments", lambda: answered(make_mail(attachments=(PICTURE,)))),
    ("urgency", lambda: answered(urgency=make_urgency("high"))),
    ("urgency", lambda: with_rule(Effect(urgency="high"))),
    ("urgency", lambda: with_automatic(urgencies=("low",))),
    ("rule_topic", lambda: with_moved_topic()),
    ("answer", lambda: answered(matches=(make_match("gone"), make_match()))),
    ("already_shown", lambda: with_context(self_service=SelfService(answers_shown=("tracking",)))),
    ("answer_topic", lambda: with_answer(topic="billing")),
    ("answer_topic", lambda: with_answer(topic=None)),
    ("visibility", lambda: with_answer(visibility=Visibility.INTERNAL)),
    ("verified", lambda: with_automatic(verified_only=True)),
    ("verified", lambda: with_account_data(verified=False)),
    ("language", lambda: answered(language=LanguageGuess(code="es", probability=0.99))),
    ("language", lambda: answered(language=LanguageGuess(code="und", probability=0.99))),
    ("translation", lambda: with_answer(variants=(OUTDATED,))),
    ("slots", lambda: with_answer(body="Parcel {{tracking_number}}")),
    ("slots", lambda: with_topic(required_slots=("order_number",))),
    ("slots", lambda: answered(circumstances=certified(make_answer(body="{{order_number}}")), slots=(ORDER,))),
    ("slots", lambda: with_answer(body="Hello {{> greeting}}")),
    ("attachments", lambda: with_answer(attachments=(FILE,))),
    ("score_version", lambda: with_certificate(score="score@0")),
    ("score_version", lambda: answered(circumstances=certified(score=None))),
    ("exchangeability", lambda: with_automatic(least_exchangeability=0.41)),
    ("alpha", lambda: with_certificate(target=Target(alpha=0.05, delta=0.05))),
    ("alpha", lambda: with_automatic(alpha=0.01)),
    ("delta", lambda: with_automatic(delta=0.01)),
    ("scope", lambda: with_topic(alpha=0.02)),
    ("scope", lambda: with_topic(delta=0.05)),
    ("covered", lambda: answered(circumstances=certified(certificate=make_certificate(make_answer(body="older text"))))),
    ("covered", lambda: answered(circumstances=certified(certificate=make_certificate(make_answer(id="other"))))),
    ("covered", with_two_answers),
    ("score", lambda: answered(answer_probability=0.899999)),
    ("score", lambda: answered(answer_probability=None)),
    ("budget_hour", lambda: with_control(budget_left={"hour": 0, "day": 5, "customer_day": 1})),
    ("budget_day", lambda: with_control(budget_left={"hour": 5, "day": 0, "customer_day": 1})),
    ("budget_customer_day", lambda: with_control(budget_left={"hour": 5, "day": 5})),
    ("budget_hour", lambda: with_automatic(budget=Budget(hour=0))),
    ("holdout", lambda: with_automatic(holdout_share=1.0)),
]


def with_account_data(*, verified: bool) -> Decision:
    """The answer speaks of an account, which the policy allows for verified customers."""
    policy = automatic_policy(automatic=Automatic(holdout_share=0.0, data_classes=(DataClass.PUBLIC, DataClass.ACCOUNT)))
    circumstances = certified(make_answer(data_class=DataClass.ACCOUNT), policy=policy)
    return answered(context=Context(customer=Customer(verified=verified)), circumstances=circumstances)


def with_moved_topic() -> Decision:
    """A rule gives another topic, for which everything else would be in order."""
    rule = Rule(name="r", when=Condition(sender=("ana@example.com",)), then=Effect(topic="billing"))
    policy = automatic_policy(rules=(rule,), topics={"billing": TopicRule(mode=Mode.AUTO)})
    return answered(circumstances=certified(make_answer(topic="billing"), policy=policy))


def test_a_mail_that_passes_every_check_is_answered() -> None:
    decision = answered()
    assert (decision.action, decision.reasons, failed(decision)) == (Action.AUTO_REPLY, ("checks_passed",), ())
    assert decision.suggestions[0].text == "Your parcel is on its way."


@pytest.mark.parametrize(("name", "decide"), ALONE)
def test_each_check_alone_stops_the_reply_and_is_the_reason(name: str, decide: Callable[[], Decision]) -> None:
    decision = decide()
    assert failed(decision) == (name,)
    assert decision.action is Action.SUGGEST
    assert name in decision.reasons or decision.reasons == ("automatic_replies_off",)


@pytest.mark.parametrize(
    ("decide", "names"),
    [
        (lambda: answered(make_mail(subject="", text="?")), {"text"}),
        (lambda: answered(novelty=Novelty(score=0.999, is_novel=True)), {"novelty"}),
        (lambda: answered(topic=Ranking.of(["delivery", "billing"], [0.4, 0.3])), {"topic"}),
        (lambda: answered(matches=()), {"answer", "slots", "covered", "threshold", "score"}),
        (lambda: answered(circumstances=certified(certificate=None)), {"certificate", "alpha", "scope", "covered", "threshold", "score"}),
        (lambda: with_certificate(groups={"all": NOT_YET}), {"threshold", "score"}),
        (lambda: with_answer(data_class=DataClass.PERSONAL), {"data_class", "verified"}),
        (lambda: answered(topic=Ranking()), {"topic", "mode", "never_auto", "slots", "rule_topic"}),
    ],
)
def test_some_checks_fail_together(decide: Callable[[], Decision], names: set[str]) -> None:
    decision = decide()
    assert names <= set(failed(decision))
    assert decision.action in (Action.SUGGEST, Action.ROUTE)


def test_every_check_is_seen_to_stop_a_reply_in_these_tests() -> None:
    together = {"text", "novelty", "topic", "certificate", "threshold", "data_class"}
    assert {name for name, _ in CHECKS} == {name for name, _ in ALONE} | together


def test_all_checks_are_recorded_in_order_whatever_happens() -> None:
    names = tuple(name for name, _ in CHECKS)
    for decision in (answered(), answered(matches=()), answered(make_mail(headers=(("precedence", "bulk"),)))):
        assert tuple(check.name for check in decision.checks) == names


def test_a_certificate_without_answers_speaks_for_the_one_answer_of_a_topic() -> None:
    assert answered(circumstances=certified(certificate=make_certificate(answers={}))).action is Action.AUTO_REPLY
    expired = with_two_answers(valid_until=NOW.date() - timedelta(days=1))
    assert expired.action is Action.AUTO_REPLY


@pytest.mark.parametrize(
    ("scope", "group"), [(Scope.TOPIC, "delivery"), (Scope.ANSWER, "tracking"), (Scope.LANGUAGE, "en"), (Scope.ALL, "all")]
)
def test_the_group_of_the_certificate_gives_the_threshold_and_the_suspension(scope: Scope, group: str) -> None:
    certificate = make_certificate(scope=scope, groups={group: make_threshold(0.95), "other": make_threshold(0.99)})
    assert answered(circumstances=certified(certificate=certificate)).action is Action.AUTO_REPLY
    control = replace(CALM, suspended=frozenset({group}))
    assert failed(answered(circumstances=certified(certificate=certificate, control=control))) == ("suspended",)
    elsewhere = make_certificate(scope=scope, groups={"other": make_threshold()})
    assert failed(answered(circumstances=certified(certificate=elsewhere))) == ("threshold", "score")


def test_a_promise_for_each_topic_or_answer_is_enough_for_a_topic_of_its_own() -> None:
    policy = automatic_policy(topics={"delivery": TopicRule(mode=Mode.AUTO, alpha=0.02)})
    for scope, group in ((Scope.TOPIC, "delivery"), (Scope.ANSWER, "tracking")):
        certificate = make_certificate(scope=scope, groups={group: make_threshold()})
        assert answered(circumstances=certified(policy=policy, certificate=certificate)).action is Action.AUTO_REPLY


def test_an_account_answer_goes_to_a_verified_customer_where_the_policy_allows_it() -> None:
    assert with_account_data(verified=True).action is Action.AUTO_REPLY


def test_files_that_are_there_go_out() -> None:
    assert answered(circumstances=certified(make_answer(attachments=(FILE,)), files=frozenset({FILE.sha256}))).action is Action.AUTO_REPLY


def test_slots_are_filled_from_the_context_or_where_the_policy_says_so_from_the_mail() -> None:
    answer = make_answer(body="{{order_number}}")
    by_caller = answered(context=Context(slots=(("order_number", "77"),)), circumstances=certified(answer))
    assert (by_caller.action, by_caller.suggestions[0].text) == (Action.AUTO_REPLY, "77")
    policy = automatic_policy(automatic=Automatic(holdout_share=0.0, slots_from_mail=("order_number",)))
    by_mail = answered(circumstances=certified(answer, policy=policy), slots=(ORDER,))
    assert (by_mail.action, by_mail.suggestions[0].text) == (Action.AUTO_REPLY, "12345")


@pytest.mark.parametrize(
    "mail", [make_mail(subject="Regarding: parcel"), make_mail(subject="re parcel"), make_mail(date=NOW - timedelta(hours=48))]
)
def test_a_first_mail_of_these_days_is_answered(mail: Mail) -> None:
    assert answered(mail).action is Action.AUTO_REPLY


def test_the_score_of_a_label_that_is_gone_counts_for_no_other() -> None:
    decision = answered(topic=Ranking.of(["gone", "delivery"], [0.5, 0.9]))
    assert decision.action is Action.AUTO_REPLY
    assert "score" in failed(answered(topic=Ranking.of(["gone", "delivery"], [0.95, 0.9])))


def test_an_urgency_that_nobody_estimated_is_automatic_only_by_name() -> None:
    unknown = replace(make_urgency(), label=None)
    assert failed(answered(urgency=unknown)) == ("urgency",)
    policy = automatic_policy(automatic=Automatic(holdout_share=0.0, urgencies=("normal", "unknown")))
    assert answered(urgency=unknown, circumstances=certified(policy=policy)).action is Action.AUTO_REPLY


def test_mails_that_changed_are_recorded_and_stop_nothing_unless_the_policy_says_so() -> None:
    decision = with_certificate(exchangeability=0.001)
    assert decision.action is Action.AUTO_REPLY
    assert next(check.value for check in decision.checks if check.name == "exchangeability") == 0.001


def test_without_a_count_of_what_was_sent_nothing_goes_out() -> None:
    assert failed(answered(circumstances=certified(control=Control()))) == ("budget_hour", "budget_day", "budget_customer_day")
