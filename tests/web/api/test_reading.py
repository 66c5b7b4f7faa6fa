"""The JSON interface over real sockets: what a program gets with which key."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import feedparser
import pytest

from syndicate.web.api.problems import KINDS
from tests.cli.running import data, run
from tests.web.api.calling import FEED, FORM, got, post
from tests.web.serving import Server, bearer, served


def test_a_key_is_told_its_feeds_and_each_address_is_right(
    server: Server, keys: Mapping[str, dict[str, str]]
) -> None:
    key = keys["fenwold"]
    found = got(server.ask("/api/feeds", **key))["feeds"]
    assert [one["id"] for one in found] == ["fenwold-text", "fenwold-coasts"]
    assert found[0]["property"] == {"id": "site", "name": "fenwold.example"}
    for one in (document for feed in found for document in feed["formats"]):
        path = one["url"].removeprefix("https://feeds.longshore.example")
        said = server.ask(path, **key)
        assert said.status == 200
        assert said.headers["content-type"] == one["media_type"]
        assert f"?since={one['edition']}>" in said.headers["link"]
    [terms] = found[0]["terms"]
    assert (terms["in_force"], terms["until"]) == (True, "2029-03-01T00:00:00Z")
    for url in (terms["document"], terms["data"]):
        path = url.removeprefix("https://feeds.longshore.example")
        assert server.ask(path, **key).status == 200


@pytest.mark.parametrize(
    ("name", "feeds"),
    [
        ("worldfold", ["worldfold-all", "worldfold-science"]),
        ("app", ["worldfold-science"]),
        ("coasts", ["fenwold-coasts"]),
    ],
)
def test_a_key_for_less_is_told_less(
    server: Server, keys: Mapping[str, dict[str, str]], name: str, feeds: list[str]
) -> None:
    key = keys[name]
    found = got(server.ask("/api/feeds", **key))["feeds"]
    assert [one["id"] for one in found] == feeds
    told = got(server.ask("/api/notices", **key))["notices"]
    assert {one["feed"] for one in told} <= set(feeds)
    used = got(server.ask("/api/usage", **key))["uses"]
    assert {one["feed"] for one in used} == set(feeds)
    for one in ("worldfold-all", "worldfold-science", "fenwold-text", "fenwold-coasts", "nothing"):
        said = server.ask(f"/api/feeds/{one}/items", **key)
        assert said.status == (200 if one in feeds else 404)
        assert one in feeds or said.code == "not-found"


def test_items_are_what_stands_in_the_feed_in_its_order(
    server: Server, keys: Mapping[str, dict[str, str]]
) -> None:
    key = keys["fenwold"]
    found = got(server.ask(FEED, **key))
    feed = feedparser.parse(server.ask("/fenwold/fenwold-text.rss", **key).body)
    assert [one["guid"] for one in found["items"]] == [one["id"] for one in feed["entries"]]
    by_title = {one["id"]: one["title"] for one in feed["entries"]}
    for one in found["items"]:
        assert by_title[one["guid"]].endswith(one["headline"])
        assert one["withdrawn"] == by_title[one["guid"]].startswith("WITHDRAWN:")
        assert one["withdrawn"] or one["url"].startswith("https://longshore.example/")
        path = (one["document"] or "").removeprefix("https://feeds.longshore.example")
        assert one["withdrawn"] == (one["document"] is None)
        assert one["withdrawn"] or one["headline"] in server.ask(path, **key).body.decode()
    gone = [one for one in found["items"] if one["withdrawn"]]
    assert "Replanted seagrass" in gone[0]["headline"]
    assert (gone[0]["url"], gone[0]["language"], gone[0]["partial"]) == (None, None, False)


def test_the_pages_of_a_feed_are_the_feed(
    server: Server, keys: Mapping[str, dict[str, str]]
) -> None:
    key = keys["fenwold"]
    whole = got(server.ask(FEED, **key))
    found, cursor = [], ""
    for _ in whole["items"]:
        page = got(server.ask(f"{FEED}?limit=5{cursor}", **key))
        found += page["items"]
        if page["next"] is None:
            break
        assert len(page["items"]) == 5
        cursor = f"&after={page['next']}"
    assert found == whole["items"]
    assert whole["next"] is None
    edition = whole["edition"]
    for stale in (f"{edition - 1}.5", f"{edition}.{len(found)}", f"{edition}.0"):
        said = server.ask(f"{FEED}?after={stale}", **key)
        assert (said.status, said.code) == (409, "cursor-unknown")


def test_a_format_that_the_feed_has_not_is_not_there(
    server: Server, keys: Mapping[str, dict[str, str]]
) -> None:
    key = keys["fenwold"]
    assert got(server.ask(f"{FEED}?format=atom", **key))["format"] == "atom"
    assert server.ask(f"{FEED}?format=newsml-g2", **key).status == 404


def test_a_notice_is_acknowledged_once_however_often_it_is_said(
    published: Path, server: Server, keys: Mapping[str, dict[str, str]]
) -> None:
    key = keys["worldfold"]
    found = got(server.ask("/api/notices?open=true", **key))["notices"]
    notice = next(one for one in found if "Replanted seagrass" in one["headline"])
    assert (notice["grade"], notice["acknowledged"]) == ("kill", None)
    path = f"/api/notices/{notice['id']}/ack"
    first = got(post(server, path, {"by": "cms", "note": "three pages"}, key))
    again = got(post(server, path, {"by": "somebody else"}, key))
    assert first == again
    assert first["by"] == "cms"
    assert first["note"].endswith(": three pages")
    assert first["note"].startswith("api, key ")
    rest = got(server.ask("/api/notices?open=true", **key))["notices"]
    assert notice["id"] not in {one["id"] for one in rest}
    kept = got(server.ask("/api/notices?open=false", **key))["notices"]
    assert [one["acknowledged"] for one in kept if one["id"] == notice["id"]] == [first]
    listed = data("notices", "list", "--partner", "worldfold", "--desk", published)
    assert [one["ack"]["by"] for one in listed if one["id"] == notice["id"]] == ["cms"]
    other = post(server, path, {"by": "cms"}, keys["fenwold"])
    assert (other.status, other.code) == (404, "not-found")
    assert post(server, "/api/notices/n-0000000000000000/ack", {"by": "a"}, key).status == 404


def test_notices_go_on_where_somebody_has_read_to(
    server: Server, keys: Mapping[str, dict[str, str]]
) -> None:
    key = keys["fenwold"]
    whole = got(server.ask("/api/notices", **key))["notices"]
    assert len(whole) > 1
    page = got(server.ask("/api/notices?limit=1", **key))
    assert (page["notices"], page["next"]) == (whole[:1], whole[0]["id"])
    assert got(server.ask(f"/api/notices?after={page['next']}", **key))["notices"] == whole[1:]
    assert got(server.ask(f"/api/notices?after={whole[-1]['id']}", **key))["notices"] == []
    said = server.ask("/api/notices?after=n-0000000000000000", **key)
    assert (said.status, said.code) == (409, "cursor-unknown")


def test_use_says_what_was_fetched_and_when(
    server: Server, keys: Mapping[str, dict[str, str]]
) -> None:
    key = keys["coasts"]
    before = got(server.ask("/api/usage", **key))["uses"]
    server.ask("/fenwold/fenwold-coasts.rss", **key)
    after = got(server.ask("/api/usage", **key))["uses"]
    assert before
    assert [one["guid"] for one in after] == [one["guid"] for one in before]
    now = {
        one["guid"] for one in got(server.ask("/api/feeds/fenwold-coasts/items", **key))["items"]
    }
    for old, new in zip(before, after, strict=True):
        assert new["fetched"] == old["fetched"] + (new["guid"] in now)
        assert (new["received_at"] is not None) == (new["fetched"] > 0)
    past = got(server.ask("/api/usage?since=2020-01-01&until=2020-12-31", **key))
    assert (past["since"], past["until"], past["uses"]) == ("2020-01-01", "2020-12-31", [])


def test_whoever_asks_for_a_licence_hears_what_is_not_ours_to_give(desk: Path) -> None:
    address = "https://longshore.example/coasts/port-ellery-channel"
    with served(desk) as server:
        form = {**FORM, "article": address, "months": 6.0}
        made = got(post(server, "/api/requests", form, {}), 201)
        foreign = [(one["part"], one["holder"]) for one in made["article"]["foreign"]]
        assert foreign == [("dredger", "Ravelin Pictures")]
        unknown = post(server, "/api/requests", {**FORM, "article": f"{address}-x"}, {})
        assert [one["field"] for one in got(unknown, 422)["faults"]] == ["article"]
        assert got(post(server, "/api/requests", FORM, {}), 201)["article"] is None
        waits = [post(server, "/api/requests", FORM, {}) for _ in range(6)][-1]
        assert (waits.status, waits.code) == (429, "too-often")
        assert 1 <= int(waits.headers["retry-after"]) <= 60
        assert post(server, "/api/requests", {}, {}).status == 422
    listed = data("requests", "list", "--desk", desk)
    assert made["id"] in {one["id"] for one in listed}
    assert len(listed) == 5


def test_what_is_killed_is_withdrawn_at_the_next_request(desk: Path) -> None:
    with served(desk) as server:
        key = bearer(desk, "fenwold", "--property", "site")
        server.until(200, "/api/feeds", **key)
        first = got(server.ask(f"{FEED}?limit=4", **key))
        guid = first["items"][3]["guid"]
        assert not first["items"][3]["withdrawn"]
        run("kill", guid, "--reason", "error", "--desk", desk)
        stale = server.ask(f"{FEED}?limit=4&after={first['next']}", **key)
        assert (stale.status, stale.code) == (409, "cursor-unknown")
        [item] = [o for o in got(server.ask(FEED, **key))["items"] if o["guid"] == guid]
        assert item["withdrawn"]
        assert item["version"] > first["items"][3]["version"]


def test_what_a_partner_may_not_have_is_not_told(desk: Path) -> None:
    mark = "Chairlift canary"
    article = desk / "articles" / "ferry-timetable.json"
    made = json.loads(article.read_text("utf-8"))
    made |= {"guid": "tag:longshore.example,2025:canary", "headline": mark}
    made["canonical_url"] = "https://longshore.example/canary"
    made["embargoed"] = "2199-01-01T00:00:00Z"
    (desk / "articles" / "canary.json").write_text(json.dumps(made), "utf-8")
    run("regenerate", "--desk", desk)
    assert "Chairlift canary" in run("articles", "show", "canary", "--desk", desk).output
    with served(desk) as server:
        key = bearer(desk, "fenwold", "--property", "site")
        server.until(200, "/api/feeds", **key)
        for path in ("/api/feeds", FEED, "/api/notices", "/api/usage"):
            assert mark.encode() not in server.ask(path, **key).body
            assert b"canary" not in server.ask(path, **key).body
        named = {**FORM, "article": "https://longshore.example/canary"}
        assert post(server, "/api/requests", named, {}).status == 422


def test_the_description_is_for_all_and_names_every_code(server: Server) -> None:
    said = server.ask("/api/openapi.json")
    assert said.headers["content-type"] == "application/json"
    found = got(said)
    assert found["openapi"] == "3.1.0"
    assert found["servers"] == [{"url": "https://feeds.longshore.example"}]
    named = set()
    for path in found["paths"].values():
        for operation in path.values():
            for response in operation["responses"].values():
                content = response["content"].get("application/problem+json", {})
                named |= set(content.get("examples", {}))
    assert named == set(KINDS) - {"failed"}
