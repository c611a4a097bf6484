"""`replywell answers import|export|search`: what goes into the base, what comes out, and what is found."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from data.answer import State, Visibility
from serving.answers.encoding import EncodingPool
from serving.answers.exporting import Format, export_answers
from serving.answers.import_report import ImportReport
from serving.answers.importing import ImportOptions, import_answers
from serving.answers.sources.kinds import Kind
from serving.answers.sources.reading import Limits, ReadOptions
from serving.cli.opening import open_base, open_service, stamp_here
from serving.cli.terminal import ConfigOption, JsonOption, bar, console, fail, one_line_errors, print_json
from serving.searching import LONGEST_QUERY, Question, SearchResult, result_to_json, search
from serving.store.searches import SearchScope

IMPORT = """Bring answers into the base from CSV, JSON lines, XLSX, a folder of texts, macros of a help desk, or sent mail (mbox).

Rows that cannot be used are left out and named; the others come in as drafts. The same file again changes nothing, so an import that was
stopped is simply started again.

Examples:

  replywell answers import replies.csv --dry-run

  replywell answers import replies.csv --map body=Antwort --map title=Betreff --language de

  replywell answers import macros.json --placeholder "#{ticket.customer.firstname}="

  replywell answers import sent.mbox --agent @example.com
"""
EXPORT = """Write the whole base: JSON lines lose nothing, CSV is for spreadsheets.

Examples:

  replywell answers export --out answers.jsonl --files var/answer-files

  replywell answers export --out answers.csv
"""
SEARCH = """Search the answers in service, as agents do; with --public as customers do.

Example:

  replywell answers search "how do I send something back"
"""
PUT_BACK = "the rows read so far are kept; start the same import again to go on"


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("import", help=IMPORT)(import_file)
    app.command("export", help=EXPORT)(export)
    app.command("search", help=SEARCH)(search_base)


def import_file(
    *,
    path: Annotated[Path, typer.Argument(metavar="FILE|FOLDER", help="What to read.")],
    mapping: Annotated[list[str] | None, typer.Option("--map", metavar="NAME=COLUMN", help="Our column = the file's; repeat.")] = None,
    kind: Annotated[Kind | None, typer.Option("--kind", help="Kind of file; told by its name otherwise.")] = None,
    source: Annotated[str | None, typer.Option("--source", help="Where they come from; with a row's id it names an answer.")] = None,
    language: Annotated[str | None, typer.Option("--language", help="Language of rows that name none; otherwise detected.")] = None,
    state: Annotated[str, typer.Option("--state", help="draft, active, …; `file` believes the file.")] = "draft",
    visibility: Annotated[Visibility, typer.Option("--visibility", help="Of rows that name none.")] = Visibility.INTERNAL,
    placeholder: Annotated[
        list[str] | None, typer.Option("--placeholder", metavar="THEIRS=SLOT", help="Another program's name for it.")
    ] = None,
    agent: Annotated[list[str] | None, typer.Option("--agent", metavar="ADDRESS", help="Whose replies in an mbox are taken.")] = None,
    files: Annotated[Path | None, typer.Option("--files", help="Folder of the attachments that rows name.")] = None,
    report: Annotated[Path | None, typer.Option("--report", help="All refusals and remarks as JSON lines.")] = None,
    embed: Annotated[bool, typer.Option("--embed/--no-embed", help="Encode the texts now, or leave that to the service.")] = True,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read, check and compare; write nothing.")] = False,
    json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Import a file."""
    with one_line_errors(), _resumable():
        base = open_base(config)
        read = ReadOptions(
            columns=_pairs("--map", mapping),
            language=language,
            state=None if state == "file" else _state(state),
            visibility=visibility,
            slots=base.settings.answer_slots,
            placeholders=_pairs("--placeholder", placeholder),
            files=files,
            agents=tuple(agent or ()),
            limits=Limits(file_bytes=base.settings.max_import_bytes, attachment_bytes=base.settings.max_attachment_bytes),
        )
        options = ImportOptions(stamp=stamp_here(), read=read, kind=kind, source=source, is_dry_run=dry_run, report=report)
        pool = EncodingPool(base.encoder.reference.name) if embed and not dry_run else nullcontext()
        with bar(f"Importing {path.name}", not json) as move, pool as encoding:
            done = import_answers(base.database, path, options, move, encoding)
    print_json(done.to_json()) if json else _show(done)


