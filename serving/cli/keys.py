"""`replywell create-key`."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from serving.api.auth import SCOPES
from serving.cli.terminal import ConfigOption, JsonOption, fail, one_line_errors, print_json
from serving.service import utc_now
from serving.settings import load_settings
from serving.store.database import Database
from serving.store.keys import create_key
from serving.store.state import Event, record_event

HELP = f"""Make an API key. It is shown once and cannot be read again.

Scopes: {", ".join(SCOPES)}.

Examples:

  replywell create-key helpdesk --scope score --scope suggest

  replywell create-key prometheus --scope report --days 365
"""


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("create-key", help=HELP)(create)


def create(
    name: Annotated[str, typer.Argument(help="Who will use it.")],
    scope: Annotated[list[str], typer.Option("--scope", help="What it may do; repeat for several.")],
    days: Annotated[int | None, typer.Option("--days", min=1, max=36_500, help="Days until it expires; without it, never.")] = None,
    json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Make an API key."""
    unknown = sorted(set(scope) - set(SCOPES))
    if unknown:
        fail(f"unknown scope {', '.join(unknown)}; known: {', '.join(SCOPES)}")
    now = utc_now()
    expires = now + timedelta(days=days) if days else None
    with one_line_errors():
        settings = load_settings(Path(config) if config else None)
        database = Database.connect(settings.database_url.get_secret_value())
        database.check()
        with database.writing() as session:
            secret, key = create_key(session, name, frozenset(scope), expires, now)
            data = {"name": name, "scopes": sorted(scope)}
            record_event(session, Event(at=now, kind="key.created", subject=key.id, data=data))
    if json:
        print_json(
            {"key": secret, "id": key.id, "name": name, "scopes": sorted(scope), "expires_at": expires.isoformat() if expires else None}
        )
        return
    typer.echo(secret)
    typer.echo(f"Key {key.id} for {name}, scopes {', '.join(sorted(scope))}. Keep it now: it is not shown again.", err=True)
