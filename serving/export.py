"""Turns what people said about decisions into training rows: JSON lines in the format of `data.examples`."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from data.mail import Mail
from data.whole_file import whole_file
from serving.mail_request import mail_from_json
from serving.store.database import Database
from serving.store.judgements import Correction, Feedback, Judged, Judgement, judged_decisions

ACCEPTED = ("used", "edited")
UNKNOWN_LANGUAGE = "und"


def export_examples(database: Database, out: Path, since: datetime | None = None) -> int:
    """Write all judged mails whose text is still there to a file that appears whole or not at all; how many rows.

    Args:
        database: where the decisions are.
        out: the file to write or replace.
        since: only decisions that were judged at or after this moment.
    """
    count = 0
    with whole_file(out) as file, database.reading() as session:
        for judged in judged_decisions(session, since):
            row = example_row(judged)
            if row is not None:
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
                count += 1
    return count


def example_row(judged: Judged) -> dict[str, Any] | None:
    """One training row; None when nothing that was said is a label. Later words replace earlier ones."""
    labels: dict[str, Any] = {}
    for judgement in judged.judgements:
        labels |= _labels(judgement, judged.decision)
    if labels.get("in_scope") is False:
        labels = {"in_scope": False, "answers": []} | {key: labels[key] for key in ("urgency",) if key in labels}
    if not labels:
        return None
    mail = mail_from_json(judged.mail)
    row = {
        "id": judged.decision_id,
        "subject": mail.subject,
        "body": mail.body,
        "language": _language(judged.decision),
        "date": (mail.date or judged.decided_at).isoformat(),
        "group": _thread(mail),
        "agent": judged.judgements[-1].said.agent,
        "model_version": judged.decision["versions"]["model"],
    }
    return {key: value for key, value in (row | labels).items() if value is not None}


def _labels(judgement: Judgement, decision: dict[str, Any]) -> dict[str, Any]:
    """What one judgement says. An answer that an agent sent confirms the topic; one that was rejected says nothing about it."""
    said = judgement.said
    given: dict[str, Any] = {"topic": said.topic, "urgency": said.urgency}
    if said.correct_answer_id is not None:
        given["answers"] = [said.correct_answer_id]
    match said:
        case Feedback(outcome=outcome) if outcome in ACCEPTED:
            given["topic"] = said.topic or decision["topic"]["label"]
            given.setdefault("answers", [judgement.answer_id])
        case Correction(in_scope=bool() as in_scope):
            given["in_scope"] = in_scope
        case Correction(topic=str()):
            given["in_scope"] = True
    return {key: value for key, value in given.items() if value is not None}


def _language(decision: dict[str, Any]) -> str | None:
    code: str = decision["language"]["code"]
    return None if code == UNKNOWN_LANGUAGE else code


def _thread(mail: Mail) -> str | None:
    """The first mail of the conversation, so that a split never tears a thread apart."""
    references = (mail.header("references") or mail.header("in-reply-to") or "").split()
    return references[0] if references else mail.message_id
