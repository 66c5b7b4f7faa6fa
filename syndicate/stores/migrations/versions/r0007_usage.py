"""What partners fetched, and what was asked for by those who are none yet."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room."""
    op.create_table(
        "fetches",
        sa.Column("day", sa.String(10), primary_key=True),
        sa.Column("credential", sa.String(64), primary_key=True),
        sa.Column("feed", sa.String(64), primary_key=True),
        sa.Column("format", sa.String(64), primary_key=True),
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("partner", sa.String(64), nullable=False),
        sa.Column("fetched", sa.Integer, nullable=False),
        sa.Column("polled", sa.Integer, nullable=False),
        sa.Column("first_at", sa.String(27)),
        sa.Column("last_at", sa.String(27), nullable=False),
    )
    op.create_table(
        "requests",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("json", sa.Text, nullable=False),
    )
    op.create_table("batches", sa.Column("batch", sa.String(64), primary_key=True))


def downgrade() -> None:
    """Take it away; what was counted is lost."""
    op.drop_table("batches")
    op.drop_table("requests")
    op.drop_table("fetches")
