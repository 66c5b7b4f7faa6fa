"""The store in a SQL database: keys beside the validated models as JSON.

SQLite for now, through SQLAlchemy Core (https://docs.sqlalchemy.org/en/20/core/); what is SQLite's
own stands in `_sqlite` alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from syndicate.model.article import Article
from syndicate.model.errors import StoreFailed, VersionConflict
from syndicate.model.receipt import Edition
from syndicate.stores import _sqlite
from syndicate.stores._rows import (
    article_of,
    article_row,
    digest_of,
    edition_of,
    edition_row,
    line_of,
    line_rows,
    manifest_of,
    storable,
)
from syndicate.stores._schema import bring_up_to_date
from syndicate.stores._tables import ARTICLES, EDITIONS, LINES, ORIGINS

_PAGE = 200


class SqlStore:
    """A Store (see `syndicate.pipeline.ports`) in a SQL database."""

    def __init__(self, engine: sa.Engine, place: str) -> None:
        self._engine = engine
        self._place = place

    @classmethod
    def open(cls, url: str) -> SqlStore:
        """Give the store at a URL, made where missing, its schema brought up to date.

        sqlite:// is in memory; everything after sqlite:/// is a path, character for character.
        Raises StoreFailed.
        """
        if url != "sqlite://" and not url.startswith(_sqlite.PREFIX):
            raise StoreFailed(
                "no such kind of store",
                where=url.partition(":")[0],
                mend="write sqlite:/// and the path of a file",
            )
        place = url.removeprefix(_sqlite.PREFIX)
        with _told(place):
            store = cls(_sqlite.engine(url), place)
            try:
                bring_up_to_date(store._engine, place)
            except BaseException:
                store.close()
                raise
        return store

    def scratch(self) -> SqlStore:
        """Give a copy in memory, to try things on that must not be kept. Raises StoreFailed."""
        with _told(self._place):
            copy = type(self)(_sqlite.engine("sqlite://"), "a copy in memory")
            _sqlite.copy_into(self._engine, copy._engine)
        return copy

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def put(self, article: Article, origin: str | None, at: datetime) -> None:
        """Keep a version and its origin, durable on return.

        Raises VersionConflict where the version is stored with other content, StoreFailed.
        """
        name = None if origin is None else storable(origin)
        with _told(self._place):
            try:
                self._put(article, name, at)
            except IntegrityError:  # another process was faster: see what it stored
                self._put(article, name, at)

    def _put(self, article: Article, origin: str | None, at: datetime) -> None:
        text = article.model_dump_json(exclude_none=True)
        with self._engine.connect() as connection:
            known = _is_stored(connection, article, text)
            bound = origin is None or _guid_of(connection, origin) == article.guid
        if known and bound:
            return
        with self._engine.begin() as connection:
            if not known:
                connection.execute(ARTICLES.insert().values(article_row(article, text, at)))
            if origin is not None and not bound:
                _bind(connection, origin, article.guid)

    def current(self) -> Iterator[Article]:
        """Give the newest version of every article, ordered by guid.

        Read page by page, so that a caller may put between two articles.
        """
        last = ""
        while rows := self._all(_newest_after(last)):
            yield from (article_of(row) for row in rows)
            last = rows[-1].guid

    def history(self, guid: str) -> tuple[Article, ...]:
        """Give every version of an article, oldest first."""
        query = sa.select(ARTICLES).where(ARTICLES.c.guid == guid).order_by(ARTICLES.c.version)
        return tuple(article_of(row) for row in self._all(query))

    def guid_of(self, origin: str) -> str | None:
        """Give the guid that an origin was bound to."""
        with _told(self._place), self._engine.connect() as connection:
            return _guid_of(connection, storable(origin))

    def guids(self) -> tuple[str, ...]:
        """Give every guid, sorted."""
        query = sa.select(ARTICLES.c.guid).distinct()
        return tuple(sorted(row.guid for row in self._all(query)))

    def record(self, edition: Edition) -> None:
        """Keep an edition, durable on return. Raises StoreFailed where its sequence is taken."""
        with _told(self._place):
            try:
                self._record(edition)
            except IntegrityError as err:
                if self._has(edition):
                    raise StoreFailed(
                        f"edition {edition.sequence} is already recorded",
                        where=f"feed {edition.feed}, {edition.format}",
                        mend="run again: another run was faster",
                    ) from err
                self._record(edition)

    def _record(self, edition: Edition) -> None:
        rows = line_rows(edition)
        with self._engine.begin() as connection:
            connection.execute(EDITIONS.insert().values(edition_row(edition)))
            held = sa.select(LINES.c.position).where(LINES.c.manifest == manifest_of(edition))
            if rows and connection.execute(held.limit(1)).first() is None:
                connection.execute(LINES.insert(), rows)

    def _has(self, edition: Edition) -> bool:
        same = (
            (EDITIONS.c.feed == edition.feed)
            & (EDITIONS.c.format == edition.format)
            & (EDITIONS.c.sequence == edition.sequence)
        )
        return bool(self._all(sa.select(EDITIONS.c.serial).where(same)))

    def last_edition(self, feed: str, format_name: str) -> Edition | None:
        """Give the newest edition of a feed in a format."""
        newest = (
            sa.select(sa.func.max(EDITIONS.c.sequence))
            .where(EDITIONS.c.feed == feed, EDITIONS.c.format == format_name)
            .scalar_subquery()
        )
        found = self._editions(
            (EDITIONS.c.feed == feed)
            & (EDITIONS.c.format == format_name)
            & (EDITIONS.c.sequence == newest)
        )
        return found[0] if found else None

    def editions(self, feed: str) -> tuple[Edition, ...]:
        """Give every edition of a feed, in the order of recording."""
        return self._editions(EDITIONS.c.feed == feed)

    def holders(self, guid: str) -> tuple[Edition, ...]:
        """Give every edition that names an article, also as withdrawn, in order of recording."""
        manifests = sa.select(LINES.c.manifest).where(LINES.c.guid == guid)
        return self._editions(EDITIONS.c.manifest.in_(manifests))

    def _editions(self, which: sa.ColumnElement[bool]) -> tuple[Edition, ...]:
        rows = self._all(sa.select(EDITIONS).where(which).order_by(EDITIONS.c.serial))
        named = sa.select(EDITIONS.c.manifest).where(which)
        lines = self._all(
            sa.select(LINES)
            .where(LINES.c.manifest.in_(named))
            .order_by(LINES.c.manifest, LINES.c.position)
        )
        manifests = {
            digest: tuple(line_of(line) for line in group)
            for digest, group in groupby(lines, lambda line: line.manifest)
        }
        return tuple(edition_of(row, manifests.get(row.manifest, ())) for row in rows)

    def _all(self, query: sa.Select[Any]) -> list[Any]:
        with _told(self._place), self._engine.connect() as connection:
            return list(connection.execute(query))


@contextmanager
def _told(place: str) -> Iterator[None]:
    """Turn the errors of database and disk into one clear line."""
    try:
        yield
    except DBAPIError as err:
        says = str(err.orig).splitlines()[0]
        raise StoreFailed(says, where=place, mend=_sqlite.mend_of(says)) from err
    except (SQLAlchemyError, OSError) as err:
        raise StoreFailed(str(err).splitlines()[0], where=place) from err


def _is_stored(connection: sa.Connection, article: Article, text: str) -> bool:
    """Say whether the version is stored. Raises VersionConflict where it is another one."""
    query = sa.select(ARTICLES).where(
        ARTICLES.c.guid == article.guid, ARTICLES.c.version == article.version
    )
    row = connection.execute(query).first()
    if row is None:
        return False
    # A model that gained a field since then writes other JSON for the same article.
    if row.digest != digest_of(text) and article_of(row) != article:
        raise VersionConflict(
            f"version {article.version} is stored with other content; versions never change",
            where=article.guid,
            mend=f"give it version {article.version + 1} or higher",
        )
    return True


def _guid_of(connection: sa.Connection, origin: str) -> str | None:
    query = sa.select(ORIGINS.c.guid).where(ORIGINS.c.origin == origin)
    return connection.execute(query).scalar()


def _bind(connection: sa.Connection, origin: str, guid: str) -> None:
    moved = connection.execute(
        ORIGINS.update().where(ORIGINS.c.origin == origin).values(guid=guid)
    )
    if not moved.rowcount:
        connection.execute(ORIGINS.insert().values(origin=origin, guid=guid))


def _newest_after(guid: str) -> sa.Select[Any]:
    newest = (
        sa.select(ARTICLES.c.guid, sa.func.max(ARTICLES.c.version).label("version"))
        .where(ARTICLES.c.guid > guid)
        .group_by(ARTICLES.c.guid)
        .order_by(ARTICLES.c.guid)
        .limit(_PAGE)
        .subquery()
    )
    same = (ARTICLES.c.guid == newest.c.guid) & (ARTICLES.c.version == newest.c.version)
    return sa.select(ARTICLES).join(newest, same).order_by(ARTICLES.c.guid)
