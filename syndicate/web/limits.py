"""How often one address may try something: enough for people, too little for machines."""

from __future__ import annotations

import math
import time

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
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


class Limits:
    """Counts in this process; several processes let through that much each."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def wait(self, item: RateLimitItem, *who: str) -> int:
        """Count a try; give how many seconds to wait, 0 where it may go on."""
        if self._limiter.hit(item, *who):
            return 0
        ends = self._limiter.get_window_stats(item, *who).reset_time
        return max(1, math.ceil(ends - time.time()))

    def keep(self, address: str) -> int:
        """Count a request for a licence that is sound and is to be kept, as `wait` does."""
        return self.wait(KEPT, "kept", address) or self.wait(KEPT_ALL, "kept")


def address_of(request: Request) -> str:
    """Give the address that a request came from."""
    return network_of(request.client.host if request.client else "")


def network_of(host: str) -> str:
    """Give what counts as one address: of IPv6, a network (RFC 6177)."""
    return ":".join(host.split(":")[:4]) if ":" in host else host
