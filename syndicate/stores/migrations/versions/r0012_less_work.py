"""The moment of the newest edition by an index; envelopes that a class shares."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Index the moments of editions. Envelopes are made again when they are needed."""
    op.create_index("ix_editions_at", "editions", ["at"])
    _envelopes_for("asked")


def downgrade() -> None:
    """Drop the index, and the envelopes once more."""
    _envelopes_for("head")
    op.drop_index("ix_editions_at", "editions")


def _envelopes_for(owner: str) -> None:
    op.drop_table("envelopes")
    op.create_table(
        "envelopes",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column(owner, sa.String(64), nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )
