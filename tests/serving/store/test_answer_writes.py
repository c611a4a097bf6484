"""Every write names the revision that it saw."""

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from data.answer import AnswerAttachment, State
from serving.store.answer_merges import merge
from serving.store.answer_versions import list_versions
from serving.store.answer_writes import (
    activate_due,
    change_state,
    count_use,
    create_answer,
    delete_answer,
    discard_draft,
    draft_answer,
    expire_due,
    publish_answer,
    replace_answer,
)
from serving.store.answers import AnswerStoreError, MergedError, NotFoundError, StaleRevisionError, TakenError
from serving.store.base_version import base_version
from serving.store.database import Database
from serving.store.files import load_file, save_file
from serving.store.state import list_events
from serving.store.verdicts import load_constraints
from tests.serving.answers.factories import ANA, BEN, TODAY, make_answer, store, stored

WRITES: list[Callable[[Session, str, int], object]] = [
    lambda session, answer_id, revision: replace_answer(session, make_answer(answer_id, "X"), revision, BEN),
    lambda session, answer_id, revision: draft_answer(session, make_answer(answer_id, "X"), revision, BEN),
    lambda session, answer_id, revision: discard_draft(session, answer_id, revision, BEN),
    lambda session, answer_id, revision: publish_answer(session, answer_id, revision, State.ACTIVE, BEN),
    lambda session, answer_id, revision: change_state(session, answer_id, revision, State.ARCHIVED, BEN),
    lambda session, answer_id, revision: delete_answer(session, answer_id, revision, BEN),
]


def test_no_write_works_on_an_old_revision_or_on_nothing(database: Database) -> None:
    store(database, make_answer())
    with database.writing() as session:
        draft_answer(session, make_answer(body="Waiting"), 1, ANA)
    before = stored(database)
    for write in WRITES:
        with database.writing() as session:
            with pytest.raises(StaleRevisionError, match="revision 2 by now: read it again") as error:
                write(session, "ans-1", 1)
            assert error.value.current == 2
            with pytest.raises(NotFoundError, match="may have been deleted"):
                write(session, "nobody", 1)
            assert base_version(session) == 2
    assert stored(database) == before


def test_a_draft_waits_beside_the_text_in_service_until_it_is_published(database: Database) -> None:
    store(database, make_answer(state=State.ACTIVE))
    with database.writing() as session:
        draft = draft_answer(session, make_answer(body="New"), 1, BEN)
        assert draft.draft is not None
        assert (draft.answer.variants[0].body[:7], draft.draft.variants[0].body, draft.draft.version) == ("You can", "New", 2)
        assert (draft.draft_author, draft.answer.version, draft.answer.state, draft.revision) == ("ben", 1, State.ACTIVE, 2)
        public = publish_answer(session, "ans-1", 2, State.ACTIVE, ANA)
    assert (public.answer.variants[0].body, public.answer.version, public.draft, public.approved_by) == ("New", 2, None, "ana")
    assert set(_events(database)) == {"answer.approved", "answer.drafted", "answer.created"}


def test_events_say_who_and_what_but_no_text(database: Database) -> None:
    store(database, make_answer(body="Xylophongasse"))
    with database.writing() as session:
        replace_answer(session, make_answer(body="Xylophongasse 2"), 1, BEN)
        delete_answer(session, "ans-1", 2, BEN)
    assert _events(database) == {
        "answer.deleted": ("ans-1", {"by": "ben"}),
        "answer.edited": ("ans-1", {"by": "ben", "version": 2}),
        "answer.created": ("ans-1", {"by": "ana", "state": "draft"}),
    }


