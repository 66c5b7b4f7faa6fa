"""Editions with all that belongs to them: manifests, items, holdings, texts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa

from syndicate.model.errors import QuotaTaken, StoreFailed
from syndicate.model.receipt import (
    Edition,
    Holding,
    Item,
    MadeUp,
    ManifestLine,
    Receipt,
    manifest_digest,
)
from syndicate.stores._chain import Noted
from syndicate.stores._database import Database
from syndicate.stores._rows import (
    digest_of,
    edition_content,
    edition_of,
    edition_row,
    holding_row,
    instant,
    item_of,
    item_row,
    line_of,
    line_rows,
    notice_row,
    slot_row,
    way_row,
)
from syndicate.stores._statements import insert, insert_new, pages, upsert
from syndicate.stores._tables import EDITIONS, ITEMS, LINES, NOTICES, SLOTS, STREAMS, TEXTS, WAYS


class ReceiptPart(Database):
    """Editions of the Receipts of `syndicate.pipeline.ports`."""

    def record(self, receipt: Receipt) -> int:
        """Keep editions with all that belongs to them in one transaction, durable on return."""
        with self._changing() as connection:
            stream = receipt.stream or _new_stream(connection, receipt.fork_of)
            lines = list(_editions(connection, receipt.editions))
            lines += _keep(connection, receipt, stream)
            _check_room(connection, receipt)
            self._note(connection, lines)
        return stream

    def newest_at(self) -> datetime | None:
        """Give the moment of the newest edition of all; None before the first."""
        [row] = self._all(sa.select(sa.func.max(EDITIONS.c.at)))
        return datetime.fromisoformat(row[0]) if row[0] else None

    def manifest(self, digest: str) -> tuple[ManifestLine, ...]:
        """Give what stands in an edition, by the digest of that."""
        query = sa.select(LINES).where(LINES.c.manifest == digest).order_by(LINES.c.position)
        return tuple(line_of(row) for row in self._all(query))

    def last_edition(self, feed: str, format_name: str) -> Edition | None:
        """Give the newest edition of a feed in a format."""
        newest = (
            sa.select(sa.func.max(EDITIONS.c.sequence))
            .where(EDITIONS.c.feed == feed, EDITIONS.c.format == format_name)
            .scalar_subquery()
        )
        found = self._editions(
            (EDITIONS.c.feed == feed)
            & (EDITIONS.c.format == format_name)
            & (EDITIONS.c.sequence == newest)
        )
        return found[0] if found else None

    def made_up(self, feed: str, format_name: str, sequence: int) -> MadeUp | None:
        """Give of what the document of an edition is made; None for an unknown edition."""
        named = (
            (EDITIONS.c.feed == feed)
            & (EDITIONS.c.format == format_name)
            & (EDITIONS.c.sequence == sequence)
        )
        rows = self._all(sa.select(EDITIONS).where(named))
        if not rows:
            return None
        found = edition_of(rows[0], ())
        makeup = self.text(found.makeup) if found.makeup else None
        return MadeUp(found.digest, makeup or "", found.opening)

    def editions(self, feed: str) -> tuple[Edition, ...]:
        """Give every edition of a feed, in the order of recording."""
        return self._editions(EDITIONS.c.feed == feed)

    def holders(self, guid: str) -> tuple[Edition, ...]:
        """Give every edition that names an article, also as withdrawn, in order of recording."""
        manifests = sa.select(LINES.c.manifest).where(LINES.c.guid == guid)
        return self._editions(EDITIONS.c.manifest.in_(manifests))

    def _editions(self, which: sa.ColumnElement[bool]) -> tuple[Edition, ...]:
        rows = self._all(sa.select(EDITIONS).where(which).order_by(EDITIONS.c.serial))
        named = sa.select(EDITIONS.c.manifest).where(which)
        lines = self._all(
            sa.select(LINES)
            .where(LINES.c.manifest.in_(named))
            .order_by(LINES.c.manifest, LINES.c.position)
        )
        manifests = {
            digest: tuple(line_of(line) for line in group)
            for digest, group in groupby(lines, lambda line: line.manifest)
        }
        return tuple(edition_of(row, manifests.get(row.manifest, ())) for row in rows)

    def published_feeds(self) -> tuple[tuple[str, str, str], ...]:
        """Give (partner, feed, format) of every feed that ever had an edition, sorted."""
        columns = (EDITIONS.c.partner, EDITIONS.c.feed, EDITIONS.c.format)
        rows = self._all(sa.select(*columns).distinct())
        return tuple(sorted((row.partner, row.feed, row.format) for row in rows))

    def item(self, digest: str) -> Item | None:
        """Give what stands behind a line."""
        rows = self._all(sa.select(ITEMS).where(ITEMS.c.digest == digest))
        return item_of(rows[0]) if rows else None

    def makeups(self) -> frozenset[str]:
        """Give the digests of the lists of fragments of all newest editions."""
        same = (EDITIONS.c.feed == WAYS.c.feed) & (EDITIONS.c.format == WAYS.c.format)
        newest = same & (EDITIONS.c.sequence == WAYS.c.sequence)
        rows = self._all(sa.select(EDITIONS.c.json).select_from(WAYS).join(EDITIONS, newest))
        return frozenset(json.loads(row.json).get("makeup", "") for row in rows) - {""}

    def text(self, digest: str) -> str | None:
        """Give a kept text by its SHA-256."""
        rows = self._all(sa.select(TEXTS.c.text).where(TEXTS.c.digest == digest))
        return str(rows[0].text) if rows else None


def _new_stream(connection: sa.Connection, fork_of: int) -> int:
    """Give the number of a new stream; one that forks begins with what the other one holds."""
    last = connection.execute(sa.select(sa.func.max(WAYS.c.stream))).scalar() or 0
    held = connection.execute(sa.select(sa.func.max(STREAMS.c.stream))).scalar() or 0
    stream = max(last, held) + 1
    if fork_of:
        columns = [one for one in STREAMS.c if one.name != "stream"]
        copied = sa.select(sa.literal(stream), *columns).where(STREAMS.c.stream == fork_of)
        names = ["stream", *(one.name for one in columns)]
        connection.execute(STREAMS.insert().from_select(names, copied))
    return stream


def _editions(connection: sa.Connection, editions: Iterable[Edition]) -> Iterator[Noted]:
    """Keep editions and the lines of each manifest once; give a line of the log for each."""
    manifests: dict[int, str] = {}
    rows = []
    for edition in editions:
        same = id(edition.manifest)
        if same not in manifests:
            manifests[same] = manifest_digest(edition.manifest)
            _keep_manifest(connection, edition, manifests[same])
        rows.append(edition_row(edition, manifests[same]))
    _refuse_taken(connection, rows)
    insert(connection, EDITIONS, rows)
    for row in rows:
        subject = f"{row['feed']}/{row['format']}/{row['sequence']}"
        content = edition_content(SimpleNamespace(**row), row["manifest"])
        yield Noted("edition", subject, content, datetime.fromisoformat(row["at"]))


def _refuse_taken(connection: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Raise StoreFailed where the number of an edition is taken; nobody else writes meanwhile."""
    names = ("feed", "format", "sequence")
    feed, name, number = (EDITIONS.c[one] for one in names)
    alike = name.in_({row["format"] for row in rows}) & number.in_({r["sequence"] for r in rows})
    taken = {
        tuple(found)
        for page in pages(row["feed"] for row in rows)
        for found in connection.execute(sa.select(feed, name, number).where(feed.in_(page), alike))
    }
    for row in rows:
        if tuple(row[one] for one in names) in taken:
            raise StoreFailed(
                f"edition {row['sequence']} is already recorded",
                where=f"feed {row['feed']}, {row['format']}",
                mend="run again: another run was faster",
            )


