"""How many requests are made at a time: of all, and of one host.

What is slow fills only its own lane: what failed the last time goes in another than what is well,
also where it is urgent, and nothing else may use the lanes of a kill. Nobody keeps a place for
long: a request that is not answered soon goes on without one, so that those that begin to hang
all at once keep nobody else waiting for as long as they hang.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager

EACH = 4
"""Requests of one host at a time, in a lane."""
KEPT = 5.0
"""Seconds for which a place is kept, at most: with the longest request it says how many are on
their way at a time."""


class Lane:
    """A number of requests at a time."""

    def __init__(self, most: int, each: int = EACH, kept: float = KEPT) -> None:
        self._all = asyncio.Semaphore(most)
        self._each = each
        self._kept = kept
        self._hosts: dict[str, asyncio.Semaphore] = {}
        self._users: dict[str, int] = {}

    @asynccontextmanager
    async def taken(self, host: str) -> AsyncIterator[None]:
        """Wait for a place in the lane, and keep it for a while; who waits for a host takes
        nobody's place."""
        mine = self._hosts.setdefault(host, asyncio.Semaphore(self._each))
        self._users[host] = self._users.get(host, 0) + 1
        with ExitStack() as place:
            place.callback(self._left, host)
            await mine.acquire()
            place.callback(mine.release)
            await self._all.acquire()
            place.callback(self._all.release)
            goes_on = asyncio.get_running_loop().call_later(self._kept, place.close)
            try:
                yield
            finally:
                goes_on.cancel()

    def _left(self, host: str) -> None:
        self._users[host] -= 1
        if not self._users[host]:
            del self._users[host], self._hosts[host]


class Lanes:
    """The lanes of a sender."""

    def __init__(self) -> None:
        self.urgent = Lane(128)
        """Kills and whatever else must be taken down."""
        self.urgent_failing = Lane(64)
        """The same, to where the last try failed."""
        self.well = Lane(128)
        """What arrived the last time."""
        self.failing = Lane(32)
        """What did not."""
        self.asking = Lane(32)
        """Whether subscribers meant what they asked for."""
