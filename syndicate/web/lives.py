"""What goes on beside the answers of a server, for as long as it runs.

Whatever goes wrong in one of them is told, and it is begun again: nothing that a server follows is
given up for one bad moment.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

AGAIN = 1.0
"""Seconds until something that failed is begun again."""

Life = Callable[[], Awaitable[None]]
"""Goes on until it is cancelled."""


class Lives:
    """Keeps things going."""

    def __init__(self, tell: Callable[[str], None], again: float = AGAIN) -> None:
        self._tell = tell
        self._again = again
        self._tasks: list[asyncio.Task[None]] = []
        self._down: set[str] = set()

    @property
    def are_well(self) -> bool:
        """Whether all of them go on."""
        return not self._down and not any(one.done() for one in self._tasks)

    def begin(self, **lives: Life) -> None:
        """Begin them, each under a name."""
        self._tasks += [asyncio.create_task(self._kept(*one)) for one in lives.items()]

    async def end(self) -> None:
        """End them, however they end."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _kept(self, name: str, life: Life) -> None:
        mine = asyncio.current_task()
        while True:
            try:
                await life()
            except Exception as err:
                if mine and mine.cancelling():
                    return
                self._tell(f"{name} is begun again: {type(err).__name__}: {err}")
            self._down.add(name)
            await asyncio.sleep(self._again)
            self._down.discard(name)
