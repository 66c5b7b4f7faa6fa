"""The JSON interface over real sockets: what a program gets with which key, and what not."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import feedparser
import pytest

from syndicate.web.api.problems import KINDS
from syndicate.web.api.reading import LARGEST
from tests.cli.running import a_copy, data, run
from tests.web.serving import Said, Server, bearer, secret, served

FEED = "/api/feeds/fenwold-text/items"
FORM = {
    "organisation": "The Port Times",
    "country": "GB",
    "contact": "desk@port-times.example",
    "site": "https://port-times.example/",
}


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example desk, published, and one article killed after that."""
    desk = a_copy(tmp_path_factory.mktemp("desk"))
    run("regenerate", "--desk", desk)
    run("kill", "seagrass-study", "--reason", "error", "--desk", desk)
    return desk


@pytest.fixture(scope="module")
def keys(published: Path) -> dict[str, dict[str, str]]:
    """A header for each sort of key."""
    return {
        "fenwold": bearer(published, "fenwold"),
        "worldfold": bearer(published, "worldfold"),
        "app": bearer(published, "worldfold", "--property", "app"),
        "coasts": bearer(published, "fenwold", "--feed", "fenwold-coasts"),
    }


@pytest.fixture(scope="module")
def server(published: Path, keys: Mapping[str, dict[str, str]]) -> Iterator[Server]:
    """A server of which nobody changes anything but acknowledgements and requests."""
    with served(published) as made:
        for one in keys.values():
            made.until(200, "/api/feeds", **one)
        yield made


def got(said: Said, status: int = 200) -> Any:
    assert said.status == status, said
    return json.loads(said.body)


def post(server: Server, path: str, body: Any, key: Mapping[str, str], **headers: str) -> Said:
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    stated = {"content-type": "application/json", **key, **headers}
    return server.send(path, "POST", stated, sent)


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


WRONG_BODIES: list[tuple[bytes | dict[str, Any], dict[str, str], int, str]] = [
    (b"", {}, 400, "not-json"),
    (b"{", {}, 400, "not-json"),
    (b"\xff\xfe", {}, 400, "not-json"),
    (b'{"by": "\\ud800"}', {}, 400, "not-json"),
    (b"[" * 90_000, {}, 400, "not-json"),
    (b"9" * 90_000, {}, 400, "not-json"),
    (b'{"by": "' + b"a" * LARGEST + b'"}', {}, 413, "too-large"),
    ({"by": "a"}, {"content-type": "text/plain"}, 415, "media-type"),
    ({"by": "a"}, {"content-type": ""}, 415, "media-type"),
    ({"by": "a"}, {"content-type": "application/json; charset=utf-16"}, 415, "media-type"),
    ({"by": "a"}, {"content-encoding": "gzip"}, 415, "media-type"),
    ({}, {}, 422, "fields-wrong"),
    ({"by": ""}, {}, 422, "fields-wrong"),
    ({"by": " \u2003"}, {}, 422, "fields-wrong"),
    ({"by": 7}, {}, 422, "fields-wrong"),
    ({"by": "a" * 101}, {}, 422, "fields-wrong"),
    ({"by": "a", "notes": "b"}, {}, 422, "fields-wrong"),
    (b"[]", {}, 422, "fields-wrong"),
]


@pytest.mark.parametrize(("body", "headers", "status", "code"), WRONG_BODIES)
def test_a_body_that_cannot_be_used_is_refused(
    server: Server,
    keys: Mapping[str, dict[str, str]],
    body: bytes | dict[str, Any],
    headers: dict[str, str],
    status: int,
    code: str,
) -> None:
    said = post(server, "/api/notices/n-0000000000000000/ack", body, keys["fenwold"], **headers)
    assert (said.status, said.code) == (status, code)
    assert said.headers["content-type"] == "application/problem+json"
    faults = json.loads(said.body).get("faults", [])
    assert bool(faults) == (status == 422)
    assert all(one["says"] and one["mend"] for one in faults)


