"""The catalog of a running server: made anew when something changed, kept for a bad day."""

from __future__ import annotations

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from syndicate.model.credential import Credential, Kind
from syndicate.model.errors import BadDesk, StoreFailed
from syndicate.pipeline.catalog import Catalog, catalog_in
from syndicate.web.keeper import Keeper

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
NO_DATABASE = StoreFailed("no database", where="desk.db")
ODD = (NO_DATABASE, OSError(36, "File name too long"), KeyError("format"), ValueError())
KEY = Credential(id="k3v5n2aq", kind=Kind.KEY, partner="gazette", digest="0" * 64, issued_at=NOW)


class World:
    """What a keeper looks at."""

    def __init__(self, folder: Path) -> None:
        self.name = "one"
        self.looks = "one"
        self.broken: Exception | None = None
        self.blind: Exception | None = None
        self.keys: tuple[Credential, ...] | None = ()
        self.told: list[str] = []
        self.kept = folder / "catalog"
        self.made = 0

    def make(self) -> Catalog:
        self.made += 1
        if self.broken:
            raise self.broken
        keys = {one.id: one for one in self.keys or ()}
        return Catalog("https://feeds.example", self.name, {}, frozenset(), keys, NOW)

    def look(self) -> str:
        if self.blind:
            raise self.blind
        return self.looks

    def credentials(self) -> tuple[Credential, ...]:
        if self.keys is None:
            raise NO_DATABASE
        return self.keys

    def keeper(self) -> Keeper:
        return Keeper(self.make, self.look, self.credentials, self.kept, self.told.append)


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
    world.broken, world.looks = NO_DATABASE, "two"
    for _ in range(3):
        assert not keeper.look()
    assert keeper.catalog.name == "one"
    assert "no database" in keeper.failure
    assert world.told == ["the last good state is served: desk.db: no database."]
    world.broken, world.name = None, "two"
    assert keeper.look()
    assert (keeper.catalog.name, keeper.failure) == ("two", "")
    assert world.told[1:] == ["what is served is up to date again"]


@pytest.mark.parametrize("met", ODD)
@pytest.mark.parametrize("where", ["broken", "blind"])
def test_whatever_is_wrong_is_told_and_over_when_it_is_over(
    world: World, where: str, met: Exception
) -> None:
    keeper = world.keeper()
    world.looks, world.name = "two", "two"
    setattr(world, where, met)
    assert not keeper.look()
    assert str(met) in keeper.failure != ""
    assert len(world.told) == 1
    again = world.keeper()
    assert (again.catalog.name, again.failure) == ("one", keeper.failure)
    setattr(world, where, None)
    for one in (keeper, again):
        assert one.look()
        assert (one.catalog.name, one.failure) == ("two", "")


def test_what_is_put_back_as_it_was_is_well_again(world: World) -> None:
    keeper = world.keeper()
    world.looks, world.broken = "two", NO_DATABASE
    assert not keeper.look()
    world.looks = "one"
    assert not keeper.look()
    assert not keeper.failure
    assert world.made == 2


def test_a_key_that_ended_opens_nothing_while_other_things_are_broken(world: World) -> None:
    ended = KEY.model_copy(update={"ends_at": NOW})
    world.keys = (KEY,)
    keeper = world.keeper()
    world.looks, world.broken, world.keys = "two", BadDesk("zz.toml"), (ended,)
    assert keeper.look()
    assert not keeper.look()
    assert keeper.catalog.credentials == {KEY.id: ended}
    assert keeper.failure
    assert catalog_in(world.kept.read_text()) == keeper.catalog
    world.keys = ()
    assert world.keeper().catalog.credentials == {}


def test_the_keys_that_were_known_last_stay_without_a_database(world: World) -> None:
    world.keys = (KEY,)
    keeper = world.keeper()
    world.looks, world.broken, world.keys = "two", NO_DATABASE, None
    assert not keeper.look()
    assert keeper.catalog.credentials == {KEY.id: KEY}
    assert world.keeper().catalog.credentials == {KEY.id: KEY}


def test_a_log_that_nobody_takes_keeps_nothing_from_being_followed(world: World) -> None:
    def tell(_: str) -> None:
        raise BrokenPipeError

    keeper = Keeper(world.make, world.look, world.credentials, world.kept, tell)
    world.broken, world.looks = NO_DATABASE, "two"
    assert not keeper.look()
    world.broken = None
    assert keeper.look()


def test_a_server_starts_without_a_database(world: World) -> None:
    world.keeper()
    world.broken = NO_DATABASE
    again = world.keeper()
    assert again.catalog.name == "one"
    assert again.failure
    world.broken = None
    assert again.look()
    assert not again.failure


def test_one_that_has_nothing_at_all_does_not_start(world: World) -> None:
    world.broken = NO_DATABASE
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
