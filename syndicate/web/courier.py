"""Carries single letters of the hub: asks, sends, denies, and notes what came of it."""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import urlsplit

from syndicate.model.errors import SyndicateError
from syndicate.model.subscription import Intent, Mode, Subscription
from syndicate.pipeline import push
from syndicate.pipeline.catalog import Catalog, Listed
from syndicate.pipeline.push import Found
from syndicate.web import letters
from syndicate.web.book import Book
from syndicate.web.held import Shelf
from syndicate.web.keeper import Keeper
from syndicate.web.lanes import Lane, Lanes
from syndicate.web.outgoing import Outgoing, Refused, Unreached

LATER = timedelta(seconds=30)
"""When something is tried again that the record would not keep."""
_LATER = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}
DENIED = "it may not be read any more"


class Said(NamedTuple):
    """A line about what was sent: no address in it but the host."""

    what: str
    """sent, failed, given-up, confirmed, unconfirmed, ended."""
    name: str
    partner: str
    feed: str
    format: str
    host: str
    edition: int = 0
    why: str = ""


class To(NamedTuple):
    """Where the editions of a document go: to a subscriber, or to a hub of somebody else."""

    name: str
    url: str
    path: str
    listed: Listed
    subscription: Subscription | None = None
    topic: str = ""


class _Came(NamedTuple):
    """What came of a letter."""

    status: int
    body: bytes = b""
    why: str = ""
    retry_after: str = ""

    @property
    def is_well(self) -> bool:
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES


