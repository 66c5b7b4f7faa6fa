"""The log that is only ever added to: each line holds the digest of the one before."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sa

from syndicate.model.receipt import Event
from syndicate.stores._database import Database, told
from syndicate.stores._rows import digest_of, edition_content, instant, manifest_digest
from syndicate.stores._tables import (
    ACKS,
    ARTICLES,
    EDITIONS,
    EVENTS,
    ITEMS,
    LINES,
    NOTICES,
    SLOTS,
    TEXTS,
)


class Noted(NamedTuple):
    """A line before it has its place in the chain."""

    kind: str
    subject: str
    content: str
    at: str


def chained(serial: int, previous: str, line: Noted) -> dict[str, object]:
    """Give a line in its place, with its digest."""
    row: dict[str, object] = {
        "serial": serial,
        "at": line.at,
        "kind": line.kind,
        "subject": line.subject,
        "content": line.content,
        "previous": previous,
    }
    text = json.dumps(row, sort_keys=True, ensure_ascii=False)
    return {**row, "digest": hashlib.sha256(text.encode()).hexdigest()}


def append(connection: sa.Connection, lines: Iterable[Noted]) -> int:
    """Add lines in the transaction of what they are about; give how many."""
    newest = sa.select(EVENTS.c.serial, EVENTS.c.digest).order_by(EVENTS.c.serial.desc()).limit(1)
    last = connection.execute(newest).first()
    serial, previous = (last.serial, last.digest) if last else (0, "")
    rows = []
    for line in lines:
        serial += 1
        rows.append(chained(serial, previous, line))
        previous = str(rows[-1]["digest"])
    if rows:
        connection.execute(EVENTS.insert(), rows)
    return len(rows)


class JournalPart(Database):
    """The Journal of `syndicate.pipeline.ports`."""

    def note(self, kind: str, subject: str, content: str, at: datetime) -> None:
        """Add a line."""
        with self._changing() as connection:
            self._noted += append(connection, [Noted(kind, subject, content, instant(at))])

    def events(self) -> Iterator[Event]:
        """Give every line, oldest first, read page by page."""
        last = 0
        while rows := self._all(
            sa.select(EVENTS).where(EVENTS.c.serial > last).order_by(EVENTS.c.serial).limit(_PAGE)
        ):
            yield from (Event.model_validate(dict(row._mapping)) for row in rows)
            last = rows[-1].serial

    def kept(self) -> Iterator[tuple[str, str, str]]:
        """Give (kind, subject, SHA-256 of the content) of all that is kept, from the rows."""
        for row in self._each(ARTICLES):
            yield "article", f"{row.guid} v{row.version}", digest_of(row.json)
        manifests = self._manifests()
        for row in self._each(EDITIONS):
            lines = manifests.get(row.manifest, manifest_digest(()))
            yield "edition", f"{row.feed}/{row.format}/{row.sequence}", edition_content(row, lines)
        for row in self._each(ITEMS):
            yield "item", row.digest, digest_of(row.json)
        for row in self._each(NOTICES):
            yield "notice", row.id, digest_of(row.json)
        for row in self._each(ACKS):
            yield "ack", row.notice, digest_of(row.json)
        for row in self._each(SLOTS):
            yield "slot", f"{row.agreement}/{row.property}/{row.guid}", digest_of(row.json)
        for row in self._each(TEXTS):
            yield "text", row.digest, digest_of(row.text)

    def _each(self, table: sa.Table) -> Iterator[sa.Row[tuple[object, ...]]]:
        with told(self._place), self._engine.connect() as connection:
            yield from connection.execution_options(yield_per=_PAGE).execute(sa.select(table))

    def _manifests(self) -> dict[str, str]:
        """Give what the lines of each manifest come to, by the digest they are kept under."""
        found: dict[str, list[list[object]]] = {}
        query = sa.select(LINES).order_by(LINES.c.manifest, LINES.c.position)
        for row in self._all(query):
            line = [row.guid, row.version, row.withdrawn, row.revision, row.item]
            found.setdefault(row.manifest, []).append(line)
        return {name: manifest_digest(lines) for name, lines in found.items()}

    def head(self) -> tuple[int, str] | None:
        """Give serial and digest of the last line that was noted outside of the database."""
        path = self._head_path()
        if path is None or not path.exists():
            return None
        with told(str(path)):
            serial, _, digest = path.read_text("ascii", "replace").strip().partition(":")
        return (int(serial), digest) if serial.isdecimal() else (0, digest)

    def _head_path(self) -> Path | None:
        database = self._engine.url.database
        if self._engine.dialect.name != "sqlite" or database in {None, "", ":memory:"}:
            return None
        return Path(f"{database}.head")

    def _write_head(self) -> None:
        """Note the last line outside of the database, so that a cut tail shows."""
        path = self._head_path()
        if not self._noted or path is None:
            return
        newest = sa.select(EVENTS).order_by(EVENTS.c.serial.desc()).limit(1)
        rows = self._all(newest)
        if not rows:
            return
        temporary = path.with_name(f"{path.name}.{secrets.token_hex(4)}.tmp")
        with told(str(path)):
            with temporary.open("x", encoding="ascii") as file:
                file.write(f"{rows[0].serial}:{rows[0].digest}\n")
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        self._noted = 0


_PAGE = 500
