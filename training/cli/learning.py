"""`replywell-train learn`."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from model.encoder import DEFAULT_ENCODER
from training.cli.reading import (
    AnswersOption,
    FilesArgument,
    MapOption,
    OverlapOption,
    TaxonomyOption,
    UrgenciesOption,
    WhereOption,
    read_options,
)
from training.cli.terminal import NOT_RECORDED, JsonOption, SignKeyOption, fail, one_line_errors, print_json, print_rows
from training.cli.tracking import TrackingOption, tracking_at
from training.learn import Learnt, Plan, learn
from training.progress import Terminal
from training.report import headline_rows
from training.settings import Tracking
from training.signing import load_sign_key, public_hex
from training.track import Registry, TrackingError, Version

HELP = """Learn a bundle from labelled mails (JSON lines, CSV or Parquet).

Rows whose column `split` says test or dev are not learnt from. The figures that are shown come from rows that were left out while
learning, by group. The run is logged to MLflow and the bundle registered there as candidate.

Exit code 2: nothing was written. Exit code 3: the bundle was written, but not logged.

Examples:

  replywell-train learn data/seeds/examples.jsonl --taxonomy data/seeds/taxonomy.toml --answers data/seeds/answers --out var/bundles/new

  replywell-train learn tickets.csv --map topic=queue --map urgency=priority --urgencies low,medium,high --out var/tickets
"""


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("learn", help=HELP)(learn_bundle)


def learn_bundle(
    *,
    files: FilesArgument,
    out: Annotated[Path, typer.Option("--out", metavar="BUNDLE", help="Folder of the new bundle.")],
    mapping: MapOption = None,
    where: WhereOption = None,
    urgencies: UrgenciesOption = None,
    taxonomy: TaxonomyOption = None,
    answers: AnswersOption = None,
    encoder: Annotated[
        str, typer.Option("--encoder", metavar="NAME", help="use-multilingual, hashing or sentence-transformers:<name or folder>.")
    ] = DEFAULT_ENCODER,
    drop_overlap: OverlapOption = False,
    sign_key: SignKeyOption = None,
    track: Annotated[bool, typer.Option("--track/--no-track", help="Log the run to MLflow.")] = True,
    tracking_uri: TrackingOption = None,
    json: JsonOption = False,
) -> None:
    """Learn a bundle."""
    with one_line_errors():
        plan = Plan(
            files=tuple(files),
            reading=read_options(mapping, where, urgencies, taxonomy),
            out=out,
            encoder=encoder,
            answers=answers,
            drop_overlap=drop_overlap,
            sign_key=load_sign_key(sign_key) if sign_key else None,
        )
        if track:
            Registry.check(tracking_at(tracking_uri))
        learnt = learn(plan, Terminal(), datetime.now(UTC))
    version = _record(learnt, tracking_at(tracking_uri)) if track else None
    if json:
        print_json(_as_json(learnt, version))
    else:
        _show(learnt, version)
        if plan.sign_key:
            typer.echo(f"signed; the service checks it with bundle_public_key = {public_hex(plan.sign_key)}")


def _record(learnt: Learnt, tracking: Tracking) -> Version:
    try:
        return Registry.open(tracking).record(learnt.bundle, learnt.figures, learnt.seconds)
    except TrackingError as error:
        fail(f"the bundle {learnt.bundle.id} is complete at {learnt.bundle.path}, but it was not logged: {error}", NOT_RECORDED)


def _as_json(learnt: Learnt, version: Version | None) -> dict[str, Any]:
    return {
        "bundle": learnt.bundle.id,
        "path": str(learnt.bundle.path),
        "rows": learnt.bundle.training.rows,
        "held_back": learnt.selection.held_back,
        "dropped": learnt.selection.dropped,
        "seconds": round(learnt.seconds, 1),
        "run": version.run if version else None,
        "version": version.number if version else None,
        "figures": learnt.figures,
    }


def _show(learnt: Learnt, version: Version | None) -> None:
    print_rows(("on rows left out while learning", "value", "95 % interval"), headline_rows(learnt.figures))
    selection, bundle = learnt.selection, learnt.bundle
    if selection.held_back:
        typer.echo(f"{selection.held_back} rows were not learnt from: their split keeps them for tests")
    if selection.dropped:
        typer.echo(f"{selection.dropped} rows were dropped: a row that is kept for tests has their text or group")
    typer.echo(f"{bundle.path}: bundle {bundle.id}, learnt from {bundle.training.rows} rows in {learnt.seconds:.0f} s")
    if version:
        typer.echo(
            f"logged as version {version.number} ({', '.join(version.aliases)}); let it serve: replywell-train promote {version.number}"
        )
