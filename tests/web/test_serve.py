"""`syndicate serve` over real sockets: what partners get, and what becomes of it on a bad day."""

from __future__ import annotations

import base64
import gzip
import json
import os
import re
import signal
import urllib.request
from pathlib import Path

import pytest

from syndicate.checks.findings import check_document
from syndicate.model.credential import SECRET, secret_of
from tests.cli.running import data, run
from tests.web.serving import Server, bearer, secret, served

RSS = "/fenwold/fenwold-text.rss"


def test_a_partner_gets_its_feed_in_every_way_it_can_ask(desk: Path, server: Server) -> None:
    key, token = (
        secret(desk, "fenwold"),
        secret(desk, "fenwold", "--token", "--feed", "fenwold-text"),
    )
    wanted = (desk / "public" / RSS[1:]).read_bytes()
    found = server.until(200, RSS, authorization=f"Bearer {key}")
    assert found.body == wanted
    basic = base64.b64encode(f"fenwold:{key}".encode()).decode()
    assert server.ask(RSS, authorization=f"Basic {basic}").body == wanted
    assert server.until(200, f"/t/{token}{RSS}").body == wanted
    packed = server.ask(RSS, authorization=f"Bearer {key}", accept_encoding="gzip")
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == wanted
    again = server.ask(RSS, authorization=f"Bearer {key}", if_none_match=found.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    assert server.ask(RSS, "HEAD", authorization=f"Bearer {key}").headers["content-length"] == str(
        len(wanted)
    )


def test_nobody_else_gets_it(desk: Path, server: Server) -> None:
    foreign = bearer(desk, "worldfold")
    server.until(200, "/worldfold/worldfold-all.rss", **foreign)
    assert server.ask(RSS, **foreign).status == 404
    assert server.ask(RSS).code == "key-missing"
    assert server.ask("/nothing/at-all").code == "key-missing"
    assert server.ask(RSS, authorization="Bearer nonsense").code == "key-unknown"
    for path in (
        "/../desk.toml",
        "/%2e%2e/desk.toml",
        "/.syndicate/desk.db",
        "/fenwold/",
        "/.lock",
    ):
        assert server.ask(path, **foreign).status == 404
    assert server.ask("/healthz").body == b'{"status": "ok"}'


def test_licence_documents_are_for_all(server: Server) -> None:
    found = server.ask("/licences/full-web/v2.html")
    assert found.status == 200
    assert found.headers["content-type"] == "text/html; charset=utf-8"
    assert (
        server.ask("/licences/full-web/v2.jsonld").headers["content-type"] == "application/ld+json"
    )
    assert server.ask("/licences/full-web/v9.html").status == 401


def test_a_public_feed_needs_no_key(server: Server) -> None:
    found = server.ask("/civic-shelf/civic-shelf-open.atom")
    assert found.status == 200
    assert found.headers["cache-control"].startswith("public")
    assert server.ask("/civic-shelf/civic-shelf-open.atom", authorization="Bearer x").status == 200


def test_a_key_that_is_revoked_or_rotated_out_opens_nothing(desk: Path, server: Server) -> None:
    made = data("partners", "key", "issue", "fenwold", "--desk", desk)
    first = {"authorization": f"Bearer {made['secret']}"}
    server.until(200, RSS, **first)
    other = data("partners", "key", "rotate", made["id"], "--overlap", "0", "--desk", desk)
    second = {"authorization": f"Bearer {other['secret']}"}
    server.until(200, RSS, **second)
    assert server.ask(RSS, **first).code == "key-unknown"
    run("partners", "key", "revoke", other["id"], "--desk", desk)
    assert server.until(401, RSS, **second).code == "key-unknown"


def test_what_is_published_next_is_served_next(desk: Path, server: Server) -> None:
    key = bearer(desk, "fenwold")
    before = server.until(200, RSS, **key)
    run("kill", "seagrass-study", "--reason", "error", "--desk", desk)
    after = server.ask(RSS, if_none_match=before.headers["etag"], **key)
    assert after.status == 200
    assert b"WITHDRAWN:" in after.body
    assert after.body == (desk / "public" / RSS[1:]).read_bytes()


def test_who_says_what_it_has_by_its_date_misses_no_kill(desk: Path, server: Server) -> None:
    key, file = bearer(desk, "fenwold"), desk / "public" / RSS[1:]
    server.until(200, RSS, **key)
    dated = server.until_has("last-modified", RSS, **key).headers["last-modified"]
    assert server.ask(RSS, if_modified_since=dated, **key).status == 304
    run("kill", "seagrass-study", "--reason", "error", "--desk", desk)
    put = file.stat().st_mtime
    for clock in (put, put - 3_600, put + 3_600):
        os.utime(file, (clock, clock))
        found = server.ask(RSS, if_modified_since=dated, **key)
        assert (found.status, found.body) == (200, file.read_bytes())


NEXT = re.compile(r'<[^>]*\?since=(\d+)>; rel="next"')


def test_changes_alone_are_sent_to_who_asks_for_them(desk: Path, server: Server) -> None:
    key = bearer(desk, "fenwold")
    before = server.until(200, RSS, **key)
    found = NEXT.search(before.headers["link"])
    assert found
    cursor = f"{RSS}?since={found[1]}"
    assert server.ask(cursor, **key).status == 204
    run("kill", "seagrass-study", "--reason", "error", "--desk", desk)
    # The number of an edition is told when its bytes are known to be out: then it is a later one.
    after = server.until(200, cursor, **key)
    whole = server.ask(RSS, **key)
    assert after.body.count(b"<item>") == 1 < whole.body.count(b"<item>")
    assert b"WITHDRAWN:" in after.body
    assert check_document(after.body, "rss") == ()
    later = NEXT.search(after.headers["link"])
    assert later
    assert int(later[1]) > int(found[1])
    assert server.ask(f"{RSS}?since={later[1]}", **key).status == 204
    taken = {"a_im": "feed", "if_none_match": before.headers["etag"], **key}
    used = server.ask(RSS, **taken)
    assert (used.status, used.headers["im"]) == (226, "feed")
    assert used.body == after.body
    assert used.headers["etag"] == whole.headers["etag"]
    packed = server.ask(RSS, accept_encoding="gzip", **taken)
    assert gzip.decompress(packed.body) == after.body
    late = server.ask(cursor, if_none_match=whole.headers["etag"], **key)
    assert (late.status, late.body) == (200, after.body)
    assert late.headers["content-type"] == whole.headers["content-type"]
    none = {"a_im": "feed;q=0", "if_none_match": before.headers["etag"], **key}
    assert server.ask(RSS, **none).status == 200
    assert server.ask(RSS, "HEAD", **taken).headers["content-length"] == str(len(after.body))


def test_where_changes_cannot_be_told_the_whole_is_sent(desk: Path, server: Server) -> None:
    key = bearer(desk, "fenwold")
    whole = server.until(200, RSS, **key).body
    for query in ("since=0", "since=99", "since=-1", "since=x", "since=1&since=2", "a=b"):
        assert server.ask(f"{RSS}?{query}", **key).body == whole
    assert server.ask(RSS, a_im="feed", if_none_match='"unknown"', **key).body == whole
    assert server.ask(f"{RSS}?since=1").status == 401
    assert server.ask("/worldfold/worldfold-all.rss?since=1", **key).status == 404


def test_the_last_good_feeds_are_served_without_a_database(desk: Path, server: Server) -> None:
    key = bearer(desk, "fenwold")
    wanted = server.until(200, RSS, **key).body
    for path in (desk / ".syndicate").glob("desk.db*"):
        if path.name in {"desk.db", "desk.db-wal", "desk.db-shm"}:
            path.unlink()  # or what was not moved out of the log of changes would still be there
    (desk / ".syndicate" / "desk.db").write_bytes(b"no database at all" * 1_000)
    server.line("the last good state is served")
    assert server.ask(RSS, **key).body == wanted
    assert server.ask("/healthz").status == 503
    with served(desk) as again:
        assert again.ask(RSS, **key).body == wanted


def test_a_database_that_was_removed_is_not_begun_anew(desk: Path, server: Server) -> None:
    key = bearer(desk, "fenwold")
    before = server.until(200, RSS, **key)
    for path in (desk / ".syndicate").glob("desk.db*"):
        if path.name in {"desk.db", "desk.db-wal", "desk.db-shm"}:
            path.unlink()
    server.until(503, "/healthz")
    assert server.ask(RSS, **key).body == before.body
    assert not (desk / ".syndicate" / "desk.db").exists()


def test_no_secret_reaches_the_log(desk: Path, server: Server) -> None:
    key, token = (
        secret(desk, "fenwold"),
        secret(desk, "fenwold", "--token", "--feed", "fenwold-text"),
    )
    server.until(200, RSS, authorization=f"Bearer {key}")
    server.until(200, f"/t/{token}{RSS}")
    server.ask(f"/t/{token[:-1]}x{RSS}")
    server.ask(f"/x/{token}{RSS}")
    assert server.stop() == 0
    told = "\n".join(server.lines)
    assert f"GET '{RSS}' 200" in told
    assert not SECRET.search(told)


def test_the_log_is_json_where_that_is_wanted(desk: Path) -> None:
    key = bearer(desk, "fenwold")
    with served(desk, "--json") as server:
        server.ask(RSS, **key)
        server.ask("/%0a%22/x")
        assert server.stop() == 0
        lines = [json.loads(one) for one in server.lines if one.startswith("{")]
    told = [(one["path"], one["status"], one["code"], one["partner"]) for one in lines]
    assert told == [(RSS, 200, "", "fenwold"), ('/\n"/x', 401, "key-missing", "")]


def test_prometheus_can_ask_how_it_is(desk: Path) -> None:
    key = bearer(desk, "fenwold")
    with served(desk, "--metrics-port", "0") as server:
        found = re.search(r":(\d+)/metrics", server.line("metrics at"))
        assert found
        server.ask(RSS, **key)
        server.ask("/secret-name")
        with urllib.request.urlopen(f"http://127.0.0.1:{found[1]}/metrics", timeout=60) as page:
            text = page.read().decode()
        assert server.stop() == 0
    assert 'syndicate_answers_total{code="",status="200"} 1.0' in text
    assert 'syndicate_answers_total{code="key-missing",status="401"} 1.0' in text
    assert "syndicate_documents 19.0" in text
    assert "syndicate_behind 0.0" in text
    assert "secret-name" not in text


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_when_it_is_told_to(server: Server, name: signal.Signals) -> None:
    assert server.stop(name) == 0
    assert "stopped" in server.lines[-1]
    assert not any("Traceback" in line for line in server.lines)


def test_terms_are_linked_for_people_for_machines_and_for_those_that_gather_pages(
    desk: Path, server: Server
) -> None:
    key = bearer(desk, "fenwold")
    links = server.until(200, RSS, **key).headers["link"]
    kinds = dict(re.findall(r'<([^>]+)>; rel="license"; type="([^"]+)"', links))
    assert set(kinds.values()) == {"text/html", "application/ld+json", "application/rsl+xml"}
    for address, kind in kinds.items():
        found = server.ask("/" + address.split("/", 3)[3], **key)
        assert (found.status, found.headers["content-type"].partition(";")[0]) == (200, kind)


def test_what_is_made_when_asked_is_made_so_often_and_feeds_are_never_refused(
    desk: Path, server: Server
) -> None:
    key = bearer(desk, "fenwold")
    server.until(200, RSS, **key)
    answers = [server.ask(f"{RSS}?since=999", **key) for _ in range(320)]
    refused = [one for one in answers if one.status == 429]
    assert refused
    assert refused[0].code == "too-often"
    assert int(refused[0].headers["retry-after"]) > 0
    assert server.ask(RSS, **key).status == 200


OPEN = "/civic-shelf/civic-shelf-open.atom"


def test_a_key_that_somebody_makes_up_counts_as_their_address(desk: Path, server: Server) -> None:
    """Another secret each time lets nobody in more often, and costs nobody whose id it names."""
    key = bearer(desk, "fenwold")
    server.until(200, RSS, **key)
    known = key["authorization"].rpartition("_")[0]
    for number in range(160):
        made_up = secret_of(number.to_bytes(25, "big"))[1]
        server.ask(f"{OPEN}?since=0", authorization=f"Bearer {made_up}")
        server.ask(f"{RSS}?since=0", authorization=f"{known}_{'a' * 32}")
    assert server.ask(f"{OPEN}?since=0", authorization=f"Bearer {made_up}").status == 429
    assert server.ask(f"{OPEN}?since=0").status == 429
    assert server.ask(OPEN).status == 200
    assert server.ask(f"{RSS}?since=0", **key).status == 200
