"""INSERT that says what happens when the row is there already: both databases can, each in a dialect of its own."""

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from serving.store.tables import Base


def insert_into(session: Session, row: type[Base]) -> sqlite.Insert | postgresql.Insert:
    """An INSERT into a table, for `on_conflict_do_nothing` and `on_conflict_do_update`."""
    return sqlite.insert(row) if session.get_bind().dialect.name == "sqlite" else postgresql.insert(row)
