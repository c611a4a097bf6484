"""The tables of the answer base. Like `serving.store.tables`, nothing outside `serving.store` sees them.

What an answer says lies in `answer_versions` and is never changed there; `answers` says which version counts, and everything else.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from serving.store.tables import Base


class AnswerBaseRow(Base):
    """One row: the number that every change of the base raises. Who writes to the base holds it until the commit."""

    __tablename__ = "answer_base"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int]


class AnswerRow(Base):
    """An answer without its texts. `merged_into` is where a person put it, `root_id` where that leads in the end."""

    __tablename__ = "answers"
    __table_args__ = (
        UniqueConstraint("external_id", "source"),  # in this order: most answers share one source
        Index("ix_answers_base_version", "base_version"),
        Index("ix_answers_root_id", "root_id"),
        Index("ix_answers_merged_into", "merged_into"),
        Index("ix_answers_state", "state"),
    )
    id: Mapped[str] = mapped_column(String(100), primary_key=True)
    revision: Mapped[int]
    base_version: Mapped[int]
    version: Mapped[int]
    draft_version: Mapped[int | None]
    state: Mapped[str] = mapped_column(String(10))
    topic: Mapped[str | None]
    visibility: Mapped[str] = mapped_column(String(10))
    languages: Mapped[str]  # ",de,en,": of the current version
    blocks: Mapped[str]  # ",closing,": phrase blocks of the current version and of the waiting draft
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
    owner: Mapped[str | None]
    merged_into: Mapped[str | None] = mapped_column(ForeignKey("answers.id"))
    root_id: Mapped[str | None] = mapped_column(ForeignKey("answers.id"))
    uses: Mapped[int]
    source: Mapped[str | None]
    external_id: Mapped[str | None]
    imported_sha256: Mapped[str | None] = mapped_column(String(64))
    imported_version: Mapped[int | None]
    imported_state: Mapped[str | None] = mapped_column(String(10))
    extra: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class AnswerVersionRow(Base):
    """What an answer said at one time, who wrote that and who approved it."""

    __tablename__ = "answer_versions"
    answer_id: Mapped[str] = mapped_column(ForeignKey("answers.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[dict[str, Any]]
    kind: Mapped[str] = mapped_column(String(40))
    made_by: Mapped[str | None]
    made_at: Mapped[datetime]
    approved_by: Mapped[str | None]
    approved_at: Mapped[datetime | None]


class AnswerTombstoneRow(Base):
    """An answer that was deleted: no word of it, only what keeps its id, its numbers and its place in the source from being used again."""

    __tablename__ = "answer_tombstones"
    __table_args__ = (
        UniqueConstraint("external_id", "source"),  # in this order: most answers share one source
        Index("ix_answer_tombstones_base_version", "base_version"),
    )
    id: Mapped[str] = mapped_column(String(100), primary_key=True)
    base_version: Mapped[int]
    revision: Mapped[int]
    version: Mapped[int]
    source: Mapped[str | None]
    external_id: Mapped[str | None]
    deleted_at: Mapped[datetime]


class AnswerFileRow(Base):
    """Which versions name which file; a file that none names can go."""

    __tablename__ = "answer_files"
    __table_args__ = (Index("ix_answer_files_answer_id", "answer_id"),)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    answer_id: Mapped[str] = mapped_column(ForeignKey("answers.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class FileRow(Base):
    """The bytes of an attachment, named by their sha256."""

    __tablename__ = "files"
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    size: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    made_by: Mapped[str | None]
    made_at: Mapped[datetime]


class PhraseBlockRow(Base):
    """A shared phrase: the approved texts by language, and the ones that wait for approval."""

    __tablename__ = "phrase_blocks"
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    revision: Mapped[int]
    texts: Mapped[dict[str, Any]]
    draft: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    author: Mapped[str | None]
    approved_by: Mapped[str | None]
    updated_at: Mapped[datetime]


class PairVerdictRow(Base):
    """What a person decided on two answers: the same, or not. The ids are in order."""

    __tablename__ = "pair_verdicts"
    __table_args__ = (Index("ix_pair_verdicts_right_id", "right_id"),)
    left_id: Mapped[str] = mapped_column(String(100), primary_key=True)
    right_id: Mapped[str] = mapped_column(String(100), primary_key=True)
    verdict: Mapped[str] = mapped_column(String(10))
    made_by: Mapped[str | None]
    made_at: Mapped[datetime]


class EmbeddingRow(Base):
    """The vector of a text under an encoder; text and encoder are named by their hashes."""

    __tablename__ = "embeddings"
    encoder: Mapped[str] = mapped_column(primary_key=True)
    text_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    vector: Mapped[bytes] = mapped_column(LargeBinary)


class SearchRow(Base):
    """A search that somebody made, without personal data; one that found nothing good is a sign of a gap."""

    __tablename__ = "searches"
    __table_args__ = (Index("ix_searches_good_at", "good", "at"),)
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    at: Mapped[datetime]
    scope: Mapped[str] = mapped_column(String(10))
    language: Mapped[str | None]
    query: Mapped[str]
    hits: Mapped[int]
    best_score: Mapped[float | None]
    good: Mapped[bool]


class FindingsRow(Base):
    """What the last search of a kind found. `started_at` is set while one runs."""

    __tablename__ = "findings"
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    started_at: Mapped[datetime | None]
    made_at: Mapped[datetime | None]
    made_by: Mapped[str | None]
    content: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
