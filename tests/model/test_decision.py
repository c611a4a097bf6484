"""decide(): every action and reason, from nothing but its arguments."""

import copy
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.answer import State, Variant
from data.taxonomy import Mode, Topic
from model.context import Context, SelfService, Thread
from model.decision import Action, decide
from model.policy import TopicRule
from model.predictor import nothing_to_read
from model.understanding import Novelty, Ranking, SecondRequest, SlotValue, Understanding, UrgencyEstimate
from tests.factories import NOW, make_answer, make_mail, make_taxonomy
from tests.model.decisions import URGENCIES, VERSIONS, made, make_circumstances, make_match, make_understanding, make_urgency


def test_an_ordinary_mail_is_suggested_to_the_people_of_its_topic() -> None:
    decision = made()
    assert (decision.action, decision.reasons) == (Action.SUGGEST, ("automatic_replies_off",))
    assert (decision.queue, decision.required_skills, decision.topic_threshold) == ("delivery-desk", ("en",), 0.5)
    assert [suggestion.answer_id for suggestion in decision.suggestions] == ["tracking"]
    assert decision.versions == VERSIONS


@pytest.mark.parametrize(
    ("understanding", "rules", "reason"),
    [
        (make_understanding(urgency=make_urgency("critical")), {}, "urgency:critical"),
        (make_understanding(urgency=make_urgency("high")), {"route_urgencies": ("high",)}, "urgency:high"),
        (make_understanding(novelty=Novelty(score=0.999, is_novel=True)), {}, "novel"),
        (make_understanding(), {"topic_threshold": 0.95}, "topic_uncertain"),
        (make_understanding(), {"topics": {"delivery": TopicRule(threshold=0.91)}}, "topic_uncertain"),
        (make_understanding(topic=Ranking()), {}, "topic_uncertain"),
        (make_understanding(), {"topics": {"delivery": TopicRule(mode=Mode.OFF)}}, "topic_mode:off"),
        (make_understanding(), {"topics": {"delivery": TopicRule(mode=Mode.SHADOW)}}, "topic_mode:shadow"),
        (make_understanding(matches=()), {}, "no_answer"),
        (make_understanding(matches=(make_match(probability=0.01),)), {}, "no_answer"),
        (make_understanding(matches=(make_match("gone"),)), {}, "no_answer"),
    ],
)
def test_people_get_a_mail_with_the_reason(understanding: Understanding, rules: dict[str, Any], reason: str) -> None:
    decision = made(understanding, make_circumstances(**rules))
    assert (decision.action, decision.reasons) == (Action.ROUTE, (reason,))


def test_an_empty_mail_goes_to_people() -> None:
    decision = made(nothing_to_read(), mail=make_mail(subject="", text="?!"))
    assert (decision.action, decision.reasons, decision.queue) == (Action.ROUTE, ("no_text",), "triage")
    assert decision.required_skills == ()


def test_an_uncertain_topic_leaves_the_mail_in_the_default_queue() -> None:
    assert made(circumstances=make_circumstances(topic_threshold=0.95)).queue == "triage"


def test_machine_mail_is_parked_whatever_it_says() -> None:
    mail = make_mail(headers=(("auto-submitted", "auto-replied"), ("precedence", "bulk")))
    decision = made(make_understanding(urgency=make_urgency("critical")), mail=mail)
    assert (decision.action, decision.reasons) == (Action.PARK, ("machine_mail:R20", "machine_mail:R22"))


def test_mail_of_a_list_is_not_parked_but_recorded() -> None:
    decision = made(mail=make_mail(headers=(("list-id", "<a>"),)))
    assert decision.action is Action.SUGGEST
    assert [veto.rule for veto in decision.vetoes if veto.fired] == ["R21"]


def test_remarks_tell_what_an_agent_should_know() -> None:
    variant = Variant(language="fr", title="t", body="{{order_number}} {{day}}")
    answer = make_answer(variants=(variant,))
    understanding = make_understanding(
        second_request=SecondRequest(topic="billing", probability=0.8, sentence=2),
        slots=(SlotValue(name="order_number", text="77", source="mail"),),
        matches=(make_match(language="fr"),),
    )
    decision = made(understanding, make_circumstances(answer), context=Context(thread=Thread(is_follow_up=True)))
    assert decision.reasons[1:] == ("second_request:billing", "follow_up", "slot_missing:day", "answer_language:fr")
    assert decision.suggestions[0].text == "77 {{day}}"


def test_a_fact_of_the_caller_comes_before_one_of_the_mail() -> None:
    understanding = make_understanding(slots=(SlotValue(name="order_number", text="from mail", source="mail"),))
    circumstances = make_circumstances(make_answer(body="{{order_number}}"))
    decision = made(understanding, circumstances, context=Context(slots=(("order_number", "from caller"),)))
    assert decision.suggestions[0].text == "from caller"


@pytest.mark.parametrize(
    "unusable",
    [
        {"valid_until": NOW.date() - timedelta(days=1)},
        {"valid_from": NOW.date() + timedelta(days=1)},
        {"state": State.EXPIRED},
        {"state": State.DRAFT},
        {"state": State.ARCHIVED},
        {"variants": ()},
    ],
)
def test_an_answer_that_may_not_be_used_is_never_suggested(unusable: dict[str, Any]) -> None:
    circumstances = make_circumstances(make_answer(**unusable), make_answer(id="good"))
    decision = made(make_understanding(matches=(make_match(), make_match("good", 0.1))), circumstances)
    assert [suggestion.answer_id for suggestion in decision.suggestions] == ["good"]


