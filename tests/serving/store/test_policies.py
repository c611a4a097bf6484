"""The switch, the policies and the stopped groups, as the store keeps them."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from serving.store.answers import Stamp
from serving.store.arrivals import forget_arrivals, newest_arrivals, note_arrivals
from serving.store.control import read_switch, throw_switch
from serving.store.database import Database
from serving.store.policies import StalePolicyError, current_policy, load_policy, put_policy, take_over_policy
from serving.store.state import list_events
from serving.store.watched import list_suspensions, load_monitors, rearm, save_monitors, suspend, suspended_groups
from tests.serving.conftest import NOW

STAMP = Stamp(by="eva", at=NOW)
LATER = Stamp(by="bob", at=NOW + timedelta(hours=1))

CHANGES: dict[str, Callable[[Session], object]] = {
    "another policy": lambda session: put_policy(session, "pol@2", {}, LATER),
    "a group that is stopped": lambda session: suspend(session, "b", "two wrong", LATER),
    "a group that is stopped again": lambda session: suspend(session, "a", "two wrong", LATER),
    "a group that is armed": lambda session: rearm(session, "a", LATER),
    "a group that is armed again": lambda session: rearm(session, "b", LATER),
}


def test_the_configured_policy_is_taken_over_once(database: Database) -> None:
    for version in ("pol@a", "pol@b"):
        with database.writing() as session:
            assert take_over_policy(session, version, {"max_suggestions": 3}, STAMP).version == "pol@a"
    with database.reading() as session:
        current = current_policy(session)
        assert (current and current.id, load_policy(session, 2)) == (1, None)


def test_every_policy_is_kept_and_the_newest_counts(database: Database) -> None:
    for number in (1, 2):
        with database.writing() as session:
            assert put_policy(session, f"pol@{number}", {"max_suggestions": number}, STAMP).id == number
    with database.reading() as session:
        kept = [load_policy(session, number) for number in (1, 2)]
        assert [one and one.document for one in kept] == [{"max_suggestions": 1}, {"max_suggestions": 2}]
        assert current_policy(session) == kept[1]
        assert [event.kind for event in list_events(session)] == ["policy.changed"] * 2


def test_the_same_policy_again_changes_nothing(database: Database) -> None:
    with database.writing() as session:
        assert put_policy(session, "pol@1", {}, STAMP) == put_policy(session, "pol@1", {}, Stamp(by="bob", at=NOW))
        assert read_switch(session).generation == 1


def test_a_change_over_an_older_policy_is_refused(database: Database) -> None:
    with database.writing() as session:
        put_policy(session, "pol@1", {}, STAMP)
        put_policy(session, "pol@2", {"max_suggestions": 2}, STAMP, if_id=1)
        with pytest.raises(StalePolicyError, match="at 2 by now"):
            put_policy(session, "pol@3", {}, STAMP, if_id=1)


def test_the_switch_says_who_threw_it_and_why(database: Database) -> None:
    with database.writing() as session:
        throw_switch(session, on=True, reason="wrong prices", stamp=STAMP)
    with database.reading() as session:
        switch = read_switch(session)
    assert (switch.kill_switch, switch.reason, switch.changed_by, switch.changed_at) == (True, "wrong prices", "eva", NOW)


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_other_changes_do_not_change_who_threw_the_switch_and_when(change: Callable[[Session], object], database: Database) -> None:
    with database.writing() as session:
        suspend(session, "a", "two wrong", STAMP)
        assert (read_switch(session).changed_by, read_switch(session).changed_at) == (None, None)
        thrown = throw_switch(session, on=True, reason="wrong prices", stamp=STAMP)
        change(session)
        after = read_switch(session)
    assert (after.reason, after.changed_by, after.changed_at) == ("wrong prices", "eva", NOW)
    assert after.generation == thrown.generation + 1


def test_a_group_is_stopped_once_and_armed_by_a_person(database: Database) -> None:
    with database.writing() as session:
        assert [suspend(session, "a", "two wrong", STAMP) for _ in range(2)] == [True, False]
        assert suspended_groups(session) == {"a"}
        assert [rearm(session, "a", STAMP) for _ in range(2)] == [True, False]
        assert suspended_groups(session) == frozenset()
        assert [(one.group, one.rearmed_by) for one in list_suspensions(session)] == [("a", "eva")]


def test_evidence_is_kept_for_each_certificate(database: Database) -> None:
    with database.writing() as session:
        save_monitors(session, "first", {"all": {"judged": 1}}, NOW)
        save_monitors(session, "second", {"all": {"judged": 2}, "a": {"judged": 3}}, NOW)
    with database.reading() as session:
        assert load_monitors(session, "first") == {"all": {"judged": 1}}
        assert load_monitors(session, "third") == {}
        assert load_monitors(session, "second") == {"all": {"judged": 2}, "a": {"judged": 3}}


def test_the_newest_mail_of_a_key_replaces_older_ones(database: Database) -> None:
    with database.writing() as session:
        note_arrivals(session, {"dec_1": ["a" * 64, "b" * 64], "dec_2": ["a" * 64]}, NOW)
        note_arrivals(session, {"dec_3": ["b" * 64], "dec_4": []}, NOW)
        note_arrivals(session, {}, NOW)
        assert newest_arrivals(session, ["a" * 64, "b" * 64]) == {"dec_2", "dec_3"}
        forget_arrivals(session, NOW)
        assert newest_arrivals(session, ["a" * 64]) == {"dec_2"}
