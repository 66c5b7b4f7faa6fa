"""The store, asked from a thread of its own: the server itself never waits for a database.

It is opened when it is first needed, and once more after every failure, and where another file
has taken its place. One that does not stay is let go of after every question: a database that
nobody has open lies in one file, and who looks whether anything changed sees that at a glance.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from syndicate.model.errors import StoreFailed, SyndicateError
from syndicate.pipeline.ports import Store

_T = TypeVar("_T")


class Record:
    """Asks the store."""

    def __init__(self, opened: Callable[[], Store], file: Path, *, stays: bool = True) -> None:
        """Begin without it; `file` is the one it is in."""
        self._opened = opened
        self._stays = stays
        self._file = file
        self._which: object = None
        self._thread = ThreadPoolExecutor(1, "record")
        self._store: Store | None = None

    async def ask(self, what: Callable[[Store], _T]) -> _T:
        """Give what the store says. Raises SyndicateError."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._ask, what)

    def _ask(self, what: Callable[[Store], _T]) -> _T:
        try:
            which = self._look()
            if which != self._which:
                self._let_go()
            if self._store is None:
                self._store, self._which = self._opened(), which
            return what(self._store)
        except SyndicateError:
            self._let_go()
            raise
        finally:
            if not self._stays:
                self._let_go()

    def _look(self) -> object:
        """Give which file it is: another one may have taken its place, or none."""
        try:
            state = self._file.stat()
        except OSError as err:
            raise StoreFailed(err.strerror or "is gone", where=str(self._file)) from err
        return state.st_dev, state.st_ino

    def _let_go(self) -> None:
        if self._store is not None:
            with suppress(SyndicateError, OSError):
                self._store.close()
        self._store = None

    def close(self) -> None:
        """Let go of the store."""
        self._thread.submit(self._let_go)
        self._thread.shutdown()
