"""`replywell migrate`, `replywell export-examples`, `replywell purge`: looking after the database."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from serving.cli.terminal import ConfigOption, JsonOption, fail, one_line_errors, print_json
from serving.export import export_examples
from serving.retention import purge
from serving.service import utc_now
from serving.settings import Settings, load_settings
from serving.store.database import Database

MIGRATE = """Create or update the tables. Safe to run twice, and by two processes at once.

Example:

  replywell migrate
"""
EXPORT = """Write feedback and corrections as training rows (JSON lines), for `replywell-train learn`.

Examples:

  replywell export-examples --out var/corrected.jsonl

  replywell export-examples --since 2026-11-01 --out var/november.jsonl
"""
PURGE = """Remove mail text that is older than the setting retention_days. Labels, versions and ids stay.

Example:

  replywell purge
"""


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("migrate", help=MIGRATE)(migrate)
    app.command("export-examples", help=EXPORT)(export)
    app.command("purge", help=PURGE)(purge_now)


def migrate(json: JsonOption = False, config: ConfigOption = None) -> None:
    """Create or update the tables."""
    with one_line_errors():
        database = _database(_settings(config))
        database.migrate()
    if json:
        print_json({"database": database.shown, "ok": True})
    else:
        typer.echo(f"{database.shown} is up to date.")


def export(
    out: Annotated[Path, typer.Option("--out", help="The file to write; it appears whole or not at all.")],
    since: Annotated[str | None, typer.Option("--since", metavar="DATE", help="Only what was judged since, e.g. 2026-11-01.")] = None,
    json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Write training rows."""
    moment = _moment(since) if since else None
    with one_line_errors():
        database = _database(_settings(config))
        database.check()
        try:
            count = export_examples(database, out, moment)
        except OSError as error:
            fail(f"{out}: {error.strerror}")
    if json:
        print_json({"rows": count, "out": str(out)})
    else:
        typer.echo(f"{count} rows in {out}")


def purge_now(json: JsonOption = False, config: ConfigOption = None) -> None:
    """Remove old text."""
    with one_line_errors():
        settings = _settings(config)
        database = _database(settings)
        database.check()
        purged = purge(database, settings, utc_now())
    if json:
        print_json({"decisions": purged.decisions, "stored_answers": purged.answers})
    elif settings.retention_days is None:
        typer.echo("retention_days is not set: no mail text was removed.")
    else:
        typer.echo(f"Removed the text of {purged.decisions} decisions older than {settings.retention_days} days.")


def _settings(config: str | None) -> Settings:
    return load_settings(Path(config) if config else None)


def _database(settings: Settings) -> Database:
    return Database.connect(settings.database_url.get_secret_value())


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        fail(f"--since {text}: write a date such as 2026-11-01")
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
