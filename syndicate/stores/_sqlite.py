"""All that is SQLite's own: files and folders, durability, locks, the sense of its errors.

An acknowledged commit outlives a power cut only with WAL and synchronous=FULL
(https://www.sqlite.org/pragma.html#pragma_synchronous).
"""

from __future__ import annotations

import sqlite3
import time
from contextlib import suppress
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import sqlite

from syndicate.stores._files import sync

PREFIX = "sqlite:///"

_WAIT_SECONDS = 30

_MENDS = {
    "file is not a database": "name another file in `store`, or restore the database",
    "malformed": "restore the database from a copy",
    "locked": "wait until the other run is done",
    "readonly": "make the file and its folder writable",
    "unable to open": "name a file in a folder that can be read and written",
    "full": "make room on the disk",
    "disk I/O": "make room on the disk, or see to its health",
}


def engine(url: str) -> sa.Engine:
    """Give an engine for sqlite:// (in memory) or sqlite:///path, its folder made where missing.

    Raises OSError where the folder cannot be made.
    """
    path = url.removeprefix(PREFIX) if url.startswith(PREFIX) else ""
    if path in {"", ":memory:"}:
        path = ":memory:"
    else:
        _make_folder(Path(path).absolute())
    made = sa.create_engine(
        sa.URL.create("sqlite", database=path), connect_args={"timeout": _WAIT_SECONDS}
    )
    event.listen(made, "connect", _set_up)
    if path != ":memory:":
        event.listen(made, "connect", lambda *_: _sync_log(Path(path)))
    return made


def _make_folder(database: Path) -> None:
    """Make the folder of a database and all above it, and keep their names through a power cut.

    Until there is a database, a run may have died between making a folder and syncing it.
    """
    database.parent.mkdir(parents=True, exist_ok=True)
    if not database.exists():
        for above in database.parent.parents:
            with suppress(PermissionError):
                sync(above)


def _sync_log(database: Path) -> None:
    """Make durable what is read from the write-ahead log.

    A process that died after writing a commit and before syncing it has left one that counts, and
    that a power cut would still undo. Syncing it after it was read leaves no gap: what others
    write from now on can be seen only once they have synced it.
    """
    with suppress(FileNotFoundError):
        sync(database.with_name(f"{database.name}-wal"))


def _set_up(connection: sqlite3.Connection, _record: object) -> None:
    for pragma in (
        f"busy_timeout = {_WAIT_SECONDS * 1000}",
        "synchronous = FULL",
        "foreign_keys = ON",
    ):
        connection.execute(f"PRAGMA {pragma}").close()
    _use_log(connection)


def _use_log(connection: sqlite3.Connection) -> None:
    """Switch to the write-ahead log.

    Processes that make a database at once may meet in this, and SQLite does not wait here
    (https://www.sqlite.org/wal.html#sometimes_queries_return_sqlite_busy_in_wal_mode).
    """
    for tries_left in reversed(range(_WAIT_SECONDS * 100)):
        try:
            connection.execute("PRAGMA journal_mode = WAL").close()
        except sqlite3.OperationalError as err:
            if "locked" not in str(err) or not tries_left:
                raise
            time.sleep(0.01)
        else:
            return


def copy_into(source: sa.Engine, copy: sa.Engine) -> None:
    """Copy a whole database into another one, as it stands at this moment."""
    with source.connect() as here, copy.connect() as there:
        _driver(here).backup(_driver(there))


def _driver(connection: sa.Connection) -> sqlite3.Connection:
    driver = connection.connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        raise TypeError("only SQLite can be copied")
    return driver


def lock_for_change(connection: sa.Connection) -> None:
    """Keep other processes from changing the database until the transaction ends."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")


insert = sqlite.insert
"""Gives a statement that inserts, and that may say what becomes of rows that are there."""


def mend_of_disk(err: OSError) -> str:
    """Give what to do about an error of the disk; empty where nothing is known."""
    return next((mend for kind, mend in _DISK_MENDS.items() if isinstance(err, kind)), "")


_DISK_MENDS: dict[type[OSError], str] = {
    FileExistsError: "it is no folder: move it away, or name another place in `store`",
    NotADirectoryError: "part of the way to it is no folder: name another place in `store`",
    PermissionError: "make the folder writable",
}


def mend_of(says: str) -> str:
    """Give what to do about an error message of SQLite; empty where nothing is known."""
    return next((mend for part, mend in _MENDS.items() if part in says), "")
