"""Puts the commands together."""

from typing import Annotated

import typer

from serving.api.health import program_version
from serving.cli import answers, automatic, check, curating, judging, keeping, keys, serve, what_if

app = typer.Typer(
    name="replywell",
    help="Reads customer mail, gives it a topic and an urgency, finds the approved answer, and decides what a person must see.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

for module in (serve, judging, keys, check, keeping, what_if):
    module.add_to(app)

base = typer.Typer(
    help="The answer base: import, clean, search, export.",
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for module in (answers, curating):
    module.add_to(base)
app.add_typer(base, name="answers")
automatic.add_to(app)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"replywell {program_version()}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and stop.")] = False,
) -> None:
    """Options of all commands."""


def main() -> None:
    """Run a command."""
    app()
