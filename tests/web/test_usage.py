"""`syndicate usage`: from requests over a socket to who received what, and who did not."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from tests.cli.running import data, run
from tests.web.serving import Server, bearer

RSS = "/fenwold/fenwold-text.rss"
SEAGRASS = "tag:longshore.example,2025:m2c8x5"


def uses(desk: Path, *options: str) -> dict[tuple[str, str, int], dict[str, object]]:
    rows = data("usage", "report", *options, "--desk", desk)
    return {(one["feed"], one["guid"], one["version"]): one for one in rows}


def health(desk: Path, feed: str) -> dict[str, object]:
    return next(one for one in data("usage", "health", "--desk", desk) if one["feed"] == feed)


def waiting(desk: Path) -> set[str]:
    return {str(one) for one in health(desk, "fenwold-text")["waiting"]}  # type: ignore[attr-defined]


def test_it_says_who_received_which_version_first(desk: Path, server: Server) -> None:
    key = bearer(desk, "fenwold")
    first = server.until(200, RSS, **key)
    server.ask(RSS, if_none_match=first.headers["etag"], **key)
    server.ask(RSS, "HEAD", **key)
    found = uses(desk, "fenwold")
    assert {one["partner"] for one in found.values()} == {"fenwold"}
    sent = [one for one in found.values() if one["fetched"]]
    assert {one["feed"] for one in sent} == {"fenwold-text"}
    assert {one["fetched"] for one in sent} == {1}  # neither the 304 nor the HEAD sent anything
    assert all(one["received_at"] >= one["offered_at"] for one in sent)  # type: ignore[operator]
    [seagrass] = [one for one in sent if one["guid"] == SEAGRASS]
    assert (seagrass["withdrawn"], bool(seagrass["headline"])) == (False, True)
    others = [one for (feed, *_), one in found.items() if feed == "fenwold-coasts"]
    assert others
    assert {one["received_at"] for one in others} == {None}


def test_it_says_who_has_not_heard_of_a_kill(desk: Path, server: Server) -> None:
    key = bearer(desk, "fenwold")
    server.until(200, RSS, **key)
    assert health(desk, "fenwold-text")["waiting"] == []
    run("kill", "seagrass-study", "--reason", "error", "--desk", desk)
    before = health(desk, "fenwold-text")
    assert before["waiting"] == [SEAGRASS]
    assert (before["quiet"], before["fetched"]) == (False, 1)
    assert health(desk, "nagisa-english")["quiet"]
    tag = server.ask(RSS, **key).headers["etag"]
    for _ in range(200):  # until the server knows the number of the edition that it sends
        if not health(desk, "fenwold-text")["waiting"]:
            break
        server.ask(RSS, if_none_match=tag, **key)
    assert health(desk, "fenwold-text")["waiting"] == []
    versions = {
        v: o
        for (feed, guid, v), o in uses(desk).items()
        if (feed, guid) == ("fenwold-text", SEAGRASS)
    }
    assert [one["withdrawn"] for _, one in sorted(versions.items())] == [False, True]


def test_a_catch_up_is_counted_as_what_it_has_and_as_no_proof_of_what_it_has_not(
    desk: Path, server: Server
) -> None:
    key = bearer(desk, "fenwold")
    server.until(204, f"{RSS}?since=1", **key)
    assert not any(one["fetched"] for one in uses(desk, "fenwold").values())
    run("kill", "seagrass-study", "--reason", "error", "--desk", desk)
    server.until(204, f"{RSS}?since=2", **key)
    before = waiting(desk)
    assert SEAGRASS in before
    assert server.until(200, f"{RSS}?since=1", **key).body.count(b"<item>") == 1
    sent = [one for one in uses(desk, "fenwold").values() if one["fetched"]]
    assert [(one["guid"], one["withdrawn"]) for one in sent] == [(SEAGRASS, True)]
    assert waiting(desk) == before - {SEAGRASS}, "a notice of the first edition was never sent"


def test_counts_are_there_after_the_server_has_stopped(desk: Path, server: Server) -> None:
    key = bearer(desk, "fenwold")
    server.until(200, RSS, **key)
    before = uses(desk)
    assert server.stop() == 0
    assert list((desk / ".syndicate").glob("*.fetches-*")) == []
    assert uses(desk) == before
    assert run("audit", "verify", "--desk", desk)


def test_the_last_use_of_a_key_is_told(desk: Path, server: Server) -> None:
    first, second = bearer(desk, "fenwold"), bearer(desk, "worldfold")
    server.until(200, RSS, **first)
    server.until(404, RSS, **second)
    used = {
        one["partner"]: one["last_used"] for one in data("partners", "key", "list", "--desk", desk)
    }
    assert used["fenwold"]
    assert used["worldfold"] is None  # what opens nothing is no use
    assert "never" in run("partners", "key", "list", "--desk", desk).stdout


def test_anybody_is_counted_as_nobody(desk: Path, server: Server) -> None:
    assert server.ask("/civic-shelf/civic-shelf-open.rss").status == 200
    server.stop()
    assert health(desk, "civic-shelf-open")["fetched"] == 0
    assert not any(one["fetched"] for one in uses(desk, "civic-shelf").values())


def test_a_period_holds_its_days_and_no_others(desk: Path, server: Server) -> None:
    server.until(200, RSS, **bearer(desk, "fenwold"))
    assert uses(desk, "fenwold", "--since", "2020-01-01")
    assert not uses(desk, "fenwold", "--until", "2020-01-01")


def test_it_prints_a_table_and_csv(desk: Path, server: Server) -> None:
    server.until(200, RSS, **bearer(desk, "fenwold"))
    table = run("usage", "report", "fenwold", "--desk", desk).stdout
    assert "versions," in table.splitlines()[-1]
    text = run("usage", "report", "fenwold", "--csv", "--desk", desk).stdout
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == len(uses(desk, "fenwold"))
    assert {one["partner"] for one in rows} == {"fenwold"}
    assert "not asked for in a day" in run("usage", "health", "--desk", desk).stdout
