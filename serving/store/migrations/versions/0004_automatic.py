"""Automatic replies: the switch, policies, replies and what became of them, arrivals, monitors, drift, suspensions."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES = ("suspensions", "drift", "sightings", "monitors", "arrivals", "outcomes", "replies", "control", "policies")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables, referenced ones first, and the switch: off, without a policy."""
    _create_control()
    _create_replies()
    _create_outcomes()
    _create_watched()
    _create_drift()


def downgrade() -> None:
    """Drop the tables."""
    for table in TABLES:
        op.drop_table(table)


def _create_control() -> None:
    op.create_table(
        "policies",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("author", sa.Text()),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_policies"),
    )
    control = op.create_table(
        "control",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kill_switch", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("policy_id", sa.Integer()),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("changed_at", MOMENT),
        sa.Column("changed_by", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_control"),
        sa.ForeignKeyConstraint(["policy_id"], ["policies.id"], name="fk_control_policy_id_policies"),
    )
    op.bulk_insert(control, [{"id": 1, "kill_switch": False, "generation": 0}])


def _create_replies() -> None:
    op.create_table(
        "replies",
        sa.Column("decision_id", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("groups", sa.JSON(), nullable=False),
        sa.Column("customer", sa.String(length=64)),
        sa.Column("sender", sa.String(length=64)),
        sa.Column("arrivals", sa.JSON(), nullable=False),
        sa.Column("topic", sa.Text()),
        sa.Column("answer_id", sa.String(length=100), nullable=False),
        sa.Column("answer_version", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("policy_version", sa.String(length=40), nullable=False),
        sa.Column("bundle_id", sa.String(length=64), nullable=False),
        sa.Column("certificate", sa.String(length=64)),
        sa.Column("audit", sa.Boolean(), nullable=False),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.Column("reserved_at", MOMENT, nullable=False),
        sa.Column("reserved_until", MOMENT, nullable=False),
        sa.Column("released_at", MOMENT),
        sa.Column("ended_at", MOMENT),
        sa.Column("text", sa.Text()),
        sa.PrimaryKeyConstraint("decision_id", name="pk_replies"),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name="fk_replies_decision_id_decisions"),
    )
    op.create_index("ix_replies_state_reserved_until", "replies", ["state", "reserved_until"])
    op.create_index("ix_replies_audit_counted", "replies", ["audit", "counted"])
    for column in ("released_at", "customer", "sender", "reserved_at"):
        op.create_index(f"ix_replies_{column}", "replies", [column])


def _create_outcomes() -> None:
    op.create_table(
        "outcomes",
        sa.Column("decision_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("by", sa.Text()),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("decision_id", "kind", name="pk_outcomes"),
        sa.ForeignKeyConstraint(["decision_id"], ["replies.decision_id"], name="fk_outcomes_decision_id_replies"),
    )
    op.create_index("ix_outcomes_at", "outcomes", ["at"])
    op.create_table(
        "arrivals",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("decision_id", sa.String(length=40), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_arrivals"),
    )
    op.create_index("ix_arrivals_at", "arrivals", ["at"])


def _create_watched() -> None:
    op.create_table(
        "monitors",
        sa.Column("certificate", sa.String(length=64), nullable=False),
        sa.Column("group", sa.String(length=200), nullable=False),
        sa.Column("state", sa.JSON(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("certificate", "group", name="pk_monitors"),
    )
    op.create_table(
        "suspensions",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("group", sa.String(length=200), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("rearmed_at", MOMENT),
        sa.Column("rearmed_by", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_suspensions"),
    )
    op.create_index("ix_suspensions_group", "suspensions", ["group"])


def _create_drift() -> None:
    op.create_table(
        "sightings",
        sa.Column("bundle_id", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("decision_id", sa.String(length=40), nullable=False),
        sa.Column("novelty", sa.Double(), nullable=False),
        sa.Column("score", sa.Double()),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("bundle_id", "key", name="pk_sightings"),
    )
    op.create_index("ix_sightings_bundle_id_counted", "sightings", ["bundle_id", "counted"])
    op.create_index("ix_sightings_at", "sightings", ["at"])
    op.create_table(
        "drift",
        sa.Column("bundle_id", sa.String(length=64), nullable=False),
        sa.Column("state", sa.JSON(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("bundle_id", name="pk_drift"),
    )
