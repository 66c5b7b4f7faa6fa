"""Answers that are ready: the same request in the same words is answered by what was said before.

A request is known by its bytes, all of them; so nothing that could change the answer is left out.
What else it depends on is asked every time: the catalog is the same one, the moment lies before
the next at which time changes it, the file looks as it did. Of the bytes, in which a key stands,
only a digest under a secret of this process is kept: it tells nothing, nor does the time that it
takes to look it up. Refusals are never kept.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import NamedTuple

from syndicate.model.usage import Fetch
from syndicate.pipeline.catalog import Catalog, Listed
from syndicate.web.answer import FRESH, is_settled
from syndicate.web.held import Held, Shelf
from syndicate.web.keeper import Keeper
from syndicate.web.log import Line, Log
from syndicate.web.refusals import Answer
from syndicate.web.tally import Tally, tail_of

AT_HAND = 10_000
"""Answers that are kept ready, about 2 KB each."""
FRONT = "syndicate.front"
"""In the state of the lifespan: what is ready."""
NAMED = "syndicate.named"
"""In the state of a request: the name under which its answer may be kept ready."""
GONE = "syndicate.gone"
"""In the state of a request: whether it turned out to be none before it was answered."""
FOR_EVER = datetime.max.replace(tzinfo=UTC)

Send = Callable[[bytes, bytes, bytes], None]
"""Sends a status line, what stands behind its date, and a body."""


class Ready(NamedTuple):
    """An answer to a request that was asked before, without its date."""

    path: str
    held: tuple[str, str, datetime]
    """Coding, tag and date of the representation it was made of."""
    until: datetime
    """When time alone changes it."""
    start: bytes
    """The status line."""
    rest: bytes
    """Headers, and the empty line."""
    full: bool
    """Whether the body goes with it."""
    tail: str
    """What is counted, but for the moment; empty for nothing."""
    line: Line
    """What the log says."""


class Front:
    """What is ready, and what is sent of it in this turn of the loop.

    All that is answered in one turn is counted in one write, then sent: no answer is complete
    before its count is on its way to the file.
    """

    def __init__(
        self,
        keeper: Keeper,
        shelf: Shelf,
        tally: Tally,
        log: Log,
        now: Callable[[], datetime],
        most: int = AT_HAND,
    ) -> None:
        self._keeper = keeper
        self._shelf = shelf
        self._tally = tally
        self._log = log
        self._now = now
        self._most = most
        self._key = os.urandom(32)
        self._of: Catalog | None = None
        self._known: OrderedDict[bytes, Ready] = OrderedDict()
        self._turn: list[tuple[Ready, bytes, Send]] = []
        self._seen: dict[tuple[str, str], Held | None] = {}
        """Representations, as they were found in this turn."""

    def named(self, data: bytes) -> bytes:
        """Give the name of a request."""
        return hashlib.blake2b(data, key=self._key, digest_size=16).digest()

    def prepare(
        self,
        name: bytes,
        answer: Answer,
        catalog: Catalog,
        now: datetime,
        fetch: Fetch | None,
        line: Line,
    ) -> None:
        """Keep the answer to a request ready: a document, or that the reader has it."""
        if catalog is not self._of:
            self._of = catalog
            self._known.clear()
        until = lasts(answer, catalog.feeds.get(answer.path), now)
        held = self._shelf.get(answer.path, answer.coding)
        if held is None or held.tag != answer.tag or now >= until or not is_settled(held, now):
            return
        self._known[name] = _ready(answer, held, until, fetch, line)
        if len(self._known) > self._most:
            self._known.popitem(last=False)

    def answers(self, name: bytes, send: Send) -> bool:
        """Answer a request at the end of this turn; False where nothing is ready for it."""
        ready = self._known.get(name)
        if ready is None:
            return False
        held = self._still(ready)
        if not self._turn:
            asyncio.get_running_loop().call_soon(self.flush)
        if held is None:
            del self._known[name]
            return False
        self._known.move_to_end(name)
        self._turn.append((ready, held.data if ready.full else b"", send))
        return True

    def _still(self, ready: Ready) -> Held | None:
        """Give the representation that an answer is about, where it is still the answer."""
        if self._of is not self._keeper.catalog:
            return None
        if self._now() >= ready.until:
            return None
        named = ready.path, ready.held[0]
        if named not in self._seen:
            self._seen[named] = self._shelf.get(*named)
        held = self._seen[named]
        return held if held and (held.coding, held.tag, held.changed) == ready.held else None

    def refused(self, answer: Answer) -> None:
        """Note that a request could not be read."""
        self._log.add(self._log.line("-", "", answer))

    def flush(self) -> None:
        """Count and send what was asked for in this turn."""
        turn, self._turn = self._turn, []
        self._seen.clear()
        self._tally.add_all(self._now(), [one.tail for one, _, _ in turn if one.tail])
        for ready, body, send in turn:
            send(ready.start, ready.rest, body)
            self._log.add(ready.line)


def lasts(answer: Answer, listed: Listed | None, now: datetime) -> datetime:
    """Give until when an answer stays the same; that may be over.

    In the last minutes before a document changes it may be used a second less every second.
    """
    ends = [FOR_EVER]
    if answer.who and answer.who.ends_at:
        ends.append(answer.who.ends_at)
    if listed and listed.due and now < listed.due:
        ends.append(listed.due - timedelta(seconds=FRESH + 1))
    return min(ends)


def _ready(answer: Answer, held: Held, until: datetime, fetch: Fetch | None, line: Line) -> Ready:
    """Give an answer as it is sent again."""
    status = HTTPStatus(answer.status)
    rest = "".join(f"{name}: {value}\r\n" for name, value in answer.headers)
    return Ready(
        answer.path,
        (held.coding, held.tag, held.changed),
        until,
        f"HTTP/1.1 {int(status)} {status.phrase}\r\n".encode("latin-1"),
        f"{rest}\r\n".encode("latin-1"),
        bool(answer.body),
        tail_of(fetch) if fetch else "",
        line,
    )
