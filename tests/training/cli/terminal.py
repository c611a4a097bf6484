"""Runs a command of `replywell-train` as a terminal would."""

from pathlib import Path

from typer.testing import CliRunner, Result

from training.cli.main import app


def run(*arguments: str | Path) -> Result:
    """Run a command; standard output and standard error are kept apart."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments])
