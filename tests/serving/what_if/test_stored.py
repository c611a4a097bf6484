"""Stored decisions as an archive."""

from dataclasses import replace
from datetime import timedelta

import pytest

from serving.retention import purge
from serving.settings import load_settings
from serving.store.database import Database
from serving.store.decisions import save_decisions
from serving.store.judgements import Correction, save_correction
from serving.what_if.stored import StoredArchive
from serving.what_if.trying import PURGED, Entry, Missed
from tests.serving.conftest import NOW
from tests.serving.factories import make_decision

DAY = timedelta(days=1)


@pytest.fixture
def filled(database: Database) -> Database:
    """Three decisions, stored out of order; the second is corrected."""
    stored = [make_decision(at=NOW - days * DAY) for days in (1, 3, 2)]
    stored = [replace(one, decision=one.decision | {"queue": "q"}) for one in stored]
    with database.writing() as session:
        save_decisions(session, stored)
        assert save_correction(session, stored[2].id, Correction(topic="other"), None, NOW)
    return database


def test_decisions_come_in_order_of_time_with_what_was_said_of_them(filled: Database) -> None:
    archive = StoredArchive.between(filled, NOW - 10 * DAY, NOW)
    entries = [entry for entry in archive if isinstance(entry, Entry)]
    assert (len(archive), [entry.at for entry in entries]) == (3, [NOW - 3 * DAY, NOW - 2 * DAY, NOW - DAY])
    assert [entry.truth.topics for entry in entries] == [None, ("other",), None]
    assert {(entry.before.action, entry.before.queue) for entry in entries if entry.before} == {("suggest", "q")}


def test_the_first_moment_counts_and_the_last_does_not(filled: Database) -> None:
    assert len(StoredArchive.between(filled, NOW - 3 * DAY, NOW - DAY)) == 2


def test_a_purged_mail_is_missed(filled: Database) -> None:
    purge(filled, load_settings(retention_days=2), NOW + timedelta(minutes=1))
    found = list(StoredArchive.between(filled, NOW - 10 * DAY, NOW))
    assert [one.reason for one in found if isinstance(one, Missed)] == [PURGED, PURGED]
