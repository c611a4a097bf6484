"""One database, SQLite or PostgreSQL: sessions to read and to write, durable commits, migrations under a lock."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session, sessionmaker

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_SECONDS = 30
EXAMPLES = "write sqlite:///var/replywell.db or postgresql+psycopg://user:password@host/name"
MIGRATION_LOCK = 7_245_901_113  # any number that nothing else on the server uses as an advisory lock


class StoreError(RuntimeError):
    """The database cannot be used; the message says why and what to do."""


class Database:
    """Sessions on one database. Who opens a session commits it; query functions never do."""

    def __init__(self, engine: Engine, url: URL) -> None:
        self.engine = engine
        self.url = url
        self._reading = sessionmaker(engine, expire_on_commit=False)
        self._writing = sessionmaker(engine.execution_options(sqlite_begin="IMMEDIATE"), expire_on_commit=False)

    @classmethod
    def connect(cls, address: str) -> "Database":
        """Prepare (but do not open yet) a database by its URL, `sqlite:///file` or `postgresql+psycopg://…`.

        Raises:
            StoreError: not a URL, or a kind of database that is not supported.
        """
        try:
            url = make_url(address)
        except ArgumentError as error:
            raise StoreError(f"database_url is not a database URL; {EXAMPLES}") from error
        if url.drivername in ("postgresql", "postgres"):
            url = url.set(drivername="postgresql+psycopg")
        if url.drivername == "postgresql+psycopg":
            return cls(create_engine(url, hide_parameters=True, pool_pre_ping=True, pool_size=10, max_overflow=10), url)
        if url.drivername == "sqlite" and url.database:
            return cls(_sqlite_engine(url, Path(url.database)), url)
        raise StoreError(f"database_url: {url.drivername} is not supported; {EXAMPLES}")

    @property
    def shown(self) -> str:
        """The URL without its password."""
        return self.url.render_as_string(hide_password=True)

    @property
    def is_sqlite(self) -> bool:
        """True for a file on this machine."""
        return self.url.drivername == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one state of the database; what is changed in it is thrown away."""
        with self._reachable(), self._reading() as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction: committed when the block ends, rolled back when it raises. SQLite lets one writer in at a time."""
        with self._reachable(), self._writing.begin() as session:
            yield session

    def migrate(self, revision: str = "head") -> None:
        """Bring the tables to the newest revision; a second process waits for the first and then finds nothing to do.

        Raises:
            StoreError: the database cannot be reached, or it was made by a newer version.
        """
        with self._migrating() as (config, connection):
            known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
            current = _revision(connection)
            if current is not None and current not in known:
                raise StoreError(f"{self.shown} is at revision {current}, unknown to this version: install the newer version again")
            command.upgrade(config, revision)

    def downgrade(self, revision: str) -> None:
        """Take migrations back down to a revision, `base` for all of them. Data of dropped tables is lost."""
        with self._migrating() as (config, _):
            command.downgrade(config, revision)

    def check(self) -> None:
        """Reach the database and compare its revision with ours.

        Raises:
            StoreError: not reachable, no tables yet, or tables of another version.
        """
        head = ScriptDirectory.from_config(_alembic()).get_current_head()
        try:
            with self.engine.connect() as connection:
                current = _revision(connection)
        except DBAPIError as error:
            raise StoreError(f"{self.shown} cannot be reached: {_reason(error)}") from error
        if current != head:
            raise StoreError(f"{self.shown} is at revision {current or 'none'}, this version needs {head}: run `replywell migrate`")

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    def reclaim(self) -> None:
        """After a purge: move what was overwritten out of SQLite's journal, so that no deleted text stays in it."""
        if self.is_sqlite:
            with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    @contextmanager
    def _reachable(self) -> Iterator[None]:
        try:
            yield
        except (OperationalError, InterfaceError, PoolTimeout) as error:
            reason = _reason(error) if isinstance(error, DBAPIError) else "all connections are busy"
            raise StoreError(f"{self.shown} cannot be used now: {reason}") from error

    @contextmanager
    def _migrating(self) -> Iterator[tuple[Config, Connection]]:
        config = _alembic()
        try:
            if self.is_sqlite:
                _write_ahead_log(self.engine)
            with self.engine.execution_options(sqlite_begin="IMMEDIATE").begin() as connection:
                if not self.is_sqlite:
                    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
                config.attributes["connection"] = connection
                yield config, connection
        except DBAPIError as error:
            raise StoreError(f"{self.shown} cannot be migrated: {_reason(error)}") from error


def _sqlite_engine(url: URL, file: Path) -> Engine:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"database_url: {file.parent} cannot be created: {error.strerror}") from error
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": BUSY_SECONDS}, pool_size=10, max_overflow=10)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    """FULL makes a commit durable when power fails; secure_delete overwrites purged text."""
    connection.isolation_level = None  # the driver must not begin transactions by itself: _begin_sqlite does
    for pragma in ("foreign_keys=ON", "synchronous=FULL", "secure_delete=ON", f"busy_timeout={BUSY_SECONDS * 1000}"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    """Writers take the lock at once: a reader that becomes a writer later could fail half-way."""
    if connection.get_isolation_level() == "AUTOCOMMIT":
        return
    connection.exec_driver_sql(f"BEGIN {connection.get_execution_options().get('sqlite_begin', 'DEFERRED')}")


def _write_ahead_log(engine: Engine, attempts: int = 50) -> None:
    """WAL is a property of the file. Switching does not wait for other processes, so try again for a moment."""
    for attempt in range(attempts):
        try:
            with engine.connect() as connection:
                connection.connection.driver_connection.execute("PRAGMA journal_mode=WAL").close()  # type: ignore[union-attr]
            return
        except (OperationalError, engine.dialect.loaded_dbapi.OperationalError):
            if attempt == attempts - 1:
                raise
            time.sleep(0.1)


def _alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _reason(error: DBAPIError) -> str:
    return str(error.orig).strip().splitlines()[0] if error.orig else str(error)
