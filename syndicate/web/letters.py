"""What a hub writes to others: questions, editions, and words to a hub of somebody else.

W3C WebSub, sections 5.2, 5.3, 6 and 7: https://www.w3.org/TR/websub/.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import NamedTuple
from urllib.parse import urlencode

from syndicate.model.subscription import Intent, Mode
from syndicate.pipeline.catalog import Catalog
from syndicate.pipeline.push import Found
from syndicate.web.answer import hub_links, typed


class Letter(NamedTuple):
    """A request to make."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes = b""
    most: int = 0
    """Bytes of the answer that are read."""


def question(intent: Intent, challenge: str) -> Letter:
    """Ask a subscriber whether it meant what it asked for (section 5.3)."""
    facts = {"hub.mode": intent.mode, "hub.topic": intent.topic, "hub.challenge": challenge}
    if intent.mode is Mode.SUBSCRIBE:
        facts["hub.lease_seconds"] = str(intent.lease)
    return Letter("GET", _asking(intent.callback, facts), {}, most=len(challenge) + 1)


def denial(topic: str, callback: str) -> Letter:
    """Tell a subscriber that it may not have a topic, or not any more (section 5.2)."""
    facts = {"hub.mode": "denied", "hub.topic": topic, "hub.reason": "the feed is not open to you"}
    return Letter("GET", _asking(callback, facts), {})


def _asking(callback: str, facts: dict[str, str]) -> str:
    """Give a callback with more parameters behind those it has (section 5.1.1)."""
    joint = "&" if "?" in callback else "?"
    return f"{callback}{joint}{urlencode(facts)}"


def edition(callback: str, secret: str, found: Found, catalog: Catalog, body: bytes) -> Letter:
    """Give a feed, whole (section 7), signed where the subscriber wants that (section 7.1)."""
    links = hub_links(catalog, found.path)
    headers = {"content-type": typed(found.listed.media_type), "link": ", ".join(links)}
    if secret:
        signed = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        headers["x-hub-signature"] = f"sha256={signed}"
    return Letter("POST", callback, headers, body)


def word(hub: str, topic: str) -> Letter:
    """Tell a hub that a topic has changed (section 6).

    That is agreed with each hub: most want `hub.url`, some `hub.topic`.
    """
    facts = {"hub.mode": "publish", "hub.url": topic, "hub.topic": topic}
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return Letter("POST", hub, headers, urlencode(facts).encode())
