"""How commands talk: JSON or a human view on standard output, one line and exit code 2 when something is wrong."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from model.encoder import EncoderError
from serving.answers.sources.reading import ImportFileError
from serving.answers.spelling import SpellingError
from serving.bundles import EngineError
from serving.problems import ProblemError
from serving.settings import ConfigError
from serving.store.answers import AnswerStoreError
from serving.store.database import StoreError

ConfigOption = Annotated[str | None, typer.Option("--config", metavar="FILE", help="Settings file instead of replywell.toml.")]
JsonOption = Annotated[bool, typer.Option("--json", help="JSON instead of text for people.")]

WRONG_INPUT = 2


def fail(message: str) -> NoReturn:
    """One line on standard error, exit code 2."""
    typer.echo(f"replywell: {' '.join(message.split())}", err=True)
    raise typer.Exit(WRONG_INPUT)


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Turns what a person can mend into one line; anything else is a fault of ours and shows its trace."""
    try:
        yield
    except (ConfigError, StoreError, EngineError, EncoderError, AnswerStoreError, ImportFileError, SpellingError) as error:
        fail(str(error))
    except ProblemError as error:
        fail(f"{error.kind.title}: {error.detail}")


def print_json(value: Any) -> None:
    """JSON for programs."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def console() -> Console:
    """Where people read; plain text when it is not a terminal."""
    return Console(file=sys.stdout, highlight=False, soft_wrap=True)


def print_table(rows: list[tuple[str, str]]) -> None:
    """Two columns; the terminal wraps long values, a pipe gets one line a row."""
    width = max(len(name) for name, _ in rows)
    output = console()
    for name, value in rows:
        output.print(Text.assemble((name.ljust(width), "bold"), "  ", value))


@contextmanager
def bar(title: str, shown: bool) -> Iterator[Callable[[str, int, int | None], None]]:
    """A bar on a terminal; yields what moves it: the stage, how much is done, and of how much where that is known."""
    columns = (TextColumn("{task.description:<32}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    output = Console(file=sys.stderr)
    with Progress(*columns, console=output, disable=not (shown and output.is_terminal)) as bars:
        number = bars.add_task(title, total=None)
        yield lambda stage, done, total: bars.update(number, description=f"{title}: {stage}", completed=done, total=total)
