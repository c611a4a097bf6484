"""Topic and region of the mails that the tests for drift see; mails that were seen before have neither."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both columns."""
    op.add_column("sightings", sa.Column("topic", sa.Text()))
    op.add_column("sightings", sa.Column("region", sa.Integer()))


def downgrade() -> None:
    """Drop them."""
    with op.batch_alter_table("sightings") as table:
        table.drop_column("region")
        table.drop_column("topic")