def export(
    *,
    out: Annotated[Path, typer.Option("--out", help="The file to write; it appears whole or not at all.")],
    shape: Annotated[Format | None, typer.Option("--format", help="Told by the file's name otherwise.")] = None,
    files: Annotated[Path | None, typer.Option("--files", help="A folder for the attachments.")] = None,
    json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Write the base."""
    with one_line_errors():
        wanted = shape or (Format.CSV if out.suffix.lower() == ".csv" else Format.JSONL)
        count = export_answers(open_base(config).database, out, wanted, files)
    print_json({"answers": count, "file": str(out)}) if json else typer.echo(f"{count:,} answers in {out}")


def search_base(
    *,
    question: Annotated[str, typer.Argument(help="The question, as typed.")],
    language: Annotated[str | None, typer.Option("--language", help="The reader's; otherwise that of the question.")] = None,
    topic: Annotated[str | None, typer.Option("--topic", help="Only answers of this topic.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=50, help="How many at most.")] = 5,
    public: Annotated[bool, typer.Option("--public", help="Only what customers may see.")] = False,
    json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Search the base."""
    if not question.strip() or len(question) > LONGEST_QUERY:
        fail(f"write a question of at most {LONGEST_QUERY:,} characters")
    with one_line_errors():
        service = open_service(config)
        scope = SearchScope.PUBLIC if public else SearchScope.INTERNAL
        wanted = Question(text=question, scope=scope, language=language, topic=topic, limit=limit)
        result = search(wanted, service.engines.current, service.clock())
    print_json(result_to_json(result)) if json else _show_result(result)


@contextmanager
def _resumable() -> Iterator[None]:
    """Ctrl-C and a polite kill end between two chunks of rows: what was read so far is in the base."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        typer.echo(f"replywell: stopped; {PUT_BACK}", err=True)
        raise typer.Exit(130) from None
    finally:
        signal.signal(signal.SIGTERM, before)


def _pairs(option: str, given: list[str] | None) -> dict[str, str]:
    values = given or []
    pairs = dict(value.rpartition("=")[::2] for value in values)
    wrong = [value for value in values if "=" not in value]
    if wrong:
        fail(f"{option} {wrong[0]}: write NAME=VALUE")
    return pairs


def _state(name: str) -> State:
    if name not in list(State):
        fail(f"--state {name}: one of {', '.join(State)}, or file")
    return State(name)


def _show(report: ImportReport) -> None:
    verb = "would be" if report.is_dry_run else "were"
    typer.echo(f"{report.created:,} answers {verb} added, {report.updated:,} updated; {report.unchanged:,} are there already.")
    if report.kept or report.deleted:
        typer.echo(f"{report.kept:,} were changed here since, {report.deleted:,} deleted here: they stay as they are.")
    if report.embedded:
        typer.echo(f"{report.embedded:,} texts encoded.")
    for one in report.refusals:
        typer.echo(f"  line {one.line}: {one.reason}", err=True)
    if report.refused:
        typer.echo(f"{report.refused:,} rows were refused.", err=True)
    if report.remarked:
        typer.echo(f"{report.remarked:,} remarks; --report FILE keeps them.")


def _show_result(result: SearchResult) -> None:
    output = console()
    for hit, answer in zip(result.hits, result.answers, strict=True):
        variant = answer.variant(hit.language) or answer.variants[0]
        sure = "" if hit.is_good else "  (weak)"
        output.print(Text.assemble((f"{answer.id}", "bold"), f"  {variant.language}  {hit.score:.2f}{sure}\n  {variant.title}\n"))
    if not result.is_good:
        output.print("Nothing in the base seems to answer this.")
