"""What partners fetched, added up."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from syndicate.model.usage import Fetches
from syndicate.stores._database import Database, told
from syndicate.stores._rows import instant
from syndicate.stores._statements import insert_new
from syndicate.stores._tables import BATCHES, FETCHES

_KEYS = list(FETCHES.primary_key)


class UsagePart(Database):
    """The Usage of `syndicate.pipeline.ports`."""

    def add_fetches(self, batch: str, fetches: Iterable[Fetches]) -> bool:
        """Add what was counted, once: False where the batch was added before."""
        with self._changing() as connection:
            named = sa.select(BATCHES.c.batch).where(BATCHES.c.batch == batch)
            if connection.execute(named).first() is not None:
                return False
            connection.execute(BATCHES.insert(), [{"batch": batch}])
            for one in fetches:
                _add(connection, one)
        return True

    def fetches(self) -> tuple[tuple[Fetches, ...], frozenset[str]]:
        """Give all that was counted, by day, credential, feed, format and editions; and the
        names of the batches that it came in."""
        with told(self._place), self._engine.connect() as connection, connection.begin():
            rows = connection.execute(sa.select(FETCHES).order_by(*_KEYS)).all()
            batches = connection.execute(sa.select(BATCHES.c.batch)).scalars()
            return tuple(_fetches(row) for row in rows), frozenset(batches)


def _add(connection: sa.Connection, one: Fetches) -> None:
    row = _row(one)
    mine = sa.and_(*(key == row[key.name] for key in _KEYS))
    found = connection.execute(sa.select(FETCHES).where(mine)).first()
    if found is None:
        insert_new(connection, FETCHES, [row])
        return
    firsts = [at for at in (found.first_at, row["first_at"]) if at]
    added = {
        "fetched": found.fetched + one.fetched,
        "polled": found.polled + one.polled,
        "first_at": min(firsts, default=None),
        "last_at": max(found.last_at, row["last_at"]),
    }
    connection.execute(FETCHES.update().where(mine).values(added))


def _row(one: Fetches) -> dict[str, Any]:
    return {
        **one._asdict(),
        "day": one.day.isoformat(),
        "first_at": instant(one.first_at) if one.first_at else None,
        "last_at": instant(one.last_at),
    }


def _fetches(row: Any) -> Fetches:
    return Fetches(
        date.fromisoformat(row.day),
        row.credential,
        row.partner,
        row.feed,
        row.format,
        row.sequence,
        row.since,
        row.fetched,
        row.polled,
        datetime.fromisoformat(row.first_at) if row.first_at else None,
        datetime.fromisoformat(row.last_at),
    )
