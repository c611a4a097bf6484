"""The tables. Nothing outside `serving.store` sees them."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, ForeignKey, Index, MetaData, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC. SQLite forgets the zone; this type refuses moments without one and gives it back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store as UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Read as UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """All tables of the store."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: UtcDateTime, dict[str, Any]: JSON, list[str]: JSON, str: Text}


class ApiKeyRow(Base):
    """An API key: its hash, never the key."""

    __tablename__ = "api_keys"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str]
    prefix: Mapped[str] = mapped_column(String(16))
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[list[str]]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]


class BatchRow(Base):
    """A batch of mails that is decided in the background."""

    __tablename__ = "batches"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    api_key_id: Mapped[str | None] = mapped_column(ForeignKey("api_keys.id"))
    total: Mapped[int]
    created_at: Mapped[datetime]


class DecisionRow(Base):
    """A decision with everything that is needed to explain and repeat it. `mail` and `context` are gone after a purge."""

    __tablename__ = "decisions"
    __table_args__ = (
        UniqueConstraint("batch_id", "ordinal"),
        Index("ix_decisions_decided_at", "decided_at"),
    )
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    client_id: Mapped[str | None]
    source: Mapped[str] = mapped_column(String(20))
    mailbox: Mapped[str | None]
    message_id: Mapped[str | None]
    mail: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    context: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    decision: Mapped[dict[str, Any]]
    action: Mapped[str] = mapped_column(String(20))
    topic: Mapped[str | None]
    urgency: Mapped[str | None]
    model_version: Mapped[str]
    decided_at: Mapped[datetime]
    text_purged_at: Mapped[datetime | None]
    batch_id: Mapped[str | None] = mapped_column(ForeignKey("batches.id"))
    ordinal: Mapped[int | None]
    api_key_id: Mapped[str | None] = mapped_column(ForeignKey("api_keys.id"))


class SuggestionRow(Base):
    """An answer that a decision suggested; agents say what became of it."""

    __tablename__ = "suggestions"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    decision_id: Mapped[str] = mapped_column(ForeignKey("decisions.id"), index=True)
    rank: Mapped[int]
    answer_id: Mapped[str]
    answer_version: Mapped[int]
    language: Mapped[str] = mapped_column(String(20))
    probability: Mapped[float]


class FeedbackRow(Base):
    """What an agent did with a suggestion."""

    __tablename__ = "feedback"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    suggestion_id: Mapped[str] = mapped_column(ForeignKey("suggestions.id"), index=True)
    decision_id: Mapped[str] = mapped_column(ForeignKey("decisions.id"), index=True)
    outcome: Mapped[str] = mapped_column(String(20))
    final_text: Mapped[str | None]
    correct_answer_id: Mapped[str | None]
    topic: Mapped[str | None]
    urgency: Mapped[str | None]
    agent: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(index=True)
    api_key_id: Mapped[str | None] = mapped_column(ForeignKey("api_keys.id"))


class CorrectionRow(Base):
    """Labels that a person gave to a decided mail; only what is set was corrected."""

    __tablename__ = "corrections"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    decision_id: Mapped[str] = mapped_column(ForeignKey("decisions.id"), index=True)
    topic: Mapped[str | None]
    urgency: Mapped[str | None]
    correct_answer_id: Mapped[str | None]
    in_scope: Mapped[bool | None]
    agent: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(index=True)
    api_key_id: Mapped[str | None] = mapped_column(ForeignKey("api_keys.id"))


class BatchItemRow(Base):
    """One mail of a batch: waiting with its request, then done with a decision or failed with a problem."""

    __tablename__ = "batch_items"
    __table_args__ = (
        UniqueConstraint("batch_id", "client_id"),
        Index("ix_batch_items_status_claimed_until", "status", "claimed_until"),
    )
    batch_id: Mapped[str] = mapped_column(ForeignKey("batches.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[str | None]
    status: Mapped[str] = mapped_column(String(10))
    request: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    problem: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    decision_id: Mapped[str | None] = mapped_column(ForeignKey("decisions.id"))
    claimed_by: Mapped[str | None] = mapped_column(String(40))
    claimed_until: Mapped[datetime | None]


class IdempotencyRow(Base):
    """The first answer to a call with an Idempotency-Key. `token` belongs to the request that may finish it."""

    __tablename__ = "idempotency"
    __table_args__ = (UniqueConstraint("api_key_id", "key"),)
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    api_key_id: Mapped[str] = mapped_column(String(40))  # empty for an open service: a null would not be unique
    key: Mapped[str]
    request_sha256: Mapped[str] = mapped_column(String(64))
    token: Mapped[str] = mapped_column(String(40))
    status: Mapped[int | None]
    headers: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    body: Mapped[str | None]
    claimed_at: Mapped[datetime]
    created_at: Mapped[datetime] = mapped_column(index=True)


class EventRow(Base):
    """What operators did: keys, reloads, purges, corrections. Never holds mail text."""

    __tablename__ = "events"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str]
    data: Mapped[dict[str, Any]]


class ModelStateRow(Base):
    """One row: the generation that all workers follow. A higher number tells them to load the bundle again."""

    __tablename__ = "model_state"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    generation: Mapped[int]
    bundle_id: Mapped[str | None] = mapped_column(String(64))
    changed_at: Mapped[datetime]
