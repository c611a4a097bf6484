"""`replywell what-if`: what another policy or bundle would have done with mails of the past, before anybody trusts it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from model.decision import Action
from model.policy import Policy, PolicyError
from serving.bundles import EngineLoader
from serving.cli.opening import base_if_there
from serving.cli.terminal import ConfigOption, JsonOption, bar, fail, one_line_errors, print_json, print_table
from serving.engine import Engine
from serving.metrics import Metrics
from serving.service import utc_now
from serving.settings import Settings, load_settings
from serving.store.database import Database
from serving.what_if.folder import ArchiveError, Arrived, FiledArchive, open_archive
from serving.what_if.pictures import EVERYTHING, NO_TOPIC, write_csv, write_picture
from serving.what_if.result import THEN, Result, Tally, missed_in_words, remarks_on, wrong_in_words
from serving.what_if.stored import StoredArchive
from serving.what_if.trying import Terms, Trial, try_out, under_policy

WHAT_IF = """Decide mails of the past under another policy or bundle, and say what would be sent. Stores and sends nothing.

Examples:

  replywell what-if --policy new.toml --from 2026-11-01 --to 2026-11-08

  replywell what-if --policy new.toml --mails archive/ --csv topics.csv --picture topics.svg

  replywell what-if --bundle var/candidate --mails examples.jsonl --json
"""
PICTURE = ".svg"
CHANGES_SHOWN = 10
HEAD = ("topic", "mails", "sent", "wrong of known", "95 %", "suggest", "route", "park", "held out", "stopped most by")


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSource:
    """Which mails: files, or stored decisions of a time."""

    mails: Path | None
    mailbox: str | None
    start: datetime | None
    end: datetime


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("what-if", help=WHAT_IF)(what_if)


def what_if(
    *,
    policy: Annotated[Path | None, typer.Option("--policy", help="The policy to try; default: the one that counts.")] = None,
    bundle: Annotated[str | None, typer.Option("--bundle", help="The bundle to try; default: the configured one.")] = None,
    mails: Annotated[Path | None, typer.Option("--mails", help="A folder of .eml, an mbox, or a file of examples.")] = None,
    start: Annotated[str | None, typer.Option("--from", metavar="DATE", help="Stored decisions since, e.g. 2026-11-01.")] = None,
    end: Annotated[str | None, typer.Option("--to", metavar="DATE", help="Until before; default: now.")] = None,
    mailbox: Annotated[str | None, typer.Option("--mailbox", help="The mailbox that --mails came into, for rules.")] = None,
    csv: Annotated[Path | None, typer.Option("--csv", metavar="FILE", help="Write a row for each topic.")] = None,
    picture: Annotated[Path | None, typer.Option("--picture", metavar="FILE.svg", help="Draw a bar for each topic.")] = None,
    kill_switch: Annotated[bool, typer.Option("--kill-switch", help="As if it were thrown.")] = False,
    suspended: Annotated[list[str] | None, typer.Option("--suspended", metavar="GROUP", help="As if this group were stopped.")] = None,
    unlimited: Annotated[bool, typer.Option("--without-budgets", help="Spend no budget: what qualifies, not what goes out.")] = False,
    json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Try a policy or a bundle out."""
    with one_line_errors():
        source = _source(mails, mailbox, start, end)
        if picture is not None and picture.suffix.lower() != PICTURE:
            fail(f"--picture {picture}: pictures are drawn as {PICTURE}, which every browser shows")
        settings = load_settings(Path(config) if config else None)
        base = _database(settings) if mails is None else base_if_there(settings)
        engine, current = _engines(settings, base, (bundle, policy), mails)
        terms = Terms(kill_switch=kill_switch, suspended=frozenset(suspended or ()), unlimited=unlimited)
        result = _run(source, base, (Trial(engine, terms), Trial(current, terms) if current else None), shown=not json)
        _write(result, csv, picture)
    print_json(result.to_json()) if json else _show(result)


def _source(mails: Path | None, mailbox: str | None, start: str | None, end: str | None) -> MailSource:
    """Everything that can be wrong without reading a mail."""
    since, until = _moment("--from", start), _moment("--to", end)
    if (mails is None) == (since is None):
        fail("say which mails: --mails PATH, or --from DATE [--to DATE] for stored decisions")
    if mails is not None and until is not None:
        fail("--to belongs to --from; files are taken whole")
    if mails is None and mailbox is not None:
        fail("--mailbox belongs to --mails; stored decisions know their mailbox")
    last = until or utc_now()
    if since is not None and since >= last:
        fail(f"--from {since:%Y-%m-%d %H:%M} is not before --to {last:%Y-%m-%d %H:%M}")
    return MailSource(mails=mails, mailbox=mailbox, start=since, end=last)


def _moment(option: str, text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text) if text else None
    except ValueError:
        fail(f"{option} {text}: write a date such as 2026-11-01")
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment


