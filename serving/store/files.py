"""The files that go out with answers: their bytes in the database, named by their sha256, each kept once."""

import hashlib
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from serving.store.answer_tables import AnswerFileRow, FileRow
from serving.store.answers import Stamp
from serving.store.base_version import lock_base
from serving.store.state import Event, record_event


def save_file(session: Session, content: bytes, stamp: Stamp) -> str:
    """Keep bytes under their sha256, which comes back; the same bytes are kept once."""
    sha256 = hashlib.sha256(content).hexdigest()
    lock_base(session)  # two people may bring the same file at the same moment
    if session.scalar(select(FileRow.size).where(FileRow.sha256 == sha256)) is not None:
        return sha256
    session.execute(
        insert(FileRow), [{"sha256": sha256, "size": len(content), "content": content, "made_by": stamp.by, "made_at": stamp.at}]
    )
    record_event(session, Event(at=stamp.at, kind="file.saved", subject=sha256, data={"by": stamp.by, "size": len(content)}))
    return sha256


def load_file(session: Session, sha256: str) -> bytes | None:
    """The bytes with this sha256, or None."""
    if len(sha256) != 64 or not sha256.isalnum():
        return None
    return session.scalar(select(FileRow.content).where(FileRow.sha256 == sha256))


def stored_files(session: Session) -> frozenset[str]:
    """The sha256 of every file that is there."""
    return frozenset(session.scalars(select(FileRow.sha256)))


def drop_unused_files(session: Session, before: datetime) -> int:
    """Remove files that were saved before a moment and that no version of any answer names; how many."""
    lock_base(session)
    named = select(AnswerFileRow.sha256).where(AnswerFileRow.sha256 == FileRow.sha256).exists()
    return len(session.scalars(delete(FileRow).where(FileRow.made_at < before, ~named).returning(FileRow.sha256)).all())
