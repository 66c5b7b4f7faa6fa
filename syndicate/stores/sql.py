"""The store in a SQL database: keys beside the validated models as JSON.

SQLite, through SQLAlchemy Core (https://docs.sqlalchemy.org/en/20/core/); what is SQLite's own
stands in `_sqlite` alone. Articles are here; receipts, notices and the journal have modules of
their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from syndicate.model.article import Article
from syndicate.model.errors import StoreFailed, VersionConflict
from syndicate.stores import _head, _sqlite
from syndicate.stores._access import AccessPart
from syndicate.stores._chain import Noted
from syndicate.stores._database import told
from syndicate.stores._following import FollowingPart
from syndicate.stores._index import IndexPart, index_article
from syndicate.stores._journal import JournalPart
from syndicate.stores._kept import KeptPart
from syndicate.stores._push import PushPart
from syndicate.stores._receipts import ReceiptPart
from syndicate.stores._rows import article_of, article_row, digest_of, storable
from syndicate.stores._schema import bring_up_to_date
from syndicate.stores._streams import StreamPart
from syndicate.stores._tables import ARTICLES, ORIGINS
from syndicate.stores._usage import UsagePart

_PAGE = 200


class SqlStore(
    ReceiptPart,
    StreamPart,
    KeptPart,
    FollowingPart,
    AccessPart,
    UsagePart,
    PushPart,
    IndexPart,
    JournalPart,
):
    """A Store (see `syndicate.pipeline.ports`) in a SQL database."""

    @classmethod
    def open(cls, url: str) -> SqlStore:
        """Give the store at a URL, made where missing, its schema brought up to date.

        sqlite:// is in memory; everything after sqlite:/// is a path, character for character.
        Raises StoreFailed, also for a database that was there and is gone.
        """
        if url != "sqlite://" and not url.startswith(_sqlite.PREFIX):
            raise StoreFailed(
                "no such kind of store",
                where=url.partition(":")[0],
                mend="write sqlite:/// and the path of a file",
            )
        place = url.removeprefix(_sqlite.PREFIX)
        with told(place):
            head = Path(f"{place}.head") if place not in {url, "", ":memory:"} else None
            _head.refuse_gone(Path(place), head)
            store = cls(_sqlite.engine(url), place, head)
            try:
                bring_up_to_date(store._engine, place)
                store._begin_head()
                store.index_anew()
            except BaseException:
                store.close()
                raise
        return store

    def scratch(self) -> SqlStore:
        """Give a copy in memory, to try things on that must not be kept. Raises StoreFailed."""
        with told(self._place):
            copy = type(self)(_sqlite.engine("sqlite://"), "a copy in memory")
            _sqlite.copy_into(self._engine, copy._engine)
        return copy

    def copy_to(self, path: Path) -> None:
        """Write the database into a new file, as it stands at this moment. Raises StoreFailed."""
        with told(self._place):
            engine = _sqlite.engine(f"{_sqlite.PREFIX}{path}")
            try:
                _sqlite.copy_into(self._engine, engine)
            finally:
                engine.dispose()

    def close(self) -> None:
        """Let go of the database; what the journal gained is noted outside of it first."""
        try:
            self._note_head()
        finally:
            self._engine.dispose()

    def put(self, article: Article, origin: str | None, at: datetime) -> None:
        """Keep a version and its origin, durable on return.

        Raises VersionConflict where the version is stored with other content, StoreFailed.
        """
        name = None if origin is None else storable(origin)
        with told(self._place):
            try:
                self._put(article, name, at)
            except StoreFailed as err:  # another process was faster: see what it stored
                if not isinstance(err.__cause__, IntegrityError):
                    raise
                self._put(article, name, at)

    def _put(self, article: Article, origin: str | None, at: datetime) -> None:
        text = article.model_dump_json(exclude_none=True)
        with self._engine.connect() as connection:
            known = _is_stored(connection, article, text)
            bound = origin is None or _guid_of(connection, origin) == article.guid
        if known and bound:
            return
        with self._changing() as connection:
            if not known:
                connection.execute(ARTICLES.insert().values(article_row(article, text, at)))
                index_article(connection, article)
                subject = f"{article.guid} v{article.version}"
                self._note(connection, [Noted("article", subject, digest_of(text), at)])
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
        with told(self._place), self._engine.connect() as connection:
            return _guid_of(connection, storable(origin))

    def guids(self) -> tuple[str, ...]:
        """Give every guid, sorted."""
        query = sa.select(ARTICLES.c.guid).distinct()
        return tuple(sorted(row.guid for row in self._all(query)))


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
