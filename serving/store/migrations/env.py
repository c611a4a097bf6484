"""Alembic runs this: the connection, its transaction and its lock come from `serving.store.database`."""

from alembic import context

from serving.store.answer_tables import AnswerRow

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=AnswerRow.metadata,  # of all tables
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
