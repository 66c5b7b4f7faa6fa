"""What was published and is taken back: who hears of it, what is said, and for how long."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.builders import (
    a_licence,
    a_partner,
    agreement_data,
    an_article,
    at,
    desk_files,
)
from tests.pipeline.running import OTHER, Running, version

KILL: dict[str, Any] = {"pub_status": "canceled", "body": []}


@pytest.fixture
def desk(tmp_path: Path) -> Running:
    return Running(tmp_path)


def test_a_kill_reaches_who_held_it_in_every_format(desk: Running) -> None:
    body = [{"type": "paragraph", "text": "Canary text."}]
    desk.take(an_article(body=body), an_article(**OTHER))
    desk.run()
    assert b"Canary text" in desk.read()
    killed = version(2, "2026-05-01T11:00:00Z", pub_status="canceled", body=[], ed_note="Wrong.")
    desk.take(killed)
    done = desk.run()
    assert [one.tombstones for one in done] == [1, 1, 1]
    rss, atom, newsml = desk.read(), desk.read("atom"), desk.read("newsml.xml")
    for document in (rss, atom, newsml):
        assert b"tag:harbour.example,2024:wall" in document
        assert b"Canary text" not in document
    assert b"at:deleted-entry" in atom
    assert b"WITHDRAWN" in rss
    assert b'qcode="stat:canceled"' in newsml
    assert b"Wrong." in newsml
    assert b"Wrong." not in rss + atom


def test_a_kill_before_release_reaches_nobody(desk: Running) -> None:
    desk.take(
        an_article(embargoed="2026-06-01T00:00:00Z"),
        version(2, "2026-05-01T11:00:00Z", pub_status="canceled", body=[]),
    )
    assert [one.tombstones for one in desk.run()] == [0, 0, 0]
    assert b"wall" not in desk.read()


def test_a_kill_reaches_a_partner_whose_agreement_has_ended(tmp_path: Path) -> None:
    term = {"start": "2026-01-01T00:00:00Z", "end": "2026-04-30T20:00:00Z"}
    partner = a_partner(agreements=[agreement_data(term=term)])
    desk = Running(tmp_path, desk_files(partner=partner))
    desk.take(an_article(), version(2, "2026-05-01T11:00:00Z", pub_status="canceled", body=[]))
    assert [one.tombstones for one in desk.run()] == [1, 1, 1]


def test_a_notice_stays_as_long_as_the_licence_says(desk: Running) -> None:
    desk.take(an_article(), version(2, "2026-05-01T11:00:00Z", pub_status="canceled", body=[]))
    last = at("2026-05-31T11:00:00Z")
    assert desk.run(last - timedelta(seconds=1))[0].tombstones == 1
    assert desk.run(last)[0].tombstones == 0


def test_a_notice_repeats_nothing_of_a_version_that_was_never_allowed(desk: Running) -> None:
    secret = {"headline": "Secret", "correction_note": "Secret note.", "ed_note": "Secret ed."}
    secret["canonical_url"] = "https://harbour.example/secret"
    desk.take(
        an_article(),
        version(2, "2026-04-30T15:00:00Z", embargoed="2026-06-01T00:00:00Z", **secret),
        version(3, "2026-05-01T11:00:00Z", **KILL, **secret),
    )
    assert [one.tombstones for one in desk.run()] == [1, 1, 1]
    for suffix in ("rss", "atom", "newsml.xml"):
        assert b"secret" not in desk.read(suffix).lower()
        assert b"The harbour wall moves again" in desk.read(suffix) or suffix == "atom"


def test_a_notice_keeps_the_date_of_a_delayed_article(tmp_path: Path) -> None:
    desk = Running(tmp_path, desk_files(a_licence(delay="PT2H")))
    desk.take(an_article(), version(2, "2026-05-01T11:00:00Z", **KILL))
    desk.run()
    assert b"<pubDate>Thu, 30 Apr 2026 10:00:00 GMT</pubDate>" in desk.read()


def test_a_notice_reaches_a_feed_that_an_earlier_version_was_picked_by(tmp_path: Path) -> None:
    feed = {"id": "gazette-all", "title": "Cities", "selection": {"sections": ["Cities"]}}
    desk = Running(tmp_path, desk_files(partner=a_partner(feeds=[feed])))
    desk.take(
        an_article(),
        version(2, "2026-04-30T15:00:00Z", section="Sport"),
        version(3, "2026-05-01T11:00:00Z", section="Sport", **KILL),
    )
    assert [one.tombstones for one in desk.run()] == [1, 1, 1]


def test_a_notice_reaches_a_feed_whose_record_says_it_held_the_article(desk: Running) -> None:
    desk.take(an_article())
    desk.run()
    feed = {"id": "gazette-all", "title": "Sport", "selection": {"sections": ["Sport"]}}
    desk.files = desk_files(partner=a_partner(feeds=[feed]))
    desk.take(version(2, "2026-05-01T11:00:00Z", **KILL))
    assert [one.tombstones for one in desk.run()] == [1, 1, 1]
    assert [one.tombstones for one in desk.run()] == [1, 1, 1]


def test_the_end_of_a_draft_agreement_is_not_disclosed(tmp_path: Path) -> None:
    term = {"start": "2026-01-01T00:00:00Z", "end": "2031-01-01T00:00:00Z"}
    draft = agreement_data(id="next", state="draft", priority=9, term=term)
    desk = Running(tmp_path, desk_files(partner=a_partner(agreements=[agreement_data(), draft])))
    desk.take(an_article())
    desk.run()
    for suffix in ("rss", "atom", "newsml.xml"):
        assert b"2031" not in desk.read(suffix)
