"""What all parts of the SQL store share: engine, place, the one writer, errors in one line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from syndicate.model.errors import StoreFailed
from syndicate.stores import _chain, _head, _sqlite
from syndicate.stores._statements import pages
from syndicate.stores._unbroken import unbroken

OFTEN_ENOUGH = 1_000
"""After so many lines of the log, its end is noted outside of the database."""


class Database:
    """One SQL database; what it changes, its log notes in the same transaction."""

    def __init__(self, engine: sa.Engine, place: str, head: Path | None = None) -> None:
        self._engine = engine
        self._place = place
        self._head = head
        """The file that the end of the log is noted in; None where the database is in memory."""
        self._noted = 0
        """How many lines were added since then."""

    def _all(self, query: sa.Select[Any], given: Mapping[str, Any] | None = None) -> list[Any]:
        with told(self._place), self._engine.connect() as connection:
            return list(connection.execute(query, given).all())

    def _some(self, columns: tuple[sa.Column[Any], ...], keys: Iterable[str]) -> list[Any]:
        """Give some columns of the rows whose first one is among some keys."""
        query = _named(columns)
        return [row for page in pages(keys) for row in self._all(query, {"keys": page})]

    @contextmanager
    def _changing(self) -> Iterator[sa.Connection]:
        """Give a connection that alone may change the database, until all is kept or nothing."""
        with unbroken(), told(self._place), self._engine.connect() as connection:
            _sqlite.lock_for_change(connection)
            try:
                yield connection
            except BaseException:
                connection.rollback()
                raise
            connection.commit()
        if self._noted >= OFTEN_ENOUGH:
            self._note_head()

    def _note(self, connection: sa.Connection, lines: Sequence[_chain.Noted]) -> None:
        """Add lines to the log, in the transaction of what they are about."""
        _chain.append(connection, lines)
        self._noted += len(lines)

    def _begin_head(self) -> None:
        """Note the end of the log where a run died between saying that it will and doing so."""
        if self._head is not None and not self._head.exists():
            self._note_head()

    def _note_head(self) -> None:
        """Note the end of the log outside of the database.

        What is kept is kept without the note too. One that cannot be written lags behind until a
        later run writes it; `syndicate audit verify` says how far.
        """
        if self._head is not None:
            with suppress(SQLAlchemyError, OSError):
                self._write_head(self._head)
        self._noted = 0

    def _write_head(self, path: Path) -> None:
        """Write the note where it lags behind.

        A note that the log no longer holds is evidence that the log was cut: it stays. A note
        that the log says was made, and that is gone, is evidence too: it is not made again.
        """
        with self._engine.connect() as connection:
            last = _chain.last(connection)
        if last == _head.read(path) and not _head.temporary(path).exists():
            return
        with unbroken(), self._engine.connect() as connection:
            _sqlite.lock_for_change(connection)
            with _only_locked(connection):
                before = _head.read(path)
                if before is None and not _chain.begins_head(connection):
                    return
                last = _chain.last(connection)
                if last and (before is None or _chain.holds(connection, *before)):
                    _head.write(path, *last)


@cache
def _named(columns: tuple[sa.Column[Any], ...]) -> sa.Select[Any]:
    return sa.select(*columns).where(columns[0].in_(sa.bindparam("keys", expanding=True)))


@contextmanager
def _only_locked(connection: sa.Connection) -> Iterator[None]:
    """Give up nothing but the lock at the end."""
    try:
        yield
    finally:
        with suppress(SQLAlchemyError):
            connection.rollback()


@contextmanager
def told(place: str) -> Iterator[None]:
    """Turn the errors of database and disk into one clear line."""
    try:
        yield
    except DBAPIError as err:
        says = str(err.orig).splitlines()[0]
        raise StoreFailed(says, where=place, mend=_sqlite.mend_of(says)) from err
    except OSError as err:
        says, mend = err.strerror or str(err), _sqlite.mend_of_disk(err)
        raise StoreFailed(says, where=err.filename or place, mend=mend) from err
    except SQLAlchemyError as err:
        raise StoreFailed(str(err).splitlines()[0], where=place) from err
