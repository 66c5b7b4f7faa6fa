"""One connection: uvicorn's, with limits on what a stranger may send and how long it may take.

HTTP/1.1 (RFC 9112), read by llhttp. A request that was asked before in the same bytes is answered
by what is ready (`ready.py`) without being read again. Whoever sends nothing, sends half a request
or takes nothing is let go of; who that is, is looked at once a second.
"""

from __future__ import annotations

import asyncio
import math
import re
import resource
import socket
import struct
from contextlib import suppress
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol
from uvicorn.server import ServerState

from syndicate.web.ready import FRONT, GONE, NAMED, Front
from syndicate.web.refusals import unreadable

HEAD_BYTES = 32_768
"""Bytes of the fields of a request."""
HEAD_FIELDS = 100
URL_BYTES = 8_192
NAMED_BYTES = 4_096
"""A request that is longer is never answered by what is ready."""
HEAD_TIME = 10.0
"""Seconds in which the head of a request must be there: from the connection, or its first byte."""
BODY_TIME = 60.0
"""Seconds for its body."""
IDLE_TIME = 15.0
"""Seconds between two requests."""
TAKE_TIME = 20.0
"""Seconds in which a reader must take some of what is sent to it."""
TAKE_LEAST = 16_384
"""Bytes that it must take in that time, where as many are left."""
MOST = 10_000
"""Connections at a time, where as many files may be open; beyond it those end that would have to
end first."""
FILES = 1_700
"""Files that are open beside them, at most: nearly all are pushes on their way (`lanes.py`)."""
SOME = 100
"""How many end then."""
LOOK = 1.0
"""Seconds between two looks at who is late."""
SMALL = 65_536
"""Bytes of a body that are copied behind its head; larger ones go by themselves."""
_VERSIONS = {"1.0", "1.1"}
_HOST = re.compile(rb"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~!$&'()*+,;=%-]+)(?::[0-9]*)?")
"""A host as a field names it (RFC 9110, section 7.2)."""
_AT_ONCE = struct.pack("ii", 1, 0)
"""A linger of no time: closing resets the connection."""
_MOST = "syndicate.most"
"""In the state of the lifespan: how many connections there may be."""


class _Refused(Exception):
    """What comes is not read any further."""