def _database(settings: Settings) -> Database:
    database = Database.connect(settings.database_url.get_secret_value())
    if database.is_sqlite and not Path(database.url.database or "").is_file():
        fail(f"{database.shown}: no database there, so no stored decisions; name mails with --mails")
    database.check()
    return database


def _engines(
    settings: Settings, base: Database | None, tried: tuple[str | None, Path | None], mails: Path | None
) -> tuple[Engine, Engine | None]:
    """What is tried, and what serves: mails of files are compared with it, stored decisions with what was decided then.

    A bundle of another taxonomy is tried together with a policy that fits it: the policy that counts is left aside for it.
    """
    bundle, policy = tried
    loader = EngineLoader(settings if bundle is None else settings.model_copy(update={"bundle": bundle}), Metrics(), base)
    if mails is None:
        return loader.load(policy), None
    current = EngineLoader(settings, Metrics(), base).load()
    if bundle is not None:
        return loader.load(policy), current
    return current if policy is None else under_policy(current, _policy(policy, current)), current


def _policy(file: Path, engine: Engine) -> Policy:
    try:
        return Policy.load(file, engine.bundle.taxonomy)
    except PolicyError as error:
        fail(str(error))


def _run(source: MailSource, base: Database | None, trials: tuple[Trial, Trial | None], *, shown: bool) -> Result:
    trial, current = trials
    archive = _archive(source, base, trial.engine)
    compared = THEN if current is None else f"{current.engine.versions.policy} with {current.engine.versions.model}"
    result = Result(versions=trial.engine.versions, compared_with=compared)
    with bar("Trying", shown) as move:
        for done, one in enumerate(try_out(archive, trial, current), start=1):
            result.add(one)
            move("mails", done, len(archive))
    result.remarks = remarks_on(result, undated=0 if isinstance(archive, StoredArchive) else archive.undated)
    return result


def _archive(source: MailSource, base: Database | None, engine: Engine) -> StoredArchive | FiledArchive:
    if source.mails is not None:
        try:
            return open_archive(source.mails, engine.bundle.taxonomy, Arrived(now=source.end, mailbox=source.mailbox))
        except ArchiveError as error:
            fail(str(error))
    assert base is not None
    assert source.start is not None
    archive = StoredArchive.between(base, source.start, source.end)
    if not len(archive):
        fail(f"no stored decisions from {source.start:%Y-%m-%d %H:%M} until before {source.end:%Y-%m-%d %H:%M}")
    return archive


def _write(result: Result, csv: Path | None, picture: Path | None) -> None:
    for out, write in ((csv, write_csv), (picture, write_picture)):
        try:
            if out is not None:
                write(result, out)
        except OSError as error:
            fail(f"{out}: {error.strerror}")


def _show(result: Result) -> None:
    versions, changed = result.versions, result.changed
    rows = [("policy", versions.policy), ("bundle", versions.model), ("answers", versions.answers)]
    print_table([*rows, ("mails", f"{result.everything.mails:,}"), *(("missed", line) for line in missed_in_words(result))])
    typer.echo()
    _print_rows([HEAD, _cells(EVERYTHING, result.everything), *(_cells(name or NO_TOPIC, tally) for name, tally in result.by_size())])
    typer.echo(f"\n{len(changed):,} mails would fare differently than {result.compared_with}:")
    for kind in ("action", "queue"):
        for move in result.moves(kind)[:CHANGES_SHOWN]:
            typer.echo(f"  {kind} {move['from']} → {move['to']}: {move['count']:,}")
    if changed:
        more = f" and {len(changed) - CHANGES_SHOWN:,} more (--json names all)" if len(changed) > CHANGES_SHOWN else ""
        typer.echo(f"  {', '.join(one.id for one in changed[:CHANGES_SHOWN])}{more}")
    for remark in result.remarks:
        typer.echo(f"Note: {remark}")


def _cells(name: str, tally: Tally) -> tuple[str, ...]:
    counts = [f"{tally.actions[action]:,}" for action in (Action.SUGGEST, Action.ROUTE, Action.PARK)]
    most = next(iter(tally.to_json()["stopped"].items()), None)
    stopped = f"{most[0]} {most[1]:,}" if most else "–"
    known, interval = wrong_in_words(tally.wrong)
    return (name, f"{tally.mails:,}", f"{tally.actions[Action.AUTO_REPLY]:,}", known, interval, *counts, f"{tally.held_out:,}", stopped)


def _print_rows(lines: list[tuple[str, ...]]) -> None:
    """A plain table that is never cut; the first and the last column are words, the others numbers."""
    widths = [max(len(cell) for cell in column) for column in zip(*lines, strict=True)]
    for line in lines:
        first, *numbers, last = line
        cells = [first.ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(numbers, widths[1:-1], strict=True)), last]
        typer.echo("  ".join(cells).rstrip())
