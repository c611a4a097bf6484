"""`replywell serve`."""

import json as jsonlib
import os
import shlex
import shutil
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Annotated, Any

import typer
import uvicorn

from serving.app import build_service, create_app
from serving.bundles import EngineLoader
from serving.cli.terminal import ConfigOption, fail, one_line_errors
from serving.logs import log_to_standard_error
from serving.metrics import FOLDER_VARIABLE, Metrics, shared_folder
from serving.settings import CONFIG_VARIABLE, PREFIX, SEED_ANSWERS, Settings, load_settings
from serving.store.database import Database

HELP = """Serve the API. Without keys (--open) only on this machine.

Examples:

  replywell serve --open

  replywell serve --host 0.0.0.0 --workers 4
"""
DRAIN_SECONDS = 30
HUNG_SECONDS = 60  # a worker on a busy machine may be silent for seconds while it loads; killing it would drop its requests
READY_SECONDS = 120


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("serve", help=HELP)(serve)


def serve(
    host: Annotated[str | None, typer.Option("--host", help="Address to listen on (setting host).")] = None,
    port: Annotated[int | None, typer.Option("--port", min=1, max=65535, help="Port (setting port).")] = None,
    workers: Annotated[int | None, typer.Option("--workers", min=1, max=64, help="Worker processes (setting workers).")] = None,
    open_: Annotated[bool | None, typer.Option("--open/--closed", help="No API keys; loopback only (setting open).")] = None,
    config: ConfigOption = None,
) -> None:
    """Serve the API."""
    given = {"host": host, "port": port, "workers": workers, "open": open_}
    overrides: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    with one_line_errors():
        settings = load_settings(Path(config) if config else None, **overrides)
        _refuse_taken_port(settings)
    log_to_standard_error(settings.log_level)
    threading.Thread(target=_greet, args=(settings,), daemon=True).start()
    if settings.workers == 1:
        _serve_here(settings)
    else:
        _serve_with_workers(settings, config, overrides)


def _serve_here(settings: Settings) -> None:
    with one_line_errors():
        service = build_service(settings)
    uvicorn.run(create_app(service), **_options(settings))


def _serve_with_workers(settings: Settings, config: str | None, overrides: dict[str, Any]) -> None:
    """Workers read the same settings again: the file, and an environment that repeats the command line."""
    with one_line_errors():
        EngineLoader(settings, Metrics()).check_bundle()
        database = Database.connect(settings.database_url.get_secret_value())
        if database.is_sqlite:
            database.migrate()
        database.check()
        database.close()
    os.environ |= {f"{PREFIX}{name.upper()}": str(value) for name, value in overrides.items()}
    if config:
        os.environ[CONFIG_VARIABLE] = config
    with shared_folder() as folder:
        os.environ[FOLDER_VARIABLE] = folder
        uvicorn.run("serving.app:from_environment", factory=True, workers=settings.workers, **_options(settings))


def _options(settings: Settings) -> dict[str, Any]:
    return {
        "host": settings.host,
        "port": settings.port,
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "timeout_graceful_shutdown": DRAIN_SECONDS,
        "timeout_keep_alive": 65,
        "timeout_worker_healthcheck": HUNG_SECONDS,
    }


def _refuse_taken_port(settings: Settings) -> None:
    """Better one line now than a trace after the models were loaded."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            fail(f"cannot listen on {settings.host}:{settings.port}: {error.strerror}; choose another with --port")


def _greet(settings: Settings) -> None:
    """When the service answers, say what to try."""
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"{_address(settings)}/livez", timeout=2) as response:
                response.read()
            break
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    else:
        return
    typer.echo(greeting(settings))


def greeting(settings: Settings) -> str:
    """Three things to try, as they can be typed."""
    address = _address(settings)
    mail = {
        "subject": "Wo bleibt mein Paket?",
        "body": "Bestellung 48213 sollte am Montag hier sein. Wann kommt sie an?",
        "from": "eva@example.com",
    }
    key = "" if settings.open else ' -H "Authorization: Bearer $KEY"'
    curl = f"curl -s {address}/v1/score -H 'Content-Type: application/json'{key} -d {shlex.quote(jsonlib.dumps(mail, ensure_ascii=False))}"
    lines = [f"Replywell listens on {address}. Three things to try:", "", f"  {curl}", ""]
    if not settings.open:
        lines[1:1] = [f"(a key: `KEY=$({_command()} create-key me --scope score)`)"]
    return "\n".join([*lines, f"  {_command()} score {_sample()}", "", f"  {address}/docs", ""])


def _address(settings: Settings) -> str:
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::", "localhost") else settings.host
    return f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"


def _sample() -> str:
    """A mail of the starter set, named as it can be typed from here."""
    mails = sorted((SEED_ANSWERS.parent / "mails").glob("*.eml"))
    return _from_here(mails[0]) if mails else "mail.eml"


def _command() -> str:
    """This program, as it can be typed from here: by its path where its environment is not activated."""
    mine = Path(sys.executable).with_name("replywell")
    found = shutil.which("replywell")
    return _from_here(mine) if mine.is_file() and (found is None or Path(found) != mine) else "replywell"


def _from_here(path: Path) -> str:
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
