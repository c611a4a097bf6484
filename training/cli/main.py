"""Puts the commands together."""

import signal
import sys
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated, NoReturn

import typer

from training.cli import guaranteeing, learning, measuring, promoting

STOPPED = 128 + signal.SIGTERM

app = typer.Typer(
    name="replywell-train",
    help="Makes better bundles: learns them from labelled mails, measures, compares and promotes them.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

for module in (learning, measuring, guaranteeing, promoting):
    module.add_to(app)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"replywell-train {_installed()}")
        raise typer.Exit


def _installed() -> str:
    try:
        return version("replywell")
    except PackageNotFoundError:
        return "0+unknown"


@app.callback()
def options(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and stop.")] = False,
) -> None:
    """Options of all commands."""


def main() -> None:
    """Run a command. A polite kill cleans up as Ctrl-C does: nothing half-written stays."""
    signal.signal(signal.SIGTERM, _stop)
    app()


def _stop(number: int, frame: object) -> NoReturn:
    sys.exit(STOPPED)
