"""Archives of a feed (RFC 5005, section 4), walked over real sockets from the newest on."""

from __future__ import annotations

import gzip
import json
import re
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import feedparser
import pytest
from alembic import command

from syndicate.checks.findings import check_document
from tests.builders import article_data
from tests.cli.running import run
from tests.stores.migrating import migrated
from tests.web.serving import Said, Server, bearer, secret

NAME = ("--name", "Harbour Post", "--domain", "harbour.example", "--contact", "a@harbour.example")
FEED = "/first-partner/first-partner-all"
BASE = "https://feeds.harbour.example"
LIMIT, ARTICLES = 5, 23
FORMATS = {"rss": "rss", "atom": "atom"}


def put(desk: Path, number: int, **changes: Any) -> None:
    """Lay an article into the inbox; the higher the number, the later it was written."""
    at = f"2026-04-{number:02}T08:00:00Z"
    facts = {
        "guid": guid(number),
        "headline": f"Story {number}",
        "summary": f"What story {number} says.",
        "canonical_url": f"https://harbour.example/{number}",
        "first_created": at,
        "version_created": at,
    }
    content = article_data(**{**facts, **changes})
    del content["version"]
    (desk / "articles" / f"story-{number}.json").write_text(json.dumps(content))


def put_again(desk: Path, number: int, **changes: Any) -> None:
    """Lay a later version of an article into the inbox."""
    put(desk, number, version_created="2026-05-01T08:00:00Z", **changes)


def guid(number: int) -> str:
    return f"tag:harbour.example,2024:story-{number}"


def publish(desk: Path) -> None:
    run("regenerate", "--desk", desk)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A desk whose feed holds five of the twenty-three articles that it gave out."""
    desk = tmp_path_factory.mktemp("desk") / "desk"
    run("init", desk, *NAME)
    first = desk / "partners" / "first-partner.toml"
    text = first.read_text().replace('state = "draft"', 'state = "active"')
    first.write_text(f"{text}limit = {LIMIT}\n")
    other = text.replace("first-partner", "second-partner").replace("First Partner", "Second")
    (desk / "partners" / "second-partner.toml").write_text(other)
    for number in range(1, ARTICLES + 1):
        put(desk, number)
        if number % 4 == 0:
            publish(desk)
    publish(desk)
    return desk


@pytest.fixture
def key(desk: Path, server: Server) -> dict[str, str]:
    made = bearer(desk, "first-partner")
    server.until(200, f"{FEED}.rss", **made)
    return made


def links(body: bytes) -> dict[str, str]:
    """Give where a document points to, by rel, as paths of the server."""
    found = feedparser.parse(body).feed.links
    known = {one["rel"]: one["href"].removeprefix(BASE) for one in found}
    assert all(one.startswith("/") for rel, one in known.items() if "archive" in rel)
    return known


def walked(server: Server, suffix: str, key: Mapping[str, str]) -> list[Said]:
    """Go from a feed's own document to its oldest one."""
    path, found = f"{FEED}.{suffix}", []
    while path:
        said = server.ask(path, **key)
        assert said.status == 200
        assert check_document(said.body, FORMATS[suffix]) == ()
        found.append(said)
        path = links(said.body).get("prev-archive", "")
    return found


def numbers(body: bytes) -> list[int]:
    return [int(one.id.rpartition("-")[2]) for one in feedparser.parse(body).entries]


@pytest.mark.parametrize("suffix", FORMATS)
def test_walking_back_gives_every_article_once(
    server: Server, key: dict[str, str], suffix: str
) -> None:
    every = [numbers(one.body) for one in walked(server, suffix, key)]
    assert every[0] == [23, 22, 21, 20, 19]
    assert sorted(one for some in every for one in some) == list(range(1, ARTICLES + 1))
    assert all(len(some) <= LIMIT for some in every)


