"""The quality lint over the stored base, under what the settings say about the house."""

from datetime import date
from typing import Any

from data.answer import Answer
from serving.answers.linting import House, Linted, lint_answers, linted_to_json, make_context, summary
from serving.settings import Settings
from serving.store.answers import all_answers, load_answer
from serving.store.blocks import approved_texts
from serving.store.database import Database
from serving.store.files import stored_files


def lint_base(database: Database, settings: Settings, today: date) -> list[Linted]:
    """All answers that are neither put away nor merged; where an edit waits, the edit is checked.

    Raises:
        SpellingError: the spelling program did not finish.
    """
    with database.reading() as session:
        answers = [stored.draft or stored.answer for stored in all_answers(session)]
    return _lint(answers, database, settings, today)


def lint_one(database: Database, settings: Settings, answer_id: str, today: date) -> Linted | None:
    """One answer, or None when it is not there or not checked.

    Raises:
        SpellingError: the spelling program did not finish.
    """
    with database.reading() as session:
        stored = load_answer(session, answer_id)
    found = _lint([stored.draft or stored.answer], database, settings, today) if stored else []
    return found[0] if found else None


def lint_to_json(checked: list[Linted]) -> dict[str, Any]:
    """A summary, and every answer with findings."""
    return {"summary": summary(checked), "data": [linted_to_json(linted) for linted in checked if linted.findings]}


def _lint(answers: list[Answer], database: Database, settings: Settings, today: date) -> list[Linted]:
    with database.reading() as session:
        blocks = approved_texts(session)
        files = stored_files(session)
    languages = sorted({variant.language for answer in answers for variant in answer.variants})
    house = House(languages=languages, slots=settings.answer_slots, own_hosts=frozenset(settings.own_hosts) or None)
    return list(lint_answers(answers, make_context(house, answers, blocks, files, today=today)))
