"""Archives of the record: nothing left out, nothing told first, a number keeps its articles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.checks.findings import check_document
from syndicate.formats.all import FORMATS
from syndicate.model.article import Article
from syndicate.model.document import FeedHead
from syndicate.model.errors import BadDesk
from syndicate.model.partner import AgreementState, Partner
from syndicate.pipeline.archives import Whose, archive_of, whose_of
from tests.builders import NOW, a_partner, a_picture, agreement_data, an_article, desk_files, own
from tests.pipeline.running import Running

FEED = "gazette-all"
_PREVIOUS = re.compile(rb'rel="prev-archive" href="[^"]*/archive/(\d+)\.')
_STORY = re.compile(rb"<(?:guid isPermaLink=\"false\"|id)>tag:harbour\.example,2024:story-(\d+)<")


def story(number: int, **changes: object) -> Article:
    """Give an article; the higher the number, the later it was written."""
    at = (NOW - timedelta(days=20) + timedelta(hours=number)).isoformat()
    facts = {
        "guid": f"tag:harbour.example,2024:story-{number}",
        "canonical_url": f"https://harbour.example/story-{number}",
        "headline": f"Story {number}",
        "first_created": at,
        "version_created": at,
    }
    return an_article(**{**facts, **changes})


class Archived(Running):
    """A desk whose one feed holds few articles."""

    def __init__(self, folder: Path, limit: int) -> None:
        self.limit = limit
        super().__init__(folder, desk_files(partner=self.partner()))
        self.now = NOW

    def partner(self, **changes: object) -> Partner:
        feed = {"id": FEED, "title": "Everything for the Gazette", "limit": self.limit}
        return a_partner(feeds=[feed], **changes)

    def next(self, *articles: Article) -> None:
        """Take articles in and publish, a minute later."""
        self.now += timedelta(minutes=1)
        self.take(*articles, now=self.now)
        self.run(self.now)

    def whose(self, name: str) -> Whose:
        return whose_of(self.files, "gazette", FEED, FORMATS[name], self.target)

    def archive(self, number: int, name: str = "rss", now: datetime | None = None) -> bytes:
        found = archive_of(self.store, self.whose(name), number, now or self.now)
        assert found is not None
        assert check_document(found.data, name) == ()
        return found.data

    def walk(self, name: str = "rss") -> Iterator[bytes]:
        """Give a feed's own document and all older ones."""
        data = self.read(FORMATS[name].suffix)
        yield data
        while found := _PREVIOUS.search(data):
            data = self.archive(int(found[1]), name)
            yield data

    def ever(self) -> set[int]:
        """Give all that any edition held."""
        every = {one.guid for edition in self.store.editions(FEED) for one in edition.manifest}
        return {int(guid.rpartition("-")[2]) for guid in every}


def stories(data: bytes) -> list[int]:
    return [int(one) for one in _STORY.findall(data)]


batches = st.lists(st.lists(st.integers(1, 99), max_size=4), min_size=1, max_size=8)


@settings(max_examples=25, deadline=None)
@given(limit=st.integers(1, 4), some=batches, name=st.sampled_from(["rss", "atom"]))
def test_whatever_comes_in_whatever_order_is_found_once_and_for_ever(
    limit: int, some: list[list[int]], name: str
) -> None:
    with TemporaryDirectory() as folder:
        desk, come, kept = Archived(Path(folder), limit), set[int](), dict[int, list[int]]()
        for batch in some:
            new = sorted(set(batch) - come)
            come.update(new)
            desk.next(*(story(one) for one in new))
            found = [stories(one) for one in desk.walk(name)]
            assert {one for page in found for one in page} == desk.ever()
            assert all(len(page) <= limit for page in found)
            for number in range(1, len(desk.ever()) + 1):
                now = stories(desk.archive(number, name))
                assert kept.setdefault(number, now) == now


@pytest.fixture
def desk(tmp_path: Path) -> Archived:
    """Seven articles one after the other, the newest two in the feed."""
    made = Archived(tmp_path, 2)
    made.next(story(1, body=[*an_article().model_dump(mode="json")["body"], picture()]))
    for number in range(2, 8):
        made.next(story(number))
    return made


def picture() -> dict[str, object]:
    """A picture that is freed a day after all was published."""
    rights = {**own(), "window": {"start": (NOW + timedelta(days=1)).isoformat()}}
    return a_picture(rights=rights)


def test_the_feed_itself_says_where_its_first_archive_is(desk: Archived) -> None:
    for name in ("rss", "atom"):
        found = _PREVIOUS.search(desk.read(FORMATS[name].suffix))
        assert found
        assert found[1] == b"5"
        assert b"fh:archive" not in desk.read(FORMATS[name].suffix)
    assert b"archive/" not in desk.read("newsml.xml")


