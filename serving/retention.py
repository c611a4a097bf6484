"""Removes text that is older than the settings allow, kept responses that nobody can ask for any more, and what deleted answers left."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from serving.answers.embedding import forget_lost_vectors
from serving.settings import Settings
from serving.store.database import Database
from serving.store.files import drop_unused_files
from serving.store.idempotency import forget_answers
from serving.store.retention import purge_text
from serving.store.searches import purge_searches
from serving.store.state import Event, record_event

AT_ONCE = 500
UNNAMED = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Purged:
    """What a purge removed."""

    decisions: int
    answers: int


def purge(database: Database, settings: Settings, now: datetime) -> Purged:
    """Purge in transactions of 500 decisions, so that the service goes on meanwhile."""
    with database.writing() as session:
        answers = forget_answers(session, now - timedelta(hours=settings.idempotency_hours))
    _forget_what_was_deleted(database, now)
    if settings.retention_days is None:
        return Purged(decisions=0, answers=answers)
    before = now - timedelta(days=settings.retention_days)
    decisions = 0
    while True:
        with database.writing() as session:
            purged = purge_text(session, before, now, AT_ONCE)
        decisions += purged
        if purged < AT_ONCE:
            break
    with database.writing() as session:
        purge_searches(session, before)
    if decisions:
        with database.writing() as session:
            record_event(session, Event(at=now, kind="text.purged", subject=before.date().isoformat(), data={"decisions": decisions}))
        database.reclaim()
    return Purged(decisions=decisions, answers=answers)


def _forget_what_was_deleted(database: Database, now: datetime) -> None:
    """Files and vectors that no answer needs any more. A file may be a day old before an answer names it."""
    with database.writing() as session:
        gone = drop_unused_files(session, now - UNNAMED) + forget_lost_vectors(session)
    if gone:
        database.reclaim()
