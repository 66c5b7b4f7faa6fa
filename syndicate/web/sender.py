"""Sends what changed to whoever subscribed, and asks who wants to (W3C WebSub, sections 5 and 7).

It follows the catalog: an edition that is out and has not arrived is sent, the newest one alone.
Whoever may not read a feed at that moment is sent nothing. One process of a desk sends at a time;
another one goes on where it ended.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple

from syndicate.model.errors import SyndicateError
from syndicate.model.subscription import Missed
from syndicate.pipeline import push
from syndicate.pipeline.catalog import Catalog
from syndicate.web.book import Book
from syndicate.web.courier import DENIED, LATER, Courier, To
from syndicate.web.keeper import Keeper
from syndicate.web.only import only_one

TURN = 0.25
"""Seconds between two looks at whether there is another catalog."""
SOON = timedelta(seconds=5)
"""When a record is asked again that said nothing."""


class _Running(NamedTuple):
    task: asyncio.Task[None]
    urgent: bool


class Sender:
    """Sends editions."""

    def __init__(
        self,
        keeper: Keeper,
        book: Book,
        courier: Courier,
        lock: Path,
        now: Callable[[], datetime],
        trouble: Callable[[str], None],
    ) -> None:
        """`lock` is the file that one process of a desk holds; `trouble` takes what must not
        happen."""
        self._trouble = trouble
        self._keeper = keeper
        self._book = book
        self._courier = courier
        self._lock = lock
        self._now = now
        self._wake = asyncio.Event()
        self._seen: Catalog | None = None
        self._next: datetime | None = None
        self._again: datetime | None = None
        self._urgent: set[Missed] = set()
        self._running: dict[str, _Running] = {}
        self._saving: asyncio.Task[None] | None = None
        self.failing = 0
        """At how many addresses the last try failed."""

    @property
    def pending(self) -> int:
        """How many letters are on their way, or wait for a place."""
        return len(self._running)

    def nudge(self) -> None:
        """Look at once at what was asked for."""
        self._seen = None
        self._wake.set()

    async def run(self) -> None:
        """Send until cancelled."""
        async with only_one(self._lock, TURN):
            self._seen = None  # what was on its way when it ended is begun again
            try:
                while True:
                    await self._turn()
                    with suppress(TimeoutError):  # wait_for would lose a cancellation (3.11)
                        async with asyncio.timeout(TURN):
                            await self._wake.wait()
                    self._wake.clear()
            finally:
                await self._stop()

    async def _stop(self) -> None:
        tasks = [one.task for one in self._running.values()]
        tasks += [self._saving] if self._saving else []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if not self._book.is_saved:
            with suppress(SyndicateError):
                await self._book.save()

    async def _turn(self) -> None:
        catalog, now = self._keeper.catalog, self._now()
        if catalog is not self._seen or (self._again and self._again <= now):
            self._seen, self._next = catalog, now
            self._again = None if await self._read(catalog) else now + SOON
        if self._next and self._next <= now:
            self._next = None
            self._look(catalog, now)
        if not self._book.is_saved and (self._saving is None or self._saving.done()):
            self._saving = asyncio.create_task(self._save())

    async def _save(self) -> None:
        try:
            await self._book.save()
        except SyndicateError:
            await asyncio.sleep(LATER.total_seconds())

    async def _read(self, catalog: Catalog) -> bool:
        """Read what is kept; where that cannot be, what is known goes on, and nothing new of it
        is urgent. The keeper says what is wrong."""
        try:
            await self._book.load()
            await self._look_for_urgent(catalog)
        except SyndicateError:
            return False
        return True

    async def _look_for_urgent(self, catalog: Catalog) -> None:
        """Find out which editions take something back."""
        missed = {one for to in self._all(catalog) if (one := self._missed(to)) is not None}
        self._urgent &= missed
        self._urgent |= set(await self._book.urgent(missed - self._urgent))

    def _missed(self, to: To) -> Missed | None:
        progress, put = self._book.progress(to.name), to.listed.put
        # What was tried may have been read, whatever was answered. Nothing sent, nothing lost.
        if progress.sent >= put or not (progress.sent or progress.tried):
            return None
        after = progress.sent
        return Missed(feed=to.listed.feed, format=to.listed.format, after=after, upto=put)

    def _all(self, catalog: Catalog) -> Iterator[To]:
        """Give every address that editions go to."""
        served = push.documents(catalog)
        for one in self._book.subscriptions.values():
            found = served.get((one.feed, one.format))
            if found:
                yield To(one.id, one.callback, found.path, found.listed, one)
        for ping in push.pings(catalog):
            yield To(ping.id, ping.hub, ping.path, ping.listed, topic=ping.topic)

    def _look(self, catalog: Catalog, now: datetime) -> None:
        """Begin all that is due: what is urgent first, and where few tries failed."""
        for intent in tuple(self._book.intents.values()):
            self._begin(f"ask {intent.number}", partial(self._courier.ask, intent))
        self._end_what_is_over(catalog, now)
        due: list[tuple[bool, int, To]] = []
        self.failing = 0
        for to in self._all(catalog):
            progress, urgent = self._book.progress(to.name), self._missed(to) in self._urgent
            self.failing += bool(progress.failures)
            at = push.due_at(progress, to.listed.put, now, urgent=urgent)
            if at is not None and at <= now:
                due.append((urgent, progress.failures, to))
            else:
                self._look_at(at)
        for urgent, _, to in sorted(due, key=lambda one: (not one[0], one[1])):
            self._begin(to.name, partial(self._courier.send, to, urgent=urgent), urgent=urgent)

    def _end_what_is_over(self, catalog: Catalog, now: datetime) -> None:
        """End subscriptions whose lease is over, and those of feeds that may not be read."""
        served = push.documents(catalog)
        for one in tuple(self._book.subscriptions.values()):
            found = served.get((one.feed, one.format))
            over = one.until <= now
            if not over and push.may_have(one, found.listed if found else None, catalog, now):
                self._look_at(one.until)
                continue
            why = "its lease is over" if over else DENIED
            self._book.drop(one.id)
            if one.id in self._running:
                self._running.pop(one.id).task.cancel()
            self._begin(f"end {one.id}", partial(self._courier.end, one, why))

    def _look_at(self, moment: datetime | None) -> None:
        """Look again at a moment, if not before."""
        if moment is not None:
            self._next = min(self._next or moment, moment)

    def _begin(
        self, name: str, what: Callable[[], Awaitable[datetime | None]], *, urgent: bool = False
    ) -> None:
        """Begin something, once. What is urgent goes in the place of what is not."""
        before = self._running.get(name)
        if before is not None:
            if before.urgent or not urgent:
                return
            before.task.cancel()
        task = asyncio.create_task(self._done(what))
        self._running[name] = _Running(task, urgent)
        task.add_done_callback(lambda task: self._finished(name, task))

    async def _done(self, what: Callable[[], Awaitable[datetime | None]]) -> None:
        self._look_at(await what())

    def _finished(self, name: str, task: asyncio.Task[None]) -> None:
        if name in self._running and self._running[name].task is task:
            del self._running[name]
        if not task.cancelled() and (met := task.exception()):
            self._trouble(f"a push was not made: {type(met).__name__}: {met}")
            self._look_at(self._now() + LATER)
        self._wake.set()
