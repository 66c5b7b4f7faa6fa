"""From which edition on a fetch was asked for, where less than the whole feed was sent."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What was counted so far was the whole, as far as anybody knows."""
    _made_anew(
        [sa.Column("since", sa.Integer, primary_key=True, autoincrement=False, server_default="0")]
    )


def downgrade() -> None:
    """Forget what was sent in part; it would count as the whole."""
    op.execute("DELETE FROM fetches WHERE since > 0")
    _made_anew([])


def _made_anew(more: list[sa.Column[Any]]) -> None:
    """Make the table anew with other columns in its key, and take what it holds along."""
    op.rename_table("fetches", "fetches_before")
    kept: list[sa.Column[Any]] = [
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
    ]
    names = ", ".join(one.name for one in kept)
    op.create_table("fetches", *kept, *more)
    op.execute(f"INSERT INTO fetches ({names}) SELECT {names} FROM fetches_before")  # noqa: S608
    op.drop_table("fetches_before")
