"""The hub of a server put together: what answers, what sends, and what they keep things in."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from syndicate.model.subscription import Subscription
from syndicate.model.usage import NOBODY, Fetch
from syndicate.pipeline.catalog import Listed
from syndicate.pipeline.ports import Store
from syndicate.web.book import Book
from syndicate.web.courier import Courier, Said
from syndicate.web.held import Shelf
from syndicate.web.hub import Hub
from syndicate.web.keeper import Keeper
from syndicate.web.names import Names
from syndicate.web.outgoing import Outgoing
from syndicate.web.record import Record
from syndicate.web.sender import Sender
from syndicate.web.tally import Tally


class Pushing:
    """A hub and its sender."""

    def __init__(
        self,
        keeper: Keeper,
        shelf: Shelf,
        tally: Tally,
        opened: Callable[[], Store],
        beside: Path,
        now: Callable[[], datetime],
        tell: Callable[[Said], None],
        trouble: Callable[[str], None],
    ) -> None:
        """`beside` is the file of the database; `tell` takes lines for the log, `trouble` what
        must not happen."""
        self._tally = tally
        self._now = now
        # Two of them: nobody who reads waits until another process lets go of the database.
        self._reads = Record(opened, beside, stays=False)
        self._writes = Record(opened, beside, stays=False)
        self._names = Names(lambda: keeper.catalog.inside)
        self._outgoing = Outgoing(self._names, lambda: keeper.catalog.inside)
        book = Book(self._reads, self._writes, now)
        courier = Courier(keeper, shelf, book, self._outgoing, now, tell, self._counted)
        lock = Path(f"{beside}.push")
        self.sender = Sender(keeper, book, courier, lock, now, trouble)
        self.hub = Hub(self._writes, now, lambda: secrets.token_hex(8), self.sender.nudge)

    def _counted(self, who: Subscription, listed: Listed) -> None:
        """Count what arrived: it was fetched, only the other way round."""
        by = who.credential or NOBODY
        partner = listed.partner if who.credential else NOBODY
        at, put = self._now(), listed.put
        self._tally.add(Fetch(at, by, partner, listed.feed, listed.format, put, True))

    async def close(self) -> None:
        """Let go of connections, names and the record."""
        await self._outgoing.close()
        self._names.close()
        self._reads.close()
        self._writes.close()
