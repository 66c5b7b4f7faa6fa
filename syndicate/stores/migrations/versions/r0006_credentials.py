"""Keys and tokens of partners."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room."""
    op.create_table(
        "credentials",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("partner", sa.String(64), nullable=False),
        sa.Column("json", sa.Text, nullable=False),
    )
    op.create_index("ix_credentials_partner", "credentials", ["partner"])


def downgrade() -> None:
    """Take them away; who had one must be given another."""
    op.drop_table("credentials")
