"""Work that is kept to be done once: answers, fragments, packed pieces, envelopes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room; what was kept before is made again, the index too."""
    op.add_column(
        "article_keys", sa.Column("version", sa.Integer, nullable=False, server_default="0")
    )
    op.drop_table("fragments")
    op.create_table(
        "fragments",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "pieces",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("crc", sa.BigInteger, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "shelves",
        sa.Column("asked", sa.String(64), primary_key=True),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "envelopes",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("head", sa.String(64), nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    """Refuse: fragments of the schema before cannot be told from those kept here."""
    raise NotImplementedError("restore the database from a copy")
