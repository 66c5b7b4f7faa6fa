"""How often one address may try something: enough for people, too little for machines.

The library `limits` says what a limit is. Its own counts in memory keep every name that was ever
seen, and go through all of them many times a second; these forget a name when its time is over.
"""

from __future__ import annotations

import math
import time
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address, ip_network
from threading import Lock

from limits import RateLimitItem, parse
from starlette.requests import Request

SIGN_IN = parse("10/minute")
"""Tries to sign in."""
MADE = parse("300/minute")
"""Answers that are made of the record when somebody asks, for one key or address."""
LOOK = parse("30/minute")
"""Looks for an article that somebody names."""
ASK = parse("6/minute")
"""Forms that ask for a licence, sound or not."""
KEPT = parse("20/hour")
"""Requests for a licence that are kept, of one address: a small share of those of everybody."""
KEPT_ALL = parse("120/hour")
"""Requests for a licence that are kept, of everybody together."""


MOST = 50_000
"""Names that are counted for one limit, at most; beyond them those are forgotten that were let in
the longest time ago."""

_Tries = OrderedDict[tuple[str, ...], list[float]]
"""When each name was let in lately, oldest first; the name that was let in last at the end."""


class Limits:
    """Counts in this process; several processes let through that much each."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, most: int = MOST) -> None:
        self._clock = clock
        self._most = most
        self._lock = Lock()
        self._tries: dict[RateLimitItem, _Tries] = {}

    def __len__(self) -> int:
        """Say how many names are counted."""
        return sum(map(len, self._tries.values()))

    def wait(self, item: RateLimitItem, *who: str) -> int:
        """Count a try; give how many seconds to wait, 0 where it may go on."""
        with self._lock:
            now = self._clock()
            since = now - item.get_expiry()
            tries = self._tries.setdefault(item, OrderedDict())
            _forget(tries, since)
            lately = tries.get(who, [])
            del lately[: bisect_right(lately, since)]
            if len(lately) >= item.amount:
                return max(1, math.ceil(lately[0] - since))
            lately.append(now)
            tries[who] = lately
            tries.move_to_end(who)
            if len(tries) > self._most:
                tries.popitem(last=False)
            return 0

    def keep(self, address: str) -> int:
        """Count a request for a licence that is sound and is to be kept, as `wait` does."""
        return self.wait(KEPT, "kept", address) or self.wait(KEPT_ALL, "kept")


def _forget(tries: _Tries, since: float) -> None:
    """Forget who was not let in lately: each name once, so it costs next to nothing."""
    while tries:
        who = next(iter(tries))
        if tries[who][-1] > since:
            return
        del tries[who]


def address_of(request: Request) -> str:
    """Give the address that a request came from."""
    return network_of(request.client.host if request.client else "")


def network_of(host: str) -> str:
    """Give what counts as one address: of IPv6 a network, as one household has it (RFC 6177)."""
    try:
        found = ip_address(host.partition("%")[0])
    except ValueError:  # it came from no network, or a server in front calls it otherwise
        return host
    if not isinstance(found, IPv6Address):
        return str(found)
    return str(found.ipv4_mapped or ip_network((int(found), 64), strict=False))
