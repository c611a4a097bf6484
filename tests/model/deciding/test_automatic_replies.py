"""Automatic replies as a whole: when one goes out, who is held out or audited, what shadow mode says, what is recorded."""

import copy
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from data.parse import mail_from_fields
from data.taxonomy import Mode
from model.context import Arrival, Context
from model.deciding.automatic import Automatic
from model.deciding.control import Control
from model.decision import Action, Decision, decide
from model.policy import TopicRule
from model.predictor import Predictor
from model.records import control_of, decision_to_json, differences
from model.retriever import AnswerIndex
from model.understanding import Novelty, Ranking
from tests.factories import TOPICS, make_answer, make_mail
from tests.model.deciding.test_checks import failed
from tests.model.decisions import (
    CALM,
    VERSIONS,
    answered,
    automatic_policy,
    certified,
    make_certificate,
    make_match,
    make_threshold,
    make_urgency,
)

MANY = 1_000


def many(policy: str = "p", **rest: Any) -> list[Decision]:
    """Decisions about many mails that differ in their Message-ID alone."""
    automatic = Automatic(**{"holdout_share": 0.1, "audit_share": 0.2, **rest})
    circumstances = certified(policy=automatic_policy(automatic=automatic), versions=replace(VERSIONS, policy=policy))
    return [answered(make_mail(message_id=f"<{number}@example.com>"), circumstances=circumstances) for number in range(MANY)]


def is_compatible(found: int, of: int, share: float) -> bool:
    """The count is what a coin with this share gives in 999 of 1,000 runs."""
    return float(binomtest(found, of, share).pvalue) > 0.001


def test_the_hold_out_and_the_audit_have_the_shares_that_were_asked_for_and_do_not_depend_on_each_other() -> None:
    decisions = many()
    held, sent = [d for d in decisions if d.holdout], [d for d in decisions if d.action is Action.AUTO_REPLY]
    assert len(held) + len(sent) == MANY
    assert is_compatible(len(held), MANY, 0.1)
    assert is_compatible(sum(decision.audit for decision in sent), len(sent), 0.2)
    assert all(decision.reasons == ("holdout",) and decision.action is Action.SUGGEST and not decision.audit for decision in held)
    open_to_all = many(holdout_share=0.0)
    audited_among_held = sum(other.audit for decision, other in zip(decisions, open_to_all, strict=True) if decision.holdout)
    assert is_compatible(audited_among_held, len(held), 0.2)


def test_another_policy_draws_others_and_the_same_policy_the_same() -> None:
    first = {number for number, decision in enumerate(many()) if decision.holdout}
    assert first == {number for number, decision in enumerate(many()) if decision.holdout}
    other = {number for number, decision in enumerate(many("q")) if decision.holdout}
    assert is_compatible(len(first & other), len(first), 0.1)


@pytest.mark.parametrize(("share", "held"), [(0.0, 0), (1.0, MANY)])
def test_no_hold_out_holds_nothing_and_a_full_one_everything(share: float, held: int) -> None:
    assert sum(decision.holdout for decision in many(holdout_share=share)) == held


def test_a_mail_that_does_not_qualify_is_never_part_of_the_hold_out() -> None:
    policy = automatic_policy(automatic=Automatic(holdout_share=1.0))
    decision = answered(circumstances=certified(policy=policy), answer_probability=0.1)
    assert (failed(decision), decision.holdout) == (("score", "holdout"), False)


@pytest.mark.parametrize(
    ("share", "said", "reasons"),
    [
        (0.0, {}, ("topic_mode:shadow", "shadow:auto_reply")),
        (1.0, {}, ("topic_mode:shadow", "shadow:holdout")),
        (0.0, {"answer_probability": 0.1}, ("topic_mode:shadow",)),
        (0.0, {"matches": ()}, ("topic_mode:shadow",)),
        (0.0, {"urgency": make_urgency("critical")}, ("urgency:critical",)),
    ],
)
def test_shadow_mode_sends_nothing_and_says_what_would_have_been_sent(share: float, said: dict[str, Any], reasons: tuple[str, ...]) -> None:
    policy = automatic_policy(topics={"delivery": TopicRule(mode=Mode.SHADOW)}, automatic=Automatic(holdout_share=share))
    decision = answered(circumstances=certified(policy=policy), **said)
    assert (decision.action, decision.reasons) == (Action.ROUTE, reasons)
    assert not decision.audit
    assert not decision.holdout


def test_a_decision_as_json_shows_the_promise_the_checks_and_the_state_of_the_service() -> None:
    record = decision_to_json(answered())
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    assert record["guarantee"] == {
        "target_error": 0.02, "delta": 0.05, "calibrated_on": 1000, "accepted": 700, "errors": 5, "upper_bound": 0.015,
        "threshold": 0.9, "scope": "all", "group": "all",
    }  # fmt: skip
    assert {"name": "score", "value": 0.97, "limit": 0.9, "passed": True} in record["checks"]
    assert record["control"] == {"kill_switch": False, "suspended": [], "budget_left": {"hour": 5, "day": 5, "customer_day": 1}}
    assert (record["audit"], record["holdout"], record["rules"]) == (answered().audit, False, [])


@pytest.mark.parametrize("control", [CALM, Control(), replace(CALM, kill_switch=True), replace(CALM, suspended=frozenset({"delivery"}))])
def test_a_decision_is_made_again_with_the_state_of_the_service_of_then(control: Control) -> None:
    then = json.loads(json.dumps(decision_to_json(answered(circumstances=certified(control=control)))))
    assert control_of(then) == control
    assert differences(then, decision_to_json(answered(circumstances=certified(control=control_of(then))))) == ()


