"""What the searches for duplicates and for gaps found last."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "findings",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True)),
        sa.Column("made_at", sa.DateTime(timezone=True)),
        sa.Column("made_by", sa.Text()),
        sa.Column("content", sa.JSON(none_as_null=True)),
        sa.PrimaryKeyConstraint("kind", name="pk_findings"),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("findings")
