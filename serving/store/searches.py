"""What people searched for, as counted evidence: a search that found nothing good is a sign of a missing answer."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from serving.store.answer_tables import SearchRow
from serving.store.ids import new_id


class SearchScope(StrEnum):
    """Who searched: somebody of the house, or a customer."""

    INTERNAL = "internal"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """One search. `query` must come without personal data; `good` is False when nothing in the list helped."""

    id: str = ""
    at: datetime
    scope: SearchScope
    language: str | None
    query: str
    hits: int
    best_score: float | None
    good: bool


def save_search(session: Session, search: Search) -> str:
    """Keep a search; its id."""
    row = {
        "id": search.id or new_id("sea", search.at),
        "at": search.at,
        "scope": search.scope,
        "language": search.language,
        "query": search.query.replace("\0", " "),  # PostgreSQL keeps no NUL
        "hits": search.hits,
        "best_score": search.best_score,
        "good": search.good,
    }
    session.execute(insert(SearchRow), [row])
    return str(row["id"])


def poor_searches(session: Session, since: datetime, limit: int) -> tuple[Search, ...]:
    """The newest searches since a moment that found nothing good, newest first."""
    poor = select(*SearchRow.__table__.columns).where(SearchRow.good.is_(False), SearchRow.at >= since)
    rows = session.execute(poor.order_by(SearchRow.at.desc(), SearchRow.id.desc()).limit(limit))
    return tuple(Search(**{**row._mapping, "scope": SearchScope(row.scope)}) for row in rows)


def purge_searches(session: Session, before: datetime) -> int:
    """Forget searches made before a moment; how many."""
    return len(session.scalars(delete(SearchRow).where(SearchRow.at < before).returning(SearchRow.id)).all())
