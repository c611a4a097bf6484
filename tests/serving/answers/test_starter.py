"""The shipped answers become the base's first ones, with their files, once."""

from data.answer import load_answers
from serving.answers.attachments import check_files
from serving.answers.starter import is_untouched, take_over
from serving.store.answers import all_answers
from serving.store.database import Database
from tests.serving.conftest import NOW
from tests.serving.engines import SEEDS


def test_takes_the_answers_over_once_with_their_files(database: Database) -> None:
    answers = load_answers(SEEDS / "answers")
    assert is_untouched(database)
    assert take_over(database, answers, NOW, SEEDS / "answers" / "files") == len(answers)
    assert take_over(database, answers, NOW, SEEDS / "answers" / "files") == 0
    assert not is_untouched(database)
    with database.reading() as session:
        stored = [one.answer for one in all_answers(session)]
        assert [fault for answer in stored for fault in check_files(session, answer)] == []
    assert any(answer.attachments for answer in stored)
