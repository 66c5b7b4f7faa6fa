"""Streams that feeds share, where each feed stands, an index of articles, rendered fragments."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Give each feed, in each format, a stream of its own; make room for the rest."""
    _add_streams()
    _add_index()
    op.create_table(
        "fragments",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("guid", sa.String(255), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "settings",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    _derive(op.get_bind())
    op.drop_table("holdings")
    op.drop_table("plans")


def _add_streams() -> None:
    op.create_table(
        "streams",
        sa.Column("stream", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("guid", sa.String(255), primary_key=True),
        sa.Column("terms", sa.Text, nullable=False),
        sa.Column("due", sa.String(27)),
        sa.Column("shown_until", sa.String(27)),
        sa.Column("json", sa.Text, nullable=False),
    )
    op.create_index("ix_streams_guid", "streams", ["guid"])
    op.create_index("ix_streams_due", "streams", ["due"])
    op.create_table(
        "ways",
        sa.Column("feed", sa.String(64), primary_key=True),
        sa.Column("format", sa.String(64), primary_key=True),
        sa.Column("partner", sa.String(64), nullable=False),
        sa.Column("stream", sa.Integer, nullable=False),
        sa.Column("names", sa.Text, nullable=False),
        sa.Column("asked", sa.String(64), nullable=False),
        sa.Column("head", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("manifest", sa.String(64), nullable=False),
        sa.Column("updated", sa.String(27), nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("put", sa.Integer, nullable=False),
        sa.Column("due", sa.String(27)),
        sa.Column("entries", sa.Integer, nullable=False),
        sa.Column("stones", sa.Integer, nullable=False),
        sa.Column("stamp", sa.Text, nullable=False),
    )
    op.create_index("ix_ways_stream", "ways", ["stream"])


def _add_index() -> None:
    op.create_table(
        "arrivals",
        sa.Column("serial", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("guid", sa.String(255), nullable=False),
    )
    op.create_table(
        "article_keys",
        sa.Column("guid", sa.String(255), primary_key=True),
        sa.Column("released", sa.BigInteger, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("updated", sa.BigInteger, nullable=False),
        sa.Column("latest", sa.BigInteger, nullable=False),
        sa.Column("urgency", sa.Integer, nullable=False),
        sa.Column("usable", sa.Boolean, nullable=False),
    )
    op.create_index("ix_article_keys_latest", "article_keys", ["latest"])
    op.create_index("ix_article_keys_taken_back", "article_keys", ["usable", "created"])
    op.create_table(
        "facets",
        sa.Column("facet", sa.Text, primary_key=True),
        sa.Column("released", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("guid", sa.String(255), primary_key=True),
        sqlite_with_rowid=False,
    )


_NEWEST = """
SELECT e.* FROM editions e JOIN
(SELECT feed, format, max(sequence) AS sequence FROM editions GROUP BY feed, format) n
ON n.feed = e.feed AND n.format = e.format AND n.sequence = e.sequence ORDER BY e.serial
"""


def _derive(connection: sa.Connection) -> None:
    """Work out where each feed stands; what it asked before is not known, so it is asked anew."""
    for stream, row in enumerate(connection.execute(sa.text(_NEWEST)).mappings().all(), 1):
        held = connection.execute(
            sa.text("SELECT guid, json FROM holdings WHERE feed = :feed AND format = :format"),
            {"feed": row["feed"], "format": row["format"]},
        ).all()
        names: list[str] = []
        for guid, text in held:
            data = json.loads(text)
            for own in ("feed", "format", "partner"):
                data.pop(own, None)
            agreement = data.get("agreement", "")
            if agreement and agreement not in names:
                names.append(agreement)
            if agreement:
                data["agreement"] = f"000-{names.index(agreement)}"
            _insert_holding(connection, stream, guid, data)
        _insert_way(connection, stream, names, row)


def _insert_holding(
    connection: sa.Connection, stream: int, guid: str, data: dict[str, object]
) -> None:
    connection.execute(
        sa.text(
            "INSERT INTO streams (stream, guid, terms, due, shown_until, json) "
            "VALUES (:stream, :guid, :terms, :due, NULL, :json)"
        ),
        {
            "stream": stream,
            "guid": guid,
            "terms": f"{data.get('agreement', '')} {data.get('licence', '')}",
            # Everything is looked at once more.
            "due": "0001-01-01T00:00:00.000000Z",
            "json": json.dumps(data, ensure_ascii=False, separators=(",", ":")),
        },
    )


def _insert_way(
    connection: sa.Connection, stream: int, names: list[str], row: sa.RowMapping
) -> None:
    connection.execute(
        sa.text(
            "INSERT INTO ways (feed, format, partner, stream, names, asked, head, "
            "digest, manifest, updated, sequence, put, due, entries, stones, stamp) "
            "VALUES (:feed, :format, :partner, :stream, :names, '', '', :digest, "
            ":manifest, :updated, :sequence, 0, NULL, 0, 0, '')"
        ),
        {
            "feed": row["feed"],
            "format": row["format"],
            "partner": row["partner"],
            "stream": stream,
            "names": json.dumps(names),
            "digest": row["digest"],
            "manifest": row["manifest"],
            "updated": row["updated"],
            "sequence": row["sequence"],
        },
    )


def downgrade() -> None:
    """Refuse: what the streams hold has no place in the schema before."""
    raise NotImplementedError("restore the database from a copy")
