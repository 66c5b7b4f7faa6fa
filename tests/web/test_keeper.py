"""The catalog of a running server: made anew when something changed, kept for a bad day."""

from __future__ import annotations

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from syndicate.model.errors import StoreFailed
from syndicate.pipeline.catalog import Catalog, catalog_in
from syndicate.web.keeper import Keeper

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


class World:
    """What a keeper looks at."""

    def __init__(self, folder: Path) -> None:
        self.name = "one"
        self.looks = "one"
        self.broken = False
        self.told: list[str] = []
        self.kept = folder / "catalog"
        self.made = 0

    def make(self) -> Catalog:
        self.made += 1
        if self.broken:
            raise StoreFailed("no database", where="desk.db")
        return Catalog("https://feeds.example", self.name, {}, frozenset(), {}, NOW)

    def keeper(self) -> Keeper:
        return Keeper(self.make, lambda: self.looks, self.kept, self.told.append)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_it_is_made_anew_only_when_something_changed(world: World) -> None:
    keeper = world.keeper()
    world.name = "two"
    assert not keeper.look()
    assert (keeper.catalog.name, world.made) == ("one", 1)
    world.looks = "two"
    assert keeper.look()
    assert not keeper.look()
    assert (keeper.catalog.name, world.made) == ("two", 2)


def test_the_last_good_one_stays_while_nothing_can_be_read(world: World) -> None:
    keeper = world.keeper()
    world.broken, world.looks = True, "two"
    for _ in range(3):
        assert not keeper.look()
    assert keeper.catalog.name == "one"
    assert "no database" in keeper.failure
    assert world.told == ["the last good state is served: desk.db: no database."]
    world.broken, world.name = False, "two"
    assert keeper.look()
    assert (keeper.catalog.name, keeper.failure) == ("two", "")
    assert world.told[1:] == ["what is served is up to date again"]


def test_a_server_starts_without_a_database(world: World) -> None:
    world.keeper()
    world.broken = True
    again = world.keeper()
    assert again.catalog.name == "one"
    assert again.failure
    world.broken = False
    assert again.look()
    assert not again.failure


def test_one_that_has_nothing_at_all_does_not_start(world: World) -> None:
    world.broken = True
    with pytest.raises(StoreFailed):
        world.keeper()
    world.kept.write_text("nonsense")
    with pytest.raises(StoreFailed):
        world.keeper()


def test_what_is_kept_is_for_the_owner_alone_and_whole(world: World) -> None:
    keeper = world.keeper()
    assert stat.S_IMODE(world.kept.stat().st_mode) == 0o600
    assert catalog_in(world.kept.read_text()) == keeper.catalog
    assert [one.name for one in world.kept.parent.iterdir()] == ["catalog"]


def test_where_it_cannot_be_kept_it_is_served_all_the_same(world: World) -> None:
    world.kept.mkdir()
    keeper = world.keeper()
    assert keeper.catalog.name == "one"
    world.kept = Path("/nowhere/catalog")
    assert world.keeper().catalog.name == "one"
