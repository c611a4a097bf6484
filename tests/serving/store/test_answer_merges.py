"""A merged answer keeps every byte, leads to its canonical answer, and comes back as it was."""

import json
from datetime import timedelta

import pytest

from data.answer import State
from model.entry import Constraints
from serving.store.answer_changes import changed_since, load_base
from serving.store.answer_merges import merge, unmerge
from serving.store.answer_writes import change_state, delete_answer, draft_answer
from serving.store.answers import MergedError, NotFoundError, StaleRevisionError, resolve
from serving.store.base_version import base_version
from serving.store.database import Database
from serving.store.state import list_events
from serving.store.verdicts import Verdict, load_constraints, save_verdict
from tests.serving.answers.factories import ANA, BEN, TODAY, make_answer, store, stored


def _bytes(database: Database, answer_id: str) -> str:
    return json.dumps(stored(database, answer_id).answer.to_json())


def _four(database: Database) -> None:
    store(database, *(make_answer(name, f"Text {name}", state=State.ACTIVE) for name in "abcd"))


def test_members_lead_to_the_canonical_answer_and_come_back_byte_for_byte(database: Database) -> None:
    _four(database)
    with database.writing() as session:
        draft_answer(session, make_answer("b", "Waiting"), 1, BEN)
    before, draft = _bytes(database, "b"), stored(database, "b").draft
    with database.writing() as session:
        canonical = merge(session, "a", ["b", "c"], ANA)
    assert (canonical.answer.aliases, canonical.answer.merged_into, stored(database, "b").answer.merged_into) == (("b", "c"), None, "a")
    assert not stored(database, "b").answer.is_usable(TODAY)
    with database.writing() as session:
        assert (resolve(session, "b"), resolve(session, "a"), resolve(session, "nobody")) == ("a", "a", None)
        unmerge(session, "b", BEN)
    assert (_bytes(database, "b"), stored(database, "b").draft) == (before, draft)
    assert stored(database, "a").answer.aliases == ("c",)


def test_aliases_follow_a_canonical_answer_that_is_merged_and_come_back_with_it(database: Database) -> None:
    _four(database)
    with database.writing() as session:
        merge(session, "b", ["c", "d"], ANA)
    before = {name: _bytes(database, name) for name in "bcd"}
    with database.writing() as session:
        merge(session, "a", ["b"], ANA)
        assert {name: resolve(session, name) for name in "abcd"} == dict.fromkeys("abcd", "a")
    assert stored(database, "a").answer.aliases == ("b", "c", "d")
    with database.writing() as session:
        unmerge(session, "b", ANA)
    assert {name: _bytes(database, name) for name in "bcd"} == before
    with database.writing() as session:
        merge(session, "a", ["b"], ANA)
        unmerge(session, "c", ANA)  # out of the middle
    assert (stored(database, "a").answer.aliases, stored(database, "c").answer.merged_into) == (("b", "d"), None)
    with database.reading() as session:
        assert load_constraints(session).apart == {("a", "c"), ("b", "c")}


def test_deleting_an_alias_leaves_what_was_merged_into_it_leading_on(database: Database) -> None:
    _four(database)
    with database.writing() as session:
        merge(session, "b", ["c"], ANA)
        merge(session, "a", ["b"], ANA)
        before = base_version(session)
    with database.writing() as session:
        delete_answer(session, "b", stored(database, "b").revision, ANA)
        changes = changed_since(session, before)
        assert ([one.answer.aliases for one in changes.changed], set(changes.gone)) == ([("c",)], {"b"})
        assert resolve(session, "c") == "a"
        unmerge(session, "c", ANA)
        assert (resolve(session, "c"), resolve(session, "b")) == ("c", None)


def test_what_people_decided_survives(database: Database) -> None:
    _four(database)
    with database.writing() as session:
        save_verdict(session, ("d", "a"), Verdict.APART, ANA)
        merge(session, "a", ["b", "c"], ANA)
        assert load_constraints(session).together == {("a", "b"), ("a", "c")}
        unmerge(session, "b", ANA)
        found = load_constraints(session)
    assert found == Constraints(together=frozenset([("a", "c")]), apart=frozenset([("a", "d"), ("a", "b")]))


def test_merging_twice_changes_nothing(database: Database) -> None:
    _four(database)
    with database.writing() as session:
        first = merge(session, "a", ["b", "b"], ANA)
        version = base_version(session)
        assert merge(session, "a", ["b"], BEN) == first
        assert base_version(session) == version
        assert [event.data["members"] for event in list_events(session) if event.kind == "answer.merged"] == [["b"]]


@pytest.mark.parametrize(
    ("canonical", "members", "said"),
    [
        ("b", ["d"], "b was merged into a: merge into that one, or unmerge b first"),
        ("d", ["b"], "b was merged into a: merge that one"),
        ("a", ["a"], "cannot be merged into itself"),
        ("expired", ["draft"], "is expired: choose a canonical answer that is in service"),
        ("draft", ["d"], "d is active and draft is draft: approve draft first, or swap them"),
    ],
)
def test_refuses_merges_that_would_lose_something(database: Database, canonical: str, members: list[str], said: str) -> None:
    _four(database)
    store(database, make_answer("draft"), make_answer("expired", state=State.EXPIRED))
    with database.writing() as session:
        merge(session, "a", ["b"], ANA)
        version = base_version(session)
        with pytest.raises(MergedError, match=said):
            merge(session, canonical, members, ANA)
        assert base_version(session) == version


def test_refuses_old_revisions_and_answers_that_are_not_there(database: Database) -> None:
    _four(database)
    with database.writing() as session:
        with pytest.raises(StaleRevisionError, match="answer a is at revision 1"):
            merge(session, "a", ["b"], ANA, if_revision=7)
        with pytest.raises(NotFoundError, match="no answer nobody"):
            merge(session, "a", ["b", "nobody"], ANA)
        with pytest.raises(NotFoundError, match="no answer nobody"):
            unmerge(session, "nobody", ANA)
        with pytest.raises(MergedError, match="not merged into another"):
            unmerge(session, "a", ANA)
        merge(session, "a", ["b"], ANA, if_revision=1)
        with pytest.raises(StaleRevisionError, match="answer b is at revision 2"):
            unmerge(session, "b", ANA, if_revision=1)


def test_what_leads_to_an_expired_answer_is_not_served_and_returns_with_it(database: Database) -> None:
    _four(database)
    with database.writing() as session:
        merge(session, "a", ["b"], ANA)
        version = base_version(session)
        change_state(session, "a", 2, State.EXPIRED, ANA)
        assert {answer.id for answer in load_base(session)} == {"c", "d"}
        assert {one.answer.id for one in changed_since(session, version).changed} == {"a", "b"}
        change_state(session, "a", 3, State.ACTIVE, ANA)
        assert {answer.id: answer.merged_into for answer in load_base(session)} == {"a": None, "b": "a", "c": None, "d": None}


def test_a_member_whose_last_day_passed_meanwhile_is_not_usable_when_it_is_back(database: Database) -> None:
    store(database, make_answer("a", state=State.ACTIVE), make_answer("b", state=State.ACTIVE, valid_until=TODAY))
    with database.writing() as session:
        merge(session, "a", ["b"], ANA)
        back = unmerge(session, "b", ANA)
    assert back.answer.is_usable(TODAY)
    assert not back.answer.is_usable(TODAY + timedelta(days=1))
