"""Finding articles a page at a time: all of them once, newest first, whatever their status."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.model.errors import NotFound
from syndicate.pipeline.browse import LOOKED_AT, PAGE, browse, guid_named
from syndicate.pipeline.pool import Brief
from syndicate.pipeline.ports import Store
from syndicate.stores.sql import SqlStore
from tests.builders import NOW, an_article

STEM = "tag:harbour.example,2025:"


def put(store: Store, name: str, hours: int, **changes: object) -> None:
    made = NOW - timedelta(hours=hours)
    dates = {"first_created": made, "version_created": made, "first_published": None}
    store.put(an_article(**{"guid": f"{STEM}{name}", **dates, **changes}), None, NOW)


def walked(store: Store, words: str = "") -> Iterator[Brief]:
    """Give the articles of all pages."""
    after, more = "", True
    while more:
        found = browse(store, words, after)
        assert len(found.articles) <= PAGE
        yield from found.articles
        after, more = found.after, bool(found.after)


@settings(deadline=None, max_examples=15)
@given(st.lists(st.integers(0, 40), max_size=3 * PAGE))
def test_all_pages_together_hold_every_article_once_newest_first(ages: list[int]) -> None:
    store = SqlStore.open("sqlite://")
    for number, hours in enumerate(ages):
        put(store, f"a{number}", hours)
    found = list(walked(store))
    assert sorted(one.guid for one in found) == sorted(store.guids())
    assert [one.released for one in found] == sorted((o.released for o in found), reverse=True)
    store.close()


@pytest.fixture
def store() -> Iterator[Store]:
    made = SqlStore.open("sqlite://")
    for number in range(60):
        put(made, f"a{number}", number, headline=f"Harbour Wall {number}")
    put(made, "b1", 100, headline="Über den Kai", canonical_url="https://harbour.example/kai")
    put(made, "b1", 99, version=2, headline="Über den Kai", pub_status="canceled", body=[])
    yield made
    made.close()


def test_what_was_killed_is_found_at_its_place(store: Store) -> None:
    last = list(walked(store))[-1]
    assert (last.guid, last.version, last.pub_status) == (f"{STEM}b1", 2, "canceled")


@pytest.mark.parametrize("words", ["über KAI", "b1", f"{STEM}b1"])
def test_words_in_any_case_and_ends_of_guids_find_it(store: Store, words: str) -> None:
    assert [one.guid for one in walked(store, words)] == [f"{STEM}b1"]


def test_every_article_with_the_words_is_found_once(store: Store) -> None:
    found = [one.guid for one in walked(store, "wall harbour")]
    assert len(found) == len(set(found)) == 60


def test_signs_that_mean_something_to_a_database_mean_nothing(store: Store) -> None:
    assert list(walked(store, "%")) == list(walked(store, "_")) == []


def test_words_are_looked_for_among_so_many_articles_at_a_time(store: Store) -> None:
    assert browse(store, "nothing of the kind").looked == 61 < LOOKED_AT
    assert browse(store, "nothing of the kind", f"{STEM}a59").looked == 1


def test_a_name_is_that_of_one_article_or_of_none(store: Store) -> None:
    assert guid_named(store, f"{STEM}b1") == guid_named(store, ":b1") == f"{STEM}b1"
    for name in ("1", "nothing", ""):
        with pytest.raises(NotFound):
            guid_named(store, name)
