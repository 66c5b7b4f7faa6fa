"""The ASGI application (https://asgi.readthedocs.io/en/latest/specs/www.html).

Documents are answered without a framework: bytes that are ready, after a handful of comparisons.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from syndicate.web.answer import Answer, answered
from syndicate.web.asked import asked
from syndicate.web.held import Shelf
from syndicate.web.keeper import Keeper

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Told = Callable[[str, str, Answer], None]
"""Is told of every answer: method, path without secrets, answer."""

LOOK = 0.5
"""Seconds between two looks at whether something changed."""


class App:
    """Serves the documents of a desk."""

    def __init__(
        self, keeper: Keeper, shelf: Shelf, now: Callable[[], datetime], told: Told
    ) -> None:
        self._keeper = keeper
        self._shelf = shelf
        self._now = now
        self._told = told

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or live through start and stop of the server."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        looking: asyncio.Task[None] | None = None
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                looking = asyncio.create_task(self._look())
                await send({"type": "lifespan.startup.complete"})
            else:
                if looking:
                    looking.cancel()
                    with suppress(asyncio.CancelledError):
                        await looking
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOK)
            await asyncio.to_thread(self._keeper.look)

    async def _answer(self, scope: Scope, send: Send) -> None:
        method, path = scope["method"], scope["path"]
        if path == "/healthz":
            found = self._health(method)
        else:
            request = asked(method, path, scope["headers"])
            found = answered(request, self._keeper.catalog, self._shelf, self._now())
            path = request.path
        headers = [
            (name.encode("latin-1"), value.encode("latin-1")) for name, value in found.headers
        ]
        await send({"type": "http.response.start", "status": found.status, "headers": headers})
        await send({"type": "http.response.body", "body": found.body})
        self._told(method, path, found)

    def _health(self, method: str) -> Answer:
        """Say whether what is served is up to date; the reason why not is in the log."""
        says = "behind" if self._keeper.failure else "ok"
        body = json.dumps({"status": says}).encode()
        headers = (
            ("content-type", "application/json"),
            ("content-length", str(len(body))),
            ("cache-control", "no-store"),
        )
        status = 503 if self._keeper.failure else 200
        return Answer(status, headers, b"" if method == "HEAD" else body)
