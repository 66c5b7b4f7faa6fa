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
    sa.Column("at", _INSTANT, nullable=False, index=True),
    sa.Column("updated", _INSTANT, nullable=False),
    sa.Column("json", sa.Text, nullable=False),
    sa.Column("inputs", _DIGEST, nullable=False, server_default=""),
    sa.Column("rulings", _DIGEST, nullable=False, server_default=""),
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
    sa.Column("revision", sa.Integer, nullable=False, server_default="0"),
    sa.Column("item", _DIGEST, nullable=False, server_default=""),
)
"""What stood in an edition, in order; editions with the same content share their lines."""

ITEMS = sa.Table(
    "items",
    METADATA,
    sa.Column("digest", _DIGEST, primary_key=True),
    sa.Column("guid", _GUID, nullable=False),
    sa.Column("json", sa.Text, nullable=False),
)
"""What stands behind a line, under the digest of all that went out."""

TEXTS = sa.Table(
    "texts",
    METADATA,
    sa.Column("digest", _DIGEST, primary_key=True),
    sa.Column("text", sa.Text, nullable=False),
)
"""Desk files and decisions, each under its own SHA-256."""

STREAMS = sa.Table(
    "streams",
    METADATA,
    sa.Column("stream", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("guid", _GUID, primary_key=True, index=True),
    sa.Column("terms", sa.Text, nullable=False),
    sa.Column("due", _INSTANT, index=True),
    sa.Column("shown_until", _INSTANT),
    sa.Column("json", sa.Text, nullable=False),
    sa.Column("place", sa.Integer, nullable=False, server_default="0"),
    sa.Index("ix_streams_place", "stream", "place"),
)
"""What the feeds of a stream last gave out of each article: the same, because they began alike
and were asked alike ever since. It follows from the editions, and is kept true.

`place` counts the articles in the order in which the stream first gave them out, from 1; it never
changes, and archives are numbered by it."""

WAYS = sa.Table(
    "ways",
    METADATA,
    sa.Column("feed", _NAME, primary_key=True),
    sa.Column("format", _NAME, primary_key=True),
    sa.Column("partner", _NAME, nullable=False),
    sa.Column("stream", sa.Integer, nullable=False, index=True),
    sa.Column("names", sa.Text, nullable=False),
    sa.Column("asked", _DIGEST, nullable=False),
    sa.Column("head", _DIGEST, nullable=False),
    sa.Column("digest", _DIGEST, nullable=False),
    sa.Column("manifest", _DIGEST, nullable=False),
    sa.Column("updated", _INSTANT, nullable=False),
    sa.Column("sequence", sa.Integer, nullable=False),
    sa.Column("put", sa.Integer, nullable=False),
    sa.Column("due", _INSTANT),
    sa.Column("entries", sa.Integer, nullable=False),
    sa.Column("stones", sa.Integer, nullable=False),
    sa.Column("stamp", sa.Text, nullable=False),
)
"""Where each feed, in each format, stands: its stream, its newest edition, its next moment."""

NOTICES = sa.Table(
    "notices",
    METADATA,
    sa.Column("id", _NAME, primary_key=True),
    sa.Column("partner", _NAME, nullable=False, index=True),
    sa.Column("guid", _GUID, nullable=False, index=True),
    sa.Column("at", _INSTANT, nullable=False),
    sa.Column("json", sa.Text, nullable=False),
)
"""What partners were told."""

ACKS = sa.Table(
    "acks",
    METADATA,
    sa.Column("notice", _NAME, primary_key=True),
    sa.Column("json", sa.Text, nullable=False),
)
"""Which notices were acknowledged, once each."""

SLOTS = sa.Table(
    "slots",
    METADATA,
    sa.Column("agreement", _NAME, primary_key=True),
    sa.Column("property", _NAME, primary_key=True),
    sa.Column("guid", _GUID, primary_key=True),
    sa.Column("at", _INSTANT, nullable=False),
    sa.Column("returned_at", _INSTANT),
    sa.Column("overage", sa.Boolean, nullable=False),
    sa.Column("json", sa.Text, nullable=False),
)
"""Places of quotas that are taken."""

ISOLATED = sa.Table(
    "isolated",
    METADATA,
    sa.Column("place", sa.Text, primary_key=True),
    sa.Column("subject", sa.Text, primary_key=True),
    sa.Column("code", _NAME, primary_key=True),
    sa.Column("json", sa.Text, nullable=False),
)
"""What is kept out, and why."""

EVENTS = sa.Table(
    "events",
    METADATA,
    sa.Column("serial", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", _INSTANT, nullable=False),
    sa.Column("kind", _NAME, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("previous", _DIGEST, nullable=False),
    sa.Column("digest", _DIGEST, nullable=False),
)
"""The log: only ever added to, each line with the digest of the one before."""

ARRIVALS = sa.Table(
    "arrivals",
    METADATA,
    sa.Column("serial", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("guid", _GUID, nullable=False),
)
"""Whose versions arrived, in their order."""

KEYS = sa.Table(
    "article_keys",
    METADATA,
    sa.Column("guid", _GUID, primary_key=True),
    sa.Column("released", sa.BigInteger, nullable=False),
    sa.Column("created", sa.BigInteger, nullable=False),
    sa.Column("updated", sa.BigInteger, nullable=False),
    sa.Column("latest", sa.BigInteger, nullable=False, index=True),
    sa.Column("urgency", sa.Integer, nullable=False),
    sa.Column("usable", sa.Boolean, nullable=False),
    sa.Column("version", sa.Integer, nullable=False, server_default="0"),
    sa.Column("page", sa.Text, index=True),
    sa.Index("ix_article_keys_taken_back", "usable", "created"),
)
"""What the newest version of an article is ordered by, in microseconds since 1970; `latest` is
the latest date of any version, `page` where it stands on the publisher's site."""

FACETS = sa.Table(
    "facets",
    METADATA,
    sa.Column("facet", sa.Text, primary_key=True),
    sa.Column("released", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("guid", _GUID, primary_key=True),
    sqlite_with_rowid=False,
)
"""By what the newest version of an article is found: product:…, section:…, everything:"""

SELECTIONS = sa.Table(
    "selections",
    METADATA,
    sa.Column("facet", sa.Text, primary_key=True),
    sa.Column("asked", _DIGEST, primary_key=True),
    sqlite_with_rowid=False,
)
"""By what the candidates of a class are found, by the same names: which feeds it concerns when an
article comes."""

FRAGMENTS = sa.Table(
    "fragments",
    METADATA,
    sa.Column("key", _DIGEST, primary_key=True),
    sa.Column("digest", _DIGEST, nullable=False),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("data", sa.LargeBinary, nullable=False),
)
"""Articles rendered and checked, deflated, each under the digest of all that it follows from;
digest and size are those of the plain bytes."""

PIECES = sa.Table(
    "pieces",
    METADATA,
    sa.Column("key", _DIGEST, primary_key=True),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("crc", sa.BigInteger, nullable=False),
    sa.Column("data", sa.LargeBinary, nullable=False),
)
"""Fragments packed to stand behind certain others in a gzip; size and CRC-32 are those of the
plain bytes."""

SHELVES = sa.Table(
    "shelves",
    METADATA,
    sa.Column("asked", _DIGEST, primary_key=True),
    sa.Column("data", sa.LargeBinary, nullable=False),
)
"""What each class was told about articles, for as long as it stays true."""

ENVELOPES = sa.Table(
    "envelopes",
    METADATA,
    sa.Column("key", _DIGEST, primary_key=True),
    sa.Column("asked", _DIGEST, nullable=False),
    sa.Column("data", sa.LargeBinary, nullable=False),
)
"""What stands around the articles of a class's feeds, checked, with slots for what its content
changes and for what is a feed's own."""

CREDENTIALS = sa.Table(
    "credentials",
    METADATA,
    sa.Column("id", _NAME, primary_key=True),
    sa.Column("partner", _NAME, nullable=False, index=True),
    sa.Column("json", sa.Text, nullable=False),
)
"""Keys and tokens of partners, without their secrets."""

REQUESTS = sa.Table(
    "requests",
    METADATA,
    sa.Column("id", _NAME, primary_key=True),
    sa.Column("at", _INSTANT, nullable=False),
    sa.Column("json", sa.Text, nullable=False),
)
"""What was asked for by those who are no partners yet."""

FETCHES = sa.Table(
    "fetches",
    METADATA,
    sa.Column("day", sa.String(10), primary_key=True),
    sa.Column("credential", _NAME, primary_key=True),
    sa.Column("feed", _NAME, primary_key=True),
    sa.Column("format", _NAME, primary_key=True),
    sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("since", sa.Integer, primary_key=True, autoincrement=False, server_default="0"),
    sa.Column("partner", _NAME, nullable=False),
    sa.Column("fetched", sa.Integer, nullable=False),
    sa.Column("polled", sa.Integer, nullable=False),
    sa.Column("first_at", _INSTANT),
    sa.Column("last_at", _INSTANT, nullable=False),
)
"""How often each credential was sent which edition on which day."""

BATCHES = sa.Table(
    "batches",
    METADATA,
    sa.Column("batch", _NAME, primary_key=True),
)
"""The names of what was counted, so that nothing is counted twice."""

SUBSCRIPTIONS = sa.Table(
    "subscriptions",
    METADATA,
    sa.Column("id", _NAME, primary_key=True),
    sa.Column("credential", _NAME, nullable=False, index=True),
    sa.Column("json", sa.Text, nullable=False),
)
"""To whom editions are pushed, secrets to sign with included."""

INTENTS = sa.Table(
    "intents",
    METADATA,
    sa.Column("id", _NAME, primary_key=True),
    sa.Column("credential", _NAME, nullable=False, index=True),
    sa.Column("json", sa.Text, nullable=False),
)
"""What a hub was asked for and a subscriber has not confirmed yet."""

PUSHES = sa.Table(
    "pushes",
    METADATA,
    sa.Column("id", _NAME, primary_key=True),
    sa.Column("json", sa.Text, nullable=False),
)
"""How far editions have come at each address."""

SETTINGS = sa.Table(
    "settings",
    METADATA,
    sa.Column("name", _NAME, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)
"""What the store remembers of itself."""
