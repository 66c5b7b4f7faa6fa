"""After delivery: the hard cases of what is taken back, mended and brought back, by number."""

from __future__ import annotations

from pathlib import Path

import pytest

from syndicate.model.desk import DeskFiles
from syndicate.model.receipt import Grade
from tests.builders import (
    a_partner,
    a_picture,
    agreement_data,
    at,
    own,
)
from tests.pipeline.lifecycle import (
    FIRST,
    GUID,
    LATER,
    TEXT,
    Story,
    begun,
    newer,
    wall,
)


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return begun(tmp_path)


def test_07_the_end_of_a_clearance_takes_the_picture_back_and_leaves_the_text(
    tmp_path: Path,
) -> None:
    story = Story(tmp_path)
    window = {"end": "2026-05-01T09:00:00Z"}
    story.take(wall(body=[TEXT, a_picture(rights={**own(), "window": window})]), now=FIRST)
    story.run(FIRST)
    assert story.status(f"{GUID};photo") == ("usable", "1")
    story.run(LATER)
    assert story.status() == ("usable", "2")
    assert story.status(f"{GUID};photo") == ("canceled", "2")
    assert b"wall-1600.jpg" not in story.read() + story.read("atom")
    [notice] = story.told()
    assert (notice.grade, notice.code, notice.parts) == (Grade.PART, "PART_EXPIRED", ("photo",))


def test_29_the_end_of_the_display_takes_the_article_back_at_that_instant(tmp_path: Path) -> None:
    story = begun(tmp_path, display={"days": 1})
    story.run(at("2026-05-01T07:59:59Z"))
    assert story.status() == ("usable", "1")
    story.run(at("2026-05-01T08:00:00Z"))
    assert story.stones() == [GUID]
    assert story.status() == ("canceled", "2")
    [notice] = story.told(Grade.WITHDRAW)
    assert notice.code == "ITEM_DISPLAY_OVER"


def test_30_a_renewal_without_a_gap_takes_nothing_back(story: Story) -> None:
    end = "2026-05-01T10:00:00Z"
    story.serve(
        agreements=[
            agreement_data(term={"start": "2026-01-01T00:00:00Z", "end": end}),
            agreement_data(id="l-2", supersedes="l-1", term={"start": end}),
        ]
    )
    story.run(at("2026-05-01T10:00:00Z"))
    story.run(LATER)
    assert story.told() == []
    assert story.titles() == ["The harbour wall moves again"]


def test_31_a_late_renewal_takes_nothing_back_where_the_sell_off_covers_the_gap(
    tmp_path: Path,
) -> None:
    story = begun(tmp_path, sell_off_days=7)
    old = agreement_data(term={"start": "2026-01-01T00:00:00Z", "end": "2026-05-01T10:00:00Z"})
    story.serve(agreements=[old])
    story.run(LATER)
    assert (story.titles(), story.told()) == ([], [])
    renewed = agreement_data(id="l-2", supersedes="l-1", term={"start": "2026-05-03T10:00:00Z"})
    story.serve(agreements=[old, renewed])
    story.run(at("2026-05-03T12:00Z"))
    story.run(at("2026-05-09T12:00Z"))
    assert story.told() == []
    assert story.titles() == ["The harbour wall moves again"]


def test_31_without_a_renewal_the_sell_off_ends_in_a_withdrawal(tmp_path: Path) -> None:
    story = begun(tmp_path, sell_off_days=7)
    story.agree(term={"start": "2026-01-01T00:00:00Z", "end": "2026-05-01T10:00:00Z"})
    [first, *_] = story.run(LATER)
    assert first.next_change == at("2026-05-08T10:00Z")
    assert story.told() == []
    story.run(at("2026-05-08T10:00Z"))
    assert story.stones() == [GUID]


GB = {"id": "gb-1", "authority": "High Court", "territory": {"include": ["GB"]}}


def test_38_an_order_for_one_country_reaches_those_who_serve_it(story: Story) -> None:
    german = a_partner(
        id="bote",
        properties=[
            {
                "id": "site",
                "kind": "site",
                "name": "bote.example",
                "media": ["web"],
                "territory": {"include": ["DE"]},
            }
        ],
        agreements=[agreement_data(id="l-9")],
        feeds=[{"id": "bote-all", "title": "Everything"}],
    )
    story.files = DeskFiles(story.files.desk, story.files.licences, (a_partner(), german))
    story.run(FIRST)
    before = story.read("rss", "bote/bote-all")
    story.take(wall(2, "2026-05-01T11:00:00Z", orders=[GB]), now=LATER)
    story.run(LATER)
    assert [one.partner for one in story.told()] == ["gazette"]
    assert story.stones() == [GUID]
    assert story.stones("bote/bote-all") == []
    assert b"<item>" in story.read("rss", "bote/bote-all")
    assert b"<item>" in before
    everything = b"".join(
        path.read_bytes() for path in story.folder.rglob("*.*") if path.is_file()
    )
    assert b"High Court" not in everything


def test_39_a_lifted_order_brings_the_article_back(story: Story) -> None:
    story.take(wall(2, "2026-05-01T11:00:00Z", orders=[GB]), now=LATER)
    story.run(LATER)
    story.take(wall(3, "2026-05-02T11:00:00Z"), now=at("2026-05-02T12:00Z"))
    story.run(at("2026-05-02T12:00Z"))
    assert story.stones() == []
    assert story.titles() == ["The harbour wall moves again"]
    status, version = story.status()
    assert status == "usable"
    assert int(version) > 2


def test_a_second_run_of_any_of_this_writes_nothing(tmp_path: Path) -> None:
    story = begun(tmp_path, display={"days": 1})
    story.run(LATER)
    before = story.state()
    assert not any(one.written for one in story.run(LATER))
    assert story.state() == before


def test_what_goes_is_kept_for_as_long_as_the_licence_says(tmp_path: Path) -> None:
    story = begun(tmp_path, display={"days": 1}, notices_kept=40)
    [first, *_] = story.run(LATER)
    assert first.next_change == at("2026-06-10T12:00Z")
    story.run(at("2026-06-10T11:59:59Z"))
    assert story.stones() == [GUID]
    story.run(at("2026-06-10T12:00Z"))
    assert story.stones() == []


def test_a_corrected_article_comes_back_into_a_full_feed(story: Story) -> None:
    story.serve(feeds=[{"id": "gazette-all", "title": "Everything", "limit": 1}])
    story.take(newer(), now=LATER)
    story.run(LATER)
    moment = at("2026-05-02T12:00Z")
    story.take(wall(2, "2026-05-02T08:00:00Z", correction_note="Not metres."), now=moment)
    story.run(moment)
    assert story.titles() == ["Newer article 1", "The harbour wall moves again"]
    story.run(at("2026-06-02T12:00Z"))
    assert story.titles() == ["Newer article 1"]