def _keep_manifest(connection: sa.Connection, edition: Edition, manifest: str) -> None:
    held = sa.select(LINES.c.position).where(LINES.c.manifest == manifest).limit(1)
    if edition.manifest and connection.execute(held).first() is None:
        insert(connection, LINES, line_rows(edition, manifest))


def _keep(connection: sa.Connection, receipt: Receipt, stream: int) -> list[Noted]:
    """Keep what belongs to editions; give a line for each thing that is new."""
    at = receipt.editions[0].at if receipt.editions else receipt.at
    texts = [{"digest": digest_of(text), "text": text} for text in receipt.texts]
    lines = [
        *_new(connection, TEXTS, "text", texts, at),
        *_new(connection, ITEMS, "item", [item_row(one) for one in receipt.items], at),
        *_new(connection, NOTICES, "notice", [notice_row(one) for one in receipt.notices], at),
        *_new(connection, SLOTS, "slot", [slot_row(one) for one in receipt.slots], at),
    ]
    upsert(connection, STREAMS, _holding_rows(connection, receipt.holdings, stream))
    upsert(connection, WAYS, [way_row(one, stream) for one in receipt.ways])
    return lines


def _holding_rows(
    connection: sa.Connection, holdings: Iterable[Holding], stream: int
) -> list[dict[str, Any]]:
    """Give the rows of holdings; what the stream never gave out before gets the next places."""
    rows = [holding_row(one, stream) for one in holdings]
    mine, known = STREAMS.c.stream == stream, {}
    for page in pages(row["guid"] for row in rows):
        query = sa.select(STREAMS.c.guid, STREAMS.c.place).where(mine, STREAMS.c.guid.in_(page))
        known.update({guid: place for guid, place in connection.execute(query)})
    last = connection.execute(sa.select(sa.func.max(STREAMS.c.place)).where(mine)).scalar() or 0
    for row in sorted(rows, key=lambda one: str(one["guid"])):
        if row["guid"] not in known:
            last += 1
        row["place"] = known.get(row["guid"], last)
    return rows


def _new(
    connection: sa.Connection, table: sa.Table, kind: str, rows: list[dict[str, Any]], at: datetime
) -> list[Noted]:
    """Insert the rows that are not there yet; give a line for each."""
    if not rows:
        return []
    keys = list(table.primary_key)
    by_key = {tuple(row[key.name] for key in keys): row for row in rows}
    there = {
        tuple(found)
        for page in pages(key[-1] for key in by_key)
        for found in connection.execute(sa.select(*keys).where(keys[-1].in_(page)))
    }
    fresh = {key: row for key, row in by_key.items() if key not in there}
    insert_new(connection, table, list(fresh.values()))
    return [
        Noted(
            kind, "/".join(str(one) for one in key), digest_of(row.get("json") or row["text"]), at
        )
        for key, row in fresh.items()
    ]


def _check_room(connection: sa.Connection, receipt: Receipt) -> None:
    """Raise QuotaTaken where more slots are counted in a time than a quota has."""
    for agreement, since, until, limit in receipt.room:
        counted = sa.select(sa.func.count()).where(
            SLOTS.c.agreement == agreement,
            SLOTS.c.at >= instant(since),
            SLOTS.c.returned_at.is_(None),
            SLOTS.c.overage.is_(False),
        )
        if until is not None:
            counted = counted.where(SLOTS.c.at < instant(until))
        if connection.execute(counted).scalar_one() > limit:
            raise QuotaTaken(where=f"agreement {agreement}", mend="run again")