def test_an_answer_is_used_on_its_first_and_on_its_last_day() -> None:
    answer = make_answer(valid_from=date(2026, 11, 21), valid_until=date(2026, 11, 21))
    assert made(circumstances=make_circumstances(answer)).suggestions


def test_answers_that_the_customer_has_seen_come_last() -> None:
    matches = tuple(make_match(name, probability) for name, probability in (("a", 0.6), ("b", 0.3), ("c", 0.1)))
    circumstances = make_circumstances(*(make_answer(id=name) for name in "abc"))
    context = Context(self_service=SelfService(answers_shown=("a", "c")))
    decision = made(make_understanding(matches=matches), circumstances, context=context)
    assert [(s.answer_id, s.already_shown) for s in decision.suggestions] == [("b", False), ("a", True), ("c", True)]


def test_no_more_answers_than_wanted_are_suggested() -> None:
    matches = tuple(make_match(f"a-{number}", 0.1) for number in range(9))
    circumstances = make_circumstances(*(make_answer(id=f"a-{number}") for number in range(9)), max_suggestions=3)
    assert len(made(make_understanding(matches=matches), circumstances).suggestions) == 3


def test_a_label_that_is_gone_is_never_returned() -> None:
    understanding = make_understanding(
        topic=Ranking.of(["gone", "delivery"], [0.6, 0.4]),
        second_request=SecondRequest(topic="gone", probability=0.9, sentence=1),
        urgency=UrgencyEstimate(label="panic", probability=0.8, ranking=Ranking.of(["panic", "low"], [0.8, 0.2])),
    )
    decision = made(understanding)
    assert "gone" not in repr(decision)
    assert "panic" not in repr(decision)
    assert decision.understanding.topic.label == "delivery"
    assert (decision.understanding.urgency.label, decision.deadline) == (None, None)


def test_a_taxonomy_without_any_of_the_labels_sends_everything_to_people() -> None:
    taxonomy = make_taxonomy(topics=(Topic(label="new", description={"en": "new"}),))
    decision = made(circumstances=make_circumstances(taxonomy=taxonomy))
    assert (decision.action, decision.reasons, decision.queue) == (Action.ROUTE, ("topic_uncertain",), "triage")


@pytest.mark.parametrize(
    ("days", "hours", "kind", "due"),
    [
        (None, {"normal": 24.0}, "sla", timedelta(hours=24)),
        (1, {"normal": 48.0}, "statutory", timedelta(days=1)),
        (30, {"normal": 24.0}, "sla", timedelta(hours=24)),
        (30, {}, "statutory", timedelta(days=30)),
        (1, {"normal": 24.0}, "sla", timedelta(days=1)),
    ],
)
def test_the_earlier_deadline_counts(days: int | None, hours: dict[str, float], kind: str, due: timedelta) -> None:
    topics = tuple(replace(topic, statutory_deadline_days=days) for topic in make_taxonomy().topics)
    deadline = made(circumstances=make_circumstances(taxonomy=make_taxonomy(topics=topics), sla_hours=hours)).deadline
    assert deadline is not None
    assert (deadline.kind, deadline.due_at) == (kind, NOW + due)


def test_without_a_target_and_a_law_nothing_is_due() -> None:
    assert made(circumstances=make_circumstances(sla_hours={})).deadline is None


def test_a_topic_that_is_not_believed_sets_no_legal_deadline() -> None:
    topics = tuple(replace(topic, statutory_deadline_days=1, skills=("law",)) for topic in make_taxonomy().topics)
    decision = made(circumstances=make_circumstances(taxonomy=make_taxonomy(topics=topics), sla_hours={}, topic_threshold=0.95))
    assert (decision.deadline, decision.required_skills) == (None, ("en",))


UNDERSTANDINGS = st.builds(
    make_understanding,
    topic=st.lists(st.floats(0, 1), min_size=3, max_size=3).map(lambda shares: Ranking.of(["delivery", "billing", "gone"], shares)),
    urgency=st.sampled_from(URGENCIES).map(make_urgency),
    novelty=st.booleans().map(lambda is_novel: Novelty(score=0.5, is_novel=is_novel)),
    matches=st.lists(st.builds(make_match, st.sampled_from(["tracking", "other", "gone"]), st.floats(0, 1)), max_size=3).map(tuple),
)
CONTEXTS = st.builds(Context, self_service=st.builds(SelfService, answers_shown=st.sampled_from([(), ("tracking",)])))
MAILS = st.sampled_from([make_mail(), make_mail(subject="", text=""), make_mail(headers=(("precedence", "bulk"),))])


@settings(max_examples=150, deadline=None)
@given(mail=MAILS, understanding=UNDERSTANDINGS, context=CONTEXTS, mode=st.sampled_from(list(Mode)))
def test_equal_arguments_give_equal_decisions_and_none_answers_by_itself(
    mail: Any, understanding: Understanding, context: Context, mode: Mode
) -> None:
    circumstances = make_circumstances(make_answer(), make_answer(id="other"), topics={"delivery": TopicRule(mode=mode)})
    before = copy.deepcopy((mail, understanding, context, circumstances))
    decision = decide(mail, understanding, context, circumstances)
    assert decision == decide(*before)
    assert (mail, understanding, context, circumstances) == before
    assert decision.action is not Action.AUTO_REPLY
    assert decision.reasons
    assert (decision.action is Action.SUGGEST) <= bool(decision.suggestions)
