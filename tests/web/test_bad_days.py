"""A server on a bad day: it goes on with what was good last, follows keys, and heals by itself."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from syndicate.model.errors import BadDesk
from syndicate.wiring import Catalogs
from tests.builders import NOW
from tests.cli.running import data, run
from tests.web.serving import Server, served

RSS = "/fenwold/fenwold-text.rss"


def a_key(desk: Path) -> tuple[str, dict[str, str]]:
    made = data("partners", "key", "issue", "fenwold", "--desk", desk)
    return made["id"], {"authorization": f"Bearer {made['secret']}"}


def written(path: Path, text: str) -> None:
    """Write a file in one step, as it is for whoever looks."""
    fresh = path.with_name(f".{path.name}")
    fresh.write_text(text, "utf-8")
    fresh.replace(path)


def revoked(desk: Path, key: str) -> None:
    run("partners", "key", "revoke", key, "--desk", desk)


def test_a_database_that_cannot_even_be_looked_for_is_followed_once_it_can(
    desk: Path, server: Server
) -> None:
    name, key = a_key(desk)
    server.until(200, RSS, **key)
    was = (desk / "desk.toml").read_text("utf-8")
    written(desk / "desk.toml", f'store = "sqlite:///{"a" * 300}.db"\n{was}')
    server.until(503, "/healthz")
    assert "File name too long" in server.line("the last good state is served")
    assert server.ask(RSS, **key).status == 200
    written(desk / "desk.toml", was)
    server.until(200, "/healthz")
    revoked(desk, name)
    assert server.until(401, RSS, **key).code == "key-unknown"
    assert server.stop() == 0


def test_a_record_that_this_version_does_not_know_is_followed_once_it_does(
    desk: Path, server: Server
) -> None:
    name, key = a_key(desk)
    server.until(200, RSS, **key)
    for one, other in (("atom", "quux"), ("quux", "atom")):
        with closing(sqlite3.connect(desk / ".syndicate" / "desk.db")) as database, database:
            changed = "UPDATE ways SET format = ? WHERE format = ?"
            assert database.execute(changed, (other, one)).rowcount
        server.until(503 if one == "atom" else 200, "/healthz")
    revoked(desk, name)
    server.until(401, RSS, **key)


def test_a_key_is_taken_back_while_a_file_of_the_desk_is_broken(
    desk: Path, server: Server
) -> None:
    name, key = a_key(desk)
    server.until(200, RSS, **key)
    written(desk / "licences" / "zz.toml", "id = ")
    revoked(desk, name)
    assert server.until(401, RSS, **key).code == "key-unknown"
    assert server.ask("/healthz").status == 503
    with served(desk) as again:
        assert again.ask(RSS, **key).status == 401


def test_keys_are_followed_while_nothing_says_where_the_database_is(desk: Path) -> None:
    name, _ = a_key(desk)
    catalogs = Catalogs(desk)
    catalogs.made(NOW)
    revoked(desk, name)
    written(desk / "desk.toml", "name = ")
    found = {one.id: one for one in catalogs.credentials()}
    assert found[name].ends_at is not None
    with pytest.raises(BadDesk):
        Catalogs(desk).credentials()


def test_a_key_is_taken_back_while_nobody_may_look_at_what_is_published(
    desk: Path, server: Server
) -> None:
    name, key = a_key(desk)
    server.until(200, RSS, **key)
    (desk / "public").rename(desk / "away")
    (desk / "public").write_text("no folder")
    revoked(desk, name)
    assert server.until(401, RSS, **key).code == "key-unknown"


def test_what_is_published_and_cannot_be_read_is_there_later_and_not_gone(
    desk: Path, server: Server
) -> None:
    _, key = a_key(desk)
    wanted = server.until(200, RSS, **key).body
    assert server.ask("/healthz").status == 200
    (desk / "public").rename(desk / "unmounted")
    found = server.ask(RSS, **key)
    assert (found.status, found.code) == (503, "document-away")
    assert int(found.headers["retry-after"]) > 0
    assert server.ask("/healthz").status == 503
    assert server.ask(RSS).status == 401
    assert server.ask("/worldfold/worldfold-all.rss", **key).status == 404
    (desk / "unmounted").rename(desk / "public")
    assert server.ask("/healthz").status == 200
    assert server.ask(RSS, **key).body == wanted
    (desk / "public").rename(desk / "unmounted")
    assert server.ask("/healthz").status == 503
    (desk / "unmounted").rename(desk / "public")
    (desk / "public" / RSS[1:]).unlink()
    (desk / "public" / f"{RSS[1:]}.gz").unlink()
    assert server.ask(RSS, **key).status == 503
    assert server.ask("/healthz").status == 503
    run("regenerate", "--desk", desk)
    server.until(200, "/healthz")
    assert server.ask(RSS, **key).body == wanted
