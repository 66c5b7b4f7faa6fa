"""Where a feed's candidates come from: from everything, or from an index that knows the order.

A pool offers articles in the order of the best place each could ever have in the feed, so that
whoever fills a feed can stop as soon as it is full. Which pool is asked makes no difference to
what is chosen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import lru_cache, partial
from math import inf
from typing import NamedTuple, Protocol

from syndicate.licensing.covers import EVERYTHING, facets_of
from syndicate.licensing.govern import Request, delays, licence_named, releases
from syndicate.licensing.withdraw import current, reigns
from syndicate.model.article import Article, PubStatus
from syndicate.model.desk import DeskFiles
from syndicate.model.feed import Feed
from syndicate.model.licence import Licence
from syndicate.model.partner import Partner

History = tuple[Article, ...]

Place = tuple[float, float, float, str]
"""Where an article stands in a feed: the smaller, the earlier."""

LEAST_URGENT = 9


class Offer(NamedTuple):
    """A candidate, with the best place that it, or any candidate after it, could ever have."""

    best: Place
    guid: str
    version: int
    article: Callable[[], Article]
    """Gives it."""


class Pool(Protocol):
    """Articles at a moment."""

    def offers(self, request: Request, feed: Feed) -> Iterator[Offer]:
        """Give every usable article that the feed may hold, best places first."""

    def taken_back(self, request: Request) -> Iterable[History]:
        """Give every article that is withheld or killed now and whose notices may still stand."""

    def starts(self) -> Iterable[datetime]:
        """Give when versions that wait for their date become current."""


def place(feed: Feed, article: Article, published: datetime) -> Place:
    """Give where an article stands in a feed when it is published then."""
    newest, updated = -published.timestamp(), -max(article.version_created, published).timestamp()
    if feed.order == "updated":
        return 0.0, updated, newest, article.guid
    if feed.order == "urgency":
        return float(article.urgency or LEAST_URGENT), newest, updated, article.guid
    return 0.0, newest, updated, article.guid


class Everything:
    """All articles in the hand: plain, and as slow as there are many."""

    def __init__(self, histories: Iterable[History], now: datetime) -> None:
        self._histories = list(histories)
        self._now = now

    def offers(self, request: Request, feed: Feed) -> Iterator[Offer]:
        """Sort all usable articles."""
        found = []
        for history in self._histories:
            article = current(history, self._now)
            if article is not None and article.pub_status is PubStatus.USABLE:
                best = _first_place(request, feed, article)
                found.append(Offer(best, article.guid, article.version, partial(_same, article)))
        yield from sorted(found, key=lambda one: one.best)

    def taken_back(self, request: Request) -> Iterable[History]:
        """Give all that are not usable."""
        for history in self._histories:
            article = current(history, self._now)
            if article is not None and article.pub_status is not PubStatus.USABLE:
                yield history

    def starts(self) -> Iterable[datetime]:
        """Give every start of a version, past ones too."""
        for history in self._histories:
            yield from (one.start for one in reigns(history))


def _same(article: Article) -> Article:
    return article


def _first_place(request: Request, feed: Feed, article: Article) -> Place:
    """Give the best place an article could ever have; an odd one stands first, to be found out."""
    try:
        return place(feed, article, max((article.published_from, *releases(request, article))))
    except Exception:
        return -inf, -inf, -inf, ""


class Kept:
    """A pool of which only some articles may go on: for feeds that get nothing new."""

    def __init__(self, pool: Pool, stays: Everything) -> None:
        self._pool = pool
        self._stays = stays

    def offers(self, request: Request, feed: Feed) -> Iterator[Offer]:
        """Give what may stay."""
        return self._stays.offers(request, feed)

    def taken_back(self, request: Request) -> Iterable[History]:
        """Give all that was taken back."""
        return self._pool.taken_back(request)

    def starts(self) -> Iterable[datetime]:
        """Give when versions become current."""
        return self._pool.starts()


class Key(NamedTuple):
    """What an index knows of an article: its order, before any agreement is asked."""

    guid: str
    version: int
    released: datetime
    """When it is published at the latest: first publication, or the end of its embargoes."""
    version_created: datetime
    urgency: int


class Brief(NamedTuple):
    """An article in short, as its newest version says it."""

    guid: str
    version: int
    headline: str
    language: str
    url: str
    """Its page; empty where it has none."""
    pub_status: PubStatus
    released: datetime
    """As in its key."""
    version_created: datetime


class Index(Protocol):
    """What an index can be asked. Only articles with no version that waits for its date."""

    def find(self, facets: tuple[str, ...], order: str) -> Iterator[Key]:
        """Give the usable articles with any of the facets: newest, updated or urgency first."""

    def taken_back_since(self, moment: datetime) -> Iterator[str]:
        """Give what was withheld or killed by a version made after a moment."""

    def waiting(self, now: datetime) -> tuple[str, ...]:
        """Give the articles of which a version waits for its date."""

    def count(self) -> int:
        """Give how many articles there are."""

    def article(self, guid: str) -> Article:
        """Give the newest version."""

    def histories(self, guids: Iterable[str]) -> Mapping[str, History]:
        """Give all versions."""

    def newest(self, after: str, most: int) -> tuple[Brief, ...]:
        """Give articles of any status, newest first, those after one; so many at most."""

    def ending(self, end: str, most: int) -> tuple[Brief, ...]:
        """Give the articles whose guid ends with something, by guid; so many at most."""

    def at_page(self, url: str) -> str | None:
        """Give the usable article that has a page (its canonical URL); the first by guid."""


ARTICLES_AT_HAND = 256
"""What is new is asked for by many classes, one after the other."""


class Indexed:
    """Articles found by an index: as much work as a feed has articles."""

    def __init__(self, index: Index, now: datetime) -> None:
        self._index = index
        self._article = lru_cache(ARTICLES_AT_HAND)(index.article)
        self._now = now
        waiting = index.waiting(now)
        self._aside = Everything(index.histories(waiting).values(), now)
        self._waiting = frozenset(waiting)

    def offers(self, request: Request, feed: Feed) -> Iterator[Offer]:
        """Merge what the index finds with the few articles that wait for a version."""
        aside = list(self._aside.offers(request, feed))
        later = max(delays(request), default=timedelta(0))
        for key in self._index.find(candidate_facets(request, feed), feed.order):
            if key.guid in self._waiting:
                continue
            best = _best(feed, key, later)
            while aside and aside[0].best <= best:
                yield aside.pop(0)
            yield Offer(best, key.guid, key.version, partial(self._article, key.guid))
        yield from aside

    def taken_back(self, request: Request) -> Iterable[History]:
        """Give what was taken back not longer ago than any licence keeps notices."""
        yield from self._aside.taken_back(request)
        days = max((one.notices_kept for one in request.files.licences), default=0)
        since = self._now - timedelta(days=max(days, LEAST_KEPT))
        found = [g for g in self._index.taken_back_since(since) if g not in self._waiting]
        yield from self._index.histories(found).values()

    def starts(self) -> Iterable[datetime]:
        """Give when the versions that wait become current."""
        return self._aside.starts()


LEAST_KEPT = 30
"""Days a notice stays where no licence says it."""


def _best(feed: Feed, key: Key, later: timedelta) -> Place:
    """Give a place that no article of this key or a later one can be better than."""
    first = key.released
    if feed.order == "updated":
        first = max(first, key.version_created)
    urgency = float(key.urgency) if feed.order == "urgency" else 0.0
    return urgency, -(first + later).timestamp(), -inf, ""


def candidate_facets(request: Request, feed: Feed) -> tuple[str, ...]:
    """Give by what to find the candidates: the feed's selection, else what the licences cover,
    those included under which something went out that keeps its terms."""
    delivered = {one.licence for one in request.delivered.values()}
    licences = (licence_named(request.files, name) for name in delivered)
    return facets_for(request.files, request.partner, feed, licences)


def facets_for(
    files: DeskFiles, partner: Partner, feed: Feed, others: Iterable[Licence | None] = ()
) -> tuple[str, ...]:
    """Give the same for a feed of a partner, with other licences; its class has the same."""
    asked = facets_of(feed.selection)
    if asked != (EVERYTHING,):
        return asked
    agreed = (files.licence(one.licence, one.licence_version) for one in partner.agreements)
    found = {facet for one in (*agreed, *others) if one for facet in facets_of(one.covers)}
    return (EVERYTHING,) if EVERYTHING in found else tuple(sorted(found))