@pytest.mark.parametrize("suffix", FORMATS)
def test_an_archive_says_what_it_is_and_leads_both_ways(
    server: Server, key: dict[str, str], suffix: str
) -> None:
    current, *archives = walked(server, suffix, key)
    assert b"history/1.0" not in current.body
    for one in archives:
        found = feedparser.parse(one.body)
        assert found.namespaces["fh"] == "http://purl.org/syndication/history/1.0"
        assert "fh_archive" in found.feed
        assert links(one.body)["current"] == f"{FEED}.{suffix}"
    ways = [links(one.body) for one in archives]
    paths = [one["self"] for one in ways]
    assert paths == [f"{FEED}/archive/{number}.{suffix}" for number in (18, 15, 10, 5)]
    assert [one.get("prev-archive") for one in ways] == [*paths[1:], None]
    assert [one.get("next-archive") for one in ways] == [None, *paths[:-1]]


def test_a_number_keeps_its_articles_whatever_comes_later(
    desk: Path, server: Server, key: dict[str, str]
) -> None:
    before = server.ask(f"{FEED}/archive/18.rss", **key)
    for number in range(24, 28):
        put(desk, number)
    publish(desk)
    after = server.ask(f"{FEED}/archive/18.rss", **key)
    assert numbers(after.body) == numbers(before.body) == [18, 17, 16]
    [first, *_] = [links(one.body)["self"] for one in walked(server, "rss", key)[1:]]
    assert first == f"{FEED}/archive/22.rss"


def test_a_kill_and_a_correction_reach_an_archive_at_once(
    desk: Path, server: Server, key: dict[str, str]
) -> None:
    path = f"{FEED}/archive/10.atom"
    before = server.ask(path, **key)
    assert b"Story 7<" in before.body
    run("kill", "story-7", "--reason", "error", "--desk", desk)
    put_again(desk, 8, headline="Story 8 as it was", correction_note="The day was wrong.")
    publish(desk)
    after = server.ask(path, if_none_match=before.headers["etag"], **key)
    assert after.status == 200
    assert check_document(after.body, "atom") == ()
    assert b"What story 7 says." not in after.body
    [seven] = [one for one in feedparser.parse(after.body).entries if one.id == guid(7)]
    assert seven.title == "WITHDRAWN: Story 7"
    assert b"Story 8 as it was" in after.body
    assert b"Story 8<" not in after.body
    whole = [one for said in walked(server, "atom", key) for one in numbers(said.body)]
    assert set(whole) == set(range(1, ARTICLES + 1))


def test_what_is_embargoed_again_is_nowhere(
    desk: Path, server: Server, key: dict[str, str]
) -> None:
    assert b"Story 12<" in server.ask(f"{FEED}/archive/15.rss", **key).body
    put_again(desk, 12, embargoed={"until": "2190-01-01T00:00:00Z"})
    publish(desk)
    for suffix in FORMATS:
        for said in walked(server, suffix, key):
            assert b"What story 12 says." not in said.body


def test_a_version_that_the_feed_never_gave_out_is_not_told_first_by_an_archive(
    desk: Path, server: Server, key: dict[str, str]
) -> None:
    put_again(desk, 3, headline="Story 3, better")
    publish(desk)
    found = server.ask(f"{FEED}/archive/5.rss", **key).body
    assert b"Story 3, better" not in found
    assert numbers(found) == [5, 4, 3, 2, 1]


def test_who_may_not_have_the_feed_may_not_have_its_archives(
    desk: Path, server: Server, key: dict[str, str]
) -> None:
    path = f"{FEED}/archive/10.rss"
    assert server.ask(path).code == "key-missing"
    assert server.ask(path, authorization="Bearer nonsense").code == "key-unknown"
    foreign = bearer(desk, "second-partner")
    server.until(200, "/second-partner/second-partner-all.rss", **foreign)
    told = server.ask(path, **foreign), server.ask(f"{FEED}x/archive/10.rss", **foreign)
    assert [one.status for one in told] == [404, 404]
    assert told[0].body == told[1].body
    token = secret(desk, "first-partner", "--token", "--feed", "first-partner-all")
    found = server.until(200, f"/t/{token}{path}")
    assert found.body == server.ask(path, **key).body
    assert token.encode() not in found.body
    assert server.ask(path, authorization=f"Bearer {token}").status == 404