class Courier:
    """Carries letters."""

    def __init__(
        self,
        keeper: Keeper,
        shelf: Shelf,
        book: Book,
        outgoing: Outgoing,
        now: Callable[[], datetime],
        tell: Callable[[Said], None],
        sent: Callable[[Subscription, Listed], None],
    ) -> None:
        """`tell` takes lines for the log; `sent` is told what arrived at a subscriber."""
        self._keeper = keeper
        self._shelf = shelf
        self._book = book
        self._outgoing = outgoing
        self._now = now
        self._tell = tell
        self._sent = sent
        self._lanes = Lanes()

    async def ask(self, intent: Intent) -> datetime | None:
        """Ask a subscriber whether it meant what it asked for; give when to look again."""
        async with self._lanes.asking.taken(host_of(intent.callback)):
            if intent.mode is Mode.SUBSCRIBE and not self._may_have(intent):
                await self._carry(letters.denial(intent.topic, intent.callback))
                came, at = _Came(0, why="denied"), self._now()
            else:
                challenge = secrets.token_urlsafe(32)
                at = self._now()
                came = await self._carry(letters.question(intent, challenge))
                if came.is_well and came.body != challenge.encode():
                    came = _Came(0, why="no challenge in the answer")
        try:
            await self._settle(intent, at, came)
        except SyndicateError:
            return self._now() + LATER
        return self._now()

    def _may_have(self, who: Intent | Subscription) -> bool:
        catalog = self._keeper.catalog
        found = push.documents(catalog).get((who.feed, who.format))
        return push.may_have(who, found.listed if found else None, catalog, self._now())

    async def _settle(self, intent: Intent, at: datetime, came: _Came) -> None:
        """Keep what a subscriber said; where it did not confirm, all stays as it is."""
        before = self._book.subscriptions.get(intent.id)
        made = None
        if came.is_well and intent.mode is Mode.SUBSCRIBE:
            made = push.confirmed(intent, before, at)
        elif came.is_well and before is not None:
            await self._book.end(before, "the subscriber ended it")
        await self._book.settle(intent, made)
        says = Said("", intent.id, intent.partner, intent.feed, intent.format, "")
        says = says._replace(host=host_of(intent.callback), why=came.why or intent.mode)
        self._tell(says._replace(what="confirmed" if came.is_well else "unconfirmed"))

    async def end(self, one: Subscription, why: str) -> datetime | None:
        """End a subscription; tell the subscriber where it did not want that itself. One that was
        renewed meanwhile goes on."""
        ended = True
        with suppress(SyndicateError):
            ended = await self._book.end(one, why)
        if not ended:
            return self._now()
        host = host_of(one.callback)
        says = Said("ended", one.id, one.partner, one.feed, one.format, host, why=why)
        self._tell(says)
        if why == DENIED:
            async with self._lanes.failing.taken(host):
                await self._carry(letters.denial(one.topic, one.callback))
        return None

    async def send(self, to: To, *, urgent: bool) -> datetime | None:
        """Send the newest edition, if the subscriber may have it now; give when to look again."""
        async with self._lane(to, urgent=urgent).taken(host_of(to.url)):
            catalog = self._keeper.catalog
            listed = catalog.feeds.get(to.path)
            if listed is None or not self._may_go(to, listed, catalog):
                return self._now()
            letter = self._letter(to, listed, catalog)
            came = await self._carry(letter) if letter else _Came(0, why="it is not there")
        if urgent:  # a kill comes again as soon as may be, whatever is wished
            came = came._replace(retry_after="")
        return await self._noted(to, listed, came)

    def _lane(self, to: To, *, urgent: bool) -> Lane:
        lanes = self._lanes
        if self._book.progress(to.name).failures:
            return lanes.urgent_failing if urgent else lanes.failing
        return lanes.urgent if urgent else lanes.well

    def _may_go(self, to: To, listed: Listed, catalog: Catalog) -> bool:
        if to.subscription is None:
            return listed.public and catalog.hub == to.url
        one = self._book.subscriptions.get(to.name)
        now = self._now()
        return one is not None and now < one.until and push.may_have(one, listed, catalog, now)

    def _letter(self, to: To, listed: Listed, catalog: Catalog) -> letters.Letter | None:
        if to.subscription is None:
            return letters.word(to.url, to.topic)
        body = self._shelf.plain(to.path)
        if body is None:
            return None
        secret = self._book.subscriptions[to.name].secret
        return letters.edition(to.url, secret, Found(to.path, listed), catalog, body)

    async def _carry(self, letter: letters.Letter) -> _Came:
        try:
            found = await self._outgoing.send(
                letter.method, letter.url, letter.headers, letter.body, letter.most
            )
        except Refused as err:
            return _Came(0, why=err.code)
        except Unreached as err:
            return _Came(0, why=str(err))
        well = HTTPStatus.OK <= found.status < HTTPStatus.MULTIPLE_CHOICES
        why = "" if well else f"status {found.status}"
        later = found.retry_after if found.status in _LATER else ""
        return _Came(found.status, found.body, why, later)

    async def _noted(self, to: To, listed: Listed, came: _Came) -> datetime | None:
        """Note what came of an edition."""
        if to.subscription is not None:
            if to.name not in self._book.subscriptions:
                return None
            if came.status == HTTPStatus.GONE:
                return await self.end(to.subscription, "the callback is gone")
        now, before = self._now(), self._book.progress(to.name)
        if not came.is_well:
            return self._failed(to, listed, came)
        self._book.note(push.arrived(before, listed.put, now))
        self._tell(_line("sent", to, listed))
        if to.subscription is not None:
            self._sent(to.subscription, listed)
        current = self._keeper.catalog.feeds.get(to.path)
        return now if current and current.put > listed.put else None

    def _failed(self, to: To, listed: Listed, came: _Came) -> datetime | None:
        before, now = self._book.progress(to.name), self._now()
        wanted = push.wanted_at(came.retry_after, now)
        after = push.failed(before, listed.put, now, random.random(), wanted)  # noqa: S311
        over = after.given_up == listed.put
        says = f"edition {listed.put} of {to.listed.feed}, {to.listed.format}" if over else ""
        self._book.note(after, says)
        self._tell(_line("given-up" if over else "failed", to, listed, came.why))
        return after.next_at


def _line(what: str, to: To, listed: Listed, why: str = "") -> Said:
    host = host_of(to.url)
    return Said(what, to.name, listed.partner, listed.feed, listed.format, host, listed.put, why)


def host_of(url: str) -> str:
    """Give host and port of an address: its path may be a secret."""
    return urlsplit(url).netloc.rpartition("@")[2].lower()
