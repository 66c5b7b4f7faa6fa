"""Lines of the log, each chained to the one before by its digest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from syndicate.model.receipt import event_digest
from syndicate.stores._rows import instant, storable
from syndicate.stores._statements import insert
from syndicate.stores._tables import EVENTS


class Noted(NamedTuple):
    """A line before it has its place in the chain."""

    kind: str
    subject: str
    content: str
    at: datetime


def append(connection: sa.Connection, lines: Sequence[Noted]) -> None:
    """Add lines in the transaction of what they are about; nobody else may be adding any."""
    serial, previous = last(connection) or (0, "")
    rows = []
    for line in lines:
        serial += 1
        row = _row(serial, line, previous)
        rows.append(row)
        previous = row["digest"]
    insert(connection, EVENTS, rows)


def _row(serial: int, line: Noted, previous: str) -> dict[str, Any]:
    subject, content = storable(line.subject), storable(line.content)
    return {
        "serial": serial,
        "at": instant(line.at),
        "kind": line.kind,
        "subject": subject,
        "content": content,
        "previous": previous,
        "digest": event_digest(serial, line.at, line.kind, subject, content, previous),
    }


def last(connection: sa.Connection) -> tuple[int, str] | None:
    """Give serial and digest of the newest line; None before the first."""
    newest = sa.select(EVENTS.c.serial, EVENTS.c.digest).order_by(EVENTS.c.serial.desc()).limit(1)
    row = connection.execute(newest).first()
    return (row.serial, row.digest) if row else None


def holds(connection: sa.Connection, serial: int, digest: str) -> bool:
    """Say whether a line that was noted elsewhere is still in the log."""
    found = sa.select(EVENTS.c.digest).where(EVENTS.c.serial == serial)
    return connection.execute(found).scalar() == digest


def begins_head(connection: sa.Connection) -> bool:
    """Say in the log that its end is noted outside from now on, and keep that.

    False where the log is empty, or went on since it said so.
    """
    row = connection.execute(sa.select(EVENTS).order_by(EVENTS.c.serial.desc()).limit(1)).first()
    there = sa.select(EVENTS.c.serial).where(EVENTS.c.kind == HEAD).limit(1)
    if row is None or connection.execute(there).first() is not None:
        return row is not None and row.kind == HEAD
    words = "its end is noted in a file beside the database"
    append(connection, [Noted(HEAD, "log", words, datetime.fromisoformat(row.at))])
    connection.commit()
    return True


HEAD = "head"
