"""Who is told of new editions by a push, and how far that has come (W3C WebSub).

https://www.w3.org/TR/websub/
"""

from __future__ import annotations

import hashlib
from enum import StrEnum
from typing import Annotated
from urllib.parse import unquote_to_bytes

from pydantic import Field

from syndicate.model.base import LARGEST_NUMBER, Count, CountFromZero, Model
from syndicate.model.moments import Instant

LONGEST_SECRET = 199
"""Bytes of a subscriber's secret, at most (section 5.1)."""


class Mode(StrEnum):
    """What is asked of a hub: `hub.mode`."""

    SUBSCRIBE = "subscribe"
    UNSUBSCRIBE = "unsubscribe"


class Subscription(Model):
    """That somebody wants the editions of a feed, in a format, sent to an address."""

    topic: str
    """The address of the feed, as the subscriber wrote it."""
    callback: str
    """Where editions are sent. Whoever knows it can pretend to be us: it stands in no log."""
    partner: str
    """Whose feed."""
    feed: str
    """The feed."""
    format: str
    """In which format."""
    credential: str = ""
    """Id of the key or token that opened the feed; empty where it was open to anybody."""
    secret: str = ""
    """What editions are signed with. It must be kept as it is: no digest of it can sign."""
    since: Instant
    """When the subscriber confirmed it."""
    until: Instant
    """The end of the lease."""

    @property
    def id(self) -> str:
        """Names it: it follows from topic and callback, of which there is one subscription."""
        return pair_id(self.topic, self.callback)


class Intent(Model):
    """A request to a hub that its subscriber has not confirmed yet."""

    mode: Mode
    """subscribe or unsubscribe."""
    topic: str
    """As in Subscription."""
    callback: str
    """As in Subscription."""
    partner: str = ""
    """As in Subscription; empty where a subscription is to be ended."""
    feed: str = ""
    """As in Subscription."""
    format: str = ""
    """As in Subscription."""
    credential: str = ""
    """As in Subscription."""
    secret: str = ""
    """As in Subscription."""
    lease: Annotated[int, Field(ge=0, le=LARGEST_NUMBER)] = 0
    """Seconds for which it will hold."""
    at: Instant
    """When it was asked for."""
    number: str
    """Tells it from another request for the same topic and callback."""

    @property
    def id(self) -> str:
        """Names the subscription that it is about."""
        return pair_id(self.topic, self.callback)


def pair_id(topic: str, callback: str) -> str:
    """Give the name of what is sent to an address about a topic, however that is written."""
    return hashlib.sha256(f"{decoded(topic)}\0{callback}".encode()).hexdigest()[:16]


def decoded(url: str) -> str:
    """Give an address with what need not be percent-encoded as it is (RFC 3986, section 6.2.2.2):
    a hub decodes it (section 5.1.1)."""
    head, *rest = url.split("%")
    made = [head]
    for part in rest:
        byte = unquote_to_bytes(f"%{part[:2]}")
        plain = len(byte) == 1 and (byte.isalnum() or byte in b"-._~") and byte.isascii()
        made.append(byte.decode("ascii") + part[2:] if plain else f"%{part}")
    return "".join(made)


class Progress(Model):
    """How far the editions of a feed have come at one address."""

    id: str
    """The subscription, or the topic at a hub of somebody else (see `pair_id`)."""
    sent: CountFromZero = 0
    """The newest edition that arrived."""
    sent_at: Instant | None = None
    """When that was."""
    tried: CountFromZero = 0
    """The edition that was tried last."""
    tried_since: Instant | None = None
    """When that was tried first."""
    failures: CountFromZero = 0
    """How many tries have failed since one succeeded."""
    failing_since: Instant | None = None
    """Since when they fail."""
    next_at: Instant | None = None
    """When it is tried again."""
    given_up: CountFromZero = 0
    """The edition that is not tried any more; a later one is."""


class Missed(Model):
    """A range of editions of a feed, to be asked what is urgent in them."""

    feed: str
    """The feed."""
    format: str
    """In which format."""
    after: CountFromZero
    """The edition that has arrived."""
    upto: Count
    """The newest that is out."""
