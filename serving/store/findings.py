"""What the last search for duplicates, or for gaps, found: such searches take their time, and everybody reads the result."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from serving.store.answer_tables import FindingsRow
from serving.store.answers import Stamp
from serving.store.base_version import lock_base

PATIENCE = timedelta(minutes=30)


class LookedFor(StrEnum):
    """What was searched for."""

    DUPLICATES = "duplicates"
    GAPS = "gaps"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFindings:
    """The last result, None before the first; `started_at` while another search runs."""

    content: dict[str, Any] | None
    made_at: datetime | None
    made_by: str | None
    started_at: datetime | None


def load_findings(session: Session, what: LookedFor) -> KeptFindings:
    """The last result of a kind of search."""
    row = session.get(FindingsRow, what, populate_existing=True)
    if row is None:
        return KeptFindings(content=None, made_at=None, made_by=None, started_at=None)
    return KeptFindings(content=row.content, made_at=row.made_at, made_by=row.made_by, started_at=row.started_at)


def begin_search(session: Session, what: LookedFor, now: datetime) -> bool:
    """Note that a search begins; False when one runs already. One that never ended is forgotten after half an hour."""
    started = _locked(session, what).started_at
    if started is not None and now - started < PATIENCE:
        return False
    session.execute(update(FindingsRow).where(FindingsRow.kind == what).values(started_at=now))
    return True


def end_search(session: Session, what: LookedFor) -> None:
    """Note that a search ended without a result."""
    session.execute(update(FindingsRow).where(FindingsRow.kind == what).values(started_at=None))


def save_findings(session: Session, what: LookedFor, content: dict[str, Any], stamp: Stamp) -> None:
    """Keep a result in place of the one before."""
    _locked(session, what)
    values = {"started_at": None, "made_at": stamp.at, "made_by": stamp.by, "content": content}
    session.execute(update(FindingsRow).where(FindingsRow.kind == what).values(**values))


def _locked(session: Session, what: LookedFor) -> KeptFindings:
    lock_base(session)
    if session.scalar(select(FindingsRow.kind).where(FindingsRow.kind == what)) is None:
        session.execute(insert(FindingsRow), [{"kind": what, "started_at": None, "made_at": None, "made_by": None, "content": None}])
    return load_findings(session, what)
