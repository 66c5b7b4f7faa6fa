"""Receipts of what went out, notices, quotas, plans, quarantine, and the journal of all of it."""

from __future__ import annotations

import hashlib
import json

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

FOR_EVER = (
    "articles",
    "editions",
    "manifest_lines",
    "items",
    "texts",
    "notices",
    "acks",
    "events",
)
"""What is never changed and never deleted."""


def upgrade() -> None:
    """Add the tables, write the journal of what is there, and seal what stays for ever."""
    for name in ("inputs", "rulings"):
        column = sa.Column(name, sa.String(64), nullable=False, server_default="")
        op.add_column("editions", column)
    counted = sa.Column("revision", sa.Integer, nullable=False, server_default="0")
    op.add_column("manifest_lines", counted)
    item = sa.Column("item", sa.String(64), nullable=False, server_default="")
    op.add_column("manifest_lines", item)
    _add_what_went_out()
    _add_what_was_told()
    _add_what_is_watched()
    connection = op.get_bind()
    _derive_holdings(connection)
    _write_journal(connection)
    for table in FOR_EVER:
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} are kept for ever'); END"
            )


def _add_what_went_out() -> None:
    op.create_table(
        "items",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("guid", sa.String(255), nullable=False),
        sa.Column("json", sa.Text, nullable=False),
    )
    op.create_table(
        "texts",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("text", sa.Text, nullable=False),
    )
    op.create_table(
        "holdings",
        sa.Column("feed", sa.String(64), primary_key=True),
        sa.Column("format", sa.String(64), primary_key=True),
        sa.Column("guid", sa.String(255), primary_key=True),
        sa.Column("partner", sa.String(64), nullable=False),
        sa.Column("json", sa.Text, nullable=False),
    )
    op.create_index("ix_holdings_guid", "holdings", ["guid"])


def _add_what_was_told() -> None:
    op.create_table(
        "notices",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("partner", sa.String(64), nullable=False),
        sa.Column("guid", sa.String(255), nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("json", sa.Text, nullable=False),
    )
    op.create_index("ix_notices_partner", "notices", ["partner"])
    op.create_index("ix_notices_guid", "notices", ["guid"])
    op.create_table(
        "acks",
        sa.Column("notice", sa.String(64), primary_key=True),
        sa.Column("json", sa.Text, nullable=False),
    )
    op.create_table(
        "events",
        sa.Column("serial", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
    )


def _add_what_is_watched() -> None:
    op.create_table(
        "slots",
        sa.Column("agreement", sa.String(64), primary_key=True),
        sa.Column("property", sa.String(64), primary_key=True),
        sa.Column("guid", sa.String(255), primary_key=True),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("returned_at", sa.String(27)),
        sa.Column("overage", sa.Boolean, nullable=False),
        sa.Column("json", sa.Text, nullable=False),
    )
    op.create_table(
        "plans",
        sa.Column("feed", sa.String(64), primary_key=True),
        sa.Column("format", sa.String(64), primary_key=True),
        sa.Column("at", sa.String(27)),
    )
    op.create_table(
        "isolated",
        sa.Column("place", sa.Text, primary_key=True),
        sa.Column("subject", sa.Text, primary_key=True),
        sa.Column("code", sa.String(64), primary_key=True),
        sa.Column("json", sa.Text, nullable=False),
    )


_LIVE = """
SELECT e.feed, e.format, e.partner, l.guid, max(l.version) AS version,
       min(e.at) AS since, max(e.updated) AS updated
FROM editions e JOIN manifest_lines l ON l.manifest = e.manifest
WHERE NOT l.withdrawn GROUP BY e.feed, e.format, e.partner, l.guid
"""


def _derive_holdings(connection: sa.Connection) -> None:
    """Work out from the editions what each feed gave out of each article."""
    for row in connection.execute(sa.text(_LIVE)).mappings().all():
        held = {
            "feed": row["feed"],
            "format": row["format"],
            "partner": row["partner"],
            "guid": row["guid"],
            "version": row["version"],
            "item": "",
            "published": row["since"],
            "updated": row["updated"],
            "since": row["since"],
        }
        connection.execute(
            sa.text("INSERT INTO holdings VALUES (:feed, :format, :guid, :partner, :json)"),
            {
                **{k: held[k] for k in ("feed", "format", "guid", "partner")},
                "json": json.dumps(held),
            },
        )


def _write_journal(connection: sa.Connection) -> None:
    """Write a line for everything that was kept before there was a journal."""
    kept = connection.execute(
        sa.text("SELECT guid, version, json, stored_at FROM articles ORDER BY stored_at, guid")
    ).all()
    lines = [("article", f"{g} v{v}", _sha(text), at) for g, v, text, at in kept]
    editions = connection.execute(
        sa.text(
            "SELECT feed, format, sequence, partner, digest, at, updated, json, manifest "
            "FROM editions ORDER BY serial"
        )
    ).all()
    for row in editions:
        content = _sha(json.dumps([*row, "", "", row.manifest]))
        lines.append(("edition", f"{row.feed}/{row.format}/{row.sequence}", content, row.at))
    previous = ""
    for serial, (kind, subject, content, at) in enumerate(lines, 1):
        line = {
            "serial": serial,
            "at": at,
            "kind": kind,
            "subject": subject,
            "content": content,
            "previous": previous,
        }
        text = json.dumps(line, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        previous = _sha(text)
        connection.execute(
            sa.text(
                "INSERT INTO events (serial, at, kind, subject, content, previous, digest) "
                "VALUES (:serial, :at, :kind, :subject, :content, :previous, :digest)"
            ),
            {**line, "digest": previous},
        )


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def downgrade() -> None:
    """Refuse: what the record holds has no place in the first schema."""
    raise NotImplementedError("restore the database from a copy")
