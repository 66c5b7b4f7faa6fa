"""One regeneration after another, with a real store and a real folder."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from syndicate.formats.base import Envelope, Frame
from syndicate.formats.rss import RSS
from syndicate.model.article import Article
from syndicate.model.entry import Entry
from syndicate.model.errors import RenderFailed
from syndicate.pipeline.compose import compose, request_of
from syndicate.pipeline.pool import Everything
from tests.builders import (
    NOW,
    a_licence,
    a_partner,
    a_picture,
    agreement_data,
    an_article,
    at,
    desk_files,
    partner_data,
)
from tests.pipeline.running import OTHER, Running, version, with_format


@pytest.fixture
def desk(tmp_path: Path) -> Running:
    return Running(tmp_path)


def test_a_second_run_writes_nothing(desk: Running) -> None:
    desk.take(an_article(), an_article(**OTHER))
    first = desk.run()
    before = desk.state()
    second = desk.run(NOW + timedelta(hours=3))
    assert all(one.written for one in first)
    assert not any(one.written for one in second)
    assert desk.state() == before
    assert len(desk.store.editions("gazette-all")) == len(first)


def test_only_what_changed_is_written(desk: Running) -> None:
    desk.take(an_article())
    desk.run()
    licences = {path: found for path, found in desk.state().items() if "licences/" in path}
    desk.take(an_article(**OTHER))
    done = desk.run()
    assert [one.added for one in done] == [(OTHER["guid"],)] * 3
    assert {path: desk.state()[path] for path in licences} == licences


def test_a_dry_run_says_what_would_change_and_writes_nothing(desk: Running) -> None:
    desk.take(an_article())
    desk.run()
    before = desk.state()
    desk.take(an_article(**OTHER), version(2, "2026-04-30T10:00:00Z", summary="New summary."))
    planned = desk.run(dry_run=True)
    assert all(one.written for one in planned)
    assert planned[0].added == (OTHER["guid"],)
    assert planned[0].changed == ("tag:harbour.example,2024:wall",)
    assert desk.state() == before
    assert len(desk.store.editions("gazette-all")) == 3


def test_an_embargoed_article_changes_no_byte_before_its_second(tmp_path: Path) -> None:
    embargoed = an_article(**OTHER, embargoed="2026-05-01T12:00:10Z", urgency=1)
    without, having = Running(tmp_path / "a"), Running(tmp_path / "b")
    without.take(an_article())
    having.take(an_article(), embargoed)
    last = at("2026-05-01T12:00:10Z") - timedelta(microseconds=1)
    without.run(last)
    having.run(last)
    for suffix in ("rss", "atom", "newsml.xml"):
        assert without.read(suffix) == having.read(suffix)
    having.run(at("2026-05-01T12:00:10Z"))
    for suffix in ("rss", "atom", "newsml.xml"):
        assert b"Another article" in having.read(suffix)
    assert b"<updated>2026-05-01T12:00:10Z</updated>" in having.read("atom")


def test_an_embargoed_article_does_not_take_a_place_in_a_short_feed(tmp_path: Path) -> None:
    feed = {"id": "gazette-all", "title": "One", "limit": 1}
    desk = Running(tmp_path, desk_files(partner=a_partner(feeds=[feed])))
    desk.take(an_article(), an_article(**OTHER, embargoed="2026-06-01T00:00:00Z"))
    desk.run()
    assert b"harbour wall moves again" in desk.read()


def test_marked_delivery_reaches_newsml_only(tmp_path: Path) -> None:
    licence = a_licence(embargo_mode="deliver_marked")
    desk = Running(tmp_path, desk_files(licence))
    desk.take(an_article(embargoed="2026-06-01T00:00:00Z"))
    desk.run()
    assert b"harbour wall moves again" not in desk.read("rss") + desk.read("atom")
    assert b"<embargoed>2026-06-01T00:00:00Z</embargoed>" in desk.read("newsml.xml")


def test_a_correction_keeps_identity_and_first_date_and_shows_its_note(desk: Running) -> None:
    desk.take(an_article())
    desk.run()
    desk.take(version(2, "2026-04-30T15:00:00Z", correction_note="Three centimetres."))
    desk.run()
    rss = desk.read().decode()
    assert rss.count("tag:harbour.example,2024:wall</guid>") == 1
    assert "<pubDate>Thu, 30 Apr 2026 08:00:00 GMT</pubDate>" in rss
    assert "<dcterms:modified>2026-04-30T15:00:00Z</dcterms:modified>" in rss
    assert "Correction: Three centimetres." in rss
    assert b'<signal qcode="sig:correction"/>' in desk.read("newsml.xml")


def test_earlier_moments_show_earlier_versions(desk: Running) -> None:
    desk.take(an_article(), version(2, "2026-04-30T15:00:00Z", headline="The corrected headline"))
    desk.run(at("2026-04-30T14:59:59Z"))
    assert b"The harbour wall moves again" in desk.read()
    desk.run(at("2026-04-30T15:00:00Z"))
    assert b"The corrected headline" in desk.read()


def test_feed_time_never_goes_back(desk: Running) -> None:
    desk.take(
        an_article(),
        an_article(
            **OTHER,
            first_created="2026-05-01T09:00:00Z",
            version_created="2026-05-01T09:00:00Z",
            rights={"own": True, "onward": "granted", "window": {"end": "2026-05-01T13:00:00Z"}},
        ),
    )
    desk.run()
    desk.run(at("2026-05-01T13:00:00Z"))
    assert b"WITHDRAWN: Another article" in desk.read("atom")
    desk.run(at("2026-06-01T13:00:00Z"))
    assert b"Another article" not in desk.read("atom")
    assert b"<updated>2026-05-01T13:00:00Z</updated>" in desk.read("atom")


def failing(word: str, how: str) -> Any:
    """RSS that cannot write articles whose headline holds a word, by error or by bad bytes."""

    def fragment(frame: Frame, entry: Entry) -> bytes:
        if word in entry.headline:
            if how == "raises":
                raise RenderFailed("cannot write it")
            return b"<item><broken></item>"
        return RSS.fragment(frame, entry)

    return with_format(fragment=fragment)


@pytest.mark.parametrize("how", ["raises", "invalid"])
def test_one_bad_article_costs_one_article(desk: Running, how: str) -> None:
    desk.take(an_article(), an_article(**OTHER))
    done = {one.format: one for one in desk.run(formats=failing("Another", how))}
    assert [bad.guid for bad in done["rss"].quarantined] == [OTHER["guid"]]
    assert done["rss"].quarantined[0].reason
    assert b"harbour wall moves again" in desk.read()
    assert b"Another article" not in desk.read()
    assert b"Another article" in desk.read("atom")
    assert not done["atom"].quarantined


def test_a_document_that_fails_never_replaces_the_last_good_one(desk: Running) -> None:
    desk.take(an_article())
    desk.run()
    good = desk.read()

    def broken(*_: object) -> Envelope:
        return Envelope(b"<rss>", b"", b"</rss>")

    desk.take(version(2, "2026-04-30T15:00:00Z", headline="Newer"))
    done = {one.format: one for one in desk.run(formats=with_format(envelope=broken, version=99))}
    assert done["rss"].failure
    assert not done["rss"].written
    assert desk.read() == good
    assert b"Newer" in desk.read("atom")
    assert b"Newer" in desk.read() if desk.run() else False


def test_files_go_with_a_feed_that_never_held_anything_and_licences_stay(desk: Running) -> None:
    desk.run()
    (desk.folder / "gazette" / "notes.txt").write_text("not ours")
    feed = {"id": "gazette-news", "title": "News", "formats": ["atom"]}
    desk.files = desk_files(
        a_licence(version=2),
        a_partner(feeds=[feed], agreements=[agreement_data(licence_version=2)]),
    )
    desk.run()
    assert [path for path in desk.target.paths() if path.startswith("gazette/")] == [
        "gazette/gazette-news.atom",
        "gazette/notes.txt",
    ]
    assert "licences/full/v1.html" in desk.target.paths()


def test_a_format_that_goes_stays_as_a_feed_of_notices(desk: Running) -> None:
    desk.take(an_article())
    desk.run()
    desk.files = desk_files(partner=a_partner(feeds=[{**FEED, "formats": ["atom"]}]))
    desk.run()
    assert b"harbour wall moves" in desk.read("atom")
    assert b"<item>" not in desk.read("rss")
    desk.take(killed(), now=at("2026-05-02T12:00:00Z"))
    desk.run(at("2026-05-02T12:00:00Z"))
    assert b"WITHDRAWN: The harbour wall moves again" in desk.read("rss")


FEED = {"id": "gazette-all", "title": "Everything for the Gazette"}


def killed() -> Article:
    moment = "2026-05-02T11:00:00Z"
    return an_article(version=2, version_created=moment, pub_status="canceled", body=[])


def test_one_feed_alone_leaves_the_others(tmp_path: Path) -> None:
    feeds = [{"id": "one", "title": "One"}, {"id": "two", "title": "Two"}]
    desk = Running(tmp_path, desk_files(partner=a_partner(feeds=feeds)))
    desk.take(an_article())
    desk.run()
    desk.take(an_article(**OTHER))
    desk.run(only="two")
    assert b"Another" not in desk.read(name="gazette/one")
    assert b"Another" in desk.read(name="gazette/two")


def test_editions_are_recorded_with_what_stood_in_them(desk: Running) -> None:
    desk.take(an_article())
    desk.run()
    edition = desk.store.last_edition("gazette-all", "rss")
    assert edition is not None
    assert [(line.guid, line.version) for line in edition.manifest] == [
        ("tag:harbour.example,2024:wall", 1)
    ]
    assert {e.format for e in desk.store.holders("tag:harbour.example,2024:wall")} == {
        "rss",
        "atom",
        "newsml-g2",
    }


def test_three_partners_get_three_feeds_of_one_article(tmp_path: Path) -> None:
    """The picture that explains the product."""
    ours = {"own": True, "onward": "granted"}
    theirs = {"owner": "AFX", "own": False, "onward": "unknown"}
    photo = a_picture(id="agency", rights=theirs)
    photo["renditions"] = [{"url": "https://img.harbour.example/afx.jpg", "type": "image/jpeg"}]
    body = [{"type": "paragraph", "text": "The text."}, a_picture(rights=ours), photo]
    kinds = ("headline", "body")
    licences = (
        a_licence(id="text", grants=[{"kind": kind} for kind in kinds]),
        a_licence(id="pictures", grants=[{"kind": kind} for kind in (*kinds, "image")]),
    )
    names = ("text", "pictures")
    partners = tuple(
        a_partner(
            **{
                **partner_data(id=name),
                "agreements": [agreement_data(id=f"a-{name}", licence=name)],
                "feeds": [{"id": f"f-{name}", "title": name}],
            }
        )
        for name in names
    )
    files = desk_files()
    desk = Running(tmp_path, type(files)(files.desk, licences, partners))
    desk.take(an_article(body=body))
    desk.run()
    for suffix in ("rss", "atom", "newsml.xml"):
        text, pictures = (desk.read(suffix, f"{name}/f-{name}") for name in names)
        assert b"The text." in text
        assert b"wall-1600.jpg" not in text
        assert b"The text." in pictures
        assert b"wall-1600.jpg" in pictures
        assert b"afx" not in (text + pictures).lower()


def test_terms_in_force_never_change_under_the_same_url(desk: Running) -> None:
    desk.run()
    before = desk.state()
    desk.files = desk_files(a_licence(territory={"include": ["GB"]}))
    done = desk.run()
    assert all("version 2" in one.failure for one in done)
    assert desk.state() == before
    draft = a_partner(agreements=[agreement_data(state="draft")])
    desk.files = desk_files(a_licence(territory={"include": ["GB"]}), draft)
    desk.run()
    assert b"United Kingdom" in (desk.folder / "licences/full/v1.html").read_bytes()


def test_only_files_that_were_recorded_are_taken_away(desk: Running) -> None:
    strange = desk.folder / "gazette" / "own.rss"
    strange.parent.mkdir(parents=True)
    strange.write_text("not ours")
    assert not any(one.deleted for one in desk.run())
    assert strange.read_text() == "not ours"


def test_an_article_that_cannot_be_decided_costs_only_itself(desk: Running) -> None:
    desk.take(an_article(), an_article(**OTHER))
    kept = [desk.store.history(guid) for guid in desk.store.guids()]
    odd = kept[0][0].model_copy(update={"body": (None,)})
    partner, feed = desk.files.feed_list()[0]
    request = request_of(desk.files, partner, feed, frozenset())
    composed = compose(request, feed, Everything([(odd,), kept[1]], NOW), NOW)
    assert [one.guid for one in composed.quarantined] == [odd.guid]
    assert [one.guid for one in composed.entries] == [kept[1][0].guid]
