"""`replywell score` and `replywell replay`: decide at the terminal, exactly as the API does."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from serving.app import build_service
from serving.bodies import MailBody, not_empty, raw_mail, read_json
from serving.bundles import EngineLoader
from serving.cli.opening import base_if_there
from serving.cli.terminal import ConfigOption, JsonOption, console, fail, one_line_errors, print_json, print_table
from serving.mail_request import MailRequest
from serving.metrics import Metrics
from serving.pipeline import consider, score
from serving.replay import Replay, TextPurgedError, replay
from serving.service import utc_now
from serving.settings import Settings, load_settings
from serving.store.decisions import load_decision

LONGEST = 40 * 1024 * 1024
ANSWER_LINES = 12
SCORE = """Decide about one mail: a raw mail (.eml), the JSON of the API, or plain text. Needs no database and no service.

Examples:

  replywell score mail.eml

  echo "My parcel arrived broken" | replywell score -

  replywell score mail.json --json
"""
REPLAY = """Make a stored decision again, and say what is different. Exit code 1 when it is.

Example:

  replywell replay dec_01JDA5Z7T2V8XKQ4M3N6P9R0SB
"""


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("score", help=SCORE)(score_file)
    app.command("replay", help=REPLAY)(replay_decision)


def score_file(
    file: Annotated[str, typer.Argument(metavar="FILE|-", help="The mail; - for standard input.")],
    store: Annotated[bool, typer.Option("--store", help="Keep the decision in the database.")] = False,
    json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Decide about one mail."""
    with one_line_errors():
        request = _request(file)
        settings = load_settings(Path(config) if config else None)
        decided = _stored(request, settings) if store else _considered(request, settings)
    if json:
        print_json(decided)
    else:
        _show(decided)


def replay_decision(
    decision_id: Annotated[str, typer.Argument(help="dec_…")],
    json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Make a stored decision again."""
    with one_line_errors():
        service = build_service(load_settings(Path(config) if config else None))
        with service.database.reading() as session:
            stored = load_decision(session, decision_id)
        if stored is None:
            fail(f"{decision_id}: no such decision")
        try:
            again = replay(stored, service.engines)
        except TextPurgedError as error:
            fail(f"{decision_id}: {error}")
    if json:
        print_json(again.to_json())
    else:
        _show_replay(again)
    raise typer.Exit(0 if again.is_equal else 1)


def _considered(request: MailRequest, settings: Settings) -> dict[str, Any]:
    engine = EngineLoader(settings, Metrics(), base_if_there(settings)).load()
    return consider(request, engine, utc_now())


def _stored(request: MailRequest, settings: Settings) -> dict[str, Any]:
    service = build_service(settings)
    with service.database.writing() as session:
        return score(request, session, service.engines.current, service.clock())


def _request(file: str) -> MailRequest:
    """By its suffix; without one, JSON starts with a brace, and a raw mail with a header."""
    content = _content(file)
    suffix = Path(file).suffix.lower()
    if suffix == ".json" or (not suffix and content.lstrip()[:1] == b"{"):
        return read_json(MailBody, content).to_request(source="cli")
    if suffix == ".eml" or (not suffix and _looks_raw(content)):
        return raw_mail(content, None, source="cli")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        fail(f"{file}: not text in UTF-8 (byte {error.start}); name a raw mail .eml")
    if "\0" in text:
        fail(f"{file}: binary data, not a mail; name a raw mail .eml")
    return not_empty(MailBody(body=text).to_request(source="cli"))


def _content(file: str) -> bytes:
    try:
        if file == "-":
            content = sys.stdin.buffer.read(LONGEST + 1)
        else:
            with Path(file).open("rb") as opened:
                content = opened.read(LONGEST + 1)
    except OSError as error:
        fail(f"{file}: {error.strerror}")
    if len(content) > LONGEST:
        fail(f"{file}: larger than the {LONGEST // 1024 // 1024} MB that a mail may have")
    return content


def _looks_raw(content: bytes) -> bool:
    """A header block that names a sender or how the mail travelled."""
    head = content[:4096].lower().replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    return any(line.startswith((b"from:", b"received:", b"return-path:", b"mime-version:")) for line in head.split(b"\n"))


def _show(decided: dict[str, Any]) -> None:
    topic, urgency, language = decided["topic"], decided["urgency"], decided["language"]
    ranking = ", ".join(f"{pair['label']} {pair['probability']:.2f}" for pair in topic["ranking"][1:4])
    rows = [
        ("action", f"{decided['action']} → queue {decided['queue']}"),
        ("reasons", ", ".join(decided["reasons"]) or "–"),
        ("topic", f"{topic['label'] or '–'} {topic['probability']:.2f}   then {ranking}" if topic["ranking"] else "–"),
        ("urgency", f"{urgency['label'] or '–'} {urgency['probability']:.2f}"),
        ("language", f"{language['code']} {language['probability']:.2f}"),
    ]
    if "decision_id" in decided:
        rows.append(("decision", decided["decision_id"]))
    print_table(rows)
    for rank, suggestion in enumerate(decided["suggestions"][:1], start=1):
        lines = suggestion["text"].splitlines()
        console().print(f"\n{rank}. {suggestion['title']}  ({suggestion['answer_id']}, {suggestion['probability']:.2f})", markup=False)
        console().print("\n".join(lines[:ANSWER_LINES]), markup=False)
    others = [
        f"{suggestion['title']} ({suggestion['answer_id']}, {suggestion['probability']:.2f})" for suggestion in decided["suggestions"][1:]
    ]
    if others:
        console().print("\nalso: " + "; ".join(others), markup=False)


def _show_replay(again: Replay) -> None:
    rows = [("decision", again.decision_id), ("result", "equal" if again.is_equal else "different")]
    rows += [("changed", f"{name}: {pair['then']} → {pair['now']}") for name, pair in again.changed.items()]
    rows += [("difference", difference) for difference in again.differences]
    print_table(rows)
