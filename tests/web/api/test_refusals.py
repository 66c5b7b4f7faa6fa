"""What the JSON interface refuses: requests, keys and addresses that are none, and too many."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from syndicate.web.api.reading import LARGEST
from tests.cli.running import data, run
from tests.web.api.calling import FEED, FORM, got, post
from tests.web.serving import Server, bearer, secret, served

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
