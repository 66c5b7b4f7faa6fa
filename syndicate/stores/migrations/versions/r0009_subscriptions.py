"""Who is told of new editions by a push, and how far that has come."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room."""
    for name in ("subscriptions", "intents"):
        op.create_table(
            name,
            sa.Column("id", sa.String(64), primary_key=True),
            sa.Column("credential", sa.String(64), nullable=False),
            sa.Column("json", sa.Text, nullable=False),
        )
        op.create_index(f"ix_{name}_credential", name, ["credential"])
    op.create_table(
        "pushes",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("json", sa.Text, nullable=False),
    )


def downgrade() -> None:
    """Take it away; who had subscribed must do so again."""
    for name in ("pushes", "intents", "subscriptions"):
        op.drop_table(name)
