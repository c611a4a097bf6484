"""`replywell answers duplicates|merge|unmerge|approve|lint|gaps`: keeping the base clean."""

from datetime import datetime, timedelta
from typing import Annotated, Any

import typer

from serving.answers.duplicates import Findings, look_for_duplicates
from serving.answers.lifecycle import Rules, approve
from serving.answers.linting import Linted, summary
from serving.checking import lint_base, lint_to_json
from serving.cli.opening import OpenBase, open_base, open_service, stamp_here
from serving.cli.terminal import ConfigOption, JsonOption, bar, fail, one_line_errors, print_json
from serving.gaps import GapSearch, answer_gaps, gap_to_json
from serving.service import utc_now
from serving.store.answer_merges import merge, unmerge
from serving.store.answers import all_answers, load_answer
from serving.store.findings import LookedFor, save_findings

DUPLICATES = """Find near-duplicates and contradictions in the whole base. Changes nothing; `merge` and the API do.

Example:

  replywell answers duplicates --json > findings.json
"""
MERGE = """Let answers lead to one that says the same. They keep every byte; `unmerge` gives them back.

Examples:

  replywell answers merge ans_1 ans_2 ans_3

  replywell answers merge --all
"""
UNMERGE = """Give a merged answer back as it was before.

Example:

  replywell answers unmerge ans_2
"""
APPROVE = """Put waiting texts in service: the named answers, or all drafts of a source.

Examples:

  replywell answers approve ans_1 ans_2

  replywell answers approve --source replies
"""
LINT = """Check the texts of the base: slots, links, language, greetings, spelling, length, personal data, attachments.

Exit code 1 when an answer has errors.

Example:

  replywell answers lint
"""
GAPS = """Say what customers ask and the base does not answer, the most work first.

Example:

  replywell answers gaps --days 30
"""
SHOWN = 20


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("duplicates", help=DUPLICATES)(duplicates)
    app.command("merge", help=MERGE)(merge_answers)
    app.command("unmerge", help=UNMERGE)(unmerge_answer)
    app.command("approve", help=APPROVE)(approve_answers)
    app.command("lint", help=LINT)(lint_texts)
    app.command("gaps", help=GAPS)(gaps)


def duplicates(json: JsonOption = False, config: ConfigOption = None) -> None:
    """Find near-duplicates."""
    with one_line_errors():
        found = _look(open_base(config), shown=not json)
    if json:
        print_json(found.to_json())
        return
    clusters = sorted(found.duplicates.clusters, key=lambda cluster: -len(cluster.members))
    spare = sum(len(cluster.members) - 1 for cluster in clusters)
    typer.echo(f"{found.answers:,} answers: {len(clusters):,} clusters, {spare:,} answers could be merged into their canonical one.")
    for cluster in clusters[:SHOWN]:
        members = [member for member in cluster.members if member != cluster.canonical]
        typer.echo(f"  {cluster.canonical} ← {', '.join(members[:5])}{f' and {len(members) - 5} more' if len(members) > 5 else ''}")
    typer.echo(f"{len(found.duplicates.unsure):,} pairs need a person's decision; {len(found.contradictions):,} contradictions:")
    for one in found.contradictions[:SHOWN]:
        values = "; ".join(f"{left} ≠ {right}" for left, right in one.values)
        typer.echo(f"  {one.answers[0]} and {one.answers[1]}: {values}")