def test_a_decision_from_before_automatic_replies_can_be_compared() -> None:
    now = decision_to_json(answered())
    old = {name: value for name, value in now.items() if name not in ("checks", "audit", "holdout", "rules", "control", "guarantee")}
    assert control_of(old) == Control()
    assert differences(old, now) == ()


@pytest.mark.parametrize(
    ("circumstances", "named"),
    [
        (certified(control=replace(CALM, kill_switch=True)), ("action", "reasons", "checks")),
        (certified(certificate=make_certificate(calibrated_on=999)), ("guarantee",)),
        (certified(policy=automatic_policy(automatic=Automatic(holdout_share=1.0))), ("action", "reasons", "holdout", "checks")),
    ],
)
def test_what_became_different_is_named(circumstances: Any, named: tuple[str, ...]) -> None:
    old, new = (replace(answered(circumstances=given), audit=False) for given in (certified(), circumstances))
    assert set(differences(decision_to_json(old), decision_to_json(new))) == set(named)


def test_what_a_real_model_reads_is_answered_under_its_own_score_alone(predictor: Predictor, index: AnswerIndex) -> None:
    score = predictor.parts.score
    assert score is not None
    mail = mail_from_fields(subject="a question", body="my parcel has not arrived, thank you", sender="ana@example.com")
    certificate = make_certificate(*index.answers.values(), groups={"all": make_threshold(0.1)}, score=score.version)
    automatic = Automatic(holdout_share=0.0, urgencies=("low", "normal", "high"))
    policy = automatic_policy(automatic=automatic, topic_threshold=0.0, topics={label: TopicRule(mode=Mode.AUTO) for label in TOPICS})
    circumstances = certified(*index.answers.values(), certificate=certificate, policy=policy, score=score.version)
    known = replace(predictor.understand(mail, index), novelty=Novelty(score=0.5, is_novel=False))
    assert known.answer_probability is not None
    decision = decide(mail, known, Context(), circumstances)
    assert (failed(decision), decision.action) == ((), Action.AUTO_REPLY)
    retrained = decide(mail, known, Context(), replace(circumstances, score="another"))
    assert failed(retrained) == ("score_version",)


def test_the_same_mail_is_drawn_alike_however_often_it_is_delivered() -> None:
    policy = automatic_policy(automatic=Automatic(holdout_share=0.5))
    for number in range(20):
        mail, arrival = make_mail(message_id=f"<{number}@a.example>"), Arrival(source="api", mailbox="support")
        first, second = (
            answered(mail, context=Context(arrival=replace(arrival, client_id=name)), circumstances=certified(policy=policy))
            for name in ("one", "two")
        )
        assert first.holdout == second.holdout


MAILS = st.sampled_from(
    [
        make_mail(),
        make_mail(sender=None),
        make_mail(subject="", text=""),
        make_mail(headers=(("list-id", "a"),)),
        make_mail(headers=(("auto-submitted", "auto-replied"),)),
        make_mail(subject="Out of office: back on Monday"),
    ]
)
SAID = st.fixed_dictionaries(
    {},
    optional={
        "answer_probability": st.sampled_from([None, 0.5, 0.899999, 0.9, 1.0]),
        "urgency": st.sampled_from(["low", "normal", "high", "critical"]).map(make_urgency),
        "novelty": st.booleans().map(lambda novel: Novelty(score=0.5, is_novel=novel)),
        "topic": st.sampled_from([0.4, 0.6, 0.95]).map(lambda share: Ranking.of(["delivery", "billing"], [share, 0.01])),
        "matches": st.sampled_from([(), (make_match(),), (make_match("other"), make_match())]),
    },
)
CONTROLS = st.builds(
    Control,
    kill_switch=st.booleans(),
    suspended=st.frozensets(st.sampled_from(["all", "delivery", "billing"]), max_size=1),
    budget_left=st.fixed_dictionaries({}, optional=dict.fromkeys(("hour", "day", "customer_day"), st.integers(0, 2))),
)
POLICIES = st.builds(
    automatic_policy,
    topics=st.builds(TopicRule, mode=st.sampled_from(list(Mode)), never_auto=st.booleans()).map(lambda rule: {"delivery": rule}),
    automatic=st.builds(Automatic, holdout_share=st.sampled_from([0.0, 0.5]), alpha=st.sampled_from([0.01, 0.02])),
)
CERTIFICATES = st.sampled_from([None, make_certificate(), make_certificate(answers={}), make_certificate(make_answer(body="old"))])


@settings(max_examples=300, deadline=None)
@given(mail=MAILS, said=SAID, policy=POLICIES, control=CONTROLS, certificate=CERTIFICATES)
def test_a_reply_goes_out_exactly_when_all_checks_passed_and_then_no_veto_fired(
    mail: Any, said: dict[str, Any], policy: Any, control: Control, certificate: Any
) -> None:
    circumstances = certified(policy=policy, control=control, certificate=certificate)
    decision = answered(mail, circumstances=circumstances, **said)
    assert decision == answered(*copy.deepcopy((mail,)), circumstances=copy.deepcopy(circumstances), **copy.deepcopy(said))
    sent = decision.action is Action.AUTO_REPLY
    assert sent == (failed(decision) == ())
    if sent:
        assert not any(veto.fired for veto in decision.vetoes)
        assert (decision.guarantee is not None, control.kill_switch, decision.holdout) == (True, False, False)
    assert decision.holdout == (failed(decision) == ("holdout",))