def test_newsml_has_none(desk: Archived) -> None:
    assert archive_of(desk.store, desk.whose("newsml-g2"), 2, desk.now) is None


@pytest.mark.parametrize("number", [-1, 0, 8, 10**9])
def test_a_number_beyond_what_went_out_has_none(desk: Archived, number: int) -> None:
    assert archive_of(desk.store, desk.whose("rss"), number, desk.now) is None


def test_what_was_freed_since_is_not_told_first_by_an_archive(desk: Archived) -> None:
    assert stories(desk.archive(2)) == [2, 1]
    assert b"wall-1600.jpg" not in desk.archive(2)
    desk.now += timedelta(days=2)
    desk.run(desk.now)
    assert b"wall-1600.jpg" not in desk.archive(2)


def test_a_plain_update_leaves_what_went_out(desk: Archived) -> None:
    before = desk.archive(4)
    desk.next(story(3, version=2, version_created=NOW.isoformat(), headline="Story 3, smoother"))
    assert desk.archive(4) == before


def test_where_a_later_version_is_cut_the_one_that_went_out_is_not_shown(desk: Archived) -> None:
    secret = {"type": "paragraph", "text": "Not ours.", "rights": {"own": False}}
    body = [*an_article().model_dump(mode="json")["body"], secret]
    desk.next(story(3, version=2, version_created=NOW.isoformat(), body=body))
    assert stories(desk.archive(4)) == [4]


def test_a_moment_ends_what_it_says(desk: Archived) -> None:
    ends = NOW + timedelta(hours=3)
    rights = {**own(), "window": {"end": ends.isoformat()}}
    desk.next(
        story(
            3, version=2, version_created=NOW.isoformat(), rights=rights, correction_note="Mended."
        )
    )
    found = archive_of(desk.store, desk.whose("rss"), 4, desk.now)
    assert found is not None
    assert found.due == ends
    assert b"Mended." in found.data
    assert b"centimetres" not in desk.archive(3, now=ends)
    assert b"centimetres" in desk.archive(3, now=ends - timedelta(microseconds=1))


def test_after_the_end_of_an_agreement_nothing_is_left_but_notices(desk: Archived) -> None:
    agreement = agreement_data(state=AgreementState.TERMINATED, state_since=NOW.isoformat())
    desk.files = desk_files(partner=desk.partner(agreements=[agreement]))
    desk.next()
    for data in desk.walk():
        assert b"centimetres" not in data
        assert data.count(b"<title>WITHDRAWN: Story") == len(stories(data))


def test_a_feed_that_left_the_desk_has_no_archives(desk: Archived) -> None:
    other = {"id": "other", "title": "Another one"}
    desk.files = desk_files(partner=a_partner(feeds=[other]))
    desk.next()
    assert _PREVIOUS.search(desk.read()) is None
    with pytest.raises(BadDesk):
        desk.whose("rss")


def test_a_changed_licence_stops_archives_too(desk: Archived) -> None:
    licence = desk.files.licences[0].model_copy(update={"title": "Other words"})
    desk.files = desk_files(licence, partner=desk.files.partners[0])
    with pytest.raises(BadDesk, match="nothing new"):
        desk.whose("rss")


def test_feeds_that_part_keep_their_numbers(tmp_path: Path) -> None:
    feeds: list[dict[str, object]] = [
        {"id": name, "title": name, "limit": 2} for name in ("a", "b")
    ]
    desk = Running(tmp_path, desk_files(partner=a_partner(feeds=feeds)))
    for number in range(1, 6):
        desk.take(story(number))
        desk.run(NOW + timedelta(minutes=number))
    feeds[1]["selection"] = {"since": (NOW - timedelta(days=90)).isoformat()}
    desk.files = desk_files(partner=a_partner(feeds=feeds))
    desk.take(story(6))
    desk.run(NOW + timedelta(minutes=6))
    ways = [desk.store.way(name, "rss") for name in ("a", "b")]
    assert ways[0]
    assert ways[1]
    assert ways[0].stream != ways[1].stream
    every = [[one.guid for one in desk.store.placed(way, 0, 9)] for way in ways if way]
    assert every[0] == every[1] == [story(number).guid for number in range(1, 7)]


def test_an_archive_is_the_feeds_own_in_all_but_what_it_holds(desk: Archived) -> None:
    fields = set(FeedHead.model_fields)
    assert {"self_url", "archives"} < fields
    first, second = desk.read().splitlines(), desk.archive(5).splitlines()
    assert first[2] == second[2]
    assert b"<title>Everything for the Gazette</title>" in desk.archive(5)
