"""Migrations, locks and transactions, on both databases."""

import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect

from serving.store.answer_tables import AnswerRow
from serving.store.database import Database, StoreError
from serving.store.state import bump_generation, model_generation
from tests.serving.conftest import NOW

MIGRATE = "import sys; from serving.store.database import Database; d = Database.connect(sys.argv[1]); d.migrate(); d.check()"


def test_migrations_make_exactly_the_tables_of_the_models(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, AnswerRow.metadata) == []


def test_migrations_go_down_to_nothing_and_up_again(database: Database) -> None:
    database.downgrade("base")
    assert inspect(database.engine).get_table_names() == ["alembic_version"]
    database.migrate()
    database.check()


def test_migrating_twice_changes_nothing(database: Database) -> None:
    with database.writing() as session:
        bump_generation(session, "abc", NOW)
    database.migrate()
    with database.reading() as session:
        assert model_generation(session) == 1


def test_several_processes_migrate_an_empty_database_at_once(empty_url: str) -> None:
    processes = [subprocess.Popen([sys.executable, "-c", MIGRATE, empty_url], stderr=subprocess.PIPE, text=True) for _ in range(4)]
    faults = [process.communicate(timeout=60)[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0, 0], faults


def test_names_the_command_when_there_are_no_tables(empty: Database) -> None:
    with pytest.raises(StoreError, match="run `replywell migrate`"):
        empty.check()


def test_refuses_a_database_of_a_newer_version(database: Database) -> None:
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match="9999, unknown to this version"):
        database.migrate()


def test_rolls_back_what_a_failing_block_wrote(database: Database) -> None:
    def fail() -> None:
        with database.writing() as session:
            bump_generation(session, "abc", NOW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with database.reading() as session:
        assert model_generation(session) == 0


def test_sqlite_commits_durably_and_overwrites_what_it_deletes(sqlite_url: str) -> None:
    database = Database.connect(sqlite_url)
    database.migrate()
    with database.engine.connect() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        }
    database.close()
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}


@pytest.mark.parametrize("url", ["", "nonsense", "mysql://root@localhost/x", "sqlite://"])
def test_refuses_other_databases_in_one_line(url: str) -> None:
    with pytest.raises(StoreError, match="database_url.*sqlite:///"):
        Database.connect(url)


def test_hides_the_password_and_says_that_nobody_answers(tmp_path: Path) -> None:
    database = Database.connect(f"postgresql://me:secret@/x?host={tmp_path}")
    with pytest.raises(StoreError, match="cannot be reached") as error:
        database.check()
    assert "secret" not in str(error.value)
