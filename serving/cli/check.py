"""`replywell check-config`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import typer

from serving.bundles import EngineError, EngineLoader
from serving.cli.terminal import WRONG_INPUT, ConfigOption, JsonOption, fail, one_line_errors, print_json, print_table
from serving.metrics import Metrics
from serving.settings import Settings, load_settings
from serving.store.database import Database, StoreError

HELP = """Show the settings in force, secrets hidden, and try database, bundle, answers and policy.

Examples:

  replywell check-config

  REPLYWELL_BUNDLE=var/other replywell check-config --json
"""


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("check-config", help=HELP)(check_config)


def check_config(json: JsonOption = False, config: ConfigOption = None) -> None:
    """Show the settings and try what they name."""
    with one_line_errors():
        settings = load_settings(Path(config) if config else None)
        database = Database.connect(settings.database_url.get_secret_value())
    shown = _shown(settings, database)
    results = {"database": _tried(lambda: _check_database(database)), **_models(settings)}
    faults = [f"{name}: {result['detail']}" for name, result in results.items() if not result["ok"]]
    if json:
        print_json({"settings": shown, "checks": results, "ok": not faults})
        raise typer.Exit(WRONG_INPUT if faults else 0)
    print_table([(name, "" if value is None else str(value)) for name, value in shown.items()])
    typer.echo()
    print_table([(name, f"{'ok' if result['ok'] else 'FAULT'}: {result['detail']}") for name, result in results.items()])
    if faults:
        fail(f"{len(faults)} of {len(results)} checks failed: {faults[0]}")


def _shown(settings: Settings, database: Database) -> dict[str, Any]:
    return settings.model_dump(mode="json") | {"database_url": database.shown}


def _check_database(database: Database) -> str:
    database.check()
    return database.shown


def _models(settings: Settings) -> dict[str, dict[str, Any]]:
    loader = EngineLoader(settings, Metrics())

    def bundle() -> str:
        found = loader.check_bundle()
        return f"{found.id}, {len(found.taxonomy.labels)} topics, encoder {found.encoder_reference.name}"

    def policy() -> str:
        return loader.policy(loader.check_bundle().taxonomy).version

    return {
        "bundle": _tried(bundle),
        "answers": _tried(lambda: f"{len(loader.load_answers())} answers"),
        "policy": _tried(policy),
    }


def _tried(check: Callable[[], str]) -> dict[str, Any]:
    try:
        return {"ok": True, "detail": check()}
    except (StoreError, EngineError) as error:
        return {"ok": False, "detail": str(error)}