def test_nothing_is_left_of_a_deleted_answer_but_its_id(sqlite_url: str, tmp_path: Path) -> None:
    database = Database.connect(sqlite_url)
    database.migrate()
    for number in range(40):
        store(database, make_answer(f"a{number}", "Xylophongasse " * 200))
    for number in range(40):
        with database.writing() as session:
            delete_answer(session, f"a{number}", 1, BEN)
    database.reclaim()
    assert [path.name for path in tmp_path.iterdir() if b"Xylophongasse" in path.read_bytes()] == []
    with database.writing() as session:
        assert list_versions(session, "a1") == ()
        with pytest.raises(TakenError, match="was deleted"):
            create_answer(session, make_answer("a1"), ANA)
    database.close()


def test_deleting_takes_the_files_and_verdicts_of_the_answer_with_it(database: Database) -> None:
    with database.writing() as session:
        own, shared = save_file(session, b"own", ANA), save_file(session, b"shared", ANA)
    files = tuple(AnswerAttachment(name=f"{sha[:4]}.pdf", mime="application/pdf", size=3, sha256=sha) for sha in (own, shared))
    store(database, make_answer("a", attachments=files), make_answer("b", attachments=files[1:]))
    with database.writing() as session:
        merge(session, "a", ["b"], ANA)
        with pytest.raises(MergedError, match=r"1 answers were merged into a \(b\): delete or unmerge them first"):
            delete_answer(session, "a", 2, ANA)
        delete_answer(session, "b", 2, ANA)
        assert (load_file(session, own), load_file(session, shared)) == (b"own", b"shared")
        delete_answer(session, "a", 3, ANA)
        assert (load_file(session, own), load_file(session, shared)) == (None, None)
        assert load_constraints(session).together == frozenset()


def test_refuses_ids_that_are_taken_or_cannot_be_printed(database: Database) -> None:
    store(database, make_answer())
    with database.writing() as session:
        with pytest.raises(TakenError, match="already: choose another id"):
            create_answer(session, make_answer(), ANA)
        with pytest.raises(AnswerStoreError, match="1 to 100 printable"):
            create_answer(session, make_answer("a\0"), ANA)


def test_answers_begin_and_end_on_their_days(database: Database) -> None:
    day = timedelta(days=1)
    store(
        database,
        make_answer("begins", state=State.APPROVED, valid_from=TODAY),
        make_answer("later", state=State.APPROVED, valid_from=TODAY + day),
        make_answer("last-day", state=State.ACTIVE, valid_until=TODAY),
        make_answer("over", state=State.ACTIVE, valid_until=TODAY - day),
        make_answer("draft", valid_until=TODAY - day),
    )
    with database.writing() as session:
        before = base_version(session)
        assert expire_due(session, TODAY, ANA) == ("over",)
        assert activate_due(session, TODAY, ANA) == ("begins",)
        assert base_version(session) == before + 2
        assert (expire_due(session, TODAY, ANA), activate_due(session, TODAY, ANA)) == ((), ())
        assert base_version(session) == before + 2
    assert (stored(database, "begins").answer.state, stored(database, "over").answer.state) == (State.ACTIVE, State.EXPIRED)


def test_a_use_is_counted_and_is_no_change_of_the_base(database: Database) -> None:
    store(database, make_answer())
    with database.writing() as session:
        assert count_use(session, "ans-1")
        assert not count_use(session, "nobody")
    found = stored(database)
    assert (found.uses, found.revision, found.base_version) == (1, 1, 1)


def test_of_two_writers_with_the_same_revision_one_wins(database: Database) -> None:
    store(database, make_answer())
    outcomes = []

    def write(name: str) -> None:
        try:
            with database.writing() as session:
                replace_answer(session, make_answer(body=name), 1, ANA)
            outcomes.append(name)
        except StaleRevisionError:
            outcomes.append("stale")

    threads = [threading.Thread(target=write, args=(name,)) for name in ("one", "two", "three")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("stale") == 2
    assert stored(database).answer.variants[0].body in outcomes


def _events(database: Database) -> dict[str, tuple[str, dict[str, Any]]]:
    with database.reading() as session:
        return {event.kind: (event.subject, event.data) for event in list_events(session)}