class Connection(HttpToolsProtocol):
    """A connection of a stranger, or of a server in front of this one."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._front: Front | None = app_state.get(FRONT)
        self._within = False
        """Whether a message has begun and has not ended."""
        self._headed = False
        """Whether its head is whole."""
        self._size = 0
        """Bytes of its fields, as far as they are whole."""
        self._begun = 0
        """Bytes of what is not: they came in later pieces than the last that was whole."""
        self._messages = 0
        """How many ended in what was read last."""
        self._wrong = HTTPStatus.BAD_REQUEST
        self._broken = False
        """Whether nothing more is read."""
        self._waits = False
        """Whether a ready answer goes out at the end of this turn."""
        self._deadline = math.inf
        self._left: float = math.inf
        """Bytes that were not taken yet, the last time that was late."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin; where there are too many, others end."""
        super().connection_made(transport)
        self._in_time(HEAD_TIME)
        most = self.app_state.get(_MOST)
        if most is None:
            soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
            most = MOST if soft == resource.RLIM_INFINITY else min(MOST, max(soft - FILES, SOME))
            self.app_state[_MOST] = most
            _look(self.loop, self.connections)
        if len(self.connections) > most:
            _make_room(self.connections)

    def _in_time(self, seconds: float) -> None:
        self._deadline = self.loop.time() + seconds

    def _in_our_time(self) -> None:
        """Wait for ourselves; where a reader takes nothing, for it."""
        self._deadline = self.loop.time() + TAKE_TIME if self.flow.write_paused else math.inf

    # What comes

    def data_received(self, data: bytes) -> None:
        """Read on, or answer at once what is ready."""
        if self._waits and self._front:
            self._front.flush()
        if self._broken or self.transport.is_closing():
            return
        name = self._name(data)
        if name and self._front and self._front.answers(name, self._again):
            self._waits = True
            self._unset_keepalive_if_required()
            return
        self._messages = 0
        self._begun += len(data) if self._within else 0
        super().data_received(data)
        if self._broken or self.transport.is_closing():
            return
        if self._within and self._size + self._begun > HEAD_BYTES:
            self._wrong = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
            self.send_400_response("")
        elif name and self._messages == 1 and not self._within and self.cycle.keep_alive:
            self.scope["state"][NAMED] = name

    def _name(self, data: bytes) -> bytes:
        """Give the name of a request that is read whole and alone; empty where it may not be."""
        if self._front is None or len(data) > NAMED_BYTES or self._busy():
            return b""
        if not data.startswith(b"GET ") or not data.endswith(b"\r\n\r\n"):
            return b""
        return self._front.named(data)

    def _busy(self) -> bool:
        """Say whether something else is being read, answered or taken."""
        answering = self.cycle is not None and not self.cycle.response_complete
        return self._within or answering or self.flow.write_paused

    def _again(self, start: bytes, rest: bytes, body: bytes) -> None:
        """Send what was ready."""
        self._waits = False
        if self.transport.is_closing():
            return
        self._left = math.inf
        self._in_time(IDLE_TIME)
        always = _fields(tuple(self.server_state.default_headers))
        if len(body) <= SMALL:
            self.transport.write(b"".join((start, always, rest, body)))
        else:
            self.transport.writelines((start + always + rest, body))

    # What the parser says

    def on_message_begin(self) -> None:
        """Begin with a request."""
        super().on_message_begin()
        self._within, self._headed, self._size, self._begun = True, False, 0, 0
        self._in_time(HEAD_TIME)

    def on_url(self, url: bytes) -> None:
        """Read the address, or some of it."""
        super().on_url(url)
        if len(self.url) > URL_BYTES:
            self._refuse(HTTPStatus.REQUEST_URI_TOO_LONG)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Read a field. Behind a body it counts, and says nothing (RFC 9110, section 6.5.1)."""
        if not self._headed:
            super().on_header(name, value)
        self._size += len(name) + len(value)
        self._begun = 0
        if self._size > HEAD_BYTES or len(self.headers) > HEAD_FIELDS:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def on_headers_complete(self) -> None:
        """Begin to answer; one host must be named (RFC 9112, section 3.2)."""
        version = self.parser.get_http_version()
        hosts = [value for name, value in self.headers if name == b"host"]
        is_right = len(hosts) == 1 and _HOST.fullmatch(hosts[0])
        if version not in _VERSIONS or not (is_right or (version == "1.0" and not hosts)):
            self._refuse(HTTPStatus.BAD_REQUEST)
        super().on_headers_complete()
        if self.parser.should_upgrade():  # it goes on as before; what came with it is not read
            self.cycle.keep_alive = False
        self._headed, self._left = True, math.inf
        self._in_time(BODY_TIME)

    def on_body(self, body: bytes) -> None:
        """Read some of a body."""
        super().on_body(body)
        self._begun = 0

    def on_message_complete(self) -> None:
        """End with a request: it is up to us now."""
        super().on_message_complete()
        self._within = False
        self._messages += 1
        self._in_our_time()

    def _refuse(self, wrong: HTTPStatus) -> None:
        self._wrong = wrong
        raise _Refused

    def send_400_response(self, msg: str) -> None:
        """Refuse what cannot be read. What was asked for before it is answered first."""
        self._broken = True
        cycle = self.cycle
        if cycle is not None and not cycle.response_complete:
            if not (self._within and self._headed) or self.pipeline or cycle.response_started:
                cycle.keep_alive = False
                return
            cycle.disconnected = cycle.scope["state"][GONE] = True
        found = unreadable(self._wrong)
        if self._front:
            self._front.refused(found)
        headers = [(one.encode(), value.encode()) for one, value in found.headers]
        headers += [*self.server_state.default_headers, (b"connection", b"close")]
        head = b"".join(b"%b: %b\r\n" % one for one in headers)
        self._in_time(IDLE_TIME)
        self.transport.write(b"%b%b\r\n%b" % (STATUS_LINE[found.status], head, found.body))
        self.transport.close()

    # What goes

    def on_response_complete(self) -> None:
        """Wait for the next request. Who was answered before the end of its own is let go of."""
        self._in_time(HEAD_TIME if self._within else IDLE_TIME)
        super().on_response_complete()
        self._unset_keepalive_if_required()
        if self.cycle.response_complete and self._within and self._headed:
            self.transport.close()
        elif not self.cycle.response_complete and not self._within:
            self._in_our_time()

    def pause_writing(self) -> None:
        """Wait for a reader, but not for ever."""
        super().pause_writing()
        self._in_time(TAKE_TIME)

    def resume_writing(self) -> None:
        """Go on."""
        super().resume_writing()
        if self.cycle is not None and not self.cycle.response_complete:
            self._in_our_time()
        else:
            self._in_time(IDLE_TIME)

    def shutdown(self) -> None:
        """End, when what is under way is sent."""
        if self._waits and self._front:
            self._front.flush()
        self._in_time(TAKE_TIME)
        super().shutdown()

    # Who is late

    @property
    def deadline(self) -> float:
        """When it ends unless something happens, in the loop's time."""
        return self._deadline

    def end_if_late(self, now: float) -> None:
        """End where nothing happened in time; a reader that is slow but takes gets more of it."""
        if now < self._deadline:
            return
        left = self.transport.get_write_buffer_size()
        if left and left <= self._left - TAKE_LEAST:
            self._left = left
            self._in_time(TAKE_TIME)
        elif left:
            self.reset()
        else:
            self._in_time(IDLE_TIME)
            self.transport.close()

    def reset(self) -> None:
        """End at once: what was not taken is not kept for whoever does not take it."""
        connected = self.transport.get_extra_info("socket")
        with suppress(OSError):
            connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
        self.transport.abort()


@lru_cache(2)
def _fields(fields: tuple[tuple[bytes, bytes], ...]) -> bytes:
    """Give what every answer has: the date."""
    return b"".join(b"%b: %b\r\n" % one for one in fields)


def _look(loop: asyncio.AbstractEventLoop, connections: set[Any]) -> None:
    now = loop.time()
    for one in list(connections):
        if isinstance(one, Connection):
            one.end_if_late(now)
    loop.call_later(LOOK, _look, loop, connections)


def _make_room(connections: set[Any]) -> None:
    """End those that would have to end first."""
    for one in sorted(connections, key=lambda one: float(one.deadline))[:SOME]:
        one.reset()
