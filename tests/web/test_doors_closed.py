"""Doors of a desk that changes: what is killed, ends or rests is closed at the next request."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from syndicate.checks.findings import check_document
from syndicate.web.refusals import RETRY
from tests.cli.running import a_copy, run
from tests.web.doors import ALL, DREDGING, KILN, NOBODYS, PRIZE, SOLAR, TEXT, bare
from tests.web.serving import bearer, served


def changed_file(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_what_was_killed_is_gone_and_what_the_law_took_says_so(desk: Path) -> None:
    key = bearer(desk, "fenwold")
    other = bearer(desk, "nagisa")
    item, law = f"{TEXT}/items/{SOLAR}.rss", f"{TEXT}/items/{DREDGING}.rss"
    with served(desk) as server:
        for path in (item, law):
            assert server.until(200, path, **key).status == 200
        run("kill", "desert-solar", "--reason", "error", "--desk", desk, "--no-publish")
        gone = server.ask(item, **key)
        assert (gone.status, gone.code) == (410, "gone")
        assert gone.headers["cache-control"] == "no-store"
        assert b"solar" not in gone.body.lower()
        assert server.ask(f"{TEXT}/items/{SOLAR}.html", **key).status == 410
        assert server.ask(f"{TEXT}/media/{SOLAR}/rows", **key).status == 404
        rows = f"/nagisa/nagisa-english/media/{SOLAR}/rows"
        assert server.ask(rows, **other).status == 410
        run("kill", "harbour-dredging", "--reason", "legal", "--desk", desk)
        ordered = server.ask(law, **key)
        assert (ordered.status, ordered.code) == (451, "legal-order")
        assert ordered.headers["link"] == '<https://longshore.example/>; rel="blocked-by"'
        assert server.ask(item, **key).status == 410
        assert server.ask(item, **other).status == 404
        assert server.stop() == 0
        assert not [one for one in server.lines if "Traceback" in one]


def test_agreements_that_end_or_rest_close_without_a_word(desk: Path) -> None:
    key = bearer(desk, "fenwold")
    file = desk / "partners" / "fenwold.toml"
    item = f"{TEXT}/items/{KILN}.rss"
    with served(desk) as server:
        server.until(200, item, **key)
        changed_file(file, 'state = "active"', 'state = "suspended"')
        rests = server.until(403, item, **key)
        assert rests.code == "not-covered"
        assert b"suspen" not in rests.body
        assert "sunset" not in rests.headers
        changed_file(file, 'state = "suspended"', 'state = "active"')
        server.until(200, item, **key)
        changed_file(file, 'end = "2029-03-01"', 'end = "2026-11-01"')
        over = server.until(403, item, **key)
        assert bare(over) == bare(rests)
        assert server.ask(f"{TEXT}/items/{PRIZE}.rss", **key).status == 404
        assert server.ask(f"{TEXT}.rss", **key).status == 200


def test_an_open_payment_is_said(desk: Path) -> None:
    key = bearer(desk, "fenwold")
    item = f"{TEXT}/items/{KILN}.rss"
    licence = desk / "licences" / "text-gb-ie-v1.toml"
    changed_file(licence, "version = 1", "version = 2\nstop_when_overdue = true")
    licence.rename(licence.with_name("text-gb-ie-v2.toml"))
    partner = desk / "partners" / "fenwold.toml"
    changed_file(partner, "licence_version = 1", "licence_version = 2\nretroactive = true")
    since = (datetime.now(UTC) - timedelta(days=1)).isoformat(timespec="seconds")
    changed_file(partner, 'state = "active"', f'state = "active"\npayment_overdue_since = {since}')
    with served(desk) as server:
        due = server.until(402, item, **key)
    assert due.code == "payment-due"
    assert b"GBP" not in due.body


def test_a_picture_is_closed_when_its_clearance_is_over(tmp_path: Path) -> None:
    """Published while it was cleared; asked for now, and no run in between."""
    desk = a_copy(tmp_path)
    made = desk / "articles" / "tell-rumaysa-kiln.json"
    article = json.loads(made.read_text("utf-8"))
    [picture] = [one for one in article["body"] if one["type"] == "picture"]
    picture["rights"]["window"]["end"] = "2026-11-22T00:00:00Z"
    made.write_text(json.dumps(article), "utf-8")
    run("regenerate", "--at", "2026-11-21T12:00:00Z", "--desk", desk)
    assert b"VAN-77120" in (desk / "public" / f"{ALL[1:]}.rss").read_bytes()
    key = bearer(desk, "worldfold")
    with served(desk) as server:
        cut = server.until(200, f"{ALL}/items/{KILN}.rss", **key)
        assert b"VAN-77120" not in cut.body
        assert check_document(cut.body, "rss") == ()
        tag = cut.headers["etag"]
        assert server.ask(f"{ALL}/items/{KILN}.rss", if_none_match=tag, **key).status == 304
        over = server.ask(f"{ALL}/media/{KILN}/kiln", **key)
        assert (over.status, over.code) == (410, "gone")
        assert "location" not in over.headers


def test_a_new_version_waits_for_the_record(desk: Path) -> None:
    key, item = bearer(desk, "worldfold"), f"{ALL}/items/{KILN}.rss"
    with served(desk) as server:
        server.until(200, item, **key)
        change = ("--replace", "has her own guess", "had her own guess")
        run("correct", "tell-rumaysa-kiln", *change, "--note", "x", "--no-publish", "--desk", desk)
        waits = server.ask(item, **key)
        assert (waits.status, waits.code) == (503, "record-behind")
        assert waits.headers["retry-after"] == str(RETRY)
        run("regenerate", "--desk", desk)
        assert b"had her own guess" in server.ask(item, **key).body


def test_without_a_record_nothing_is_decided(desk: Path) -> None:
    key, item = bearer(desk, "worldfold"), f"{ALL}/items/{KILN}.rss"
    with served(desk) as server:
        server.until(200, item, **key)
        (desk / ".syndicate" / "desk.db").write_bytes(b"no database at all" * 1_000)
        server.line("the last good state is served")
        away = server.until(503, item, **key)
        assert away.code == "record-away"
        assert away.headers["retry-after"] == str(RETRY)
        unknown = server.ask(f"{ALL}/items/{NOBODYS}.rss", **key)
        assert bare(unknown) == bare(away)
        assert server.ask(f"{ALL}.rss", **key).status == 200
        assert server.ask(item).status == 401


def test_terms_stay_readable_for_who_went_over_to_others(desk: Path) -> None:
    """What went out links to the old terms: the record knows who has it."""
    key, other = bearer(desk, "fenwold"), bearer(desk, "nagisa")
    licence = desk / "licences" / "text-gb-ie-v1.toml"
    text = licence.read_text("utf-8").replace("version = 1", "version = 2", 1)
    licence.with_name("text-gb-ie-v2.toml").write_text(text, "utf-8")
    partner = desk / "partners" / "fenwold.toml"
    changed_file(partner, "licence_version = 1", "licence_version = 2")
    run("regenerate", "--desk", desk)
    with served(desk) as server:
        for version in (1, 2):
            path = f"/licences/text-gb-ie/v{version}.html"
            assert server.until(200, path, **key).headers["cache-control"].startswith("private, ")
            assert server.ask(path, **other).status == 404
