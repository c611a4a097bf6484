"""Shared phrase blocks: a text per language that many answers put in by name, changed in one place.

A changed block changes answers that people approved, so it waits for approval as they do. Blocks belong to the base: approving one
raises its version, and every answer that names the block counts as changed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.orm import Session

from data.answer import Answer, BodyFormat
from data.template import with_blocks
from serving.store.answer_tables import AnswerRow, PhraseBlockRow
from serving.store.answers import AnswerStoreError, NotFoundError, StaleRevisionError, Stamp
from serving.store.base_version import lock_base, raise_version
from serving.store.state import Event, record_event

Texts = Mapping[str, Mapping[str, str]]


class BlockInUseError(AnswerStoreError):
    """Answers name the block; take it out of them first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A phrase block: the approved texts by language, and those that wait. Without approved texts no answer can be approved with it."""

    name: str
    revision: int
    texts: Mapping[str, str]
    draft: Mapping[str, str] | None
    author: str | None
    approved_by: str | None
    updated_at: datetime


def load_block(session: Session, name: str) -> Block | None:
    """The block with this name, or None."""
    row = session.execute(_columns().where(PhraseBlockRow.name == name)).one_or_none()
    return None if row is None else _block(row)


def list_blocks(session: Session) -> tuple[Block, ...]:
    """All blocks in the order of their names."""
    return tuple(_block(row) for row in session.execute(_columns().order_by(PhraseBlockRow.name)))


def approved_texts(session: Session) -> dict[str, dict[str, str]]:
    """The approved text of every block by name and language."""
    return {row.name: row.texts for row in session.execute(select(PhraseBlockRow.name, PhraseBlockRow.texts))}


def put_blocks_in(answer: Answer, texts: Texts) -> Answer:
    """The answer with the blocks of each variant's language in its body; in HTML they are escaped."""
    if not texts:
        return answer
    variants = []
    for variant in answer.variants:
        own = {name: by_language[variant.language] for name, by_language in texts.items() if variant.language in by_language}
        if variant.format is BodyFormat.HTML:
            own = {name: escape(text, quote=False).replace("\n", "<br>") for name, text in own.items()}
        variants.append(replace(variant, body=with_blocks(variant.body, own)))
    return replace(answer, variants=tuple(variants))


def draft_block(session: Session, name: str, draft: Mapping[str, str], if_revision: int | None, stamp: Stamp) -> Block:
    """Keep texts that wait for approval; a block that is new has no revision yet.

    Raises:
        StaleRevisionError: somebody else saved the block in the meantime, or a new one exists already.
        NotFoundError: a revision was given, and there is no such block.
    """
    lock_base(session)
    if if_revision is None:
        if existing := load_block(session, name):
            raise StaleRevisionError(f"phrase block {name}", existing.revision)
        row = {"name": name, "revision": 0, "texts": {}, "updated_at": stamp.at}
        session.execute(insert(PhraseBlockRow), [row])
    return _change(session, name, if_revision or 0, {"draft": dict(draft), "author": stamp.by}, ("block.edited", stamp))


def publish_block(session: Session, name: str, if_revision: int, stamp: Stamp) -> Block:
    """Put the waiting texts into every answer that names the block.

    Raises:
        NotFoundError: no such block, or nothing of it waits.
        StaleRevisionError: somebody else changed the block in the meantime.
    """
    lock_base(session)
    block = load_block(session, name)
    if block is None or block.draft is None:
        raise NotFoundError(f"phrase block {name} has no texts that wait for approval: save them first")
    values = {"texts": dict(block.draft), "draft": None, "approved_by": stamp.by}
    changed = _change(session, name, if_revision, values, ("block.approved", stamp))
    session.execute(update(AnswerRow).where(_naming(name)).values(base_version=raise_version(session)))
    return changed


def delete_block(session: Session, name: str, if_revision: int, stamp: Stamp) -> None:
    """Remove a block that no answer names.

    Raises:
        BlockInUseError: answers name it; the message says which.
        NotFoundError: no such block.
        StaleRevisionError: somebody else changed the block in the meantime.
    """
    lock_base(session)
    if using := answers_naming(session, name):
        raise BlockInUseError(f"phrase block {name} is used by {len(using)} answers ({', '.join(using[:5])}): take it out of them first")
    _change(session, name, if_revision, {"draft": None}, ("block.deleted", stamp))
    session.execute(delete(PhraseBlockRow).where(PhraseBlockRow.name == name))
    raise_version(session)


def answers_naming(session: Session, name: str) -> tuple[str, ...]:
    """Ids of the answers whose text in service, or whose waiting draft, names the block."""
    return tuple(session.scalars(select(AnswerRow.id).where(_naming(name)).order_by(AnswerRow.id)))


def _naming(name: str) -> Any:
    return AnswerRow.blocks.contains(f",{name},", autoescape=True)


def _change(session: Session, name: str, if_revision: int, values: Mapping[str, Any], said: tuple[str, Stamp]) -> Block:
    kind, stamp = said
    fresh = {**values, "revision": PhraseBlockRow.revision + 1, "updated_at": stamp.at}
    changing = update(PhraseBlockRow).where(PhraseBlockRow.name == name, PhraseBlockRow.revision == if_revision).values(**fresh)
    done = session.execute(changing.returning(PhraseBlockRow.revision)).scalar_one_or_none()
    block = load_block(session, name)
    if block is None:
        raise NotFoundError(f"there is no phrase block {name}: choose one of the list, or save it without a revision to make it")
    if done is None:
        raise StaleRevisionError(f"phrase block {name}", block.revision)
    record_event(session, Event(at=stamp.at, kind=kind, subject=name, data={"by": stamp.by, "revision": done}))
    return block


def _columns() -> Any:
    return select(*PhraseBlockRow.__table__.columns)


def _block(row: Row[Any]) -> Block:
    return Block(
        name=row.name,
        revision=row.revision,
        texts=row.texts,
        draft=row.draft,
        author=row.author,
        approved_by=row.approved_by,
        updated_at=row.updated_at,
    )
