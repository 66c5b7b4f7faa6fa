"""Single articles and pictures by their names: decided as for the feed, and at that moment."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from syndicate.formats.all import FORMATS
from syndicate.model.receipt import Way
from syndicate.pipeline.doors import Doors, Ground, address_of, media_address_of, name_of
from syndicate.pipeline.preview import Feeding, shown
from syndicate.pipeline.standings import Standing
from tests.builders import NOW, a_partner, a_picture, agency, an_article, desk_files
from tests.pipeline.desks import DrawnDesk
from tests.pipeline.doors import ALL, DAY, HOUR, WALL, on_terms, published, seen, standing
from tests.pipeline.running import OTHER, Running, version


def test_a_name_says_nothing_and_stays() -> None:
    assert name_of(WALL) == hashlib.sha256(WALL.encode()).hexdigest()[:32]
    address = address_of("https://feeds.example/", "gazette", "all", WALL, "rss")
    assert address == f"https://feeds.example/gazette/all/items/{name_of(WALL)}.rss"
    address = media_address_of("https://feeds.example", "gazette", "all", WALL, "photo")
    assert address == f"https://feeds.example/gazette/all/media/{name_of(WALL)}/photo"


@pytest.mark.parametrize("name", ["rss", "atom"])
def test_an_article_is_shown_as_it_stands_in_the_feed(tmp_path: Path, name: str) -> None:
    desk = published(tmp_path)
    desk.take(an_article(**OTHER))
    desk.run()
    found = seen(desk, place=("gazette-all", name), wants="document")
    assert found
    before, item, after = _apart(desk.read(name), WALL, name)
    assert item in found.data
    assert OTHER["headline"].encode() in before + after
    assert OTHER["headline"].encode() not in found.data


def _apart(document: bytes, guid: str, name: str) -> tuple[bytes, bytes, bytes]:
    """Give a document before, in and after an article."""
    tag = b"item" if name == "rss" else b"entry"
    at = document.index(f">{guid}<".encode())
    start = document.rindex(b"<" + tag, 0, at)
    end = document.index(b"</" + tag + b">", at)
    return document[:start], document[start:end], document[end:]


def test_a_page_has_attribution_link_and_only_licensed_pictures(tmp_path: Path) -> None:
    duties = {"attribute": "First published by {publisher}", "link_back": True}
    file = {"url": "https://img.harbour.example/secret.jpg", "type": "image/jpeg"}
    refused = a_picture(id="secret", alt="A secret picture", renditions=[file])
    refused["rights"] = agency(onward="refused")
    body = [{"type": "paragraph", "text": "It moved."}, refused, a_picture(rights=agency())]
    desk = published(tmp_path, on_terms({"duties": duties}), body=body)
    found = seen(desk, wants="page")
    assert found
    page = found.data.decode()
    assert page.startswith('<!DOCTYPE html>\n<html lang="en" dir="ltr">')
    assert "First published by Harbour Post" in page
    assert 'href="https://harbour.example/cities/wall"' in page
    assert "Norstar" in page
    assert "A secret picture" not in page


def test_what_never_went_out_is_not_there(tmp_path: Path) -> None:
    desk = published(tmp_path, embargoed={"until": (NOW + HOUR).isoformat()})
    assert seen(desk) is None
    assert seen(desk, NOW + HOUR) is None
    desk.run(NOW + HOUR)
    assert standing(desk, NOW + HOUR) is Standing.SHOWN
    assert seen(desk, NOW + HOUR, guid="tag:harbour.example,2024:unknown") is None
    assert seen(desk, NOW + HOUR, place=("gazette-all", "none")) is None
    assert seen(desk, NOW + HOUR, place=("nobodys", "rss")) is None


def test_no_quota_is_used_up_by_looking(tmp_path: Path) -> None:
    quota = {"quota": {"limit": 1, "period": "month"}}
    desk = published(tmp_path, on_terms(quota, zone="Europe/London"))
    assert standing(desk) is Standing.SHOWN
    desk.take(an_article(**OTHER))
    desk.run()
    assert seen(desk, guid=OTHER["guid"]) is None
    assert standing(desk) is Standing.SHOWN
    assert len(desk.store.slots(["l-1"])) == 1


def test_newer_articles_fill_no_place_of_it(tmp_path: Path) -> None:
    feeds = [{"id": "gazette-all", "title": "All", "limit": 1}]
    desk = published(tmp_path, desk_files(partner=a_partner(feeds=feeds)))
    desk.take(version(1, "2026-05-01T11:00:00Z", first_created="2026-05-01T11:00:00Z", **OTHER))
    desk.run()
    assert WALL.encode() not in desk.read()
    assert standing(desk) is Standing.SHOWN
    assert standing(desk, guid=OTHER["guid"]) is Standing.SHOWN


def test_a_version_the_record_does_not_know_yet_waits_for_it(tmp_path: Path) -> None:
    desk = published(tmp_path)
    desk.take(version(2, "2026-05-01T12:00:00Z", headline="The wall moves no more"))
    assert standing(desk) is Standing.BEHIND
    desk.run()
    found = seen(desk)
    assert found
    assert found.entry
    assert found.entry.headline == "The wall moves no more"


def test_a_stopped_feed_shows_what_it_holds(tmp_path: Path) -> None:
    desk = published(tmp_path)
    ground = Ground(desk.files, {"gazette-all": "its licence was changed"}, sound=True)
    found = Doors(FORMATS).seen(desk.store, ground, ALL, name_of(WALL), NOW)
    assert found
    assert found.standing is Standing.SHOWN
    desk.take(an_article(**OTHER))
    assert Doors(FORMATS).seen(desk.store, ground, ALL, name_of(OTHER["guid"]), NOW) is None


def test_names_are_known_as_soon_as_they_are_recorded(tmp_path: Path) -> None:
    desk, doors = published(tmp_path), Doors(FORMATS)
    ground, name = Ground(desk.files, {}, sound=True), name_of(OTHER["guid"])
    assert doors.seen(desk.store, ground, ALL, name, NOW) is None
    desk.take(an_article(**OTHER))
    assert doors.seen(desk.store, ground, ALL, name, NOW) is None
    desk.run()
    found = doors.seen(desk.store, ground, ALL, name, NOW)
    assert found
    assert found.standing is Standing.SHOWN


def test_who_had_something_under_a_licence_is_known_from_the_record(tmp_path: Path) -> None:
    desk = published(tmp_path)
    assert desk.store.was_under("gazette", "full/v1")
    assert not desk.store.was_under("gazette", "full/v11")
    assert not desk.store.was_under("gazette", "ull/v1")
    assert not desk.store.was_under("tribune", "full/v1")


@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
@given(st.data())
def test_doors_of_any_desk_show_what_its_feeds_do(data: st.DataObject) -> None:
    """After a run: all that stands in a feed, byte for byte; nothing that it never gave out."""
    with TemporaryDirectory() as folder:
        desk = Running(Path(folder))
        drawn = DrawnDesk(data.draw, desk.store)
        for step in range(data.draw(st.integers(1, 3))):
            if step:
                drawn.change()
                drawn.now += data.draw(st.sampled_from([HOUR, 3 * DAY, 31 * DAY]))
            desk.files = drawn.files
            desk.run(drawn.now)
        doors, ground = Doors(FORMATS), Ground(desk.files, {}, sound=True)
        for way in desk.store.ways():
            lines = {one.guid: one for one in desk.store.manifest(way.manifest)}
            given_ = {one.guid for one in desk.store.holdings(way.feed, way.format)}
            for guid in drawn.versions:
                about = (desk.store, ground, (way.feed, way.format), name_of(guid), drawn.now)
                found = doors.seen(*about, "document")
                line = lines.get(guid)
                if guid not in given_:
                    assert found is None
                elif line is not None and not line.withdrawn:
                    assert found
                    assert found.standing is Standing.SHOWN, (way.feed, guid)
                    _stands_in(desk, way.partner, way.feed, way.format, guid, found.data)
                elif line is not None:
                    assert found
                    assert found.entry is None
            _listed(desk, doors, ground, way, drawn.now)
        desk.store.close()


def _listed(desk: Running, doors: Doors, ground: Ground, way: Way, now: datetime) -> None:
    """A partner sees its feed as it stands, line by line."""
    partner = ground.files.partner(way.partner)
    feeds = [one for one in partner.feeds if one.id == way.feed] if partner else []
    if partner is None or not feeds or way.format not in feeds[0].formats:
        return
    asked = Feeding(doors, ground, partner, feeds[0], FORMATS[way.format])
    lines = desk.store.manifest(way.manifest)
    for one, line in zip(shown(asked, desk.store, now), lines, strict=True):
        assert (one.guid, one.withdrawn, one.waits) == (line.guid, line.withdrawn, False)
        assert bool(one.entry) is not line.withdrawn
        assert one.is_notice is ("correction/" in line.guid)
        assert one.headline or one.withdrawn


def _stands_in(desk: Running, partner: str, feed: str, name: str, guid: str, data: bytes) -> None:
    document = desk.read(FORMATS[name].suffix, f"{partner}/{feed}")
    if name == "newsml-g2":
        start = data.index(b"<newsItem")
        assert data[start : data.index(b"</newsItem>", start)] in document
    else:
        assert _apart(data, guid, name)[1] == _apart(document, guid, name)[1]
