"""`replywell-train evaluate` and `replywell-train compare`."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from data.answer import load_answers
from data.examples import ExampleSet, ReadOptions, read_examples
from model.bundle import Bundle
from training.cli.comparing import GateOption, compare_bundles, enforce, gates_of, show
from training.cli.reading import (
    AnswersOption,
    BundleArgument,
    FilesArgument,
    MapOption,
    OverlapOption,
    TaxonomyOption,
    UrgenciesOption,
    WhereOption,
    dropped_line,
    read_options,
    workbench,
)
from training.cli.terminal import JsonOption, one_line_errors, print_json, print_rows
from training.dataset import known_rows, unseen_rows
from training.evaluate import evaluate, evaluate_in_folds
from training.measures import Figures
from training.report import check_report_place, headline_rows, write_report

EVALUATE = """Measure a bundle on labelled mails that it has never seen.

With --folds N the recipe is measured instead (the bundle gives encoder and urgencies): learnt anew on the file without each fold, and
measured on that fold. Folds keep groups together; when every row has a date, they learn from the past and measure what came after.

Examples:

  replywell-train evaluate var/bundle data/seeds/examples.jsonl --where split=test --answers data/seeds/answers --report var/report

  replywell-train evaluate var/bundle tickets.csv --map topic=queue --map group=thread --folds 5 --json
"""
COMPARE = """Measure two bundles on the same mails, which neither has seen: figures, gains of B, paired intervals.

Exit code 1 when a --gate is closed.

Examples:

  replywell-train compare var/old var/new dev.jsonl

  replywell-train compare var/old var/new dev.jsonl --gate topic.macro_f1=-0.005 --gate urgency.cost=0
"""


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("evaluate", help=EVALUATE)(evaluate_bundle)
    app.command("compare", help=COMPARE)(compare_two)


def evaluate_bundle(
    *,
    bundle: BundleArgument,
    files: FilesArgument,
    mapping: MapOption = None,
    where: WhereOption = None,
    urgencies: UrgenciesOption = None,
    taxonomy: TaxonomyOption = None,
    answers: AnswersOption = None,
    folds: Annotated[int | None, typer.Option("--folds", metavar="N", min=2, help="Learn anew on N folds of the file.")] = None,
    drop_overlap: OverlapOption = False,
    report: Annotated[Path | None, typer.Option("--report", metavar="FOLDER", help="Write report.md, report.json and plots.")] = None,
    json: JsonOption = False,
) -> None:
    """Measure a bundle."""
    with one_line_errors():
        if report:
            check_report_place(report)
        loaded = Bundle.load(bundle)
        examples = read_examples(files, read_options(mapping, where, urgencies, taxonomy, loaded.taxonomy))
        figures = _folds(loaded, examples, folds, answers) if folds else _as_it_is(loaded, examples, answers, drop_overlap=drop_overlap)
        if report:
            write_report(report, f"Bundle {loaded.id} on {', '.join(path.name for path in files)}", figures)
    if json:
        print_json(figures)
    else:
        _show(figures)


def compare_two(
    *,
    first: Annotated[Path, typer.Argument(metavar="A", help="Folder of a bundle, such as the one that serves.")],
    second: Annotated[Path, typer.Argument(metavar="B", help="Folder of another bundle.")],
    files: FilesArgument,
    mapping: MapOption = None,
    where: WhereOption = None,
    urgencies: UrgenciesOption = None,
    taxonomy: TaxonomyOption = None,
    answers: AnswersOption = None,
    drop_overlap: OverlapOption = False,
    gate: GateOption = None,
    json: JsonOption = False,
) -> None:
    """Compare two bundles."""
    with one_line_errors():
        gates = gates_of(gate)
        bundles = Bundle.load(first), Bundle.load(second)
        options: ReadOptions = read_options(mapping, where, urgencies, taxonomy, bundles[0].taxonomy)
        examples = read_examples(files, options)
        compared = compare_bundles(bundles, examples, load_answers(answers) if answers else (), drop_overlap=drop_overlap)
        closed = compared.closed_gates(gates)
    if json:
        print_json({"a": bundles[0].id, "b": bundles[1].id, **compared.to_json(), "closed_gates": closed})
    else:
        show(compared)
    enforce(closed)


def _as_it_is(bundle: Bundle, examples: ExampleSet, answers: Path | None, *, drop_overlap: bool) -> Figures:
    selection = unseen_rows(examples, bundle.training.text_hashes, drop_overlap=drop_overlap)
    bench = workbench(bundle, load_answers(answers) if answers else ())
    figures = evaluate(bundle.predictor(bench.encoder), selection.examples, bench, bundle.certificate)
    known = bundle.reference.text_hashes if bundle.reference is not None else ()
    calibrated = {"auto.calibrated_rows": known_rows(selection.examples.examples, known)} if bundle.certificate is not None else {}
    return _header(bundle, examples) | {"dropped": selection.dropped} | figures | calibrated


def _folds(bundle: Bundle, examples: ExampleSet, number: int, answers: Path | None) -> Figures:
    """Without --taxonomy the costs of wrong urgencies are those of the bundle, when it has the same scale."""
    if examples.urgencies == bundle.taxonomy.urgencies:
        examples = replace(examples, taxonomy=replace(examples.taxonomy, cost=bundle.taxonomy.cost))
    bench = workbench(bundle, load_answers(answers) if answers else ())
    return _header(bundle, examples) | evaluate_in_folds(bundle.predictor(bench.encoder), examples, number, bench)


def _header(bundle: Bundle, examples: ExampleSet) -> dict[str, Any]:
    return {"bundle": bundle.id, "data": examples.fingerprint}


def _show(figures: Figures) -> None:
    print_rows(("", "value", "95 % interval"), headline_rows(figures))
    if figures.get("dropped"):
        typer.echo(dropped_line(figures["dropped"]))
    if figures.get("auto.calibrated_rows"):
        typer.echo(f"{figures['auto.calibrated_rows']} rows are mails that the certificate rests on: measure auto.* on others")
    if figures.get("topic.unknown"):
        typer.echo(f"topics that the bundle does not have, counted as wrong: {', '.join(figures['topic.unknown'])}")