def test_a_body_that_does_not_end_is_not_read_to_its_end(
    server: Server, keys: Mapping[str, dict[str, str]]
) -> None:
    stated = {
        "content-type": "application/json",
        "transfer-encoding": "chunked",
        **keys["fenwold"],
    }
    piece = b"%x\r\n%s\r\n" % (2 * LARGEST, b" " * (2 * LARGEST))
    said = server.send("/api/notices/n-0000000000000000/ack", "POST", stated, piece)
    assert (said.status, said.code) == (413, "too-large")


def test_each_wrong_field_is_named_with_its_mend(server: Server) -> None:
    form = {**FORM, "country": "ZZ", "site": "port-times", "organization": "x", "months": "6"}
    found = got(post(server, "/api/requests", form, {}), 422)["faults"]
    faults = {one["field"]: one for one in found}
    assert set(faults) == {"country", "site", "organization", "months"}
    assert "organisation" in faults["organization"]["mend"]
    assert "https://example.org" in faults["site"]["mend"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("months", 12.5),
        ("months", 121),
        ("months", True),
        ("starts", "9999-12-31"),
        ("starts", "2026-01-01T00:00:00"),
        ("contact", "a\u0015@b.example"),
        ("site", "https://port-times.example/ü"),
        ("site", "https://user@port-times.example/"),
        ("site", "javascript:alert(1)"),
        ("organisation", "\u0001\u2003"),
    ],
)
def test_what_nobody_could_work_with_is_no_request(
    server: Server, field: str, value: object
) -> None:
    found = got(post(server, "/api/requests", {**FORM, field: value}, {}), 422)["faults"]
    assert [one["field"] for one in found] == [field]


@pytest.mark.parametrize(
    ("query", "code", "named"),
    [
        ("limits=5", "query-unknown", "'limits'"),
        ("since=2026-01-01", "query-unknown", "'since'"),
        ("%0d%0aset-cookie:x=1", "query-unknown", r"'\r\nset-cookie:x'"),
        ("limit=5&limit=6", "query-twice", "limit"),
        ("limit=0", "query-wrong", "limit"),
        ("limit=201", "query-wrong", "limit"),
        ("limit=", "query-wrong", "limit"),
        ("limit=5%0a", "query-wrong", "limit"),
        ("limit=%D9%A5", "query-wrong", "limit"),
        ("after=", "query-wrong", "after"),
        ("after=5", "query-wrong", "after"),
        ("format=nitf", "query-wrong", "format"),
    ],
)
def test_a_parameter_that_cannot_be_used_is_named(
    server: Server, keys: Mapping[str, dict[str, str]], query: str, code: str, named: str
) -> None:
    said = server.ask(f"{FEED}?{query}", **keys["fenwold"])
    assert (said.status, said.code) == (400, code)
    assert named in json.loads(said.body)["mend"]
    assert "set-cookie" not in said.headers


@pytest.mark.parametrize("day", ["2026-1-1", "2026-02-30", "20260101", "today", "2026-01-01T00"])
def test_a_day_that_is_none_is_refused(
    server: Server, keys: Mapping[str, dict[str, str]], day: str
) -> None:
    assert server.ask(f"/api/usage?since={day}", **keys["fenwold"]).code == "query-wrong"


def test_nothing_is_told_without_a_key_of_the_right_sort(
    published: Path, server: Server, keys: Mapping[str, dict[str, str]]
) -> None:
    token = secret(published, "fenwold", "--token", "--feed", "fenwold-text")
    person = data("staff", "add", "Night desk", "--desk", published)["secret"]
    server.until(200, f"/t/{token}/fenwold/fenwold-text.rss")
    good = keys["fenwold"]["authorization"].removeprefix("Bearer ")

    def basic(name: str) -> str:
        return "Basic " + base64.b64encode(f"{name}:{good}".encode()).decode()

    assert server.ask("/api/feeds", authorization=basic("fenwold")).status == 200
    for header in (f"Bearer {token}", f"Bearer {person}", basic("worldfold"), "Basic !", "Bearer"):
        said = server.ask("/api/feeds", authorization=header)
        assert (said.status, said.code) == (401, "key-unknown")
        assert said.headers.get_all("www-authenticate") == [
            'Basic realm="Longshore Dispatch", charset="UTF-8"',
            'Bearer realm="Longshore Dispatch"',
        ]
    for path in ("/api/feeds", FEED, "/api/notices", "/api/usage", "/api/feeds/nothing/items"):
        said = server.ask(path)
        assert (said.status, said.code) == (401, "key-missing")
    assert server.ask(f"/t/{token}/api/feeds").status == 404
    assert post(server, "/api/notices/n-0000000000000000/ack", b"{", {}).status == 401


