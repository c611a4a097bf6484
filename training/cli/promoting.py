"""`replywell-train promote` and `replywell-train models`."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from data.examples import ReadOptions, read_examples
from model.bundle import MANIFEST, Bundle
from training.cli.comparing import GateOption, compare_bundles, gates_of
from training.cli.reading import MapOption, OverlapOption, UrgenciesOption, WhereOption, read_options
from training.cli.terminal import GATE_CLOSED, JsonOption, fail, one_line_errors, print_json, print_rows
from training.cli.tracking import TrackingOption, tracking_at
from training.compare import CompareError
from training.report import number
from training.settings import CHAMPION
from training.track import Registry, Version

PROMOTE = """Let a bundle serve: give it the alias champion. An older version is promoted the same way, to roll back.

The bundle is fetched and verified first. With --check it is also compared with the present holder of the alias on mails that neither
has seen: a closed --gate, or without gates a figure that is clearly worse, leaves everything as it is (exit code 1).

Examples:

  replywell-train promote var/bundle

  replywell-train promote 7 --check dev.jsonl --gate topic.macro_f1=-0.005
"""
MODELS = """List the registered bundles, the newest first.

Example:

  replywell-train models
"""
SHOWN = ("topic.accuracy", "topic.macro_f1", "urgency.macro_f1")


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("promote", help=PROMOTE)(promote)
    app.command("models", help=MODELS)(models)


def promote(
    *,
    reference: Annotated[str, typer.Argument(metavar="BUNDLE|RUN|VERSION", help="A folder, a run, a version or a bundle id.")],
    alias: Annotated[str, typer.Option("--alias", metavar="NAME", help="The alias to give.")] = CHAMPION,
    check: Annotated[list[Path] | None, typer.Option("--check", metavar="FILE", help="Compare on these mails first. Repeatable.")] = None,
    mapping: MapOption = None,
    where: WhereOption = None,
    urgencies: UrgenciesOption = None,
    drop_overlap: OverlapOption = False,
    gate: GateOption = None,
    tracking_uri: TrackingOption = None,
    json: JsonOption = False,
) -> None:
    """Give a registered bundle an alias."""
    with one_line_errors(), tempfile.TemporaryDirectory() as folder:
        gates = gates_of(gate)
        if gates and not check:
            raise CompareError("--gate needs mails to measure on: --check FILE")
        registry = Registry.open(tracking_at(tracking_uri))
        version = _registered(registry, reference)
        before = registry.holder(alias)
        bundle = registry.fetch(version, _place(folder, "new"))
        if check and before and before.number != version.number:
            bundles = registry.fetch(before, _place(folder, "old")), bundle
            _refuse_losses(bundles, check, read_options(mapping, where, urgencies, None, bundle.taxonomy), (gates, drop_overlap))
        registry.set_alias(version.number, alias)
    if json:
        print_json({"version": version.number, "bundle": bundle.id, "alias": alias, "replaces": before.number if before else None})
    else:
        replaced = f", in place of version {before.number}" if before and before.number != version.number else ""
        typer.echo(
            f"version {version.number}, bundle {bundle.id}, is now {alias}{replaced}: a service with bundle models:/replywell@{alias}"
        )
        typer.echo("takes it over when it is reloaded or started")


def models(*, tracking_uri: TrackingOption = None, json: JsonOption = False) -> None:
    """List the registered bundles."""
    with one_line_errors():
        registry = Registry.open(tracking_at(tracking_uri))
        found = [(version, registry.figures(version)) for version in registry.versions()]
    if json:
        print_json([_as_json(version, figures) for version, figures in found])
    else:
        rows = [
            (version.number, version.bundle, ", ".join(version.aliases) or "–", *(number(figures.get(name)) for name in SHOWN))
            for version, figures in found
        ]
        print_rows(("version", "bundle", "alias", *SHOWN), rows)


def _registered(registry: Registry, reference: str) -> Version:
    """The version that is meant; a bundle in a folder is registered when it is not yet."""
    if not (Path(reference) / MANIFEST).is_file():
        return registry.find(reference)
    bundle = Bundle.load(Path(reference))
    known = [version for version in registry.versions() if version.bundle == bundle.id]
    return known[0] if known else registry.record(bundle, dict(bundle.training.metrics))


def _refuse_losses(
    bundles: tuple[Bundle, Bundle], files: list[Path], options: ReadOptions, wanted: tuple[Mapping[str, float], bool]
) -> None:
    gates, drop_overlap = wanted
    compared = compare_bundles(bundles, read_examples(files, options), (), drop_overlap=drop_overlap)
    closed = compared.closed_gates(gates) if gates else compared.clear_losses()
    if closed:
        fail(f"not promoted: {'; '.join(closed)}", GATE_CLOSED)


def _place(folder: str, name: str) -> Path:
    place = Path(folder) / name
    place.mkdir()
    return place


def _as_json(version: Version, figures: Mapping[str, float]) -> dict[str, Any]:
    return {
        "version": version.number,
        "bundle": version.bundle,
        "run": version.run,
        "aliases": list(version.aliases),
        "figures": dict(figures),
    }
