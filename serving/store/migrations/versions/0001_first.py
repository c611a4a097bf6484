"""The first tables: keys, decisions with suggestions, what people said about them, batches, idempotency, events."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    "feedback",
    "corrections",
    "batch_items",
    "suggestions",
    "decisions",
    "batches",
    "model_state",
    "idempotency",
    "events",
    "api_keys",
)


def upgrade() -> None:
    """Create all tables, referenced ones first."""
    _create_keys()
    _create_events()
    _create_idempotency()
    _create_batches()
    _create_decisions()
    _create_suggestions()
    _create_corrections()
    _create_feedback()
    _create_batch_items()


def downgrade() -> None:
    """Drop all tables."""
    for table in TABLES:
        op.drop_table(table)


def _create_keys() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("prefix", sa.String(length=16), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True)),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.Column("last_used_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_api_keys"),
        sa.UniqueConstraint("sha256", name="uq_api_keys_sha256"),
    )


def _create_events() -> None:
    op.create_table(
        "events",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
    )
    op.create_index("ix_events_at", "events", ["at"])
    op.create_table(
        "model_state",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("bundle_id", sa.String(length=64)),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_model_state"),
    )


def _create_idempotency() -> None:
    op.create_table(
        "idempotency",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("api_key_id", sa.String(length=40), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_sha256", sa.String(length=64), nullable=False),
        sa.Column("token", sa.String(length=40), nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("headers", sa.JSON(none_as_null=True)),
        sa.Column("body", sa.Text()),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_idempotency"),
        sa.UniqueConstraint("api_key_id", "key", name="uq_idempotency_api_key_id_key"),
    )
    op.create_index("ix_idempotency_created_at", "idempotency", ["created_at"])


def _create_batches() -> None:
    op.create_table(
        "batches",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("api_key_id", sa.String(length=40)),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["api_key_id"], ["api_keys.id"], name="fk_batches_api_key_id_api_keys"),
        sa.PrimaryKeyConstraint("id", name="pk_batches"),
    )


def _create_decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("client_id", sa.Text()),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("mailbox", sa.Text()),
        sa.Column("message_id", sa.Text()),
        sa.Column("mail", sa.JSON(none_as_null=True)),
        sa.Column("context", sa.JSON(none_as_null=True)),
        sa.Column("decision", sa.JSON(), nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("topic", sa.Text()),
        sa.Column("urgency", sa.Text()),
        sa.Column("model_version", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text_purged_at", sa.DateTime(timezone=True)),
        sa.Column("batch_id", sa.String(length=40)),
        sa.Column("ordinal", sa.Integer()),
        sa.Column("api_key_id", sa.String(length=40)),
        sa.ForeignKeyConstraint(["api_key_id"], ["api_keys.id"], name="fk_decisions_api_key_id_api_keys"),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name="fk_decisions_batch_id_batches"),
        sa.PrimaryKeyConstraint("id", name="pk_decisions"),
        sa.UniqueConstraint("batch_id", "ordinal", name="uq_decisions_batch_id_ordinal"),
    )
    op.create_index("ix_decisions_decided_at", "decisions", ["decided_at"])


def _create_suggestions() -> None:
    op.create_table(
        "suggestions",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("decision_id", sa.String(length=40), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("answer_id", sa.Text(), nullable=False),
        sa.Column("answer_version", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("probability", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name="fk_suggestions_decision_id_decisions"),
        sa.PrimaryKeyConstraint("id", name="pk_suggestions"),
    )
    op.create_index("ix_suggestions_decision_id", "suggestions", ["decision_id"])


def _create_corrections() -> None:
    op.create_table(
        "corrections",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("decision_id", sa.String(length=40), nullable=False),
        sa.Column("topic", sa.Text()),
        sa.Column("urgency", sa.Text()),
        sa.Column("correct_answer_id", sa.Text()),
        sa.Column("in_scope", sa.Boolean()),
        sa.Column("agent", sa.Text()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("api_key_id", sa.String(length=40)),
        sa.ForeignKeyConstraint(["api_key_id"], ["api_keys.id"], name="fk_corrections_api_key_id_api_keys"),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name="fk_corrections_decision_id_decisions"),
        sa.PrimaryKeyConstraint("id", name="pk_corrections"),
    )
    op.create_index("ix_corrections_created_at", "corrections", ["created_at"])
    op.create_index("ix_corrections_decision_id", "corrections", ["decision_id"])


def _create_feedback() -> None:
    op.create_table(
        "feedback",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("suggestion_id", sa.String(length=40), nullable=False),
        sa.Column("decision_id", sa.String(length=40), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("final_text", sa.Text()),
        sa.Column("correct_answer_id", sa.Text()),
        sa.Column("topic", sa.Text()),
        sa.Column("urgency", sa.Text()),
        sa.Column("agent", sa.Text()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("api_key_id", sa.String(length=40)),
        sa.ForeignKeyConstraint(["api_key_id"], ["api_keys.id"], name="fk_feedback_api_key_id_api_keys"),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name="fk_feedback_decision_id_decisions"),
        sa.ForeignKeyConstraint(["suggestion_id"], ["suggestions.id"], name="fk_feedback_suggestion_id_suggestions"),
        sa.PrimaryKeyConstraint("id", name="pk_feedback"),
    )
    op.create_index("ix_feedback_created_at", "feedback", ["created_at"])
    op.create_index("ix_feedback_decision_id", "feedback", ["decision_id"])
    op.create_index("ix_feedback_suggestion_id", "feedback", ["suggestion_id"])


def _create_batch_items() -> None:
    op.create_table(
        "batch_items",
        sa.Column("batch_id", sa.String(length=40), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.Text()),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("request", sa.JSON(none_as_null=True)),
        sa.Column("problem", sa.JSON(none_as_null=True)),
        sa.Column("decision_id", sa.String(length=40)),
        sa.Column("claimed_by", sa.String(length=40)),
        sa.Column("claimed_until", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name="fk_batch_items_batch_id_batches"),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name="fk_batch_items_decision_id_decisions"),
        sa.PrimaryKeyConstraint("batch_id", "ordinal", name="pk_batch_items"),
        sa.UniqueConstraint("batch_id", "client_id", name="uq_batch_items_batch_id_client_id"),
    )
    op.create_index("ix_batch_items_status_claimed_until", "batch_items", ["status", "claimed_until"])
