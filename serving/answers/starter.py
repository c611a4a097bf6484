"""The answers that the settings name become the base's first ones."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from data.answer import Answer
from data.imported import ImportedAnswer
from serving.answers.attachments import save_attached
from serving.store.answer_imports import put_imported
from serving.store.answers import Stamp
from serving.store.base_version import base_version, lock_base
from serving.store.database import Database

SOURCE = "starter"


def is_untouched(database: Database) -> bool:
    """Whether nobody has changed the base yet."""
    with database.reading() as session:
        return base_version(session) == 0


def take_over(database: Database, answers: Sequence[Answer], now: datetime, files: Path | None = None) -> int:
    """Put answers into a base that nobody has changed yet, with those of their attachments that lie in the folder `files`; how many.

    A second process waits, and then finds them there.
    """
    stamp = Stamp(by=None, at=now)
    rows = [ImportedAnswer(external_id=answer.id, line=line, answer=answer, source=SOURCE) for line, answer in enumerate(answers, start=1)]
    with database.writing() as session:
        lock_base(session)
        if not rows or base_version(session) != 0:
            return 0
        save_attached(session, answers, files, stamp)
        return put_imported(session, rows, stamp).created
