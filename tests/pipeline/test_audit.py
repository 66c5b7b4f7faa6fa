"""The audit: an undisturbed desk is without a finding, and everything done to one is found."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config

from syndicate.formats.all import FORMATS
from syndicate.model.document import Document
from syndicate.pipeline.audit import verify
from syndicate.pipeline.audit_findings import KNOWN_ONLY, MENDS
from syndicate.stores._rows import digest_of
from syndicate.stores._sqlite import engine
from syndicate.stores.sql import SqlStore
from tests.builders import at
from tests.pipeline.auditing import LEFT, OnDisk, a_copy_of, article, lived


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> OnDisk:
    return lived(tmp_path_factory.mktemp("lived"))


@pytest.fixture
def desk(original: OnDisk, tmp_path: Path) -> OnDisk:
    return a_copy_of(original, tmp_path)


def test_an_undisturbed_desk_is_without_a_finding(desk: OnDisk) -> None:
    parts = desk.parts()
    assert [one for part in parts for one in part.findings] == []
    with desk.opened() as store:
        slots = store.slots(["l-1"])
        notices = store.notices()
        editions = [one for feed in ("gazette-all", "gazette-old") for one in store.editions(feed)]
        head = store.head()
    assert [bool(one.returned_at) for one in slots] == [True, False, False]
    assert {(str(one.notice.grade), bool(one.ack)) for one in notices} >= {("kill", True)}
    assert sum(part.editions for part in parts) == len(editions)
    assert sum(part.decisions for part in parts) == sum(
        not line.withdrawn for one in editions for line in one.manifest
    )
    assert parts[0].end == f"{parts[0].lines}:{head[1] if head else ''}"
    assert sum(part.documents for part in parts) == 6


def test_one_feed_can_be_looked_at_alone(desk: OnDisk) -> None:
    whole, alone = desk.parts(), desk.parts("gazette-all")
    assert 0 < sum(p.editions for p in alone) < sum(p.editions for p in whole)
    assert alone[0] == whole[0]


def test_every_decision_is_made_again_from_files_that_are_gone(desk: OnDisk) -> None:
    desk.serve(2, [])
    desk.files = desk.files.__class__(desk.files.desk, (), ())
    assert desk.found() == []


EDITS: dict[str, tuple[list[str], set[str]]] = {
    "an article": (
        ["UPDATE articles SET json = replace(json, 'Article 2', 'Article B') WHERE version = 2"],
        {"kept-edited", "item-otherwise"},
    ),
    "an article to nonsense": (
        ["""UPDATE articles SET json = '{"guid": 1}'"""],
        {"kept-edited", "inputs-unreadable"},
    ),
    "the status that an article is found by": (
        ["UPDATE articles SET pub_status = 'usable' WHERE pub_status = 'canceled'"],
        {"kept-edited"},
    ),
    "the time of an edition": (
        ["UPDATE editions SET at = '2026-03-09T12:00:00.000000Z' WHERE sequence = 1"],
        {"kept-edited"},
    ),
    "the digest of an edition": (
        ["UPDATE editions SET digest = 'ab' WHERE sequence = 1"],
        {"kept-edited"},
    ),
    "the version in an edition": (
        ["UPDATE manifest_lines SET version = 1 WHERE version = 2 AND NOT withdrawn"],
        {"kept-edited", "decision-missing", "holding-otherwise"},
    ),
    "the withdrawals in editions": (
        ["DELETE FROM manifest_lines WHERE withdrawn"],
        {"kept-edited", "holding-otherwise"},
    ),
    "the text of a notice": (
        ["UPDATE notices SET json = replace(json, 'kill', 'correction')"],
        {"kept-edited"},
    ),
    "whom a notice was for": (["UPDATE notices SET partner = 'other'"], {"kept-edited"}),
    "who acknowledged": (
        ["UPDATE acks SET json = replace(json, 'night desk', 'nobody')"],
        {"kept-edited"},
    ),
    "the desk's files of then": (
        ["UPDATE texts SET text = replace(text, 'Gazette Media', 'Gazette Press')"],
        {"kept-edited"},
    ),
    "a licence of then": (
        ["UPDATE texts SET text = replace(text, '2027-01-01', '2028-01-01')"],
        {"kept-edited", "decided-otherwise"},
    ),
    "a kept text to nonsense": (
        ["UPDATE texts SET text = '[]'"],
        {"kept-edited", "inputs-unreadable"},
    ),
    "the kept texts away": (["DELETE FROM texts"], {"kept-missing", "inputs-gone"}),
    "what went out": (
        ["UPDATE items SET json = replace(json, 'headline', 'summary')"],
        {"kept-edited"},
    ),
    "an item away": (["DELETE FROM items"], {"kept-missing"}),
    "notices away": (["DELETE FROM notices"], {"kept-missing"}),
    "an ack away": (["DELETE FROM acks"], {"kept-missing"}),
    "an article away": (
        ["DELETE FROM articles WHERE guid LIKE '%n3'"],
        {"kept-missing", "article-gone"},
    ),
    "the newest edition away": (
        ["DELETE FROM editions WHERE serial = (SELECT max(serial) FROM editions)"],
        {"kept-missing", "document-edited"},
    ),
    "that a place was given back": (
        ["UPDATE slots SET json = json_remove(json, '$.returned_at'), returned_at = NULL"],
        {"kept-edited"},
    ),
    "what a place counts as": (["UPDATE slots SET overage = 1"], {"kept-edited"}),
    "an ack in": (
        [
            """INSERT INTO acks SELECT id, '{"notice":"' || id || '"}' FROM notices
         WHERE id NOT IN (SELECT notice FROM acks) LIMIT 1"""
        ],
        {"kept-unknown"},
    ),
    "a version in": (
        [
            """INSERT INTO articles SELECT guid, 7, digest, first_created, version_created,
         pub_status, json, stored_at FROM articles WHERE guid LIKE '%n3'"""
        ],
        {"kept-unknown"},
    ),
    "a line of the log": (
        ["UPDATE events SET content = 'old terms' WHERE kind = 'agreement'"],
        {"log-edited"},
    ),
    "the time of a line": (
        ["UPDATE events SET at = '2026-03-09T12:00:00.000000Z' WHERE serial = 5"],
        {"log-edited"},
    ),
    "a time to nonsense": (
        ["UPDATE events SET at = 'yesterday' WHERE serial = 5"],
        {"log-unreadable"},
    ),
    "a line out of the middle": (["DELETE FROM events WHERE kind = 'agreement'"], {"log-gap"}),
    "a line of a row out of the middle": (
        ["DELETE FROM events WHERE kind = 'ack'"],
        {"log-gap", "kept-unknown"},
    ),
    "the beginning away": (["DELETE FROM events WHERE serial < 3"], {"log-gap", "kept-unknown"}),
    "the whole log away": (["DELETE FROM events"], {"log-cut", "kept-unknown"}),
    "two lines' places": (
        [
            "UPDATE events SET serial = -1 WHERE serial = 4",
            "UPDATE events SET serial = 4 WHERE serial = 7",
            "UPDATE events SET serial = 7 WHERE serial = -1",
        ],
        {"log-edited", "log-unchained"},
    ),
    "two lines' contents": (
        [
            """UPDATE events SET content = (SELECT o.content FROM events o
             WHERE o.serial = 11 - events.serial) WHERE serial IN (5, 6)"""
        ],
        {"log-edited", "kept-edited"},
    ),
    "a holding away": (["DELETE FROM streams WHERE guid LIKE '%n2'"], {"holding-missing"}),
    "what a feed holds": (
        ["""UPDATE streams SET json = json_set(json, '$.version', 1) WHERE guid LIKE '%n2'"""],
        {"holding-otherwise"},
    ),
    "that something was taken back": (
        ["UPDATE streams SET json = json_remove(json, '$.withdrawn') WHERE guid LIKE '%n1'"],
        {"holding-otherwise"},
    ),
    "since when something is held": (
        ["UPDATE streams SET json = json_set(json, '$.since', '2026-03-01T00:00:00Z')"],
        {"holding-otherwise"},
    ),
    "a holding in": (
        [
            """INSERT INTO streams SELECT stream, guid || 'x', terms, due, shown_until,
         json_set(json, '$.guid', guid || 'x'), place FROM streams"""
        ],
        {"holding-unknown"},
    ),
}


@pytest.mark.parametrize("name", EDITS)
def test_what_was_done_to_the_database_is_found(desk: OnDisk, name: str) -> None:
    statements, expected = EDITS[name]
    desk.tamper(*statements)
    found = desk.codes()
    assert expected <= found
    assert found - expected <= {
        "article-gone",
        "decided-otherwise",
        "decision-missing",
        "document-unproven",
        "document-waiting",
        "feed-unreadable",
        "holding-otherwise",
        "holding-unknown",  # where no other feed holds the same
        "inputs-gone",
        "inputs-unreadable",
        "item-otherwise",
        "log-unchained",
    }


def test_a_cut_with_all_that_it_was_about_shows_by_the_noted_end(desk: OnDisk) -> None:
    with desk.opened_up() as connection:
        rows = connection.execute(
            "SELECT kind, subject, serial FROM events ORDER BY serial DESC LIMIT 6"
        ).fetchall()
        for kind, subject, serial in rows:
            connection.execute("DELETE FROM events WHERE serial = ?", [serial])
            assert connection.execute(_FORGET[kind], [subject]).rowcount == 1
    [cut] = [one for one in desk.found() if one.code.startswith(("log", "kept", "head"))]
    assert (cut.code, cut.where) == ("log-cut", "end of the log")


_FORGET = {
    "edition": "DELETE FROM editions WHERE feed || '/' || format || '/' || sequence = ?",
    "slot": "DELETE FROM slots WHERE agreement || '/' || property || '/' || guid = ?",
    "item": "DELETE FROM items WHERE digest = ?",
    "text": "DELETE FROM texts WHERE digest = ?",
    "notice": "DELETE FROM notices WHERE id = ?",
}


def test_a_log_that_was_written_anew_shows_by_the_noted_end_alone(desk: OnDisk) -> None:
    edited = json.dumps({"notice": "n", "at": "2026-03-10T13:00:00Z", "by": "nobody"})
    with desk.opened_up() as connection:
        [[name]] = connection.execute("SELECT notice FROM acks").fetchall()
        connection.execute("UPDATE acks SET json = ?", [edited.replace('"n"', f'"{name}"')])
        [[text]] = connection.execute("SELECT json FROM acks").fetchall()

    def change(rows: list[dict[str, Any]]) -> None:
        [line] = [row for row in rows if row["kind"] == "ack"]
        line["content"] = digest_of(text)

    desk.rewrite(change)
    assert desk.codes() == {"log-rewritten"}
    desk.note_end()
    assert desk.found() == [], "this is what only an end that was noted elsewhere can show"


def test_what_was_forged_throughout_is_still_decided_otherwise(desk: OnDisk) -> None:
    with desk.opened_up() as connection:
        connection.execute("UPDATE articles SET json = replace(json, 'Article 3', 'Article C')")
        rows = connection.execute("SELECT guid, version, json FROM articles").fetchall()
        for guid, version, text in rows:
            connection.execute(
                "UPDATE articles SET digest = ? WHERE guid = ? AND version = ?",
                [digest_of(text), guid, version],
            )
    digests = {f"{guid} v{version}": digest_of(text) for guid, version, text in rows}

    def change(rows: list[dict[str, Any]]) -> None:
        for row in rows:
            row["content"] = digests.get(row["subject"], row["content"])

    desk.rewrite(change)
    desk.note_end()
    assert desk.codes() == {"item-otherwise"}


def test_what_stays_for_ever_cannot_be_noted_twice(desk: OnDisk) -> None:
    desk.tamper("UPDATE acks SET json = replace(json, 'night desk', 'nobody')")
    with desk.opened_up() as connection:
        [[text, name]] = connection.execute("SELECT json, notice FROM acks").fetchall()
    with desk.opened() as store:
        store.note("ack", name, digest_of(text), LEFT)
    assert desk.codes() == {"kept-twice"}


def test_a_note_that_lags_behind_is_said_and_is_no_fault(desk: OnDisk) -> None:
    before = desk.head.read_text()
    with desk.opened() as store:
        store.note("agreement", "l-1", "more", LEFT)
    desk.head.write_text(before)
    [behind] = desk.found()
    serial = int(before.partition(":")[0])
    assert (behind.code, behind.is_fault) == ("head-behind", False)
    assert behind.says == f"noted up to line {serial} of {serial + 1}"


@pytest.mark.parametrize(
    ("note", "code"),
    [(None, "head-missing"), ("what?", "head-unreadable"), ("", "head-unreadable")],
)
def test_a_note_that_is_gone_or_broken_is_found(desk: OnDisk, note: str | None, code: str) -> None:
    desk.head.unlink()
    if note is not None:
        desk.head.write_text(note)
    assert desk.codes() == {code}


class Busy(SqlStore):
    """A store that another run writes to whenever somebody looks at what is kept."""

    number = 100

    def kept(self) -> Iterator[tuple[str, str, str]]:
        Busy.number += 1
        self.put(article(Busy.number), None, LEFT)
        yield from super().kept()


def test_runs_beside_it_raise_no_alarm(desk: OnDisk) -> None:
    with closing(Busy.open(f"sqlite:///{desk.database}")) as store:
        parts = list(verify(store, desk.target, desk.files, FORMATS))
    assert [one for part in parts for one in part.findings] == []
    assert Busy.number == 102


def test_a_record_of_the_first_schema_is_sound_before_and_after_the_next_run(
    desk: OnDisk, tmp_path: Path
) -> None:
    _as_first_schema(desk, tmp_path / "old.db")
    desk.database, desk.head = tmp_path / "old.db", tmp_path / "old.db.head"
    with desk.opened():
        pass
    found = desk.found()
    assert {one.code for one in found} == {"recorded-before"}
    assert not any(one.is_fault for one in found)
    desk.step(LEFT)
    assert {one.code for one in desk.found()} == {"recorded-before"}
    later = at("2026-03-13T12:00Z")
    kill = article(2, "2026-03-13T11:00:00Z", version=3, pub_status="canceled", body=[])
    desk.step(later, kill)
    assert {one.code for one in desk.found()} == {"recorded-before"}


def _as_first_schema(desk: OnDisk, path: Path) -> None:
    """Write what the first schema would have kept of a desk."""
    made = engine(f"sqlite:///{path}")
    config = Config()
    config.set_main_option("script_location", "syndicate.stores:migrations")
    config.set_main_option("path_separator", "os")
    with made.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    made.dispose()
    with desk.opened() as store, closing(sqlite3.connect(path)) as old, old:
        editions = [one for feed in ("gazette-all", "gazette-old") for one in store.editions(feed)]
        old.execute("ATTACH ? AS new", [str(desk.database)])
        old.execute("INSERT INTO articles SELECT * FROM new.articles")
        for one in editions:
            lines = [[line.guid, line.version, line.withdrawn] for line in one.manifest]
            manifest = digest_of(json.dumps(lines))
            left_out = {"manifest", "inputs", "rulings", "names", "makeup", "opening"}
            document = desk.target.get(f"{one.partner}/{one.feed}.{FORMATS[one.format].suffix}")
            digest = Document("", "", document or b"").digest
            stated = {**json.loads(one.model_dump_json(exclude=left_out)), "digest": digest}
            text = json.dumps(stated)
            at_, updated = (f"{stated[n][:19]}.000000Z" for n in ("at", "updated"))
            old.execute(
                "INSERT INTO editions (feed, format, sequence, partner, digest, manifest, at, "
                "updated, json) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *(one.feed, one.format, one.sequence, one.partner, digest),
                    *(manifest, at_, updated, text),
                ),
            )
            for place, line in enumerate(lines):
                old.execute(
                    "INSERT OR IGNORE INTO manifest_lines VALUES (?, ?, ?, ?, ?)",
                    [manifest, place, *line],
                )


def test_every_code_says_how_to_mend_it() -> None:
    assert set(MENDS) > KNOWN_ONLY
    assert all(mend and not mend.endswith(".") for mend in MENDS.values())
