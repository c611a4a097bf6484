"""Alembic runs this: the connection, its transaction and its lock come from `serving.store.database`."""

from alembic import context

from serving.store.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
