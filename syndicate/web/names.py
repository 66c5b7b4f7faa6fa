"""The addresses of names that strangers state, asked of name servers.

Nothing of it runs in threads: a name whose servers do not answer keeps no other name waiting, and
is given up at once when whoever asked gives up. Hosts that the desk itself allows are looked up as
this machine does it, in its own files too.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, zip_longest

from dns.asyncresolver import Resolver
from dns.exception import DNSException
from dns.resolver import LifetimeTimeout

LONGEST = 4.0
"""Seconds for a name, at most: less than for a connection, of which it is the beginning."""
INSIDE_AT_ONCE = 8
"""Hosts of the desk's own that are looked up at a time."""


class Names:
    """Looks names up."""

    def __init__(
        self, inside: Callable[[], Iterable[str]], resolver: Callable[[], Resolver] = Resolver
    ) -> None:
        """`inside` are hosts with ports that the desk allows; `resolver` knows the name servers
        of this machine at the time."""
        self._inside = inside
        self._resolver = resolver
        self._threads = ThreadPoolExecutor(INSIDE_AT_ONCE, "names")

    async def __call__(self, host: str, port: int) -> Iterable[str]:
        """Give the IP addresses of a name. Raises OSError."""
        if f"{host}:{port}" not in self._inside():
            return await self._asked(host)
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._threads, _looked_up, host, port)
        return list(dict.fromkeys(found))

    async def _asked(self, host: str) -> list[str]:
        """Ask name servers for both sorts of addresses; one sort alone will do."""
        try:
            resolver = self._resolver()
        except DNSException as err:
            raise OSError("there is no name server") from err
        kinds = (_of(resolver, host, kind) for kind in ("A", "AAAA"))
        found = await asyncio.gather(*kinds, return_exceptions=True)
        pairs = zip_longest(*(one for one in found if not isinstance(one, BaseException)))
        addresses = [one for one in chain.from_iterable(pairs) if one]
        met = next((one for one in found if isinstance(one, BaseException)), None)
        if met and not addresses:
            raise met
        return addresses

    def close(self) -> None:
        """Let go of the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)


async def _of(resolver: Resolver, host: str, kind: str) -> list[str]:
    """Give the addresses of one sort, none where there is no such name. Raises TimeoutError."""
    try:
        found = await resolver.resolve(
            f"{host}.", kind, lifetime=LONGEST, raise_on_no_answer=False, search=False
        )
    except LifetimeTimeout as err:
        raise TimeoutError from err
    except DNSException:
        return []
    return [str(one.address) for one in found]


def _looked_up(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(one[4][0]) for one in found]
