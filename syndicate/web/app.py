"""The ASGI application (https://asgi.readthedocs.io/en/latest/specs/www.html).

Documents are answered without a framework: bytes that are ready, after a handful of comparisons.
A connection that names a request gets its answer kept under that name, and gives it by itself the
next time (`connection.py`, `ready.py`).
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from datetime import datetime
from functools import lru_cache
from http import HTTPStatus
from typing import Any, NamedTuple

from syndicate.model.errors import SyndicateError
from syndicate.model.usage import NOBODY, Fetch
from syndicate.pipeline.catalog import Catalog, Listed
from syndicate.pipeline.delta import changes_since
from syndicate.web.answer import answered, changed, handed
from syndicate.web.archives import ArchiveDesk, is_archive
from syndicate.web.asked import Asked, asked
from syndicate.web.doors import Porter, door_in
from syndicate.web.health import Health
from syndicate.web.held import Shelf
from syndicate.web.hub import PATH as HUB
from syndicate.web.keeper import Keeper
from syndicate.web.limits import MADE, Limits, network_of
from syndicate.web.lives import Lives
from syndicate.web.log import Line, Log
from syndicate.web.pushing import Pushing
from syndicate.web.ready import FRONT, GONE, NAMED, Front
from syndicate.web.record import Record
from syndicate.web.refusals import UNREAD, Answer, too_often
from syndicate.web.tally import Tally

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


Page = Callable[[Scope, Receive, Send], Awaitable[None]]
Pages = Mapping[str, Page]
"""What answers paths that begin with a part: pages for people, the interface for programs."""


class Others(NamedTuple):
    """Who answers at addresses that no published document has."""

    archives: ArchiveDesk
    porter: Porter
    pages: Pages
    pushing: Pushing


AT_HAND = 100_000
"""Tags that are remembered."""
FOLD = 3_600.0
"""Seconds between two times that what was counted is added up: seldom, because it changes the
database, and whoever looks at that has something to do then."""
LOOK = 0.5
"""Seconds between two looks at whether something changed, at least."""
SHARE = 4
"""How many times as long as a look took nobody looks again: a look at a large desk takes long."""
LONGEST = 5.0
"""Seconds between two looks, at most: a key that was revoked must not wait."""


@lru_cache(10_000)
def _encoded(headers: tuple[tuple[str, str], ...]) -> list[tuple[bytes, bytes]]:
    """Give headers as a server takes them; nobody changes them."""
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]


class Editions:
    """By which edition a reader has what it names by a tag: of those that were sent lately."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, str], int] = OrderedDict()

    def note(self, path: str, tag: str, put: int) -> None:
        """Note that a document of this edition, or of a later one, was sent under a tag."""
        if tag and put:
            self._known.setdefault((path, tag), put)
            self._known.move_to_end((path, tag))
            if len(self._known) > AT_HAND:
                self._known.popitem(last=False)

    def of(self, path: str, stated: str) -> int | None:
        """Give the newest edition that any of the stated tags was sent for."""
        tags = (one.strip().removeprefix("W/") for one in stated.split(","))
        found = (self._known.get((path, tag)) for tag in tags)
        return max((one for one in found if one), default=None)


class _Sent(NamedTuple):
    """How much of a feed an answer has."""

    put: int
    """Up to which edition."""
    since: int = 0
    """Since which edition; 0 where it has all."""


