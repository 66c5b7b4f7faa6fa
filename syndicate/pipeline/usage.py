"""Who was offered, who fetched and who first received which version of which article.

Offered is what an edition of a partner's feed held; fetched are the documents that were sent (a
304 sends none); received is the first time that one with this version in it was sent, or was there
already. A document that was asked for since an edition has only what that had not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from syndicate.model.receipt import Edition, Grade, ManifestLine, Notice
from syndicate.model.usage import Fetch, Fetches
from syndicate.pipeline.ports import Store

QUIET = timedelta(hours=24)
"""After so long without a request a partner has stopped asking."""
_Key = tuple[date, str, str, str, str, int, int]


def folded(asked: Iterable[Fetch]) -> tuple[Fetches, ...]:
    """Give requests counted by day, credential and editions."""
    found: dict[_Key, Fetches] = {}
    for one in asked:
        who = one.at.date(), one.credential, one.partner
        key = (*who, one.feed, one.format, one.sequence, one.since)
        before = found.get(key) or Fetches(*key, 0, 0, None, one.at)
        is_there = one.fetched or not one.since  # a 304 says that it had come by then, a 204 not
        firsts = [at for at in (before.first_at, one.at if is_there else None) if at]
        found[key] = before._replace(
            fetched=before.fetched + one.fetched,
            polled=before.polled + (not one.fetched),
            first_at=min(firsts, default=None),
            last_at=max(before.last_at, one.at),
        )
    return tuple(found.values())


class ItemUse(NamedTuple):
    """What became of a version of an article at a partner, by one feed."""

    partner: str
    feed: str
    guid: str
    version: int
    """The number it went out under."""
    withdrawn: bool
    """Whether this version takes it back."""
    offered_at: datetime
    received_at: datetime | None
    """None where no document with it was sent, or was there already."""
    fetched: int
    """How often a document with it was sent in the period."""


class Period(NamedTuple):
    """Days, both included; None where it is open."""

    since: date | None = None
    until: date | None = None

    def holds(self, day: date) -> bool:
        """Say whether a day is in it."""
        return (self.since is None or self.since <= day) and (
            self.until is None or day <= self.until
        )


def item_uses(
    store: Store,
    counted: Iterable[Fetches],
    partner: str | None = None,
    period: Period | None = None,
) -> Iterator[ItemUse]:
    """Give what became of every version that was offered or fetched in a period.

    Feeds in their order, versions as they were offered. Raises StoreFailed.
    """
    period = period or Period()
    fetches: dict[tuple[str, str], list[Fetches]] = {}
    for one in counted:
        if one.partner and partner in (None, one.partner):
            fetches.setdefault((one.partner, one.feed), []).append(one)
    feeds = {
        (owner, feed) for owner, feed, _ in store.published_feeds() if partner in (None, owner)
    }
    for owner, feed in sorted(feeds):
        editions = [one for one in store.editions(feed) if one.partner == owner]
        yield from _of_feed(owner, feed, editions, fetches.get((owner, feed), []), period)


_Version = tuple[str, int]


def _of_feed(
    owner: str, feed: str, editions: Sequence[Edition], fetches: Iterable[Fetches], period: Period
) -> Iterator[ItemUse]:
    sent: dict[tuple[str, int], list[Fetches]] = {}
    for one in fetches:
        sent.setdefault((one.format, one.sequence), []).append(one)
    found: dict[_Version, ItemUse] = {}
    for edition, line, here in _sendings(editions, sent):
        firsts = [one.first_at for one in here if one.first_at]
        count = sum(one.fetched for one in here if period.holds(one.day))
        key = line.guid, line.version + line.revision
        before = found.get(key) or ItemUse(owner, feed, *key, line.withdrawn, edition.at, None, 0)
        received = [at for at in (before.received_at, *firsts) if at]
        found[key] = before._replace(
            offered_at=min(before.offered_at, edition.at),
            received_at=min(received, default=None),
            fetched=before.fetched + count,
        )
    for use in found.values():
        if use.fetched or period.holds(use.offered_at.date()):
            yield use


def _sendings(
    editions: Sequence[Edition], sent: Mapping[tuple[str, int], Sequence[Fetches]]
) -> Iterator[tuple[Edition, ManifestLine, Sequence[Fetches]]]:
    """Give every line of editions with the documents that had it in them when they were sent."""
    manifests = {(one.format, one.sequence): one.manifest for one in editions}
    for edition in editions:
        here = sent.get((edition.format, edition.sequence), [])
        whole = [one for one in here if not one.since]
        parts = [(o, set(manifests.get((o.format, o.since), ()))) for o in here if o.since]
        for line in edition.manifest:
            more = [one for one, before in parts if line not in before]
            yield edition, line, [*whole, *more] if more else whole


class Health(NamedTuple):
    """How a partner is doing with one feed."""

    partner: str
    feed: str
    asked_at: datetime | None
    """When it last asked for it; None where it never did."""
    fetched: int
    """How often a document was sent."""
    waiting: tuple[str, ...]
    """Articles that were killed or corrected, unacknowledged, and of which no document that says
    so was sent since."""

    def is_quiet(self, now: datetime) -> bool:
        """Say whether nobody has asked for it lately."""
        return self.asked_at is None or now - self.asked_at > QUIET


def healths(store: Store, counted: Iterable[Fetches]) -> Iterator[Health]:
    """Give how every partner is doing with every feed that was ever published, in their order.

    Raises StoreFailed.
    """
    fetches: dict[tuple[str, str], list[Fetches]] = {}
    for one in counted:
        fetches.setdefault((one.partner, one.feed), []).append(one)
    open_: dict[tuple[str, str], list[Notice]] = {}
    for notice in store.unacknowledged():
        if notice.grade in {Grade.KILL, Grade.CORRECTION}:
            open_.setdefault((notice.partner, notice.feed), []).append(notice)
    for owner, feed in sorted({(owner, feed) for owner, feed, _ in store.published_feeds()}):
        here = fetches.get((owner, feed), [])
        notices = open_.get((owner, feed), [])
        editions = store.editions(feed) if notices else ()
        waiting = dict.fromkeys(o.guid for o in notices if not _is_told(o, editions, here))
        asked = max((one.last_at for one in here), default=None)
        yield Health(owner, feed, asked, sum(one.fetched for one in here), tuple(waiting))


def _is_told(notice: Notice, editions: Iterable[Edition], fetches: Iterable[Fetches]) -> bool:
    """Say whether a document that holds a notice was sent, or was there already when asked for.

    The edition that a request is counted for is never later than the one that was sent. Whoever
    asked since one that has the notice said that it was there, which proves nothing.
    """
    since: dict[str, int] = {}
    for edition in editions:
        if edition.at >= notice.at:
            since[edition.format] = min(
                edition.sequence, since.get(edition.format, edition.sequence)
            )
    told = ((one, since[one.format]) for one in fetches if one.format in since)
    return any(one.since < first <= one.sequence for one, first in told)
