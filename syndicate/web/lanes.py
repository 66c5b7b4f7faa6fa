"""How many requests are made at a time: of all, and of one host.

What is slow fills only its own lane: what failed the last time goes in another than what is well,
and a kill goes in one that nothing else may use.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

EACH = 4
"""Requests of one host at a time, in a lane."""


class Lane:
    """A number of requests at a time."""

    def __init__(self, most: int, each: int = EACH) -> None:
        self._all = asyncio.Semaphore(most)
        self._each = each
        self._hosts: dict[str, asyncio.Semaphore] = {}
        self._users: dict[str, int] = {}

    @asynccontextmanager
    async def taken(self, host: str) -> AsyncIterator[None]:
        """Wait for a place in the lane, and keep it; who waits for a host takes nobody's place."""
        mine = self._hosts.setdefault(host, asyncio.Semaphore(self._each))
        self._users[host] = self._users.get(host, 0) + 1
        try:
            async with mine, self._all:
                yield
        finally:
            self._users[host] -= 1
            if not self._users[host]:
                del self._users[host], self._hosts[host]


class Lanes:
    """The lanes of a sender."""

    def __init__(self) -> None:
        self.urgent = Lane(128)
        """Kills and whatever else must be taken down."""
        self.well = Lane(128)
        """What arrived the last time."""
        self.failing = Lane(32)
        """What did not."""
        self.asking = Lane(32)
        """Whether subscribers meant what they asked for."""
