"""By what the candidates of each class are found: which feeds a new article concerns."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room; it is filled by the next run over all feeds, which trusts no older note."""
    op.create_table(
        "selections",
        sa.Column("facet", sa.Text, primary_key=True),
        sa.Column("asked", sa.String(64), primary_key=True),
        sqlite_with_rowid=False,
    )
    op.execute("DELETE FROM settings WHERE name = 'planned'")


def downgrade() -> None:
    """Take it away; it is only ever worked out from what else there is."""
    op.drop_table("selections")