def merge_answers(
    *,
    canonical: Annotated[str | None, typer.Argument(help="The answer that stays.")] = None,
    members: Annotated[list[str] | None, typer.Argument(help="Those that lead to it from now on.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Merge every cluster that `duplicates` finds.")] = False,
    json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Merge answers."""
    if everything == bool(canonical and members):
        fail("name the answer that stays and at least one that leads to it, or say --all")
    with one_line_errors():
        base = open_base(config)
        if everything:
            merges = {cluster.canonical: cluster.members for cluster in _look(base, shown=not json).duplicates.clusters}
        else:
            merges = {canonical or "": tuple(members or ())}
        count = _merge_each(base, merges, shown=not json)
    print_json({"canonical": len(merges), "merged": count}) if json else typer.echo(
        f"{count:,} answers lead to {len(merges):,} others now."
    )


def unmerge_answer(
    member: Annotated[str, typer.Argument(help="The merged answer.")], json: JsonOption = False, config: ConfigOption = None
) -> None:
    """Take a merge back."""
    with one_line_errors():
        base = open_base(config)
        with base.database.writing() as session:
            stored = unmerge(session, member, stamp_here())
    print_json(stored.answer.to_json()) if json else typer.echo(f"{member} is {stored.answer.state} again, as it was.")


def approve_answers(
    *,
    ids: Annotated[list[str] | None, typer.Argument(help="Answers whose text waits.")] = None,
    source: Annotated[str | None, typer.Option("--source", help="All that wait of this source, merged ones aside.")] = None,
    json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Approve answers."""
    if bool(ids) == bool(source):
        fail("name answers, or a --source")
    with one_line_errors():
        base = open_base(config)
        count = _approve_each(base, list(ids or _waiting(base, source or "")))
    print_json({"approved": count}) if json else typer.echo(f"{count:,} answers approved.")


def lint_texts(json: JsonOption = False, config: ConfigOption = None) -> None:
    """Check the texts."""
    with one_line_errors():
        base = open_base(config)
        checked = lint_base(base.database, base.settings, utc_now().date())
    if json:
        print_json(lint_to_json(checked))
    else:
        _show_linted(checked)
    raise typer.Exit(1 if any(linted.has_errors for linted in checked) else 0)


def gaps(
    *,
    days: Annotated[int, typer.Option("--days", min=1, max=3_650, help="How far to look back.")] = 30,
    limit: Annotated[int, typer.Option("--limit", min=1, max=200, help="How many gaps at most.")] = 20,
    json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Find gaps."""
    with one_line_errors():
        service = open_service(config)
        now = service.clock()
        with service.database.reading() as session:
            wanted = GapSearch(since=now - timedelta(days=days), now=now, limit=limit)
            found = [gap_to_json(gap) for gap in answer_gaps(session, service.engines.current, wanted)]
        with service.database.writing() as session:
            save_findings(session, LookedFor.GAPS, {"since": wanted.since.isoformat(), "data": found}, stamp_here())
    print_json({"data": found}) if json else _show_gaps(found, now - timedelta(days=days))


def _look(base: OpenBase, *, shown: bool) -> Findings:
    with bar("Looking for duplicates", shown) as move:
        found = look_for_duplicates(base.database, base.encoder, move)
    with base.database.writing() as session:
        save_findings(session, LookedFor.DUPLICATES, found.to_json(), stamp_here())
    return found


def _merge_each(base: OpenBase, merges: dict[str, tuple[str, ...]], *, shown: bool) -> int:
    """One transaction a cluster: Ctrl-C leaves whole clusters."""
    count = 0
    with bar("Merging", shown and len(merges) > 1) as move:
        for done, (canonical, members) in enumerate(merges.items(), start=1):
            others = [member for member in members if member != canonical]
            with base.database.writing() as session:
                merge(session, canonical, others, stamp_here())
            count += len(others)
            move("clusters", done, len(merges))
    return count


def _waiting(base: OpenBase, source: str) -> list[str]:
    with base.database.reading() as session:
        of_source = (stored for stored in all_answers(session) if stored.source == source and stored.answer.merged_into is None)
        return [stored.answer.id for stored in of_source if stored.draft or stored.answer.state == "draft"]


def _approve_each(base: OpenBase, ids: list[str]) -> int:
    rules = Rules(four_eyes=base.settings.four_eyes, slots=base.settings.answer_slots)
    for answer_id in ids:
        with base.database.writing() as session:
            stored = load_answer(session, answer_id)
            approve(session, answer_id, stored.revision if stored else 0, stamp_here(), rules)
    return len(ids)


def _show_linted(checked: list[Linted]) -> None:
    for linted in checked:
        for finding in linted.findings:
            language = f" {finding.language}" if finding.language else ""
            typer.echo(f"{linted.answer_id}{language}: {finding.severity}: {finding.advice} ({finding.text})")
    found = summary(checked)
    typer.echo(f"{found['answers']:,} answers checked, {found['with_errors']:,} with errors.")
    if found["not_checked"]:
        typer.echo(f"Not checked: {', '.join(found['not_checked'])}.")


def _show_gaps(found: list[dict[str, Any]], since: datetime) -> None:
    if not found:
        typer.echo(f"No gaps since {since:%Y-%m-%d}.")
    for gap in found:
        typer.echo(f"{gap['volume']:,} mails and searches, topic {gap['topic'] or 'unknown'}, {', '.join(gap['languages'])}")
        for sentence in gap["typical"]:
            typer.echo(f"  “{sentence}”")
