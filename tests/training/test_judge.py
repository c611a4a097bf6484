"""Judging in bulk says what a mail alone is told, and decides as the service decides."""

from dataclasses import replace

import numpy as np
import pytest

from data.parse import mail_from_fields
from model.context import Context
from model.decision import Action, Circumstances, Versions, decide
from model.encoder import load_encoder
from model.policy import Policy
from model.predictor import Predictor
from tests.factories import NOW, make_answer
from tests.training.files import foreign_examples, unseen
from training.evaluate import encode_examples
from training.judge import Judged, Workbench, judge, pooled, routed
from training.progress import Silent

EXAMPLES = (*unseen(40).examples, *foreign_examples(5))
ANSWERS = (make_answer(), make_answer("invoice", "Here is your invoice.", topic="billing", title="Invoice copy"))


@pytest.fixture(scope="module")
def with_answers() -> Workbench:
    return Workbench(encoder=load_encoder("hashing"), answers=ANSWERS, progress=Silent(), now=NOW)


@pytest.fixture(scope="module")
def judged(predictor: Predictor, with_answers: Workbench) -> Judged:
    return judge(predictor, EXAMPLES, encode_examples(EXAMPLES, with_answers), with_answers)


def test_says_what_understand_says(judged: Judged, predictor: Predictor, with_answers: Workbench) -> None:
    index = with_answers.index()
    for row, example in enumerate(EXAMPLES):
        alone = predictor.understand(mail_from_fields(subject=example.subject, body=example.body), index)
        assert alone.topic.label == judged.labels[judged.topics[row].argmax()]
        assert alone.topic.probability == pytest.approx(judged.topics[row].max(), abs=2e-6)
        assert judged.levels is not None
        assert alone.urgency.label == judged.scale.labels[judged.levels[row]]
        assert alone.novelty.score == pytest.approx(judged.novelty[row], abs=1e-4)
        assert judged.answers is not None
        assert tuple(match.answer_id for match in alone.matches) == judged.answers[row]


def test_hands_to_people_what_decide_hands_to_people(judged: Judged, predictor: Predictor, with_answers: Workbench) -> None:
    index = with_answers.index()
    assert index is not None
    policy = Policy.default(predictor.taxonomy)
    versions = Versions(model="m", policy=policy.version, answers="a", index="i")
    circumstances = Circumstances(policy=policy, answers=index.answers, versions=versions, now=NOW)
    for example, reason in zip(EXAMPLES, judged.reasons, strict=True):
        mail = mail_from_fields(subject=example.subject, body=example.body)
        decision = decide(mail, predictor.understand(mail, index), Context(), circumstances)
        assert (decision.action is Action.ROUTE) == bool(reason)
        if reason:
            assert reason == decision.reasons[0]


def test_a_missing_answer_base_is_no_reason_to_hand_a_mail_to_people(predictor: Predictor, bench: Workbench, judged: Judged) -> None:
    alone = judge(predictor, EXAMPLES, encode_examples(EXAMPLES, bench), bench)
    assert alone.answers is None
    assert "no_answer" not in alone.reasons
    assert [reason for reason in alone.reasons if reason] == [reason for reason in judged.reasons if reason not in ("", "no_answer")]


def test_foreign_mail_goes_to_people(judged: Judged) -> None:
    assert all(judged.reasons[-5:])
    share, reasons = routed(judged)
    assert share == pytest.approx(sum(reasons.values()) / len(EXAMPLES))


def test_pooling_gives_a_topic_that_a_part_lacks_no_probability(judged: Judged) -> None:
    fewer = replace(judged, labels=judged.labels[:2], topics=judged.topics[:, :2])
    both = pooled([judged, fewer])
    assert both.labels == judged.labels
    assert len(both.examples) == 2 * len(EXAMPLES)
    assert np.array_equal(both.topics[: len(EXAMPLES)], judged.topics)
    assert (both.topics[len(EXAMPLES) :, 2] == 0).all()


def test_pooling_drops_urgencies_that_a_part_could_not_judge(judged: Judged) -> None:
    both = pooled([judged, replace(judged, urgencies=None, levels=None)])
    assert both.urgencies is None
    assert both.levels is None
