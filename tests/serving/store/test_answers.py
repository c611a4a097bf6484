"""Answers are read back as they were written."""

from datetime import date

import pytest

from data.answer import Answer, AnswerAttachment, BodyFormat, DataClass, State, Translation, Variant, Visibility
from serving.store.answer_merges import merge
from serving.store.answer_writes import create_answer, draft_answer
from serving.store.answers import AnswerFilter, all_answers, list_answers, load_answer, load_answers_by_id, resolve
from serving.store.database import Database
from tests.serving.answers.factories import ANA, make_answer, store, stored

FULL = Answer(
    id="Größe 17",
    topic="returns.size",
    variants=(
        Variant(language="de", title="Größe", body="Zeile\n\u2028{{order_number}}", translation=Translation.ORIGINAL, questions=("Wie?",)),
        Variant(language="en", title="Size", body="<p>Size</p>", format=BodyFormat.HTML, translation=Translation.OUTDATED),
    ),
    attachments=(AnswerAttachment(name="a.pdf", mime="application/pdf", size=3, sha256="a" * 64),),
    state=State.ACTIVE,
    visibility=Visibility.INTERNAL,
    data_class=DataClass.ACCOUNT,
    valid_from=date(2026, 1, 1),
    valid_until=date(2027, 1, 1),
    owner="Ana Lindqvist",
)


def test_every_field_comes_back(database: Database) -> None:
    store(database, FULL)
    found = stored(database, "Größe 17")
    assert found.answer == FULL
    assert (found.revision, found.base_version, found.author, found.approved_by, found.draft, found.uses) == (1, 1, "ana", None, None, 0)


def test_an_answer_without_an_id_gets_one_that_sorts_by_time(database: Database) -> None:
    with database.writing() as session:
        first = create_answer(session, make_answer(""), ANA)
        assert first.answer.id.startswith("ans_")


@pytest.mark.parametrize("answer_id", ["", "nobody", "a\0b", "x" * 101, "a\nb"])
def test_there_is_no_answer_behind_another_id(database: Database, answer_id: str) -> None:
    with database.reading() as session:
        assert load_answer(session, answer_id) is None
        assert resolve(session, answer_id) is None


def test_lists_page_by_page_what_is_wanted(database: Database) -> None:
    store(database, FULL, *(make_answer(f"a{number}", owner="ben" if number % 2 else None) for number in range(7)))
    with database.writing() as session:
        draft_answer(session, make_answer("a0", "Other"), 1, ANA)
        merge(session, "a1", ["a3"], ANA)
    with database.reading() as session:
        wanted = AnswerFilter(language="en", topic="returns")
        first = list_answers(session, wanted, limit=4)
        rest = list_answers(session, wanted, after=first[-1].answer.id, limit=4)
        assert [one.answer.id for one in (*first, *rest)] == [f"a{number}" for number in range(7)]
        found = {
            name: [one.answer.id for one in list_answers(session, wanted)]
            for name, wanted in {
                "language": AnswerFilter(language="de"),
                "visibility": AnswerFilter(visibility="internal"),
                "state": AnswerFilter(state=State.ACTIVE),
                "owner": AnswerFilter(owner="ben"),
                "merged": AnswerFilter(is_merged=True),
                "draft": AnswerFilter(has_draft=True),
                "wildcards": AnswerFilter(language="%"),
            }.items()
        }
        assert {one.answer.id for one in all_answers(session)} == {FULL.id, *(f"a{number}" for number in range(7))}
        assert set(load_answers_by_id(session, ["a1", "a2", "nobody"])) == {"a1", "a2"}
    size = ["Größe 17"]
    expected = {"language": size, "visibility": size, "state": size, "owner": ["a1", "a3", "a5"], "merged": ["a3"]}
    assert found == expected | {"draft": ["a0"], "wildcards": []}
