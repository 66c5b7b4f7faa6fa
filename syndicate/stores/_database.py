"""What all parts of the SQL store share: the engine, its place, and errors told in one line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from syndicate.model.errors import StoreFailed
from syndicate.stores import _sqlite

Rows = Sequence[dict[str, Any]]


class Database:
    """One SQL database."""

    def __init__(self, engine: sa.Engine, place: str) -> None:
        self._engine = engine
        self._place = place
        self._noted = 0
        """How many lines of the journal were added since its head was written outside."""

    def _all(self, query: sa.Select[Any]) -> list[Any]:
        with told(self._place), self._engine.connect() as connection:
            return list(connection.execute(query))

    @contextmanager
    def _changing(self) -> Iterator[sa.Connection]:
        """Give a connection that alone may change the database, until all is kept or nothing."""
        with told(self._place), self._engine.connect() as connection:
            _sqlite.lock_for_change(connection)
            try:
                yield connection
            except BaseException:
                connection.rollback()
                raise
            connection.commit()


@contextmanager
def told(place: str) -> Iterator[None]:
    """Turn the errors of database and disk into one clear line."""
    try:
        yield
    except DBAPIError as err:
        says = str(err.orig).splitlines()[0]
        raise StoreFailed(says, where=place, mend=_sqlite.mend_of(says)) from err
    except (SQLAlchemyError, OSError) as err:
        raise StoreFailed(str(err).splitlines()[0], where=place) from err


def insert_new(connection: sa.Connection, table: sa.Table, rows: Rows) -> None:
    """Insert the rows whose primary key is not there yet."""
    if rows:
        connection.execute(_insert(connection, table).on_conflict_do_nothing(), list(rows))


def upsert(connection: sa.Connection, table: sa.Table, rows: Rows) -> None:
    """Insert rows, or replace those of the same primary key."""
    if not rows:
        return
    made = _insert(connection, table)
    keys = [column.name for column in table.primary_key]
    values = {name: made.excluded[name] for name in rows[0] if name not in keys}
    connection.execute(made.on_conflict_do_update(index_elements=keys, set_=values), list(rows))


def _insert(connection: sa.Connection, table: sa.Table) -> Any:
    kinds: dict[str, Any] = {"postgresql": postgresql, "sqlite": sqlite}
    return kinds[connection.dialect.name].insert(table)
