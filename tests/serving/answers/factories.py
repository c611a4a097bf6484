"""Answers in which everything that does not matter is filled in, and short ways to put them into a base."""

from datetime import datetime, timedelta
from typing import Any

from data.answer import Answer, State, Translation, Variant
from data.imported import ImportedAnswer
from serving.store.answer_writes import create_answer
from serving.store.answers import Stamp, StoredAnswer, load_answer
from serving.store.database import Database
from tests.serving.conftest import NOW

ANA = Stamp(by="ana", at=NOW)
BEN = Stamp(by="ben", at=NOW + timedelta(minutes=1))
TODAY = NOW.date()


def make_answer(answer_id: str = "ans-1", body: str = "You can return it within 30 days.", **rest: Any) -> Answer:
    """A draft in English."""
    variant = Variant(language="en", title="Returns", body=body, translation=Translation.ORIGINAL)
    return Answer(**{"id": answer_id, "variants": (variant,), "state": State.DRAFT, "topic": "returns", **rest})


def make_row(external_id: str, body: str = "You can return it within 30 days.", **rest: Any) -> ImportedAnswer:
    """A row of an import, of an answer in service."""
    answer = make_answer(external_id, body, **{"state": State.ACTIVE, **rest})
    return ImportedAnswer(external_id=external_id, line=1, answer=answer, source="desk")


def stamp(by: str | None, at: datetime = NOW) -> Stamp:
    """Somebody, at the usual moment."""
    return Stamp(by=by, at=at)


def store(database: Database, *answers: Answer) -> None:
    """Create answers in the states that they have."""
    with database.writing() as session:
        for answer in answers:
            create_answer(session, answer, ANA)


def stored(database: Database, answer_id: str = "ans-1") -> StoredAnswer:
    """The answer, which must be there."""
    with database.reading() as session:
        found = load_answer(session, answer_id)
    assert found is not None
    return found
