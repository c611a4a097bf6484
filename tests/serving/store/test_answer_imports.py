"""Importing again changes nothing, and never undoes what curators did."""

from dataclasses import replace

from data.answer import State
from data.imported import ImportedAnswer
from serving.store.answer_imports import Put, put_imported
from serving.store.answer_merges import merge
from serving.store.answer_versions import list_versions
from serving.store.answer_writes import change_state, delete_answer, draft_answer, publish_answer, replace_answer
from serving.store.base_version import base_version
from serving.store.database import Database
from serving.store.state import list_events
from tests.serving.answers.factories import ANA, BEN, make_answer, make_row, store, stored


def _put(database: Database, *rows: ImportedAnswer) -> tuple[Put, int]:
    with database.writing() as session:
        put = put_imported(session, rows, ANA)
        return put, base_version(session)


def _counts(put: Put) -> tuple[int, int, int, int, int]:
    return put.created, put.updated, put.unchanged, put.kept, put.deleted


def test_the_same_rows_again_change_nothing(database: Database) -> None:
    rows = [replace(make_row(f"r{number}"), uses=number, extra={"team": "A"}) for number in range(1200)]
    put, version = _put(database, *rows)
    assert (_counts(put), put.ids["desk", "r7"]) == ((1200, 0, 0, 0, 0), "r7")
    first = stored(database, "r7")
    assert (first.uses, first.extra, first.source, first.external_id, first.author) == (7, {"team": "A"}, "desk", "r7", "ana")
    again, unmoved = _put(database, *rows)
    assert (_counts(again), unmoved, stored(database, "r7")) == ((0, 0, 1200, 0, 0), version, first)
    with database.reading() as session:
        (event,) = list_events(session)
    assert (event.kind, event.subject, event.data["created"]) == ("answers.imported", "desk", 1200)


def test_a_row_that_changed_in_its_source_becomes_the_next_version(database: Database) -> None:
    _, version = _put(database, make_row("r1"), make_row("r2"))
    put, moved = _put(database, make_row("r1", "Within 14 days", topic="other"), make_row("r2"))
    found = stored(database, "r1")
    assert (_counts(put), moved) == ((0, 1, 1, 0, 0), version + 1)
    assert (found.answer.variants[0].body, found.answer.topic, found.answer.version, found.revision) == ("Within 14 days", "other", 2, 2)
    assert _counts(_put(database, make_row("r1", "Within 14 days", topic="other"))[0]) == (0, 0, 1, 0, 0)


def test_what_curators_edited_or_merged_is_kept(database: Database) -> None:
    _put(database, *(make_row(name) for name in ("edited", "drafted", "merged", "canonical")))
    with database.writing() as session:
        replace_answer(session, make_answer("edited", "Ours", state=State.ACTIVE), 1, BEN)
        draft_answer(session, make_answer("drafted", "Ours"), 1, BEN)
        merge(session, "canonical", ["merged"], BEN)
    before = [stored(database, name) for name in ("edited", "drafted", "merged")]
    put, _ = _put(database, *(make_row(name, "Theirs") for name in ("edited", "drafted", "merged")))
    assert _counts(put) == (0, 0, 0, 3, 0)
    assert [stored(database, name) for name in ("edited", "drafted", "merged")] == before


def test_a_text_that_somebody_approved_stays_in_service_while_the_new_one_waits(database: Database) -> None:
    _put(database, make_row("r1", state=State.DRAFT))
    with database.writing() as session:
        publish_answer(session, "r1", 1, State.ACTIVE, BEN)
    for text in ("New", "Newer"):
        assert _counts(_put(database, make_row("r1", text, state=State.DRAFT))[0]) == (0, 1, 0, 0, 0)
    found = stored(database, "r1")
    assert found.draft is not None
    assert (found.answer.state, found.answer.version, found.draft.variants[0].body) == (State.ACTIVE, 1, "Newer")


def test_a_deleted_answer_comes_back_only_when_asked_for(database: Database) -> None:
    _put(database, make_row("r1"))
    with database.writing() as session:
        change_state(session, "r1", 1, State.EXPIRED, BEN)
        delete_answer(session, "r1", 2, BEN)
    put, version = _put(database, make_row("r1"))
    assert (_counts(put), put.ids) == ((0, 0, 0, 0, 1), {})
    with database.writing() as session:
        assert _counts(put_imported(session, [make_row("r1")], ANA, revive=True)) == (1, 0, 0, 0, 0)
        assert [one.version for one in list_versions(session, "r1")] == [2]
    found = stored(database, "r1")
    assert (found.revision, found.answer.version, found.base_version) == (3, 2, version + 1)


def test_ids_of_others_are_not_taken(database: Database) -> None:
    store(database, make_answer("r1"), make_answer("gone"))
    with database.writing() as session:
        delete_answer(session, "gone", 1, ANA)
    put, _ = _put(
        database,
        make_row("r1"),
        make_row("gone"),
        replace(make_row("x"), answer=make_answer("")),
        replace(make_row("y"), answer=make_answer("a\0")),
    )
    assert len(put.ids) == put.created == 4
    assert all(answer_id.startswith("ans_") for answer_id in put.ids.values())
    assert stored(database, "r1").source is None


def test_of_rows_with_one_key_the_last_counts_and_merges_are_not_taken_over(database: Database) -> None:
    put, _ = _put(database, make_row("r1", "One"), make_row("r1", "Two", merged_into="r2", aliases=("r3",)))
    found = stored(database, "r1").answer
    assert (put.created, found.variants[0].body, found.merged_into, found.aliases) == (1, "Two", None, ())
