"""What a run relies on of what was worked out before: what still holds, from the same files."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import NoReturn

import pytest

from syndicate.model.desk import DeskFiles
from syndicate.model.partner import Partner
from syndicate.pipeline.classes import Classes
from tests.builders import NOW, a_licence, a_partner, agreement_data, an_article, desk_files
from tests.pipeline.running import Running

LATER = NOW + timedelta(hours=1)
OTHER = an_article(
    guid="tag:harbour.example,2024:other",
    canonical_url="https://harbour.example/other",
    headline="Another one",
)


def never(*_: object) -> NoReturn:
    raise AssertionError("worked out again")


def files(partner: Partner) -> DeskFiles:
    return desk_files(partner=partner)


def titled(title: str) -> DeskFiles:
    feed = {"id": "gazette-all", "title": title}
    return files(a_partner(feeds=[feed]))


@pytest.fixture
def desk(tmp_path: Path) -> Running:
    """A desk that was published, with an article."""
    made = Running(tmp_path / "one", titled("First"))
    made.take(an_article())
    made.run()
    return made


def anew(desk: Running, now: datetime = LATER) -> dict[str, bytes]:
    """Give the documents, and see that they are the same where nothing is relied on."""
    desk.run(now)
    found = {path: desk.target.get(path) or b"" for path in desk.target.paths()}
    assert [one.path for one in desk.run(now, digest="") if one.written] == []
    return found


def test_what_feeds_ask_for_is_worked_out_once(
    desk: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Classes, "of", never)
    assert not any(one.written for one in desk.run(LATER))
    with pytest.raises(AssertionError, match="worked out again"):
        desk.run(LATER, digest="of other texts")


def test_other_files_are_not_taken_for_the_same_when_they_come_back(desk: Running) -> None:
    first = desk.files
    desk.files = titled("Second")
    desk.run(LATER, only="gazette-all")
    assert b"Second" in desk.read()
    desk.files = first
    desk.run(LATER)
    assert b"First" in desk.read()
    anew(desk)


def test_a_head_changes_when_an_agreement_ends(tmp_path: Path) -> None:
    end = "2026-05-03T00:00:00Z"
    first = agreement_data(term={"start": "2026-01-01T00:00:00Z", "end": end})
    desk = Running(tmp_path, files(a_partner(agreements=[first, agreement_data(id="l-2")])))
    desk.run()
    before = desk.read("newsml.xml"), desk.read()
    over = datetime.fromisoformat(end)
    desk.run(over - timedelta(seconds=1))
    assert (desk.read("newsml.xml"), desk.read()) == before
    desk.run(over)
    assert (desk.read("newsml.xml"), desk.read()) != before
    anew(desk, over)


def test_a_note_that_does_not_hold_is_found_out(desk: Running) -> None:
    wrong = [one._replace(asked="0" * 64) for one in desk.store.ways()]
    desk.store.note_ways(wrong)
    desk.take(OTHER, now=LATER)
    desk.run(LATER)
    assert b"Another one" in desk.read()
    assert {one.asked for one in desk.store.ways()} & {"0" * 64} == set()
    anew(desk)


def test_a_feed_that_is_stopped_no_more_gets_what_is_new(desk: Running) -> None:
    desk.files = desk_files(partner=desk.files.partners[0], licence=a_licence(title="Changed"))
    for _ in range(2):
        assert all(one.failure for one in desk.run(LATER))
    desk.take(OTHER, now=LATER)
    for path in desk.target.paths():
        if path.startswith("licences/"):
            desk.target.remove(path)
    assert not any(one.failure for one in desk.run(LATER))
    assert b"Another one" in desk.read()
    anew(desk)
