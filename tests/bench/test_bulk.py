"""Articles that the benchmark puts in together stand in the store as if they came one by one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from bench.bulk import keep_all
from bench.corpus import BODY, HOT, NOW, SHORT, Size, archive, article, articles
from syndicate.stores._tables import METADATA, SETTINGS
from syndicate.stores.sql import SqlStore

SIZE = Size(articles=24, partners=4, entries=6)


@pytest.fixture
def stores() -> Iterator[tuple[SqlStore, SqlStore]]:
    one, other = SqlStore.open("sqlite://"), SqlStore.open("sqlite://")
    yield one, other
    one.close()
    other.close()


def tables(store: SqlStore) -> dict[str, list[Any]]:
    return {
        table.name: sorted(map(tuple, store._all(sa.select(table))))
        for table in METADATA.sorted_tables
    }


def test_every_table_is_as_after_putting_one_by_one(stores: tuple[SqlStore, SqlStore]) -> None:
    together, single = stores
    keep_all(together, articles(SIZE), NOW)
    keep_all(together, archive(7, SIZE), NOW)
    for one in (*articles(SIZE), *archive(7, SIZE)):
        single.put(one, None, NOW)
    assert tables(together) == tables(single)


def test_an_index_made_anew_says_the_same(stores: tuple[SqlStore, SqlStore]) -> None:
    store, _ = stores
    keep_all(store, articles(SIZE), NOW)
    before = tables(store)
    with store._changing() as connection:
        connection.execute(SETTINGS.delete().where(SETTINGS.c.name == "index"))
    store.index_anew()
    assert tables(store) == before


def test_the_corpus_is_what_it_says() -> None:
    made = list(articles(SIZE))
    assert [one for one in made if one.language == "ar"] == made[9::10]
    assert [one for one in made if one.products == ("hot",)] == made[-HOT:]
    assert made == sorted(made, key=lambda one: one.first_created)
    for one in made:
        size = sum(len(block.text.encode()) for block in one.body if block.type == "paragraph")
        assert BODY - SHORT < size <= BODY
    changed = article(SIZE.articles - 1, SIZE, 2)
    assert changed.version_created < NOW
    assert changed.headline != made[-1].headline