class App:
    """Serves the documents of a desk."""

    def __init__(
        self,
        keeper: Keeper,
        shelf: Shelf,
        record: Record,
        others: Others,
        tally: Tally,
        now: Callable[[], datetime],
        log: Log,
        *,
        by_nginx: bool = False,
    ) -> None:
        """`by_nginx`: nginx stands in front, and sends the files of documents itself."""
        self._keeper = keeper
        self._shelf = shelf
        self._record = record
        self._others = others
        self._tally = tally
        self._now = now
        self._log = log
        self._by_nginx = by_nginx
        self._front = Front(keeper, shelf, tally, log, now)
        self._editions = Editions()
        self._limits = Limits()
        self._lives = Lives(log.trouble)
        self.health = Health(keeper, shelf, self._lives)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or live through start and stop of the server."""
        if scope["type"] == "lifespan":
            scope.get("state", {})[FRONT] = self._front
            await self._live(receive, send)
        elif scope["type"] != "http" or scope.get("state", {}).get(GONE):
            return
        elif page := self._others.pages.get(scope["path"][1:].partition("/")[0]):
            await self._page(page, scope, receive, send)
        else:
            await self._answer(scope, receive, send)

    async def _page(self, page: Page, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a page answer, and tell of it; who asked and what is wrong it notes in the scope."""
        seen = Answer(500, ())

        async def sent(message: MutableMapping[str, Any]) -> None:
            nonlocal seen
            if message["type"] == "http.response.start":
                seen = Answer(message["status"], ())
            await send(message)

        try:
            await page(scope, receive, sent)
        finally:
            seen = seen._replace(code=scope.get("code", ""), who=scope.get("who"))
            self._log.add(self._log.line(scope["method"], scope["path"], seen))

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                sending = self._others.pushing.sender.run
                self._lives.begin(looking=self._look, counting=self._count, pushing=sending)
                await send({"type": "lifespan.startup.complete"})
            else:
                await self._lives.end()
                await self._others.pushing.close()
                await self._fold()
                self._log.flush()
                await asyncio.to_thread(self._record.close)
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _look(self) -> None:
        took = 0.0
        while True:
            await asyncio.sleep(min(LONGEST, max(LOOK, SHARE * took)))
            begun = time.monotonic()
            await asyncio.to_thread(self._keeper.look)
            took = time.monotonic() - begun

    async def _count(self) -> None:
        while True:
            await asyncio.sleep(FOLD)
            await self._fold()

    async def _fold(self) -> None:
        try:
            self._tally.cut()
            await self._record.ask(self._tally.fold)
        except Exception as err:  # the files stay, and are counted when they can be
            self._log.trouble(f"what was counted waits to be added up: {err}")

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        method, path = scope["method"], scope["path"]
        if path == "/healthz":
            found = self._health(method)
            line = self._log.line(method, path, found)
        else:
            found, line = await self._document(scope, receive)
        headers = _encoded(found.headers)
        await send({"type": "http.response.start", "status": found.status, "headers": headers})
        await send({"type": "http.response.body", "body": found.body})
        self._log.add(line)

    def _refused(
        self, request: Asked, scope: Scope, catalog: Catalog, now: datetime
    ) -> Answer | None:
        """Refuse who asks too often for what is made of the record: a key that was proved, else an
        address, because anybody can name a key."""
        made = request.asks_changes or door_in(request.path) or is_archive(request.path)
        if not made and request.path != HUB:
            return None
        key = catalog.proved(request.secret()[1], now)
        who = key.id if key else network_of((scope.get("client") or ("",))[0])
        wait = self._limits.wait(MADE, who)
        return too_often(request, catalog, wait) if wait else None

    async def _elsewhere(
        self, request: Asked, receive: Receive, catalog: Catalog, now: datetime
    ) -> Answer | None:
        """Give the answer of whoever else answers there; None for a published document."""
        if request.path == HUB:
            return await self._others.pushing.hub.answered(request, receive, catalog)
        older = await self._others.archives.answered(request, catalog, now)
        door = None if older else door_in(request.path)
        return await self._others.porter.answer(request, door, catalog, now) if door else older

    async def _document(self, scope: Scope, receive: Receive) -> tuple[Answer, Line]:
        """Give the answer about a document, counted, and its line in the log."""
        method, query = scope["method"], scope.get("query_string", b"")
        request = asked(method, scope["path"], scope["headers"], query)
        catalog, now = self._keeper.catalog, self._now()
        elsewhere = self._refused(request, scope, catalog, now)
        elsewhere = elsewhere or await self._elsewhere(request, receive, catalog, now)
        found = elsewhere or answered(request, catalog, self._shelf, now)
        if found.code == UNREAD.code:
            self.health.note_unread(request.path.removeprefix("/"))
        if elsewhere:
            return elsewhere, self._log.line(method, request.path, elsewhere)
        count = None
        if found.path in catalog.feeds:
            found, sent = await self._changes(request, found, catalog)
            count = self._counted(request, found, catalog.feeds[found.path], sent, now)
        line = self._log.line(method, request.path, found)
        if self._by_nginx and "if-match" not in request.headers:  # nginx does not know our tags
            found = handed(found)
        name = scope.get("state", {}).get(NAMED)
        if name and found.tag and method == "GET" and not request.asks_changes:
            self._front.prepare(name, found, catalog, now, count, line)
        return found, line

    def _counted(
        self, request: Asked, found: Answer, listed: Listed, sent: _Sent, now: datetime
    ) -> Fetch | None:
        """Count a document that was sent, or was there already; a look at its head is neither."""
        if request.method != "GET" or not found.tag:
            return None
        who, is_fetched = found.who, bool(found.body)
        name, partner = (who.id, who.partner) if who else (NOBODY, NOBODY)
        feed, written = listed.feed, listed.format
        one = Fetch(now, name, partner, feed, written, sent.put, is_fetched, sent.since)
        self._tally.add(one)
        return one

    async def _changes(
        self, request: Asked, whole: Answer, catalog: Catalog
    ) -> tuple[Answer, _Sent]:
        """Give only what changed, where that is asked for and can be told; else the whole."""
        listed = catalog.feeds[whole.path]
        since = request.since
        if since is None and request.takes_changes() and whole.status is HTTPStatus.OK:
            since = self._editions.of(whole.path, request.header("if-none-match"))
        self._editions.note(whole.path, whole.tag, listed.put)
        all_of_it = whole, _Sent(listed.put)
        if since is None or not listed.format or not listed.put:
            return all_of_it
        data = self._shelf.plain(whole.path)
        if data is None:
            return all_of_it
        feed, name, upto = listed.feed, listed.format, listed.put
        try:
            found = await self._record.ask(
                lambda store: changes_since(store, feed, name, since, upto, data)
            )
        except SyndicateError:  # the whole document leaves nothing out either
            return all_of_it
        if found is None:
            return all_of_it
        return changed(request, whole, found, catalog), _Sent(found.upto, since)

    def _health(self, method: str) -> Answer:
        """Say whether what is served is up to date; the reason why not is in the log."""
        is_well = self.health.is_well()
        body = json.dumps({"status": "ok" if is_well else "behind"}).encode()
        headers = (
            ("content-type", "application/json"),
            ("content-length", str(len(body))),
            ("cache-control", "no-store"),
        )
        status = HTTPStatus.OK if is_well else HTTPStatus.SERVICE_UNAVAILABLE
        return Answer(status, headers, b"" if method == "HEAD" else body)
