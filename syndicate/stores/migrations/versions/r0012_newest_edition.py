"""The moment of the newest edition, found without asking all of them."""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Index the moments of editions."""
    op.create_index("ix_editions_at", "editions", ["at"])


def downgrade() -> None:
    """Drop the index."""
    op.drop_index("ix_editions_at", "editions")
