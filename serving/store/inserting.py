"""INSERT without objects, and one that says what happens when the row is there already: each database has a dialect of its own."""

from typing import cast

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from serving.store.tables import Base


def insert_into(session: Session, row: type[Base]) -> sqlite.Insert | postgresql.Insert:
    """An INSERT into a table, for `on_conflict_do_nothing` and `on_conflict_do_update`."""
    return sqlite.insert(row) if session.get_bind().dialect.name == "sqlite" else postgresql.insert(row)


def table_of(row: type[Base]) -> Table:
    """The table itself, for rows that nobody reads again as objects: the session's own bulk insert takes twice as long."""
    return cast(Table, row.__table__)