NONE = ("0.rss", "24.rss", "01.rss", "x.rss", "10.newsml.xml", "10.atom.gz", "10", "999999999.rss")


def test_there_are_no_other_archives(server: Server, key: dict[str, str]) -> None:
    told = {name: server.ask(f"{FEED}/archive/{name}", **key).status for name in NONE}
    assert told == dict.fromkeys(NONE, 404)


def test_it_is_asked_for_as_cheaply_as_a_feed(server: Server, key: dict[str, str]) -> None:
    path = f"{FEED}/archive/10.rss"
    found = server.until_has("last-modified", path, **key)
    assert found.headers["content-type"] == "application/rss+xml; charset=utf-8"
    assert found.headers["cache-control"] == "private, max-age=300, must-revalidate"
    for known in (
        {"if_none_match": found.headers["etag"]},
        {"if_modified_since": found.headers["last-modified"]},
    ):
        again = server.ask(path, **known, **key)
        assert (again.status, again.body) == (304, b"")
    packed = server.ask(path, accept_encoding="gzip", **key)
    assert gzip.decompress(packed.body) == found.body
    assert packed.headers["etag"] != found.headers["etag"]
    head = server.ask(path, "HEAD", **key)
    assert (head.body, head.headers["content-length"]) == (b"", str(len(found.body)))
    assert server.ask(path, "POST", **key).code == "method-not-allowed"


def test_nobody_keeps_one_beyond_the_moment_that_changes_it(
    desk: Path, server: Server, key: dict[str, str]
) -> None:
    ends = datetime.now(UTC) + timedelta(seconds=90)
    put_again(desk, 13, rights={**article_data()["rights"], "window": {"end": ends.isoformat()}})
    publish(desk)
    path = f"{FEED}/archive/15.rss"
    age = re.search(r"max-age=(\d+)", server.ask(path, **key).headers["cache-control"])
    assert age
    assert 0 < int(age[1]) <= 90


def test_a_feed_that_nothing_fell_out_of_has_no_archives(desk: Path, server: Server) -> None:
    other = bearer(desk, "second-partner")
    found = server.until(200, "/second-partner/second-partner-all.rss", **other)
    assert "prev-archive" not in links(found.body)


def test_without_its_record_it_says_so(desk: Path, server: Server, key: dict[str, str]) -> None:
    path = f"{FEED}/archive/10.rss"
    assert server.ask(path, **key).status == 200
    (desk / ".syndicate" / "desk.db").rename(desk / ".syndicate" / "away.db")
    found = server.ask(path, **key)
    assert (found.status, found.code) == (503, "record-away")
    assert found.headers["content-type"] == "application/problem+json"
    assert int(found.headers["retry-after"]) > 0
    assert server.ask(f"{FEED}.rss", **key).status == 200
    (desk / ".syndicate" / "away.db").rename(desk / ".syndicate" / "desk.db")
    assert server.until(200, path, **key).status == 200


def test_a_database_of_before_archives_gets_its_numbers(desk: Path) -> None:
    path = desk / ".syndicate" / "desk.db"
    with closing(sqlite3.connect(path)) as database:
        wanted = places(database)
    migrated(path, "0007", command.downgrade)
    run("feeds", "list", "--desk", desk)
    publish(desk)
    with closing(sqlite3.connect(path)) as database:
        assert places(database) == wanted


def places(database: sqlite3.Connection) -> list[tuple[object, ...]]:
    return database.execute("SELECT stream, guid, place FROM streams ORDER BY 1, 2").fetchall()
