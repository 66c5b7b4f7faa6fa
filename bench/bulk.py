"""Many articles into a store at once, for the benchmark alone.

`SqlStore.put` makes each article durable before the next; here a thousand share a transaction, and
their rows are inserted together. They are the rows that `put` makes, index and log and all: the
test of the benchmark compares them, table by table. Only for articles that the store does not
know, in one version and without an embargo.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import sqlalchemy as sa

from syndicate.licensing.covers import facets
from syndicate.model.article import Article, PubStatus
from syndicate.pipeline.pool import LEAST_URGENT
from syndicate.stores._chain import Noted
from syndicate.stores._rows import article_row, digest_of
from syndicate.stores._tables import ARRIVALS, ARTICLES, FACETS, KEYS
from syndicate.stores.sql import SqlStore

AT_ONCE = 1_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def keep_all(store: SqlStore, articles: Iterable[Article], at: datetime) -> None:
    """Keep articles that the store does not know yet."""
    left = iter(articles)
    while some := list(islice(left, AT_ONCE)):
        rows = [article_row(one, one.model_dump_json(exclude_none=True), at) for one in some]
        with store._changing() as connection:
            connection.execute(ARTICLES.insert(), rows)
            connection.execute(ARRIVALS.insert(), list(_arrivals(connection, some)))
            connection.execute(KEYS.insert(), [_key(one) for one in some])
            connection.execute(FACETS.insert(), [row for one in some for row in _facets(one)])
            store._note(connection, [_noted(row, at) for row in rows])


def _arrivals(connection: sa.Connection, articles: Sequence[Article]) -> Iterator[dict[str, Any]]:
    last = connection.execute(sa.select(sa.func.max(ARRIVALS.c.serial))).scalar() or 0
    for serial, one in enumerate(articles, last + 1):
        yield {"serial": serial, "guid": one.guid}


def _key(article: Article) -> dict[str, Any]:
    created = _number(article.version_created)
    return {
        "guid": article.guid,
        "released": _number(article.published_from),
        "created": created,
        "updated": max(_number(article.published_from), created),
        "latest": created,
        "urgency": article.urgency or LEAST_URGENT,
        "usable": article.pub_status is PubStatus.USABLE,
        "version": article.version,
        "page": article.canonical_url,
    }


def _facets(article: Article) -> Iterator[dict[str, Any]]:
    released = _number(article.published_from)
    for facet in sorted(set(facets(article))):
        yield {"facet": facet, "released": released, "guid": article.guid}


def _noted(row: dict[str, Any], at: datetime) -> Noted:
    return Noted("article", f"{row['guid']} v{row['version']}", digest_of(row["json"]), at)


def _number(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)
