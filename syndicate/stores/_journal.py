"""The log that is only ever added to: each line holds the digest of the one before."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from syndicate.model.errors import StoreFailed
from syndicate.model.receipt import Event, ManifestLine, manifest_digest
from syndicate.stores import _chain, _head
from syndicate.stores._chain import Noted
from syndicate.stores._database import Database, told
from syndicate.stores._rows import (
    ack_of,
    article_of,
    article_row,
    credential_of,
    credential_row,
    digest_of,
    edition_content,
    item_of,
    item_row,
    line_of,
    notice_of,
    notice_row,
    request_of,
    request_row,
    slot_of,
    slot_row,
)
from syndicate.stores._tables import (
    ACKS,
    ARTICLES,
    CREDENTIALS,
    EDITIONS,
    EVENTS,
    ITEMS,
    LINES,
    NOTICES,
    REQUESTS,
    SLOTS,
    TEXTS,
)


class JournalPart(Database):
    """The Journal of `syndicate.pipeline.ports`."""

    def note(self, kind: str, subject: str, content: str, at: datetime) -> None:
        """Add a line."""
        with self._changing() as connection:
            self._note(connection, [Noted(kind, subject, content, at)])

    def latest(self) -> int:
        """Give the serial of the newest line; 0 before the first."""
        [row] = self._all(sa.select(sa.func.max(EVENTS.c.serial)))
        return int(row[0] or 0)

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
            yield "article", f"{row.guid} v{row.version}", _content(row, _article_columns)
        manifests = self._manifests()
        for row in self._each(EDITIONS):
            lines = manifests.get(row.manifest, manifest_digest(()))
            yield "edition", f"{row.feed}/{row.format}/{row.sequence}", edition_content(row, lines)
        for kind, table, columns, name in _PLAIN:
            for row in self._each(table):
                yield kind, name(row), _content(row, columns)
        for row in self._each(TEXTS):
            yield "text", row.digest, digest_of(row.text)

    def _each(self, table: sa.Table) -> Iterator[sa.Row[tuple[object, ...]]]:
        with told(self._place), self._engine.connect() as connection:
            yield from connection.execution_options(yield_per=_PAGE).execute(sa.select(table))

    def _manifests(self) -> dict[str, str]:
        """Give what the lines of each manifest come to, by the digest they are kept under."""
        found: dict[str, list[ManifestLine]] = {}
        query = sa.select(LINES).order_by(LINES.c.manifest, LINES.c.position)
        for row in self._all(query):
            found.setdefault(row.manifest, []).append(line_of(row))
        return {name: manifest_digest(lines) for name, lines in found.items()}

    def refuse_cut(self) -> None:
        """Raise StoreFailed where the log ends before its noted end, or is another one.

        Whoever published out of it would bring back what was killed since.
        """
        noted = self.head()
        if self._head is None or noted is None or not noted[0]:
            return
        with told(self._place), self._engine.connect() as connection:
            if not _chain.holds(connection, *noted):
                says = f"is older than what was published: line {noted[0]} of its log is missing"
                raise StoreFailed(says, where=self._place, mend=_head.mend(self._head))

    def head(self) -> tuple[int, str] | None:
        """Give serial and digest of the last line that was noted outside of the database."""
        if self._head is None:
            return None
        with told(str(self._head)):
            return _head.read(self._head)


def _content(row: Any, columns: Callable[[Any], dict[str, Any]]) -> str:
    """Give the digest of what a row keeps; another one where its other columns say otherwise.

    They are what a row is found and counted by, and follow from its JSON.
    """
    try:
        stated = columns(row)
    except StoreFailed:  # of another version of the models: its digest tells whether it is whole
        return digest_of(row.json)
    other = [n for n, value in stated.items() if n != "json" and getattr(row, n) != value]
    return digest_of(json.dumps([row.json, other]) if other else row.json)


def _article_columns(row: Any) -> dict[str, Any]:
    article = article_of(row)
    stated = article_row(article, row.json, article.version_created)
    return {name: value for name, value in stated.items() if name != "stored_at"}


_PLAIN: tuple[tuple[str, sa.Table, Callable[[Any], dict[str, Any]], Callable[[Any], str]], ...] = (
    ("item", ITEMS, lambda row: item_row(item_of(row)), lambda row: str(row.digest)),
    ("notice", NOTICES, lambda row: notice_row(notice_of(row)), lambda row: str(row.id)),
    ("ack", ACKS, lambda row: {"notice": ack_of(row.json).notice}, lambda row: str(row.notice)),
    (
        "slot",
        SLOTS,
        lambda row: slot_row(slot_of(row)),
        lambda row: f"{row.agreement}/{row.property}/{row.guid}",
    ),
    ("request", REQUESTS, lambda row: request_row(request_of(row)), lambda row: str(row.id)),
    (
        "credential",
        CREDENTIALS,
        lambda row: credential_row(credential_of(row)),
        lambda row: str(row.id),
    ),
)
"""Kinds of rows that are their JSON: the columns that follow from it, and its name in the log."""

_PAGE = 500
