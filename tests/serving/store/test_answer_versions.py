"""Versions are kept, and two of them can be compared."""

from dataclasses import replace

import pytest

from data.answer import State, Variant
from serving.store.answer_versions import LINES_COMPARED, differences, list_versions, load_version
from serving.store.answer_writes import draft_answer, publish_answer, replace_answer
from serving.store.database import Database
from tests.serving.answers.factories import ANA, BEN, make_answer, store


def test_versions_say_who_wrote_and_who_approved(database: Database) -> None:
    store(database, make_answer())
    with database.writing() as session:
        replace_answer(session, make_answer(body="Two"), 1, BEN)
        publish_answer(session, "ans-1", 2, State.ACTIVE, ANA)
        draft_answer(session, make_answer(body="Three"), 3, ANA)
    with database.reading() as session:
        versions = list_versions(session, "ans-1")
        assert load_version(session, "ans-1", 2) == versions[1]
        assert list_versions(session, "nobody") == ()
    assert [(one.version, one.kind, one.made_by, one.approved_by) for one in versions] == [
        (3, "answer.drafted", "ana", None),
        (2, "answer.edited", "ben", "ana"),
        (1, "answer.created", "ana", None),
    ]
    assert (versions[1].answer.variants[0].body, versions[1].approved_at) == ("Two", ANA.at)


@pytest.mark.parametrize("version", [0, -1, 2, 2**40])
def test_there_is_no_version_behind_another_number(database: Database, version: int) -> None:
    store(database, make_answer())
    with database.reading() as session:
        assert load_version(session, "ans-1", version) is None
        assert load_version(session, "a\0", 1) is None


def test_a_comparison_names_the_fields_and_the_lines_that_differ() -> None:
    before = make_answer(body="Hello\nIt takes 30 days.\nBye")
    after = replace(make_answer(body="Hello\nIt takes 14 days.\nBye", owner="ben"), variants=())
    german = Variant(language="de", title="Rückgabe", body="Neu")
    after = replace(after, variants=(replace(before.variants[0], body="Hello\nIt takes 14 days.\nBye"), german))
    found = {difference.field: difference for difference in differences(before, after)}
    assert (found["owner"].before, found["owner"].after) == (None, "ben")
    assert found["variants.en.body"].lines == ("@@ -1,3 +1,3 @@", " Hello", "-It takes 30 days.", "+It takes 14 days.", " Bye")
    assert (found["variants.de.title"].before, found["variants.de.title"].after) == (None, "Rückgabe")
    assert "variants.en.title" not in found
    assert differences(before, before) == ()


def test_a_long_text_is_compared_as_a_whole() -> None:
    lines = [str(number) for number in range(LINES_COMPARED)]
    (found,) = differences(make_answer(body="\n".join(lines)), make_answer(body="\n".join([*lines, "x"])))
    assert len(found.lines) == 2 * LINES_COMPARED + 1
