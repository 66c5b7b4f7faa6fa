from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import get_args

import pytest
import sqlalchemy as sa

from syndicate.model.article import Article
from syndicate.model.base import Model
from syndicate.model.errors import StoreFailed, VersionConflict
from syndicate.model.receipt import Edition, Receipt
from syndicate.pipeline.ports import Store
from syndicate.stores._rows import digest_of
from syndicate.stores.sql import SqlStore
from tests.builders import NOW, an_article, at
from tests.stores.rich import GUID, a_rich_article, an_edition


@pytest.fixture(params=["memory", "file"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    url = "sqlite://" if request.param == "memory" else f"sqlite:///{tmp_path}/desk.db"
    opened = SqlStore.open(url)
    yield opened
    opened.close()


@pytest.mark.parametrize("article", [an_article(), a_rich_article()], ids=["plain", "rich"])
def test_an_article_comes_back_equal(store: Store, article: Article) -> None:
    store.put(article, None, NOW)
    assert store.history(GUID) == (article,)
    assert next(store.current()) == article


def _models(model: type[Model], seen: set[type[Model]]) -> set[type[Model]]:
    def walk(annotation: object) -> None:
        if isinstance(annotation, type) and issubclass(annotation, Model):
            _models(annotation, seen)
        for inner in get_args(annotation):
            walk(inner)

    if model not in seen:
        seen.add(model)
        for field in model.model_fields.values():
            walk(field.annotation)
    return seen


@pytest.mark.parametrize("noun", [Article, Edition])
def test_leaving_none_out_of_the_stored_json_loses_nothing(noun: type[Model]) -> None:
    found = _models(noun, set())
    optional = [
        (model.__name__, name, field.default)
        for model in found
        for name, field in model.model_fields.items()
        if type(None) in get_args(field.annotation)
    ]
    assert len(found) > 1
    assert [one for one in optional if one[2] is not None] == []


def test_storing_an_equal_version_again_changes_nothing(store: Store) -> None:
    store.put(an_article(), "wall.json", NOW)
    stated = Article.model_validate(an_article().model_dump())
    assert stated.model_fields_set != an_article().model_fields_set
    store.put(stated, "wall.json", at("2027-01-01T00:00Z"))
    assert len(store.history(GUID)) == 1


def test_a_version_never_changes(store: Store) -> None:
    store.put(an_article(), None, NOW)
    with pytest.raises(VersionConflict, match=r"wall: version 1 .* Mend: give it version 2"):
        store.put(an_article(headline="Another"), None, NOW)
    assert store.history(GUID) == (an_article(),)


def test_a_refused_version_binds_no_origin(store: Store) -> None:
    store.put(an_article(), None, NOW)
    with pytest.raises(VersionConflict):
        store.put(an_article(headline="Another"), "other.json", NOW)
    assert store.guid_of("other.json") is None


def test_history_is_oldest_first_and_current_the_newest(store: Store) -> None:
    versions = [an_article(version=n, headline=f"Version {n}") for n in (10, 9, 2)]
    for version in versions:
        store.put(version, None, NOW)
    assert [one.version for one in store.history(GUID)] == [2, 9, 10]
    assert [one.version for one in store.current()] == [10]


def test_an_unknown_guid_has_no_history(store: Store) -> None:
    assert store.history("tag:nowhere.example,2024:x") == ()


def test_current_gives_every_article_by_guid_over_many_pages(store: Store) -> None:
    names = [f"tag:harbour.example,2024:n{n:03}" for n in range(451)]
    for name in reversed(names):
        store.put(an_article(guid=name), None, NOW)
    assert [one.guid for one in store.current()] == names
    assert store.guids() == tuple(names)


def test_an_article_may_be_put_while_current_is_read(store: Store) -> None:
    store.put(an_article(), None, NOW)
    for article in store.current():
        store.put(article.changed(version=2), None, NOW)
    assert [one.version for one in store.current()] == [2]


@pytest.mark.parametrize(
    "origin",
    [
        "https://harbour.example/wall?a=1#b",
        "articles/الجدار 'quoted' \"twice\"; DROP TABLE origins.json",
        "broken-\udcff-bytes.json",
        "nul\0byte",
        "",
    ],
)
def test_an_origin_names_its_guid(store: Store, origin: str) -> None:
    assert store.guid_of(origin) is None
    store.put(an_article(), origin, NOW)
    assert store.guid_of(origin) == GUID


def test_the_last_binding_of_an_origin_counts(store: Store) -> None:
    other = "tag:harbour.example,2024:other"
    store.put(an_article(), "wall.json", NOW)
    store.put(an_article(guid=other), "wall.json", NOW)
    assert store.guid_of("wall.json") == other


def test_an_edition_comes_back_equal(store: Store) -> None:
    edition = an_edition(
        manifest=[
            {"guid": "tag:x.example,2024:b", "version": 3},
            {"guid": "tag:x.example,2024:a", "version": 1, "withdrawn": True},
            {"guid": "tag:x.example,2024:b", "version": 2},
        ],
        updated="2026-05-01T11:59:59.999999Z",
    )
    store.record(Receipt((edition,)))
    assert store.editions("gazette-all") == (edition,)
    assert store.last_edition("gazette-all", "rss") == edition


def test_an_empty_edition_comes_back_equal(store: Store) -> None:
    store.record(Receipt((an_edition(),)))
    assert store.last_edition("gazette-all", "rss") == an_edition()


def test_a_feed_without_editions_has_no_last_one(store: Store) -> None:
    store.record(Receipt((an_edition(),)))
    assert store.last_edition("gazette-all", "atom") is None
    assert store.last_edition("other", "rss") is None
    assert store.editions("other") == ()


def test_a_sequence_is_taken_once(store: Store) -> None:
    store.record(Receipt((an_edition(GUID),)))
    with pytest.raises(StoreFailed, match="feed gazette-all, rss: edition 1 is already recorded"):
        store.record(Receipt((an_edition("tag:x.example,2024:b"),)))
    assert store.editions("gazette-all") == (an_edition(GUID),)
    assert store.holders("tag:x.example,2024:b") == ()


def test_the_last_edition_has_the_highest_sequence(store: Store) -> None:
    for sequence in (1, 2, 10):
        store.record(Receipt((an_edition(sequence=sequence),)))
    last = store.last_edition("gazette-all", "rss")
    assert last is not None
    assert last.sequence == 10


def test_editions_stand_in_order_of_recording_even_when_the_clock_went_back(
    store: Store,
) -> None:
    store.record(Receipt((an_edition(sequence=1, at="2026-05-02T00:00:00Z"),)))
    store.record(Receipt((an_edition(sequence=1, format="atom", at="2026-05-01T00:00:00Z"),)))
    store.record(Receipt((an_edition(sequence=2, at="2026-04-01T00:00:00Z"),)))
    found = [(one.format, one.sequence) for one in store.editions("gazette-all")]
    assert found == [("rss", 1), ("atom", 1), ("rss", 2)]


def test_holders_are_all_editions_that_name_the_article(store: Store) -> None:
    with_it = an_edition(GUID, "tag:x.example,2024:b")
    without = an_edition("tag:x.example,2024:b", sequence=2)
    shared = an_edition(GUID, "tag:x.example,2024:b", feed="other", partner="mirror")
    gone = an_edition(sequence=3, manifest=[{"guid": GUID, "version": 2, "withdrawn": True}])
    for edition in (with_it, without, shared, gone):
        store.record(Receipt((edition,)))
    assert store.holders(GUID) == (with_it, shared, gone)
    assert store.holders("tag:x.example,2024:unknown") == ()


def test_a_receipt_holds_more_than_a_statement_takes() -> None:
    texts = tuple(f"text {number}" for number in range(1_200))
    with closing(SqlStore.open("sqlite://")) as store:
        with store._engine.connect() as connection:
            driver = connection.connection.driver_connection
            assert isinstance(driver, sqlite3.Connection)
            driver.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 500)
        store.record(Receipt(texts=texts, at=NOW))
        store.record(Receipt(texts=(*texts, "one more"), at=NOW))
        assert [store.text(digest_of(text)) for text in texts] == [*texts]
        assert store.latest() == len(texts) + 1


def test_editions_with_the_same_content_share_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    store = SqlStore.open(f"sqlite:///{path}")
    for sequence in range(1, 11):
        store.record(Receipt((an_edition(GUID, sequence=sequence),)))
    store.close()
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        counted = connection.exec_driver_sql("SELECT count(*) FROM manifest_lines").scalar()
    engine.dispose()
    assert counted == 1
