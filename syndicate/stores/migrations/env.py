"""What Alembic runs: migrate in the transaction of the connection that the store hands over."""

from __future__ import annotations

from alembic import context

from syndicate.stores._tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transactional_ddl=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