def test_a_key_that_was_revoked_opens_nothing(desk: Path) -> None:
    made = data("partners", "key", "issue", "nagisa", "--desk", desk)
    key = {"authorization": f"Bearer {made['secret']}"}
    with served(desk) as server:
        assert server.ask("/api/feeds", **key).status == 200
        run("partners", "key", "revoke", made["id"], "--desk", desk)
        assert server.until(401, "/api/feeds", **key).code == "key-unknown"
        assert server.ask("/api/usage", **key).code == "key-unknown"


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


def test_too_many_requests_are_told_when_to_come_again(desk: Path) -> None:
    key = bearer(desk, "fenwold", "--property", "site")
    with served(desk, "--api-rate", "3") as server:
        found = [server.ask("/api/feeds", **key) for _ in range(4)]
        assert [one.status for one in found] == [200, 200, 200, 429]
        assert found[3].code == "too-often"
        assert 1 <= int(found[3].headers["retry-after"]) <= 60
        assert server.ask("/api/openapi.json").status == 429
        assert server.ask("/api/openapi.json", x_forwarded_for="192.0.2.7").status == 200
        assert server.ask("/fenwold/fenwold-text.rss", **key).status == 200


def test_without_a_record_it_says_so(desk: Path) -> None:
    key = bearer(desk, "fenwold", "--property", "site")
    with served(desk) as server:
        assert server.ask("/api/notices", **key).status == 200
        (desk / ".syndicate" / "desk.db").write_bytes(b"no database at all" * 1_000)
        server.line("the last good state is served")
        said = server.ask("/api/notices", **key)
        assert (said.status, said.code) == (503, "record-away")
        assert int(said.headers["retry-after"]) > 0


def test_the_log_names_who_asked_and_what_was_wrong(desk: Path) -> None:
    made = data("partners", "key", "issue", "fenwold", "--property", "site", "--desk", desk)
    with served(desk, "--json") as server:
        key = {"authorization": f"Bearer {made['secret']}"}
        server.ask("/api/feeds/nothing/items", **key)
        server.ask("/api/usage")
        assert server.stop() == 0
        lines = [json.loads(one) for one in server.lines if one.startswith("{")]
    told = [(one["path"], one["status"], one["code"], one["partner"]) for one in lines]
    assert told == [
        ("/api/feeds/nothing/items", 404, "not-found", "fenwold"),
        ("/api/usage", 401, "key-missing", ""),
    ]


@pytest.mark.parametrize(
    "path", ["/api", "/api/", "/api/feeds/", "/api//feeds", "/api/x", "/api/../api/feeds"]
)
def test_other_addresses_are_not_there(
    server: Server, keys: Mapping[str, dict[str, str]], path: str
) -> None:
    said = server.ask(path, **keys["fenwold"])
    assert (said.status, said.code) == (404, "not-found")


@pytest.mark.parametrize(
    ("path", "method", "allowed"),
    [
        ("/api/feeds", "POST", "GET, HEAD"),
        ("/api/requests", "GET", "POST"),
        ("/api/openapi.json", "DELETE", "GET, HEAD"),
        ("/api/feeds", "OPTIONS", "GET, HEAD"),
    ],
)
def test_a_method_that_is_not_there_is_told_which_are(
    server: Server, path: str, method: str, allowed: str
) -> None:
    said = server.ask(path, method)
    assert (said.status, said.code) == (405, "method-not-allowed")
    assert sorted(said.headers["allow"].split(", ")) == allowed.split(", ")


def test_no_answer_sets_a_cookie_or_may_be_kept(
    server: Server, keys: Mapping[str, dict[str, str]]
) -> None:
    for path in ("/api/feeds", "/api/notices", "/api/nothing"):
        said = server.ask(path, **keys["fenwold"])
        assert "set-cookie" not in said.headers
        assert said.headers["cache-control"] == "no-store"
        assert "authorization" in said.headers["vary"].lower()


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
