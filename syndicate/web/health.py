"""How a server is: whether what it serves is up to date, and there.

What cannot be read is noted when somebody asks for it, and looked at again whenever somebody asks
how the server is; beside that a few documents are looked at each time, so that a disk that is gone
shows before a partner sees it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from syndicate.web.answer import is_out
from syndicate.web.held import Shelf
from syndicate.web.keeper import Keeper
from syndicate.web.lives import Lives

SOME = 20
"""Documents that are looked at each time."""
UNREAD = 1_000
"""Documents that could not be read and are remembered, at most."""


class Health:
    """Says how it is."""

    def __init__(self, keeper: Keeper, shelf: Shelf, lives: Lives) -> None:
        self._keeper = keeper
        self._shelf = shelf
        self._lives = lives
        self._unread: set[str] = set()
        self._turn: Iterator[str] = iter(())

    def note_unread(self, path: str) -> None:
        """Note that a document could not be read."""
        if len(self._unread) < UNREAD:
            self._unread.add(path)

    def is_well(self) -> bool:
        """Say whether all that is served is up to date and can be read."""
        return not self._keeper.failure and self._lives.are_well and self._are_there()

    def _are_there(self) -> bool:
        """Say whether documents are there: those that were not, and a few others in their turn."""
        catalog, shelf = self._keeper.catalog, self._shelf
        looked = {*self._unread, *islice(self._turn, SOME)}
        if len(looked) < SOME:
            self._turn = iter(tuple(catalog.feeds))
            looked.update(islice(self._turn, SOME))
        out = {path for path in looked if is_out(catalog, path, catalog.feeds.get(path))}
        self._unread = {path for path in out if not shelf.can_read(path)}
        return not self._unread
