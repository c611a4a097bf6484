"""Who wrote last: by hashes of customer, sender and mailbox, and of the messages that a mail answers. Kept for a day."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from serving.store.automatic_tables import ArrivalRow
from serving.store.inserting import insert_into


def hashed(*parts: str) -> str:
    """sha256 of some words, so that who is meant can be recognised and not read."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def note_arrivals(session: Session, decisions: Mapping[str, Sequence[str]], now: datetime) -> None:
    """Remember the keys of decisions that are being stored, oldest first; the newest mail of a key replaces older ones."""
    newest = {key: decision_id for decision_id, keys in decisions.items() for key in keys}
    rows = [{"key": key, "decision_id": decision_id, "at": now} for key, decision_id in sorted(newest.items())]
    if rows:
        statement = insert_into(session, ArrivalRow)
        taken = {"decision_id": statement.excluded.decision_id, "at": statement.excluded.at}
        session.execute(statement.on_conflict_do_update(index_elements=[ArrivalRow.key], set_=taken), rows)


def newest_arrivals(session: Session, keys: Sequence[str]) -> frozenset[str]:
    """The decisions about the newest mails of these keys."""
    return frozenset(session.scalars(select(ArrivalRow.decision_id).where(ArrivalRow.key.in_(keys))))


def forget_arrivals(session: Session, before: datetime) -> None:
    """Drop what is too old to come between a decision and its reply."""
    session.execute(delete(ArrivalRow).where(ArrivalRow.at < before))
