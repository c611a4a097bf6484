"""Who follows the base edit by edit ends where it is."""

import threading
from typing import Any

from sqlalchemy import event

from data.answer import State
from serving.store.answer_changes import Changes, changed_since, load_base, served_changes
from serving.store.answer_writes import change_state, create_answer, delete_answer, publish_answer, replace_answer
from serving.store.base_version import base_version
from serving.store.blocks import draft_block, publish_block
from serving.store.database import Database
from tests.serving.answers.factories import ANA, TODAY, make_answer, store


def test_changes_name_what_is_new_different_and_gone(database: Database) -> None:
    store(database, make_answer("same"), make_answer("edited"), make_answer("deleted"))
    with database.writing() as session:
        seen = base_version(session)
        create_answer(session, make_answer("new"), ANA)
        replace_answer(session, make_answer("edited", "Other"), 1, ANA)
        delete_answer(session, "deleted", 1, ANA)
    with database.reading() as session:
        changes = changed_since(session, seen)
        assert ({one.answer.id for one in changes.changed}, set(changes.gone)) == ({"new", "edited"}, {"deleted"})
        assert changed_since(session, changes.version) == Changes(version=seen + 3, changed=(), gone=frozenset())
        assert changed_since(session, 99).version == seen + 3


def test_the_search_gets_only_what_may_be_served_or_leads_there(database: Database) -> None:
    store(database, *(make_answer(state.value, state=state) for state in State))
    with database.writing() as session:
        assert {answer.id for answer in load_base(session)} == {"active", "approved"}
        assert [answer.id for answer in load_base(session) if answer.is_usable(TODAY)] == ["active"]
        seen = base_version(session)
        change_state(session, "active", 1, State.EXPIRED, ANA)
        publish_answer(session, "draft", 1, State.ACTIVE, ANA)
        replace_answer(session, make_answer("archived", "Other", state=State.ARCHIVED), 1, ANA)
        changes = served_changes(session, seen)
    assert ([answer.id for answer in changes.changed], set(changes.gone)) == (["draft"], {"active", "archived"})


def test_one_change_costs_no_look_at_all_the_others(sqlite_url: str) -> None:
    sqlite = Database.connect(sqlite_url)
    sqlite.migrate()
    store(sqlite, *(make_answer(f"a{number}", state=State.ACTIVE) for number in range(3)), make_answer("draft"))
    statements: list[tuple[str, Any]] = []
    event.listen(sqlite.engine, "before_cursor_execute", lambda *call: statements.append((call[2], call[3])))
    with sqlite.reading() as session:
        seen = served_changes(session, base_version(session) - 1)
    assert (seen.changed, set(seen.gone)) == ((), {"draft"})
    with sqlite.engine.connect() as connection:
        looks = [one for one in tuple(statements) if one[0].startswith("SELECT")]
        plans = [row[3] for sql, values in looks for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)]
    assert any(plan.startswith("SEARCH answers") for plan in plans)
    assert [plan for plan in plans if plan.startswith("SCAN answers") or "LIST SUBQUERY" in plan] == []
    sqlite.close()


def test_a_changed_phrase_block_changes_the_answers_that_name_it(database: Database) -> None:
    store(database, make_answer("a", "Hello {{> closing}}", state=State.ACTIVE), make_answer("b", state=State.ACTIVE))
    with database.writing() as session:
        draft_block(session, "closing", {"en": "Kind regards"}, None, ANA)
        seen = base_version(session)
        publish_block(session, "closing", 1, ANA)
        changes = served_changes(session, seen)
        assert [(answer.id, answer.variants[0].body) for answer in changes.changed] == [("a", "Hello Kind regards")]
        assert load_base(session)[0] == changes.changed[0]


def test_versions_become_visible_in_their_order(database: Database) -> None:
    """A writer that began first and ends last would hide its change from those who saw the later number; so writers wait."""
    inside, done = threading.Event(), []

    def write_later() -> None:
        inside.wait()
        with database.writing() as session:
            create_answer(session, make_answer("second"), ANA)
        done.append("second")

    other = threading.Thread(target=write_later)
    other.start()
    with database.writing() as session:
        create_answer(session, make_answer("first"), ANA)
        inside.set()
        other.join(timeout=0.3)
        assert done == []
    other.join()
    with database.reading() as session:
        assert [(one.answer.id, one.base_version) for one in changed_since(session, 0).changed] == [("first", 1), ("second", 2)]
