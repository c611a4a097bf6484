"""From decisions and what people made of them to the answers that are missing."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from data.answer import Answer, State, load_answers
from data.examples import read_examples
from data.parse import mail_from_fields
from model.gaps import Gap, Why
from model.retriever import AnswerIndex
from serving.bundles import Engine, EngineLoader
from serving.gaps import GapSearch, answer_gaps, gap_to_json, unanswered
from serving.mail_request import MailRequest
from serving.metrics import Metrics
from serving.pipeline import consider_many, record
from serving.settings import load_settings
from serving.store.database import Database
from serving.store.decisions import StoredDecision, save_decisions
from serving.store.judgements import Correction, Feedback, Judged, Judgement, recent_decisions, save_correction, save_feedback
from serving.store.searches import Search, SearchScope, save_search
from tests.factories import make_answer
from tests.serving.conftest import NOW
from tests.serving.engines import SEEDS
from tests.serving.factories import make_decision, store_decision

WANTED = GapSearch(since=NOW - timedelta(days=30), now=NOW + timedelta(days=1))
EVERY = 4
ANSWERS = {"where-is-it": make_answer(id="where-is-it", topic="order.status")}


@pytest.fixture(scope="module")
def starter(trained: tuple[Path, Path]) -> Engine:
    """A small engine over the whole starter base."""
    return EngineLoader(load_settings(bundle=str(trained[0])), Metrics()).load()


@pytest.fixture(scope="module")
def held_back() -> list[MailRequest]:
    """Mails that were never trained on, of all topics and languages."""
    examples = [example for example in read_examples([SEEDS / "examples.jsonl"]).examples if example.split == "test"]
    return [MailRequest(mail=mail_from_fields(subject=one.subject, body=one.body), client_id=one.id) for one in examples[::EVERY]]


@pytest.fixture
def base(sqlite_url: str) -> Any:
    """A SQLite database with tables."""
    database = Database.connect(sqlite_url)
    database.migrate()
    yield database
    database.close()


def without_topic(engine: Engine, topic: str) -> Engine:
    """The engine, its base without the answers of a topic."""
    kept = [answer for answer in load_answers(SEEDS / "answers") if answer.topic != topic]
    return replace(engine, index=AnswerIndex.build(kept, engine.encoder, "without"))


def replay(database: Database, engine: Engine, mails: Sequence[MailRequest]) -> list[StoredDecision]:
    """Decide about mails and record it."""
    decided = consider_many(mails, engine, NOW)
    stored = [record(mail, decision, NOW) for mail, decision in zip(mails, decided, strict=True)]
    with database.writing() as session:
        save_decisions(session, stored)
    return stored


def gaps(database: Database, engine: Engine, wanted: GapSearch = WANTED) -> tuple[Gap, ...]:
    with database.reading() as session:
        return answer_gaps(session, engine, wanted)


@pytest.mark.parametrize("topic", ["store.hours", "contract.cancel", "invoice.copy", "warranty.claim"])
def test_a_topic_removed_from_the_base_comes_out_as_the_first_gap(
    base: Database, starter: Engine, held_back: list[MailRequest], topic: str
) -> None:
    engine = without_topic(starter, topic)
    replay(base, engine, held_back)
    first, *others = gaps(base, engine)
    assert first.topic == topic
    assert first.volume >= 8
    assert first.volume > 2 * max((gap.volume for gap in others), default=0)
    assert len(first.languages) >= 3
    assert first.typical


def test_a_gap_shows_when_answers_go_and_closes_when_they_come_back(base: Database, starter: Engine, held_back: list[MailRequest]) -> None:
    replay(base, starter, held_back)
    assert all(gap.topic != "store.hours" for gap in gaps(base, starter))
    bare = without_topic(starter, "store.hours")
    assert gaps(base, bare)[0].topic == "store.hours"
    replay(base, bare, held_back)
    assert all(gap.topic != "store.hours" for gap in gaps(base, starter))


def judged(*said: Feedback | Correction, answer_id: str | None = "where-is-it", **decision: Any) -> Judged:
    """An English mail about an order with one suggestion, and what people said."""
    stored = make_decision()
    assert stored.mail is not None
    judgements = tuple(Judgement(at=NOW, said=one, answer_id=answer_id if isinstance(one, Feedback) else None) for one in said)
    return Judged(decision_id=stored.id, decided_at=NOW, mail=stored.mail, decision=stored.decision | decision, judgements=judgements)


def why(*decisions: Judged, answers: Mapping[str, Answer] = ANSWERS) -> list[Why]:
    return [candidate.why for candidate in unanswered(decisions, answers)]


def test_a_mail_with_an_answer_of_its_topic_is_no_gap() -> None:
    assert why(judged()) == []


def test_a_mail_whose_suggestions_are_gone_has_no_answer() -> None:
    assert why(judged(), answers={}) == [Why.NO_ANSWER]


def test_a_mail_that_only_other_topics_answer_is_a_gap() -> None:
    other = {"where-is-it": make_answer(id="where-is-it", topic="refund.status")}
    assert why(judged(), answers=other) == [Why.OTHER_TOPIC]


def test_an_answer_without_a_topic_may_answer_anything() -> None:
    assert why(judged(), answers={"where-is-it": make_answer(id="where-is-it", topic=None)}) == []


def test_a_mail_that_looks_like_nothing_known_is_a_gap() -> None:
    assert why(judged(reasons=["novel"])) == [Why.NOVEL]


@pytest.mark.parametrize("decision", [{"action": "park"}, {"reasons": ["no_text"]}])
def test_machine_mail_and_empty_mail_is_no_gap(decision: dict[str, Any]) -> None:
    assert why(judged(**decision), answers={}) == []


def test_a_rejected_suggestion_is_a_gap_and_brings_the_reply() -> None:
    (found,) = unanswered([judged(Feedback(outcome="rejected", final_text="We open at nine."))], ANSWERS)
    assert (found.why, found.reply) == (Why.REJECTED, "We open at nine.")


def test_a_rejection_that_names_the_right_answer_is_no_gap() -> None:
    said = Feedback(outcome="rejected", correct_answer_id="where-is-it")
    assert why(judged(said)) == []
    assert why(judged(said), answers={"other": make_answer(id="other", topic="order.status")}) == [Why.REJECTED]


def test_an_edit_counts_when_less_than_half_of_the_words_stay() -> None:
    assert why(judged(Feedback(outcome="edited", final_text="Dear Ana, your order 48213 is on its way."))) == []
    assert why(judged(Feedback(outcome="edited", final_text="The shop is closed on Sundays and holidays."))) == [Why.REWRITTEN]
    assert why(judged(Feedback(outcome="edited"))) == []


def test_a_used_suggestion_settles_the_mail_while_the_answer_exists() -> None:
    used = judged(Feedback(outcome="used"), reasons=["novel"])
    assert why(used) == []
    assert why(used, answers={}) == [Why.NO_ANSWER]


def test_a_mail_that_people_call_out_of_scope_is_no_gap() -> None:
    assert why(judged(Correction(in_scope=False)), answers={}) == []


def test_the_topic_that_people_gave_counts() -> None:
    (found,) = unanswered([judged(Correction(topic="refund.status"))], ANSWERS)
    assert (found.topic, found.why) == ("refund.status", Why.OTHER_TOPIC)


def test_a_suggestion_weaker_than_nearly_all_that_were_used_is_a_gap() -> None:
    weak = judged(suggestions=[{**make_decision().decision["suggestions"][0], "probability": 0.06}])
    used = [judged(Feedback(outcome="used")) for _ in range(50)]
    assert why(weak, *used) == [Why.WEAK_ANSWER]
    assert why(weak, *used[:49]) == []


def test_an_answer_that_a_suggestion_was_merged_into_counts_as_offered(base: Database, starter: Engine) -> None:
    stored = make_decision()
    store_decision(base, stored)
    canonical = make_answer(id="canonical", topic="order.status", aliases=("where-is-it",))
    engine = replace(starter, index=AnswerIndex.build([canonical], starter.encoder, "v"))
    assert gaps(base, engine) == ()


def test_an_expired_answer_is_none(base: Database, starter: Engine) -> None:
    for _ in range(2):
        store_decision(base, make_decision())
    expired = make_answer(id="where-is-it", topic="order.status", state=State.EXPIRED)
    (gap,) = gaps(base, replace(starter, index=AnswerIndex.build([expired], starter.encoder, "v")))
    assert (gap.topic, gap.volume, gap.why) == ("order.status", 2, ((Why.NO_ANSWER, 2),))


def test_searches_that_found_nothing_are_a_gap(base: Database, starter: Engine) -> None:
    with base.writing() as session:
        for query in ("gift wrapping", "gift wrapping price", "gift wrapping for christmas"):
            save_search(session, Search(at=NOW, scope=SearchScope.PUBLIC, language="en", query=query, hits=0, best_score=None, good=False))
    (gap,) = gaps(base, starter)
    assert (gap.volume, gap.topic, gap.why) == (3, None, ((Why.POOR_SEARCH, 3),))


def test_measured_minutes_decide_the_rank(base: Database, starter: Engine) -> None:
    quick = [store_decision(base, make_decision(topic="refund.status"))[0] for _ in range(3)]
    slow = [store_decision(base, make_decision(topic="invoice.copy"))[0] for _ in range(2)]
    engine = replace(starter, index=None)
    minutes = dict.fromkeys(quick, 2.0) | dict.fromkeys(slow, 30.0)
    assert [gap.topic for gap in gaps(base, engine)] == ["refund.status", "invoice.copy"]
    assert [(gap.topic, gap.minutes) for gap in gaps(base, engine, replace(WANTED, minutes=minutes))] == [
        ("invoice.copy", 60.0),
        ("refund.status", 6.0),
    ]


def test_a_gap_is_plain_json(base: Database, starter: Engine) -> None:
    for _ in range(2):
        store_decision(base, make_decision())
    (gap,) = gaps(base, replace(starter, index=None))
    shown = gap_to_json(gap)
    assert shown["why"] == {"no_answer": 2}
    assert set(shown) == set(Gap.__dataclass_fields__)


def test_recent_decisions_are_the_newest_with_all_that_was_said(database: Database) -> None:
    old, _ = store_decision(database, make_decision(at=NOW - timedelta(days=40)))
    first, suggestion = store_decision(database, make_decision(at=NOW - timedelta(days=2)))
    second, _ = store_decision(database, make_decision(at=NOW - timedelta(days=1)))
    with database.writing() as session:
        assert save_feedback(session, suggestion, Feedback(outcome="rejected"), None, NOW)
        assert save_correction(session, first, Correction(topic="x"), None, NOW)
    with database.reading() as session:
        found = list(recent_decisions(session, NOW - timedelta(days=30), 10))
        assert [(one.decision_id, len(one.judgements)) for one in found] == [(first, 2), (second, 0)]
        assert [one.decision_id for one in recent_decisions(session, NOW - timedelta(days=90), 1)] == [second]
        assert old in {one.decision_id for one in recent_decisions(session, NOW - timedelta(days=90), 10)}
