"""What was said about a mail decides whether a reply would be right."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from data.answer import Answer
from data.examples import Example
from model.retriever import AnswerIndex
from serving.bundles import Engine
from serving.store.judgements import Correction, Feedback, Judged, Judgement
from serving.store.outcomes import Outcome
from serving.store.replies import Reply, ReplyState
from serving.what_if.truth import Truth
from tests.serving.conftest import NOW
from tests.serving.factories import make_decision


@pytest.fixture
def index(engine: Engine) -> AnswerIndex:
    """The starter answers."""
    assert engine.index is not None
    return engine.index


@pytest.fixture
def answer(index: AnswerIndex) -> Answer:
    """One of them."""
    return next(iter(index.answers.values()))


def _example(**said: Any) -> Truth:
    return Truth.of_example(Example(id="1", body="Hello", **said))


def _decision(answer: Answer, *said: Feedback | Correction, outcomes: tuple[Outcome, ...] = (), content: str | None = None) -> Truth:
    stored = make_decision(topic=answer.topic or "")
    judgements = tuple(
        Judgement(at=NOW + timedelta(minutes=number), said=one, answer_id=answer.id if isinstance(one, Feedback) else None)
        for number, one in enumerate(said)
    )
    assert stored.mail is not None
    judged = Judged(decision_id=stored.id, decided_at=NOW, mail=stored.mail, decision=stored.decision, judgements=judgements)
    return Truth.of_decision(judged, _reply(answer, content or answer.content_hash), outcomes)


def _reply(answer: Answer, content_hash: str) -> Reply:
    return Reply(
        decision_id="dec_1",
        state=ReplyState.SENT,
        groups=("all",),
        customer=None,
        sender=None,
        arrivals=(),
        topic=answer.topic,
        answer_id=answer.id,
        answer_version=answer.version,
        content_hash=content_hash,
        language="en",
        policy_version="pol@1",
        bundle_id="b",
        certificate=None,
        audit=True,
        reserved_at=NOW,
        reserved_until=NOW,
    )


def test_an_example_names_its_answers_or_its_topic_stands_for_them(index: AnswerIndex, answer: Answer) -> None:
    assert _example().is_right(answer, index) is None
    assert _example(answers=(answer.id,)).is_right(answer, index) is True
    assert _example(answers=("another",), topic=answer.topic, topics=(answer.topic,)).is_right(answer, index) is False
    assert _example(answers=()).is_right(answer, index) is False
    assert _example(topic=answer.topic, topics=(answer.topic,)).is_right(answer, index) is True
    assert _example(topic="other", topics=("other",)).is_right(answer, index) is False
    assert _example(topic=answer.topic, topics=(answer.topic, "other")).is_right(answer, index) is False
    assert _example(in_scope=False).is_right(answer, index) is False


def test_an_answer_that_was_merged_counts_as_the_one_that_stands_for_it(index: AnswerIndex, answer: Answer) -> None:
    merged = replace(answer, id="merged", merged_into=answer.id)
    families = replace(index.families, answers={**index.families.answers, "merged": merged})
    assert Truth(answers=("merged",)).is_right(answer, replace(index, families=families)) is True
    assert Truth(refused=frozenset(["merged"])).is_right(answer, replace(index, families=families)) is False


def test_feedback_and_corrections_say_what_they_say_to_the_training(index: AnswerIndex, answer: Answer) -> None:
    assert _decision(answer).is_right(answer, index) is None
    assert _decision(answer, Feedback(outcome="ignored")).is_right(answer, index) is None
    assert _decision(answer, Feedback(outcome="edited")).is_right(answer, index) is True
    assert _decision(answer, Feedback(outcome="rejected")).is_right(answer, index) is False
    assert _decision(answer, Feedback(outcome="rejected"), Feedback(outcome="used")).is_right(answer, index) is True
    assert _decision(answer, Feedback(outcome="rejected", correct_answer_id="another")).is_right(answer, index) is False
    assert _decision(answer, Feedback(outcome="used"), Correction(correct_answer_id="another")).is_right(answer, index) is False
    assert _decision(answer, Correction(topic=answer.topic)).is_right(answer, index) is True
    assert _decision(answer, Correction(topic="other")).is_right(answer, index) is False
    assert _decision(answer, Correction(in_scope=False)).is_right(answer, index) is False


def test_a_verdict_holds_for_the_text_that_was_judged_and_beats_all_else(index: AnswerIndex, answer: Answer) -> None:
    right, wrong = (Outcome.SENT, Outcome.JUDGED_RIGHT), (Outcome.SENT, Outcome.JUDGED_WRONG)
    assert _decision(answer, Correction(topic="other"), outcomes=right).is_right(answer, index) is True
    assert _decision(answer, Feedback(outcome="used"), outcomes=wrong).is_right(answer, index) is False
    assert _decision(answer, outcomes=wrong, content="of another text").is_right(answer, index) is None


def test_a_complaint_counts_as_wrong_until_a_person_names_the_answer(index: AnswerIndex, answer: Answer) -> None:
    complained = (Outcome.SENT, Outcome.COMPLAINED)
    assert _decision(answer, outcomes=complained).is_right(answer, index) is False
    assert _decision(answer, outcomes=(*complained, Outcome.JUDGED_RIGHT)).is_right(answer, index) is True
    assert _decision(answer, Correction(correct_answer_id=answer.id), outcomes=complained).is_right(answer, index) is True
    assert _decision(answer, outcomes=(Outcome.SENT, Outcome.CAME_BACK)).is_right(answer, index) is None
