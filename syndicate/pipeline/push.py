"""When an edition is pushed, tried again and given up, and who may still have it (W3C WebSub).

https://www.w3.org/TR/websub/. Only the newest edition of a feed is ever sent: one that did not
arrive is stood in for by the next, which holds all that it held.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from syndicate.model.subscription import Intent, Progress, Subscription, decoded, pair_id
from syndicate.pipeline.catalog import Catalog, Listed

SHORTEST_LEASE = 300
USUAL_LEASE = 10 * 86_400
"""Seconds; section 8.2 calls ten days a good default."""
LONGEST_LEASE = 30 * 86_400
FIRST_PAUSE = timedelta(seconds=15)
"""How long after a first failure it is tried again; twice as long after each that follows."""
LONGEST_PAUSE = timedelta(hours=4)
LONG_ENOUGH = timedelta(hours=75)
"""How long an edition is tried: a long weekend."""
_DOUBLINGS = 12
"""Beyond so many the longest pause is reached."""


class Found(NamedTuple):
    """A document that is served, and its path."""

    path: str
    listed: Listed


def topic_of(catalog: Catalog, topic: str) -> Found | None:
    """Give the document that a topic is the address of; None where it is none of ours."""
    before = f"{catalog.url}/"
    written = decoded(topic)
    if not written.startswith(before):
        return None
    path = written.removeprefix(before)
    listed = catalog.feeds.get(path)
    return Found(path, listed) if listed and listed.format else None


def documents(catalog: Catalog) -> dict[tuple[str, str], Found]:
    """Give every document by feed and format."""
    named = ((path, one) for path, one in catalog.feeds.items() if one.format)
    return {(one.feed, one.format): Found(path, one) for path, one in named}


def may_have(
    who: Subscription | Intent, listed: Listed | None, catalog: Catalog, now: datetime
) -> bool:
    """Say whether a subscriber may read the feed at this moment, as if it asked for it."""
    if listed is None or listed.partner != who.partner:
        return False
    if not who.credential:
        return listed.public
    found = catalog.credentials.get(who.credential)
    mine = listed.partner, listed.place, listed.feed
    return found is not None and found.is_live(now) and found.opens(*mine)


def lease_of(wanted: int | None) -> int:
    """Give the lease that is granted for the one wanted, in seconds."""
    return min(max(wanted or USUAL_LEASE, SHORTEST_LEASE), LONGEST_LEASE)


def confirmed(intent: Intent, before: Subscription | None, at: datetime) -> Subscription:
    """Give what a confirmed request makes; the lease runs from when it was to be confirmed."""
    return Subscription(
        topic=intent.topic,
        callback=intent.callback,
        partner=intent.partner,
        feed=intent.feed,
        format=intent.format,
        credential=intent.credential,
        secret=intent.secret,
        since=before.since if before else at,
        until=at + timedelta(seconds=intent.lease),
    )


def due_at(progress: Progress, put: int, now: datetime, *, urgent: bool) -> datetime | None:
    """Give when an edition is to be sent next; None where it has arrived or was given up.

    What is urgent does not wait for the pause after an earlier edition's failure.
    """
    if put <= max(progress.sent, progress.given_up):
        return None
    if progress.next_at is None or (urgent and progress.tried < put):
        return now
    return progress.next_at


def arrived(progress: Progress, put: int, now: datetime) -> Progress:
    """Give how far it has come when an edition has arrived."""
    return Progress(id=progress.id, sent=max(put, progress.sent), sent_at=now)


def wanted_at(stated: str, now: datetime) -> datetime | None:
    """Give from when on a `Retry-After` wants to be asked again (RFC 9110, section 10.2.3)."""
    if stated.isascii() and stated.isdecimal():
        return now + min(timedelta(seconds=int(stated[:9])), LONGEST_PAUSE)
    try:
        at = parsedate_to_datetime(stated)
    except (ValueError, OverflowError):
        return None
    return min(at.replace(tzinfo=at.tzinfo or UTC), now + LONGEST_PAUSE)


def failed(
    progress: Progress, put: int, now: datetime, chance: float, wanted: datetime | None = None
) -> Progress:
    """Give how far it has come when an edition did not arrive.

    `chance`, from 0 to 1, spreads what failed together: a pause is half to all of its length, and
    longer where more is `wanted`.
    """
    since = progress.tried_since if progress.tried == put else None
    since = since or now
    pause = min(FIRST_PAUSE * 2 ** min(progress.failures, _DOUBLINGS), LONGEST_PAUSE)
    return progress.twin(
        tried=put,
        tried_since=since,
        failures=progress.failures + 1,
        failing_since=progress.failing_since or now,
        next_at=max(now + pause * (0.5 + chance / 2), wanted or now),
        given_up=put if now - since >= LONG_ENOUGH else progress.given_up,
    )


class Ping(NamedTuple):
    """A hub of somebody else that wants to know when a topic changes (section 6)."""

    id: str
    hub: str
    topic: str
    path: str
    listed: Listed


def pings(catalog: Catalog) -> Iterator[Ping]:
    """Give what the desk's other hub is told: of public feeds alone, because it reads no other."""
    for path, listed in catalog.feeds.items() if catalog.hub else ():
        if listed.public and listed.format:
            topic = f"{catalog.url}/{path}"
            yield Ping(pair_id(topic, catalog.hub), catalog.hub, topic, path, listed)
