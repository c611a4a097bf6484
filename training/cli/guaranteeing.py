"""`replywell-train guarantee`."""

from pathlib import Path
from typing import Annotated, Any

import typer

from data.answer import Answer, load_answers
from data.examples import read_examples
from data.taxonomy import Taxonomy
from model.bundle import Bundle
from model.risk import Method, Scope, Target, Threshold
from training.cli.reading import (
    AnswersOption,
    BundleArgument,
    MapOption,
    OverlapOption,
    TaxonomyOption,
    UrgenciesOption,
    WhereOption,
    dropped_line,
    read_options,
    workbench,
)
from training.cli.terminal import GATE_CLOSED, JsonOption, SignKeyOption, fail, one_line_errors, print_json, print_rows
from training.guarantee import Guaranteed, Wanted, check_score, guarantee, lacking
from training.signing import load_sign_key

SEEDS = Path(__file__).resolve().parents[2] / "data" / "seeds"
CHANGED = 0.05
HELP = """Prove how often automatic replies will be wrong, and write a new bundle that holds the certificate.

The mails must be new to the bundle and drawn as the mail of later days will be. Where a file names no answers, each topic stands for its
one approved answer. When every mail has a date, the past is calibrated on and the newest fifth verifies it.

Of mails with one text or one thread the first counts alone.

A promise holds for one look at the labels. Whoever repeats the command while a file grows looks many times: --growing makes a promise that
holds for all these looks together, and needs more labels. Add rows at the end, or give every row a date and label in their order; keep
bundle, answers, --alpha, --delta and --by as they are.

Exit code 1: nothing can be proven yet; it says how many labels are missing, and nothing was written. Exit code 2: wrong input.

Examples:

  replywell-train guarantee var/bundle corrected.jsonl --alpha 0.02 --delta 0.05 --answers answers.jsonl --out var/bundles/certified

  replywell-train guarantee var/bundle corrected.jsonl --alpha 0.05 --delta 0.05 --by topic --json

  replywell-train guarantee var/bundle corrected.jsonl --alpha 0.02 --growing
"""


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("guarantee", help=HELP)(guarantee_bundle)


def guarantee_bundle(
    *,
    bundle: BundleArgument,
    files: Annotated[list[Path], typer.Argument(metavar="FILES…", help="Labelled mails that the bundle was not trained on.")],
    alpha: Annotated[float, typer.Option("--alpha", help="Share of automatic replies that may be wrong.")] = 0.02,
    delta: Annotated[float, typer.Option("--delta", help="Chance that the promise itself is wrong.")] = 0.05,
    by: Annotated[Scope, typer.Option("--by", help="One promise for all mail, or one for each group.")] = Scope.ALL,
    mapping: MapOption = None,
    where: WhereOption = None,
    urgencies: UrgenciesOption = None,
    taxonomy: TaxonomyOption = None,
    answers: AnswersOption = None,
    drop_overlap: OverlapOption = False,
    growing: Annotated[
        bool, typer.Option("--growing", help="The file grows and this is repeated: the promise holds for all looks.")
    ] = False,
    out: Annotated[Path | None, typer.Option("--out", metavar="FOLDER", help="The new bundle; default: BUNDLE-guaranteed.")] = None,
    sign_key: SignKeyOption = None,
    json: JsonOption = False,
) -> None:
    """Guarantee a bundle."""
    with one_line_errors():
        wanted = Wanted(
            target=Target(alpha=alpha, delta=delta),
            scope=by,
            out=out or bundle.with_name(f"{bundle.name}-guaranteed"),
            method=Method.GROWING if growing else Method.ONE_LOOK,
            drop_overlap=drop_overlap,
            sign_key=load_sign_key(sign_key) if sign_key else None,
        )
        loaded = Bundle.load(bundle)
        approved = load_answers(answers) if answers else _approved(loaded)
        check_score(loaded, approved)
        examples = read_examples(files, read_options(mapping, where, urgencies, taxonomy, loaded.taxonomy))
        found = guarantee(loaded, examples, workbench(loaded, approved), wanted)
    if json:
        print_json(_as_json(found))
    else:
        _show(found)
    if found.bundle is None:
        fail(f"no threshold keeps the error below {alpha:g} on these mails: {_reasons(found)}; nothing was written", GATE_CLOSED)


