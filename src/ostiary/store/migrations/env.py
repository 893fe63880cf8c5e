"""Alembic's entry: runs the steps that are due on the connection that `upgrading` hands over."""

from alembic import context

from ostiary.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
