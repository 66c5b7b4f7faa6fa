"""Articles with their origins, editions with their manifests."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the first four tables."""
    op.create_table(
        "articles",
        sa.Column("guid", sa.String(255), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("first_created", sa.String(27), nullable=False),
        sa.Column("version_created", sa.String(27), nullable=False),
        sa.Column("pub_status", sa.String(16), nullable=False),
        sa.Column("json", sa.Text, nullable=False),
        sa.Column("stored_at", sa.String(27), nullable=False),
    )
    op.create_table(
        "origins",
        sa.Column("origin", sa.Text, primary_key=True),
        sa.Column("guid", sa.String(255), nullable=False),
    )
    op.create_table(
        "editions",
        sa.Column("serial", sa.Integer, primary_key=True),
        sa.Column("feed", sa.String(64), nullable=False),
        sa.Column("format", sa.String(64), nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("partner", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("manifest", sa.String(64), nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("updated", sa.String(27), nullable=False),
        sa.Column("json", sa.Text, nullable=False),
        sa.UniqueConstraint("feed", "format", "sequence"),
    )
    op.create_index("ix_editions_manifest", "editions", ["manifest"])
    op.create_table(
        "manifest_lines",
        sa.Column("manifest", sa.String(64), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("guid", sa.String(255), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("withdrawn", sa.Boolean, nullable=False),
    )
    op.create_index("ix_manifest_lines_guid", "manifest_lines", ["guid"])


def downgrade() -> None:
    """Drop everything."""
    for table in ("manifest_lines", "editions", "origins", "articles"):
        op.drop_table(table)
