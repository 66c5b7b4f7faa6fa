"""Statements about many rows: made once, and given to the driver as they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import Enum, auto
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from syndicate.stores import _sqlite

Rows = Sequence[dict[str, Any]]

_PAGE = 400


def pages(names: Iterable[str]) -> Iterator[list[str]]:
    """Give names once each, so many at a time as a statement takes."""
    wanted = sorted(set(names))
    for start in range(0, len(wanted), _PAGE):
        yield wanted[start : start + _PAGE]


def insert(connection: sa.Connection, table: sa.Table, rows: Rows) -> None:
    """Insert rows."""
    _each(connection, table, rows, _Way.INSERT)


def insert_new(connection: sa.Connection, table: sa.Table, rows: Rows) -> None:
    """Insert the rows whose primary key is not there yet."""
    _each(connection, table, rows, _Way.INSERT_NEW)


def upsert(connection: sa.Connection, table: sa.Table, rows: Rows) -> None:
    """Insert rows, or replace those of the same primary key."""
    _each(connection, table, rows, _Way.UPSERT)


class _Way(Enum):
    """How rows are kept."""

    INSERT = auto()
    INSERT_NEW = auto()
    UPSERT = auto()


def _each(connection: sa.Connection, table: sa.Table, rows: Rows, way: _Way) -> None:
    """Keep rows, which all name the same columns, as the driver takes them: no column of
    ours turns its values into anything else, and there may be very many."""
    if rows:
        text, names = _statement(connection.dialect, table, tuple(rows[0]), way)
        connection.exec_driver_sql(text, [tuple(row[name] for name in names) for row in rows])


@lru_cache(100)
def _statement(
    dialect: sa.Dialect, table: sa.Table, names: tuple[str, ...], way: _Way
) -> tuple[str, tuple[str, ...]]:
    """Give a statement as the driver takes it, and the names of its values in their order."""
    made = _sqlite.insert(table)
    if way is _Way.INSERT_NEW:
        made = made.on_conflict_do_nothing()
    elif way is _Way.UPSERT:
        keys = [column.name for column in table.primary_key]
        values = {name: made.excluded[name] for name in names if name not in keys}
        made = made.on_conflict_do_update(index_elements=keys, set_=values)
    compiled = made.compile(dialect=dialect, column_keys=names)
    return str(compiled), tuple(compiled.positiontup or ())
