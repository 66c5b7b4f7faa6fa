"""What finds articles without asking all of them: arrivals, keys and facets.

It follows from the articles alone and is kept true with each of them in the same transaction; it
is made anew where it was made by another version.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from heapq import merge
from typing import Any

import sqlalchemy as sa

from syndicate.licensing.covers import EVERYTHING, facets
from syndicate.model.article import Article, PubStatus
from syndicate.pipeline.pool import LEAST_URGENT, Brief, History, Key
from syndicate.stores._database import Database
from syndicate.stores._rows import article_of
from syndicate.stores._statements import insert, upsert
from syndicate.stores._tables import ARRIVALS, ARTICLES, FACETS, KEYS, SETTINGS

MADE_BY = "2"
"""Counts up with every change of what is indexed."""
_PAGE = 128
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAMED = "named-partner:"
_PLACE = (KEYS.c.guid, KEYS.c.version, KEYS.c.released, KEYS.c.created, KEYS.c.urgency)
"""What a `Key` is made of."""


_ARTICLE = (
    sa.select(ARTICLES.c.guid, ARTICLES.c.version, ARTICLES.c.json)
    .where(ARTICLES.c.guid == sa.bindparam("guid"))
    .order_by(ARTICLES.c.version.desc())
    .limit(1)
)
_OF_FACET = (
    sa.select(*_PLACE)
    .join(FACETS, FACETS.c.guid == KEYS.c.guid)
    .where(FACETS.c.facet == sa.bindparam("facet"), KEYS.c.usable)
)
_NEWEST = (FACETS.c.released.desc(), FACETS.c.guid.desc())
_FIRST = _OF_FACET.order_by(*_NEWEST).limit(_PAGE)
_BEFORE = sa.tuple_(sa.bindparam("released"), sa.bindparam("guid"))
_AFTER = (
    _OF_FACET.where(sa.tuple_(FACETS.c.released, FACETS.c.guid) < _BEFORE)
    .order_by(*_NEWEST)
    .limit(_PAGE)
)


class IndexPart(Database):
    """The Index of `syndicate.pipeline.pool`, and what arrived since when."""

    def find(self, facets_: tuple[str, ...], order: str) -> Iterator[Key]:
        """Give the usable articles with any of some facets: newest, updated or urgency first."""
        if order == "newest":
            found: Iterable[Key] = self._newest(facets_)
        else:
            keys = KEYS.c
            newest = keys.released.desc()
            by = (keys.urgency, newest) if order == "urgency" else (keys.updated.desc(), newest)
            mine = sa.select(FACETS.c.guid).where(FACETS.c.facet.in_(facets_))
            query = sa.select(*_PLACE).where(keys.guid.in_(mine), keys.usable).order_by(*by)
            found = (_key_of(row) for row in self._all(query))
        seen: set[str] = set()
        for key in found:
            if key.guid not in seen:
                seen.add(key.guid)
                yield key

    def _newest(self, facets_: tuple[str, ...]) -> Iterator[Key]:
        runs = [self._pages(facet) for facet in facets_]
        return merge(*runs, key=lambda one: one.released, reverse=True)

    def _pages(self, facet: str) -> Iterator[Key]:
        """Give the usable articles of a facet, newest first, page by page."""
        rows = self._all(_FIRST, {"facet": facet})
        while True:
            yield from (_key_of(row) for row in rows)
            if len(rows) < _PAGE:
                return
            last = rows[-1]
            after = {"facet": facet, "released": last.released, "guid": last.guid}
            rows = self._all(_AFTER, after)

    def taken_back_since(self, moment: datetime) -> Iterator[str]:
        """Give what was withheld or killed by a version made after a moment."""
        query = sa.select(KEYS.c.guid).where(~KEYS.c.usable, KEYS.c.created > _number(moment))
        yield from sorted(row.guid for row in self._all(query))

    def waiting(self, now: datetime) -> tuple[str, ...]:
        """Give the articles of which a version waits for its date."""
        query = sa.select(KEYS.c.guid).where(KEYS.c.latest > _number(now))
        # Sorted here: for an order by guid SQLite walks through all articles.
        return tuple(sorted(row.guid for row in self._all(query)))

    def count(self) -> int:
        """Give how many articles there are."""
        [row] = self._all(sa.select(sa.func.count()).select_from(KEYS))
        return int(row[0])

    def article(self, guid: str) -> Article:
        """Give the newest version."""
        [row] = self._all(_ARTICLE, {"guid": guid})
        return article_of(row)

    def histories(self, guids: Iterable[str]) -> Mapping[str, History]:
        """Give all versions of some articles, oldest first."""
        found: dict[str, list[Article]] = {}
        wanted = sorted(set(guids))
        for start in range(0, len(wanted), _PAGE):
            query = sa.select(ARTICLES).where(ARTICLES.c.guid.in_(wanted[start : start + _PAGE]))
            for row in self._all(query.order_by(ARTICLES.c.guid, ARTICLES.c.version)):
                found.setdefault(row.guid, []).append(article_of(row))
        return {guid: tuple(versions) for guid, versions in found.items()}

    def newest(self, after: str, most: int) -> tuple[Brief, ...]:
        """Give articles of any status, newest first, those after one; so many at most."""
        columns = FACETS.c
        query = _brief().join(FACETS, columns.guid == KEYS.c.guid)
        query = query.where(columns.facet == EVERYTHING)
        if after:
            place = sa.select(KEYS.c.released).where(KEYS.c.guid == after).scalar_subquery()
            before = sa.tuple_(columns.released, columns.guid)
            query = query.where(before < sa.tuple_(place, sa.literal(after)))
        order = (columns.released.desc(), columns.guid.desc())
        return tuple(_brief_of(row) for row in self._all(query.order_by(*order).limit(most)))

    def ending(self, end: str, most: int) -> tuple[Brief, ...]:
        """Give the articles whose guid ends with something, by guid; so many at most."""
        named = sa.select(KEYS.c.guid).where(KEYS.c.guid.endswith(end, autoescape=True))
        mine = KEYS.c.guid.in_(named.order_by(KEYS.c.guid).limit(most))
        rows = self._all(_brief().where(mine).order_by(KEYS.c.guid))
        return tuple(_brief_of(row) for row in rows)

    def at_page(self, url: str) -> str | None:
        """Give the usable article that has a page; the first by guid of several."""
        query = sa.select(KEYS.c.guid).where(KEYS.c.page == url, KEYS.c.usable)
        return next((row.guid for row in self._all(query.order_by(KEYS.c.guid).limit(1))), None)

    def arrived_since(self, serial: int, most: int) -> tuple[int, tuple[str, ...]]:
        """Give the serial of the last version that arrived, and whose arrived after one: so many
        of them at most."""
        [newest] = self._all(sa.select(sa.func.max(ARRIVALS.c.serial)))
        query = sa.select(ARRIVALS.c.guid).where(ARRIVALS.c.serial > serial).distinct().limit(most)
        guids = tuple(sorted(row.guid for row in self._all(query)))
        return newest[0] or 0, guids

    def named_partners(self) -> frozenset[str]:
        """Give the partners that an article names, in an embargo of their own."""
        mine = (FACETS.c.facet >= _NAMED) & (FACETS.c.facet < _NAMED[:-1] + ";")
        rows = self._all(sa.select(FACETS.c.facet).where(mine).distinct())
        return frozenset(row.facet.removeprefix(_NAMED) for row in rows)

    def index_anew(self) -> None:
        """Make the index anew where it was made by another version."""
        made = sa.select(SETTINGS.c.value).where(SETTINGS.c.name == "index")
        rows = self._all(made)
        if rows and rows[0].value == MADE_BY:
            return
        with self._changing() as connection:
            connection.execute(KEYS.delete())
            connection.execute(FACETS.delete())
            guids = [row.guid for row in connection.execute(sa.select(ARTICLES.c.guid).distinct())]
            for guid in sorted(guids):
                query = sa.select(ARTICLES).where(ARTICLES.c.guid == guid)
                versions = [article_of(row) for row in connection.execute(query)]
                _write(connection, max(versions, key=lambda one: one.version), _latest(versions))
            upsert(connection, SETTINGS, [{"name": "index", "value": MADE_BY}])


def index_article(connection: sa.Connection, article: Article) -> None:
    """Note that a version arrived, in the transaction that keeps it."""
    last = connection.execute(sa.select(sa.func.max(ARRIVALS.c.serial))).scalar() or 0
    connection.execute(ARRIVALS.insert().values(serial=last + 1, guid=article.guid))
    before = sa.select(ARTICLES).where(
        ARTICLES.c.guid == article.guid, ARTICLES.c.version != article.version
    )
    others = [article_of(row) for row in connection.execute(before)]
    newest = max(others, key=lambda one: one.version, default=None)
    latest = _latest([article, *others])
    if newest and newest.version > article.version:
        connection.execute(KEYS.update().where(KEYS.c.guid == article.guid).values(latest=latest))
        return
    if newest:
        mine = sa.tuple_(FACETS.c.facet, FACETS.c.released, FACETS.c.guid)
        rows = [(f, _number(_released(newest)), newest.guid) for f in _facets(newest)]
        connection.execute(FACETS.delete().where(mine.in_(rows)))
    _write(connection, article, latest)


def _write(connection: sa.Connection, article: Article, latest: int) -> None:
    released, created = _number(_released(article)), _number(article.version_created)
    key: dict[str, Any] = {
        "guid": article.guid,
        "released": released,
        "created": created,
        "updated": max(released, created),
        "latest": latest,
        "urgency": article.urgency or LEAST_URGENT,
        "usable": article.pub_status is PubStatus.USABLE,
        "version": article.version,
        "page": article.canonical_url,
    }
    upsert(connection, KEYS, [key])
    rows = [
        {"facet": f, "released": released, "guid": article.guid} for f in set(_facets(article))
    ]
    insert(connection, FACETS, rows)


def _facets(article: Article) -> Iterator[str]:
    yield from facets(article)
    if article.embargoed:
        yield from (f"{_NAMED}{one.partner}" for one in article.embargoed.by_partner)


def _released(article: Article) -> datetime:
    """Give when an article is published at the latest, licences' delays apart."""
    embargo = article.embargoed
    if embargo is None:
        return article.published_from
    ends = [embargo.until.at] if embargo.until else []
    ends += [one.until.at for one in embargo.by_partner]
    return max((article.published_from, *ends))


def _latest(versions: Iterable[Article]) -> int:
    return max(_number(one.version_created) for one in versions)


def _number(moment: datetime) -> int:
    """Give an instant as whole microseconds."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _moment(number: int) -> datetime:
    return _EPOCH + timedelta(microseconds=number)


def _key_of(row: Any) -> Key:
    return Key(row.guid, row.version, _moment(row.released), _moment(row.created), row.urgency)


def _brief() -> sa.Select[Any]:
    """Give the query for the newest versions of articles in short."""
    newest = (ARTICLES.c.guid == KEYS.c.guid) & (ARTICLES.c.version == KEYS.c.version)
    columns = (KEYS.c.guid, KEYS.c.version, KEYS.c.released, KEYS.c.created)
    return sa.select(*columns, ARTICLES.c.json).select_from(KEYS).join(ARTICLES, newest)


def _brief_of(row: Any) -> Brief:
    said = json.loads(row.json)
    return Brief(
        row.guid,
        row.version,
        said["headline"],
        said["language"],
        said.get("canonical_url", ""),
        PubStatus(said["pub_status"]),
        _moment(row.released),
        _moment(row.created),
    )
