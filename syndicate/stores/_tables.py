"""The tables: portable types only. Instants are UTC text of fixed width, so they sort as text."""

from __future__ import annotations

import sqlalchemy as sa

_DIGEST = sa.String(64)
_INSTANT = sa.String(27)
_GUID = sa.String(255)
_NAME = sa.String(64)

METADATA = sa.MetaData()

ARTICLES = sa.Table(
    "articles",
    METADATA,
    sa.Column("guid", _GUID, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("digest", _DIGEST, nullable=False),
    sa.Column("first_created", _INSTANT, nullable=False),
    sa.Column("version_created", _INSTANT, nullable=False),
    sa.Column("pub_status", sa.String(16), nullable=False),
    sa.Column("json", sa.Text, nullable=False),
    sa.Column("stored_at", _INSTANT, nullable=False),
)
"""One row a version; never updated."""

ORIGINS = sa.Table(
    "origins",
    METADATA,
    sa.Column("origin", sa.Text, primary_key=True),
    sa.Column("guid", _GUID, nullable=False),
)
"""Which guid a URL, a file name or an id was bound to."""

EDITIONS = sa.Table(
    "editions",
    METADATA,
    sa.Column("serial", sa.Integer, primary_key=True),
    sa.Column("feed", _NAME, nullable=False),
    sa.Column("format", _NAME, nullable=False),
    sa.Column("sequence", sa.Integer, nullable=False),
    sa.Column("partner", _NAME, nullable=False),
    sa.Column("digest", _DIGEST, nullable=False),
    sa.Column("manifest", _DIGEST, nullable=False, index=True),
    sa.Column("at", _INSTANT, nullable=False),
    sa.Column("updated", _INSTANT, nullable=False),
    sa.Column("json", sa.Text, nullable=False),
    sa.UniqueConstraint("feed", "format", "sequence"),
)
"""One row an edition; `serial` is the order of recording, true whatever the clock did."""

LINES = sa.Table(
    "manifest_lines",
    METADATA,
    sa.Column("manifest", _DIGEST, primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("guid", _GUID, nullable=False, index=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("withdrawn", sa.Boolean, nullable=False),
)
"""What stood in an edition, in order; editions with the same content share their lines."""
