"""Importing answers in bulk. The natural key is (source, external id): the same rows again change nothing.

What curators did here stays: a row whose source changed replaces only a text that nobody touched. Where somebody approved that text, the
new one waits as a draft; where somebody edited or merged the answer, or deleted it, the row is counted and left alone.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from data.answer import Answer
from data.imported import ImportedAnswer
from serving.store.answer_rows import answer_row, insert_versions, mirrored, named_blocks
from serving.store.answer_tables import AnswerRow, AnswerTombstoneRow, AnswerVersionRow
from serving.store.answers import ROWS_AT_ONCE, Stamp, content_of, is_answer_id
from serving.store.base_version import lock_base, raise_version
from serving.store.ids import new_id
from serving.store.state import Event, record_event


@dataclass(slots=True)
class Put:
    """What became of the rows of an import. `ids` names the answer of each (source, external id), as far as there is one."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    kept: int = 0  # curators have another text here by now
    deleted: int = 0  # the answer was deleted here
    ids: dict[tuple[str, str], str] = field(default_factory=dict)


@dataclass(slots=True)
class _Plan:
    """What a chunk of rows will write."""

    new: list[tuple[ImportedAnswer, Answer, int]] = field(default_factory=list)  # with the first revision
    replaced: list[tuple[ImportedAnswer, Answer]] = field(default_factory=list)
    drafted: list[tuple[ImportedAnswer, Answer]] = field(default_factory=list)


def put_imported(session: Session, rows: Sequence[ImportedAnswer], stamp: Stamp, *, revive: bool = False) -> Put:
    """Create and update answers in their given states; merges in the rows are not taken over (see `serving.store.answer_merges`).

    Rows must have passed the checks of their source: here is no question whether a text may be an answer. Of rows of the same key the
    last one counts. With `revive`, rows of answers that were deleted here make them anew.
    """
    lock_base(session)
    put = Put()
    for start in range(0, len(rows), ROWS_AT_ONCE):
        chunk = {(row.source, row.external_id): row for row in rows[start : start + ROWS_AT_ONCE]}
        _put_chunk(session, list(chunk.values()), stamp, put, revive)
    if put.created or put.updated:
        counts = {name: getattr(put, name) for name in ("created", "updated", "unchanged", "kept", "deleted")}
        sources = sorted({row.source for row in rows})
        record_event(session, Event(at=stamp.at, kind="answers.imported", subject=", ".join(sources), data={"by": stamp.by, **counts}))
    return put


def fingerprint(row: ImportedAnswer) -> str:
    """sha256 of all that a row says about an answer, but for its uses."""
    said = {"content": content_of(row.answer), "state": row.answer.state, "extra": dict(row.extra)}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _put_chunk(session: Session, rows: Sequence[ImportedAnswer], stamp: Stamp, put: Put, revive: bool) -> None:
    there = {(row.source, row.external_id): row for row in _by_key(session, AnswerRow, rows)}
    dead = {(row.source, row.external_id): row for row in _by_key(session, AnswerTombstoneRow, rows)}
    taken = _taken_ids(session, [row.answer.id for row in rows])
    plan = _Plan()
    for row in rows:
        key = (row.source, row.external_id)
        if key in there:
            _plan_known(row, there[key], plan, put)
            put.ids[key] = there[key].id
        elif key in dead and not revive:
            put.deleted += 1
        else:
            grave = dead.get(key)
            made_id = grave.id if grave else _free_id(row.answer.id, taken, stamp)
            taken.add(made_id)
            first = replace(row.answer, id=made_id, version=grave.version + 1 if grave else 1, merged_into=None, aliases=())
            plan.new.append((row, first, grave.revision + 1 if grave else 1))
            put.created += 1
            put.ids[key] = made_id
    _write(session, plan, stamp)


def _plan_known(row: ImportedAnswer, known: Row[Any], plan: _Plan, put: Put) -> None:
    answer = replace(row.answer, id=known.id)
    if known.imported_sha256 == fingerprint(row):
        put.unchanged += 1
    elif known.root_id is not None or (known.draft_version or known.version) != known.imported_version:
        put.kept += 1
    elif known.state == known.imported_state:
        plan.replaced.append((row, answer))
        put.updated += 1
    else:
        plan.drafted.append((row, answer))
        put.updated += 1


