"""How `replywell-train` talks: results on standard output, progress and one-line errors on standard error."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from data.answer import AnswerError
from data.examples import ExampleError
from data.taxonomy import TaxonomyError
from model.bundle import BundleError
from model.encoder import EncoderError
from model.risk import RiskError
from training.compare import CompareError
from training.fit import TrainingError
from training.guarantee import GuaranteeError
from training.report import ReportError
from training.signing import KeyFileError
from training.track import TrackingError

GATE_CLOSED = 1
WRONG_INPUT = 2
NOT_RECORDED = 3
MENDABLE = (
    AnswerError,
    BundleError,
    CompareError,
    EncoderError,
    ExampleError,
    GuaranteeError,
    KeyFileError,
    ReportError,
    RiskError,
    TaxonomyError,
    TrackingError,
    TrainingError,
)

SignKeyOption = Annotated[Path | None, typer.Option("--sign-key", metavar="FILE", help="Sign with this ed25519 key (PEM).")]
JsonOption = Annotated[bool, typer.Option("--json", help="JSON instead of text for people.")]


def fail(message: str, code: int = WRONG_INPUT) -> NoReturn:
    """One line on standard error, and the exit code."""
    typer.echo(f"replywell-train: {' '.join(message.split())}", err=True)
    raise typer.Exit(code)


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Turns what a person can mend into one line; anything else is a fault of ours and shows its trace."""
    try:
        yield
    except MENDABLE as error:
        fail(str(error))


def print_json(value: Any) -> None:
    """JSON for programs."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def print_rows(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A plain table that is never cut; columns after the first are numbers."""
    lines = [header, *rows]
    widths = [max(len(cell) for cell in column) for column in zip(*lines, strict=True)]
    for line in lines:
        cells = (cell.rjust(width) if number else cell.ljust(width) for number, (cell, width) in enumerate(zip(line, widths, strict=True)))
        typer.echo("  ".join(cells).rstrip())
