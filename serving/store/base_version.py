"""The version number of the answer base: every change raises it, and all workers follow it.

A writer locks the row before it reads anything and keeps it until its commit. So writers of the base come one after the other (on
SQLite they do anyway), and numbers become visible in their order: who has seen version 7 can never be surprised by a late 6.
"""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from serving.store.answer_tables import AnswerBaseRow


def base_version(session: Session) -> int:
    """The version of the base. Read it before the answers: what changes in between comes with the next look at `changed_since`."""
    return session.scalar(select(AnswerBaseRow.version)) or 0


def lock_base(session: Session) -> None:
    """Wait until no other transaction writes to the base, and keep others out until this one ends."""
    session.execute(select(AnswerBaseRow.version).with_for_update())


def raise_version(session: Session) -> int:
    """The next version, with which all rows of one change are stamped. The base must be locked."""
    return session.execute(update(AnswerBaseRow).values(version=AnswerBaseRow.version + 1).returning(AnswerBaseRow.version)).scalar_one()
