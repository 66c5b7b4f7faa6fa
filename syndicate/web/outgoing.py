"""Requests that we make of others' addresses, so that none leads to where only we can go.

Only https, only names, no user names, no redirects; every address that a name has is looked at,
and the connection goes to one that was looked at, so that a second answer of a name server changes
nothing. All of it has an end: in time, and in bytes.

https://cheatsheetseries.owasp.org/cheatsheets/Server_Side_Request_Forgery_Prevention_Cheat_Sheet.html
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Awaitable, Callable, Iterable, Mapping
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpcore

from syndicate import __version__

CONNECT = 5.0
"""Seconds until there is a connection, at most: to find the addresses, and to reach one."""
ALL = 20.0
"""Seconds for a request with its answer, at most."""
MOST_ADDRESSES = 3
"""Addresses of a name that are tried."""
LONGEST = 10_000
"""Characters of an address: those of a callback, with what it is asked."""

Resolve = Callable[[str, int], Awaitable[Iterable[str]]]
"""Gives the IP addresses of a name. Raises OSError."""

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"(?:{_LABEL}\.)+(?!\d+$|0x[0-9a-f]*$){_LABEL}")
"""A host name of more than one label, the last of which no reader takes for a number."""
_TEXT = re.compile(r"[\x21-\x7e]+")
_INSIDE_NAMES = (
    "localhost",
    "local",
    "localdomain",
    "internal",
    "intranet",
    "private",
    "corp",
    "home",
    "lan",
    "home.arpa",
    "in-addr.arpa",
    "ip6.arpa",
    "onion",
    "invalid",
)
"""Names that never lead outside, or nowhere (RFC 6761, RFC 6762 appendix G, RFC 8375)."""
_NEVER = tuple(
    ip_network(one)
    for one in (
        "0.0.0.0/8",
        "100.64.0.0/10",
        "168.63.129.16/32",  # what a machine of Azure asks about itself
        "192.0.0.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "224.0.0.0/3",
        "::/96",
        "::ffff:0:0/96",
        "::ffff:0:0:0/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",
        "3fff::/20",
        "5f00::/16",
        "fc00::/7",
        "fe80::/9",
        "ff00::/8",
    )
)
"""What is not to be reached whatever else is said of it: special purposes (RFC 6890 and its
registries), and IPv6 addresses in which others are hidden (mapped, translated, 6to4, Teredo)."""
_HTTPS = 443
_PORTS = range(1_024, 65_536)
"""Ports that nobody needs a right to listen at; those below are other services."""
LONGEST_NAME = 253


class Refused(Exception):
    """An address is not called: a stable code, what is wrong, what to do about it."""

    def __init__(self, code: str, says: str, mend: str) -> None:
        super().__init__(says)
        self.code = code
        self.says = says
        self.mend = mend


class Unreached(Exception):
    """There was no answer; it says why in a word."""


class Address(NamedTuple):
    """An address that may be called, as far as can be told without a name server."""

    text: str
    """As it was given, to the letter (section 8.3 of WebSub)."""
    scheme: str
    host: str
    port: int

    @property
    def place(self) -> str:
        """Host and port."""
        return f"{self.host}:{self.port}"


class Reply(NamedTuple):
    """What came back."""

    status: int
    body: bytes
    """Its beginning."""
    retry_after: str = ""
    """When to come again, as it says that."""


def address_of(text: str, inside: Iterable[str]) -> Address:
    """Give an address to call; `inside` are hosts with ports that are allowed all the same.

    Raises:
        Refused: nobody may be called there.
    """
    mend = "write https://, a host name and a path, in plain characters"
    if len(text) > LONGEST or not _TEXT.fullmatch(text) or set(text) & set('\\"<>^`{|}#'):
        raise Refused("callback-address", "The address has no such form.", mend)
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError as err:
        raise Refused("callback-address", "The address has no such form.", mend) from err
    if "@" in parts.netloc:
        raise Refused("callback-address", "The address holds a user name.", "leave it out")
    if parts.scheme not in {"https", "http"} or not host or parts.netloc.endswith(":"):
        raise Refused("callback-address", "The address has no such form.", mend)
    port = {"https": _HTTPS, "http": 80}[parts.scheme] if port is None else port
    found = Address(text, parts.scheme, host, port)
    if found.place not in inside:
        _look_at(found)
    return found


def _look_at(address: Address) -> None:
    """Raise Refused for an address that is not outside, as far as can be told."""
    if address.scheme != "https":
        raise Refused("callback-scheme", "The address is not https.", "use https")
    if address.port != _HTTPS and address.port not in _PORTS:
        raise Refused("callback-port", "The port is one of other services.", "use 443")
    host = address.host
    named = len(host) <= LONGEST_NAME and _NAME.fullmatch(host)
    if not named or any(f".{host}".endswith(f".{one}") for one in _INSIDE_NAMES):
        raise Refused("callback-host", "The host has no public name.", "use a public name")


def is_outside(text: str) -> bool:
    """Say whether an IP address is one of the public network."""
    try:
        found = ip_address(text)
    except ValueError:
        return False
    if isinstance(found, IPv6Address) and (found.scope_id or found.ipv4_mapped):
        return False
    if any(found in one for one in _NEVER if one.version == found.version):
        return False
    return found.is_global and not (found.is_multicast or found.is_reserved)


class _Pinned(httpcore.AsyncNetworkBackend):
    """Connects to addresses that were looked at, and to no other."""

    def __init__(self, resolve: Resolve, inside: Callable[[], Iterable[str]]) -> None:
        self._resolve = resolve
        self._inside = inside
        self._sockets = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        async with asyncio.timeout(timeout):
            found = list(await self._resolve(host, port))
            allowed = f"{host}:{port}" in self._inside()
            if not found or not (allowed or all(map(is_outside, found))):
                raise Unreached("inside" if found else "no address")
            last: Exception | None = None
            tried = found[:MOST_ADDRESSES]
            each = timeout and timeout / len(tried)  # one that is dead leaves time for the next
            for one in tried:
                try:
                    return await self._sockets.connect_tcp(
                        one, port, each, local_address, socket_options
                    )
                except (httpcore.ConnectError, httpcore.ConnectTimeout) as err:
                    last = err
        raise Unreached("no connection") from last

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        raise Unreached("no address")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class Outgoing:
    """Makes requests."""

    def __init__(self, resolve: Resolve, inside: Callable[[], Iterable[str]]) -> None:
        self._inside = inside
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=ssl.create_default_context(),
            max_connections=None,
            max_keepalive_connections=0,
            network_backend=_Pinned(resolve, inside),
        )

    async def send(
        self,
        method: str,
        text: str,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        most: int = 0,
    ) -> Reply:
        """Give the answer to a request, with so many bytes of its body at most.

        Raises:
            Refused: nobody may be called there.
            Unreached: there was no answer.
        """
        address = address_of(text, self._inside())
        stated = {"user-agent": f"syndicate/{__version__} (WebSub)", **(headers or {})}
        try:
            async with asyncio.timeout(ALL):
                return await self._sent(method, address, stated, body, most)
        except (OSError, httpcore.TimeoutException, httpcore.NetworkError) as err:
            timed = isinstance(err, TimeoutError | httpcore.TimeoutException)
            raise Unreached("too slow" if timed else "no connection") from err
        except httpcore.ProtocolError as err:
            raise Unreached("no HTTP") from err

    async def _sent(
        self, method: str, address: Address, headers: Mapping[str, str], body: bytes, most: int
    ) -> Reply:
        times = {"connect": CONNECT, "read": ALL, "write": ALL}
        async with self._pool.stream(
            method,
            _target(address),
            headers=[*headers.items(), ("connection", "close")],
            content=body or None,
            extensions={"timeout": times},
        ) as answer:
            begun = bytearray()
            if most:
                async for some in answer.aiter_stream():
                    begun += some
                    if len(begun) > most:
                        break
            named = {name.lower(): value for name, value in answer.headers}
            later = named.get(b"retry-after", b"").decode("latin-1")
            return Reply(answer.status, bytes(begun[:most]), later)

    async def close(self) -> None:
        """Let go of all connections."""
        await self._pool.aclose()


def _target(address: Address) -> httpcore.URL:
    """Give an address as it was given, down to what is asked for at the host."""
    begin = address.text.index("//") + 2
    rest = re.search(r"[/?]", address.text[begin:])
    wanted = address.text[begin + rest.start() :] if rest else "/"
    wanted = wanted if wanted.startswith("/") else f"/{wanted}"
    return httpcore.URL(
        scheme=address.scheme.encode(),
        host=address.host.encode(),
        port=address.port,
        target=wanted.encode(),
    )