def _write(session: Session, plan: _Plan, stamp: Stamp) -> None:
    if not (plan.new or plan.replaced or plan.drafted):
        return
    version = raise_version(session)
    if plan.new:
        session.execute(delete(AnswerTombstoneRow).where(AnswerTombstoneRow.id.in_([answer.id for _, answer, _ in plan.new])))
        session.execute(insert(AnswerRow), [_new_row(*new, stamp, version) for new in plan.new])
        insert_versions(session, [answer for _, answer, _ in plan.new], "answer.imported", stamp)
    if plan.replaced or plan.drafted:
        _write_versions(session, plan, stamp, version)


def _write_versions(session: Session, plan: _Plan, stamp: Stamp, version: int) -> None:
    newest = _newest_versions(session, [answer.id for _, answer in (*plan.replaced, *plan.drafted)])
    replaced = [(row, replace(answer, version=newest[answer.id] + 1)) for row, answer in plan.replaced]
    drafted = [(row, replace(answer, version=newest[answer.id] + 1)) for row, answer in plan.drafted]
    insert_versions(session, [answer for _, answer in (*replaced, *drafted)], "answer.imported", stamp)
    change = {"base_version": version, "updated_at": stamp.at}
    _update_each(session, [(answer.id, {**_replaced(row, answer), **change}) for row, answer in replaced])
    _update_each(session, [(answer.id, {**_imported(row, answer), "draft_version": answer.version, **change}) for row, answer in drafted])
    # What leads to these answers is served or not with them.
    touched = [answer.id for _, answer in replaced]
    session.execute(update(AnswerRow).where(AnswerRow.root_id.in_(touched)).values(base_version=version))


def _replaced(row: ImportedAnswer, answer: Answer) -> dict[str, Any]:
    place = {
        "version": answer.version,
        "draft_version": None,
        "state": answer.state,
        "blocks": named_blocks(answer),
        "extra": dict(row.extra),
    }
    return {**_imported(row, answer), **mirrored(answer), **place, "imported_state": answer.state}


def _imported(row: ImportedAnswer, answer: Answer) -> dict[str, Any]:
    """How the import will know at its next run whether the source or somebody here changed the answer."""
    return {"imported_sha256": fingerprint(row), "imported_version": answer.version}


def _new_row(row: ImportedAnswer, answer: Answer, revision: int, stamp: Stamp, version: int) -> dict[str, Any]:
    origin = {"source": row.source, "external_id": row.external_id, "imported_state": answer.state, **_imported(row, answer)}
    known = {"revision": revision, "uses": row.uses, "extra": dict(row.extra), "updated_at": row.updated_at or stamp.at}
    return {**answer_row(answer, stamp, version), **origin, **known}


def _update_each(session: Session, rows: Sequence[tuple[str, dict[str, Any]]]) -> None:
    if not rows:
        return
    table = AnswerRow.__table__
    fresh: dict[str, Any] = {name: bindparam(f"new_{name}") for name in rows[0][1]}
    statement = update(table).where(table.c.id == bindparam("of_id"))  # type: ignore[arg-type]
    bound = [{"of_id": of_id, **{f"new_{name}": value for name, value in values.items()}} for of_id, values in rows]
    session.connection().execute(statement.values(**fresh, revision=table.c.revision + 1), bound)


def _by_key(session: Session, table: type[AnswerRow] | type[AnswerTombstoneRow], rows: Sequence[ImportedAnswer]) -> list[Row[Any]]:
    """Source by source: PostgreSQL looks a list of pairs up pair by pair in every row."""
    found: list[Row[Any]] = []
    for source in sorted({row.source for row in rows}):
        ids = [row.external_id for row in rows if row.source == source]
        found += session.execute(select(*table.__table__.columns).where(table.source == source, table.external_id.in_(ids)))
    return found


def _taken_ids(session: Session, ids: Sequence[str]) -> set[str]:
    """Which of these ids belong to an answer, or to one that was deleted."""
    asked = [answer_id for answer_id in ids if is_answer_id(answer_id)]
    living = session.scalars(select(AnswerRow.id).where(AnswerRow.id.in_(asked)))
    return {*living, *session.scalars(select(AnswerTombstoneRow.id).where(AnswerTombstoneRow.id.in_(asked)))}


def _free_id(wished: str, taken: set[str], stamp: Stamp) -> str:
    """The id that the row brings, if it can be one and is free."""
    return wished if is_answer_id(wished) and wished not in taken else new_id("ans", stamp.at)


def _newest_versions(session: Session, ids: Sequence[str]) -> dict[str, int]:
    newest = select(AnswerVersionRow.answer_id, func.max(AnswerVersionRow.version))
    rows = session.execute(newest.where(AnswerVersionRow.answer_id.in_(ids)).group_by(AnswerVersionRow.answer_id))
    return {answer_id: version for answer_id, version in rows}
