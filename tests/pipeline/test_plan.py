"""What a run relies on of what was worked out before: what still holds, from the same files."""

from __future__ import annotations

import pickle
from datetime import datetime, timedelta
from pathlib import Path
from typing import NoReturn

import pytest

from syndicate.formats.all import FORMATS
from syndicate.model.desk import DeskFiles
from syndicate.model.partner import Partner
from syndicate.model.roster import Roster
from syndicate.pipeline.classes import Classes
from syndicate.pipeline.inputs import snapshot
from syndicate.pipeline.plan import News, Planner, Turn
from tests.builders import NOW, a_licence, a_partner, agreement_data, an_article, desk_files
from tests.pipeline.running import Running, version

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


class Reads:
    """The files of a desk, with the partners that were read."""

    def __init__(self, sound: DeskFiles) -> None:
        self.seen: list[str] = []

        def read(place: int) -> Partner:
            self.seen.append(sound.outlines[place].id)
            return sound.partners[place]

        self.files = DeskFiles(sound.desk, sound.licences, Roster(sound.outlines, read))


@pytest.fixture
def many(tmp_path: Path) -> Running:
    """A desk of five partners with an article for each, of which the third only takes cities."""
    made = Running(tmp_path / "many")
    selections = [{"sections": [name]} for name in ("Sport", "Arts", "Cities", "World", "Sport")]
    partners = tuple(
        a_partner(
            id=f"partner-{number}",
            agreements=[agreement_data(id=f"agreement-{number}")],
            feeds=[{"id": f"feed-{number}", "title": "All", "selection": selection}],
        )
        for number, selection in enumerate(selections)
    )
    made.files = DeskFiles(made.files.desk, made.files.licences, partners)
    made.take(an_article(section="Sport"))
    made.run()
    return made


def reads(desk: Running, now: datetime = LATER) -> tuple[set[str], set[str]]:
    """Run; give the partners that were read, and those that got another document."""
    found, sound = Reads(desk.files), desk.files
    desk.files = found.files
    digest = snapshot(sound).digest
    written = {one.partner for one in desk.run(now, digest=digest) if one.written}
    desk.files = sound
    assert len(found.seen) == len({*found.seen})
    return set(found.seen), written


def test_partners_whom_nothing_concerns_are_not_read(many: Running) -> None:
    assert reads(many) == (set(), set())
    many.take(OTHER.model_copy(update={"section": "Cities"}), now=LATER)
    assert reads(many) == ({"partner-2"}, {"partner-2"})
    many.take(version(2, LATER.isoformat(), section="Arts"), now=LATER)
    found, written = reads(many, LATER + timedelta(minutes=1))
    assert found == written == {"partner-0", "partner-1", "partner-4"}
    assert reads(many, LATER + timedelta(minutes=2)) == (set(), set())
    anew(many, LATER + timedelta(minutes=3))


def test_a_partner_whose_document_was_changed_is_read(many: Running) -> None:
    path = many.folder / "partner-3" / "feed-3.atom"
    path.write_bytes(b"changed")
    assert reads(many) == ({"partner-3"}, {"partner-3"})
    anew(many)


def test_a_partner_whose_moment_has_come_is_read(many: Running) -> None:
    released = LATER + timedelta(hours=1)
    held = {"until": {"at": released.isoformat()}}
    many.take(OTHER.model_copy(update={"section": "World"}), now=LATER)
    many.take(version(2, LATER.isoformat(), section="Sport", embargoed=held), now=LATER)
    reads(many)
    assert reads(many, released - timedelta(seconds=1)) == (set(), set())
    assert reads(many, released) == ({"partner-0", "partner-4"},) * 2
    anew(many, released)


def test_a_new_partner_alone_is_read_with_those_of_before(many: Running) -> None:
    outlines = len(many.files.partners)
    made = a_partner(id="new", agreements=[agreement_data(id="new")],
                     feeds=[{"id": "new", "title": "All"}])  # fmt: skip
    partners = (*many.files.partners, made)
    many.files = DeskFiles(many.files.desk, many.files.licences, partners)
    found, written = reads(many)
    assert (len(found), written) == (outlines + 1, {"new"})
    assert reads(many) == (set(), set())


def test_what_another_process_is_sent_grows_with_the_group_not_with_the_desk() -> None:
    def sent(partners: int) -> bytes:
        others = (a_partner(id=f"other-{n}", feeds=[]) for n in range(partners))
        whole = desk_files(partner=a_partner())
        files = DeskFiles(whole.desk, whole.licences, (*whole.partners, *others))
        turns = [Turn(files, "gazette", "gazette-all", name) for name in FORMATS]
        planner = Planner(files, (), frozenset(), FORMATS, NOW)
        news = News(frozenset(), frozenset(), frozenset())
        return b"".join(
            pickle.dumps(one.lean()) for one in planner.groups(turns, news, {}, all_=True)
        )

    assert b"other-" not in sent(9)
    assert len(sent(9)) == len(sent(0))
