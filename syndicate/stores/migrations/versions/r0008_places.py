"""The order in which streams gave articles out, for archives."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Count what was given out so far, by the moment it first was."""
    op.add_column("streams", sa.Column("place", sa.Integer, nullable=False, server_default="0"))
    op.execute(
        "UPDATE streams SET place = counted.place FROM (SELECT stream, guid, row_number() OVER"
        " (PARTITION BY stream ORDER BY julianday(json_extract(json, '$.since')), guid) AS place"
        " FROM streams) AS counted"
        " WHERE counted.stream = streams.stream AND counted.guid = streams.guid"
    )
    op.create_index("ix_streams_place", "streams", ["stream", "place"])


def downgrade() -> None:
    """Take the numbers away."""
    op.drop_index("ix_streams_place", "streams")
    op.drop_column("streams", "place")
