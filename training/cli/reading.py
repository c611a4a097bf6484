"""What commands that read labelled files share: their options in the same words, and the workbench to judge on."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from data.answer import Answer
from data.examples import ExampleError, ReadOptions
from data.taxonomy import Taxonomy
from model.bundle import Bundle
from model.encoder import load_encoder
from training.judge import Workbench
from training.progress import Terminal

BundleArgument = Annotated[Path, typer.Argument(metavar="BUNDLE", help="Folder of a bundle.")]
FilesArgument = Annotated[list[Path], typer.Argument(metavar="FILES…", help="Labelled mails.")]
MapOption = Annotated[
    list[str] | None, typer.Option("--map", metavar="NAME=COLUMN", help="Our name for their column, e.g. body=text. Repeatable.")
]
WhereOption = Annotated[list[str] | None, typer.Option("--where", metavar="COLUMN=VALUE", help="Only rows with this value. Repeatable.")]
UrgenciesOption = Annotated[str | None, typer.Option("--urgencies", metavar="A,B,C", help="Urgencies from least to most urgent.")]
TaxonomyOption = Annotated[Path | None, typer.Option("--taxonomy", metavar="FILE", help="The topics and urgencies that may occur (TOML).")]
AnswersOption = Annotated[
    Path | None, typer.Option("--answers", metavar="FOLDER|FILE", help="Approved answers: a TOML folder or JSON lines.")
]
OverlapOption = Annotated[bool, typer.Option("--drop-overlap", help="Leave out rows that both sides have, instead of stopping.")]


def read_options(
    mapping: list[str] | None, where: list[str] | None, urgencies: str | None, taxonomy: Path | None, known: Taxonomy | None = None
) -> ReadOptions:
    """The options of the command line as the reader wants them.

    Args:
        mapping: `name=column` each.
        where: `column=value` each.
        urgencies: names with commas between them.
        taxonomy: file of a strict taxonomy.
        known: a bundle's taxonomy, whose urgencies are the default.

    Raises:
        ExampleError: not a pair, or a name given twice.
        TaxonomyError: the taxonomy cannot be read.
    """
    strict = Taxonomy.load(taxonomy) if taxonomy else None
    scale = tuple(name.strip() for name in urgencies.split(",")) if urgencies is not None else None
    if scale is None and strict is None and known is not None:
        scale = known.urgencies
    return ReadOptions(mapping=_pairs("--map", mapping), where=_pairs("--where", where), urgencies=scale, taxonomy=strict)


def workbench(bundle: Bundle, answers: Sequence[Answer]) -> Workbench:
    """What judging with a bundle needs, now and at this terminal.

    Raises:
        EncoderError: the encoder of the bundle cannot be loaded.
    """
    encoder = load_encoder(bundle.encoder_reference.name)
    return Workbench(encoder=encoder, answers=tuple(answers), progress=Terminal(), now=datetime.now(UTC))


def dropped_line(rows: int) -> str:
    """Says what --drop-overlap left out."""
    return f"{rows} rows were dropped: the bundle was trained on their text or group"


def _pairs(option: str, values: list[str] | None) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for value in values or ():
        name, sign, other = value.partition("=")
        if not name or not sign or (option == "--map" and not other):
            raise ExampleError(f"{option} {value}: write it as {'NAME=COLUMN' if option == '--map' else 'COLUMN=VALUE'}")
        if name in pairs:
            raise ExampleError(f"{option} {value}: {name} was given twice")
        pairs[name] = other
    return pairs