def _approved(bundle: Bundle) -> tuple[Answer, ...]:
    """The starter taxonomy has answers of its own."""
    starter = SEEDS / "taxonomy.toml"
    if starter.is_file() and Taxonomy.load(starter).sha256 == bundle.taxonomy.sha256:
        return load_answers(SEEDS / "answers")
    return ()


def _as_json(found: Guaranteed) -> dict[str, Any]:
    verified = found.verified
    return {
        "bundle": found.bundle.id if found.bundle else None,
        "path": str(found.bundle.path) if found.bundle else None,
        "certified": found.certificate.is_certified,
        "coverage": found.coverage,
        "certificate": found.certificate.to_json(),
        "verified": {
            "mails": verified.mails,
            "sent": verified.sent,
            "wrong": verified.wrong,
            "error": verified.error,
            "upper_bound": verified.upper_bound,
        }
        if verified
        else None,
        "calibrated_in_time_order": found.in_order,
        "dropped": found.dropped,
        "unjudged": found.unjudged,
        "repeated": found.repeated,
    }


def _show(found: Guaranteed) -> None:
    certificate = found.certificate
    rows = [
        (group, f"{o.value:.6f}", str(o.accepted), str(o.errors), f"{o.coverage:.1%}", f"{o.upper_bound:.4f}")
        for group, o in certificate.groups.items()
        if isinstance(o, Threshold)
    ]
    if rows:
        print_rows(("group", "score from", "sent", "wrong", "coverage", "upper bound"), rows)
    missing = [
        (group, o.reason, str(o.accepted), str(o.errors), "-" if o.labels_still_needed is None else str(o.labels_still_needed))
        for group, o in lacking(certificate).items()
    ]
    if missing:
        print_rows(("only suggested", "why", "accepted", "wrong", "labels still needed"), missing)
    target = certificate.target
    typer.echo(
        f"promise: at most {target.alpha:.2%} of automatic replies are wrong, with confidence {1 - target.delta:.2%};"
        f" {found.coverage:.1%} of {certificate.calibrated_on} calibration mails would be answered"
    )
    for line in _remarks(found):
        typer.echo(line)


def _remarks(found: Guaranteed) -> list[str]:
    certificate, verified = found.certificate, found.verified
    compared = "over time" if found.in_order else "from the mails of the training"
    lines = [f"answers covered: {len(certificate.answers) or 'each topic stands for its one approved answer'}"]
    if certificate.method is Method.GROWING:
        lines.append("the promise holds for all looks at this file while it grows")
    if verified is not None:
        error = "-" if verified.error is None else f"{verified.error:.2%}"
        lines.append(f"verified on the {verified.mails} newest mails: {verified.sent} sent, {verified.wrong} wrong, error {error}")
    if certificate.exchangeability < CHANGED:
        lines.append(f"warning: these mails differ {compared} (p = {certificate.exchangeability:.3g}): calibrate on mail as it comes now")
    if found.dropped:
        lines.append(dropped_line(found.dropped))
    if found.unjudged:
        lines.append(f"{found.unjudged} rows were left out: nobody has said which answer is right")
    if found.repeated:
        lines.append(f"{found.repeated} rows were left out: an earlier one has the same text or thread, and counts for them")
    if found.bundle is not None:
        lines.append(f"{found.bundle.path}: bundle {found.bundle.id}")
    return lines


def _reasons(found: Guaranteed) -> str:
    """The group that is nearest to a proof speaks for all."""
    wanting = sorted(lacking(found.certificate).values(), key=lambda o: (o.labels_still_needed is None, o.labels_still_needed or 0))
    nearest = wanting[0]
    if nearest.labels_still_needed is None:
        return f"{nearest.reason} ({nearest.errors} of {nearest.accepted} wrong)"
    return f"{nearest.reason}, about {nearest.labels_still_needed} more labelled mails are needed"
