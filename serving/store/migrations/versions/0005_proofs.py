"""In which round proofs of wrong replies are counted."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "proofs",
        sa.Column("certificate", sa.String(length=64), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("certificate", name="pk_proofs"),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("proofs")
