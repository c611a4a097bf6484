"""The whole base as a file: JSON lines that lose nothing, or CSV for people and spreadsheets."""

import csv
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import IO, Any

from sqlalchemy.orm import Session

from data.answer import Variant
from data.template import block_names
from data.whole_file import whole_file
from serving.answers.sources.whole import KEPT, OWN
from serving.store.answers import StoredAnswer, all_answers
from serving.store.blocks import Texts, approved_texts
from serving.store.database import Database
from serving.store.files import load_file
from serving.store.verdicts import Verdict, load_constraints

COLUMNS = (
    *("id", "title", "body", "language", "topic", "format", "translation", "questions", "state", "visibility", "data_class"),
    *("valid_from", "valid_until", "owner", "uses", "updated", "source", "external_id", "merged_into"),
)
# What a spreadsheet takes for the beginning of a formula, also behind quotation marks that guard it already.
FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")


class Format(StrEnum):
    """How a base is written."""

    JSONL = "jsonl"
    CSV = "csv"


def export_answers(database: Database, out: Path, shape: Format = Format.JSONL, files: Path | None = None) -> int:
    """Write all answers, merged ones too, to a file that appears whole or not at all; how many answers.

    Args:
        database: where the base is.
        out: the file to write or replace.
        shape: JSON lines hold everything but earlier versions; CSV has one row a language and loses attachments and verdicts.
        files: a folder for the attachments, each under its sha256; without it they are only named.
    """
    with database.reading() as session, whole_file(out) as file:
        if files is not None:
            _write_files(session, files)
        return _write_csv(session, file) if shape is Format.CSV else _write_lines(session, file)


def _write_lines(session: Session, file: IO[str]) -> int:
    verdicts, texts, count = _verdicts(session), approved_texts(session), 0
    for stored in all_answers(session):
        line = {**stored.answer.to_json(), KEPT: _kept(stored, texts) | verdicts.get(stored.answer.id, {})}
        file.write(json.dumps(line, ensure_ascii=False) + "\n")
        count += 1
    return count


def _kept(stored: StoredAnswer, texts: Texts) -> dict[str, Any]:
    """What the base knows about an answer besides what it says; nothing that is empty."""
    drafts = stored.draft.variants if stored.draft else ()
    named = {name for variant in (*stored.answer.variants, *drafts) for name in block_names(variant.body)}
    is_own = (stored.source, stored.external_id) == (OWN, stored.answer.id)
    kept = {
        "source": None if is_own else stored.source,
        "external_id": None if is_own else stored.external_id,
        "uses": stored.uses,
        "author": stored.author,
        "approved_by": stored.approved_by,
        "created_at": stored.created_at.isoformat(),
        "updated_at": stored.updated_at.isoformat(),
        "extra": stored.extra,
        "draft": stored.draft.to_json() if stored.draft else None,
        "blocks": {name: texts[name] for name in sorted(named) if name in texts},
    }
    return {name: value for name, value in kept.items() if value not in (None, {}, 0)}


def _verdicts(session: Session) -> Mapping[str, dict[str, list[str]]]:
    """Every pair at the answer that comes first in it."""
    found: dict[str, dict[str, list[str]]] = defaultdict(dict)
    constraints = load_constraints(session)
    for verdict, pairs in ((Verdict.TOGETHER, constraints.together), (Verdict.APART, constraints.apart)):
        for left, right in sorted(pairs):
            found[left].setdefault(verdict.value, []).append(right)
    return found


def _write_csv(session: Session, file: IO[str]) -> int:
    extra = sorted({name for stored in all_answers(session) for name in stored.extra} - set(COLUMNS))
    writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([guarded(name) for name in (*COLUMNS, *extra)])
    count = 0
    for stored in all_answers(session):
        for row in _csv_rows(stored):
            writer.writerow([guarded(value) for value in (*row, *(stored.extra.get(name, "") for name in extra))])
        count += 1
    return count


def _csv_rows(stored: StoredAnswer) -> Iterator[tuple[str, ...]]:
    answer = stored.answer
    rest = (answer.state, answer.visibility, answer.data_class, answer.valid_from, answer.valid_until, answer.owner, stored.uses)
    origin = (stored.updated_at.isoformat(), stored.source, stored.external_id, answer.merged_into)
    for variant in answer.variants:
        said = (variant.title, variant.body, variant.language, answer.topic, variant.format, variant.translation, _questions(variant))
        yield tuple("" if value is None else str(value) for value in (answer.id, *said, *rest, *origin))


def _questions(variant: Variant) -> str:
    plain = not any("|" in question for question in variant.questions)
    return "|".join(variant.questions) if plain else json.dumps(variant.questions, ensure_ascii=False)


def guarded(cell: str) -> str:
    """The cell as text for every spreadsheet: `'` goes before what would be computed. Our own import takes it off again."""
    return f"'{cell}" if FORMULA.match(cell) else cell


def _write_files(session: Session, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for sha256 in sorted({one.sha256 for stored in all_answers(session) for one in stored.answer.attachments}):
        content = load_file(session, sha256)
        if content is not None:
            (folder / sha256).write_bytes(content)
