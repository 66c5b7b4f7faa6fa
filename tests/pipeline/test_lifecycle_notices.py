"""After delivery: the hard cases of who is told what, 62 to 72, by number."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from syndicate.model.desk import DeskFiles
from syndicate.model.partner import AgreementState
from syndicate.model.receipt import Ack, Grade
from tests.builders import (
    a_desk,
    a_licence,
    a_partner,
    a_picture,
    agreement_data,
    at,
    own,
)
from tests.pipeline.lifecycle import (
    ATOM,
    FIRST,
    GUID,
    LATER,
    PICTURE,
    TEXT,
    Story,
    begun,
    newer,
    wall,
)


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return begun(tmp_path)


@pytest.mark.parametrize("state", ["terminated", "suspended"])
def test_62_a_kill_reaches_a_partner_whose_agreement_is_over(tmp_path: Path, state: str) -> None:
    story = begun(tmp_path, after_end="keep_published", on_suspend="freeze")
    story.agree(state=state)
    story.run(LATER)
    assert (story.titles(), story.stones()) == ([], [])
    story.take(
        wall(2, "2026-05-02T08:00:00Z", pub_status="canceled", body=[]), now=LATER.replace(day=2)
    )
    story.run(at("2026-05-02T12:00Z"))
    assert story.stones() == [GUID]
    assert story.status() == ("canceled", "2")
    assert [one.grade for one in story.told()] == [Grade.KILL]


def test_63_a_correction_after_the_end_is_a_notice_and_nothing_new(tmp_path: Path) -> None:
    story = begun(tmp_path, after_end="keep_published")
    story.agree(state="terminated")
    story.run(LATER)
    note = "An earlier version said two metres."
    corrected = wall(
        2, "2026-05-02T08:00:00Z", correction_note=note, body=[{**TEXT, "text": "Rewritten."}]
    )
    story.take(corrected, now=at("2026-05-02T09:00Z"))
    story.run(at("2026-05-02T12:00Z"))
    for suffix in ("rss", "atom", "newsml.xml"):
        data = story.read(suffix)
        assert note.encode() in data
        assert b"Rewritten" not in data
        assert b"wall-1600" not in data
    assert [(one.grade, one.version) for one in story.told()] == [(Grade.CORRECTION, 2)]
    assert story.stones() == []


def test_64_a_correction_with_an_agency_picture_goes_out_without_it(story: Story) -> None:
    wire = [{"url": "https://img.harbour.example/wire.jpg", "type": "image/jpeg"}]
    refused = {"owner": "Norstar Agency", "onward": "refused"}
    agency = a_picture(id="wire", rights=refused, renditions=wire)
    corrected = wall(
        2,
        "2026-05-01T11:00:00Z",
        correction_note="The date was wrong.",
        body=[TEXT, a_picture(rights=own(), renditions=PICTURE["renditions"]), agency],
    )
    story.take(corrected, now=LATER)
    story.run(LATER)
    assert b"The date was wrong." in story.read()
    assert b"wire.jpg" not in story.read() + story.read("newsml.xml")
    assert b"wall-1600.jpg" in story.read()
    assert [one.grade for one in story.told()] == [Grade.CORRECTION]


def test_65_what_is_reinstated_reaches_those_who_may_have_it_and_nobody_else(
    story: Story,
) -> None:
    gone = a_partner(
        id="bote",
        properties=[{"id": "site", "kind": "site", "name": "bote.example", "media": ["web"]}],
        agreements=[agreement_data(id="l-9")],
        feeds=[{"id": "bote-all", "title": "Everything"}],
    )
    story.files = DeskFiles(story.files.desk, story.files.licences, (a_partner(), gone))
    story.run(FIRST)
    story.take(wall(2, "2026-05-01T08:00:00Z", pub_status="canceled", body=[]), now=LATER)
    story.run(LATER)
    ended = gone.model_copy(
        update={
            "agreements": (
                gone.agreements[0].model_copy(update={"state": AgreementState.TERMINATED}),
            )
        }
    )
    story.files = DeskFiles(story.files.desk, story.files.licences, (a_partner(), ended))
    story.take(wall(3, "2026-05-02T08:00:00Z"), now=at("2026-05-02T09:00Z"))
    story.run(at("2026-05-02T09:00Z"))
    assert story.status() == ("usable", "3")
    assert story.titles() == ["The harbour wall moves again"]
    other = etree.fromstring(story.read("atom", "bote/bote-all"))
    assert [t.text for t in other.iterfind("a:entry/a:title", ATOM)] == [
        "WITHDRAWN: The harbour wall moves again"
    ]


def test_66_a_kill_under_embargo_tells_only_holders_of_marked_copies(tmp_path: Path) -> None:
    story = Story(tmp_path, embargo_mode="deliver_marked")
    embargoed = wall(embargoed="2026-06-01T00:00:00Z")
    story.take(embargoed, now=FIRST)
    story.run(FIRST)
    story.take(wall(2, "2026-05-01T08:00:00Z", pub_status="canceled", body=[]), now=LATER)
    story.run(LATER)
    assert story.status() == ("canceled", "2")
    assert story.stones() == []
    assert b"harbour wall moves" not in story.read()
    assert {one.grade for one in story.told()} == {Grade.KILL}


def test_67_a_partner_that_is_gone_from_the_desk_still_gets_its_notices(story: Story) -> None:
    story.files = DeskFiles(story.files.desk, story.files.licences, ())
    story.run(LATER)
    assert story.stones() == [GUID]
    story.take(
        wall(2, "2026-05-02T08:00:00Z", pub_status="canceled", body=[]),
        now=at("2026-05-02T09:00Z"),
    )
    story.run(at("2026-05-02T12:00Z"))
    assert story.status()[0] == "canceled"
    assert [one.grade for one in story.told()] == [Grade.WITHDRAW, Grade.KILL]


def test_67_a_feed_that_is_gone_becomes_a_feed_of_notices(story: Story) -> None:
    story.serve(feeds=[{"id": "other", "title": "Another feed"}])
    story.run(LATER)
    assert (story.titles(), story.stones()) == ([], [])
    story.take(
        wall(2, "2026-05-02T08:00:00Z", pub_status="canceled", body=[]),
        now=at("2026-05-02T09:00Z"),
    )
    story.run(at("2026-05-02T12:00Z"))
    assert story.stones() == [GUID]


def test_68_a_suspension_takes_down_and_its_end_brings_back(story: Story) -> None:
    story.agree(state="suspended", state_since="2026-05-01T10:00:00Z")
    story.run(LATER)
    assert story.stones() == [GUID]
    assert story.status() == ("withheld", "2")
    story.agree()
    story.run(at("2026-05-02T12:00Z"))
    assert story.stones() == []
    assert story.status() == ("usable", "3")
    grades = [one.grade for one in story.told()]
    assert grades == [Grade.WITHDRAW, Grade.REINSTATE]


def test_68_a_freeze_leaves_what_is_out_and_adds_nothing(tmp_path: Path) -> None:
    story = begun(tmp_path, on_suspend="freeze")
    story.agree(state="suspended")
    story.take(newer(), now=LATER)
    story.run(LATER)
    assert (story.titles(), story.stones(), story.told()) == ([], [], [])


def test_69_narrowed_terms_bind_new_articles_only(story: Story) -> None:
    text_only = a_licence(
        version=2, grants=[{"kind": "headline"}, {"kind": "summary"}, {"kind": "body"}]
    )
    partner = a_partner(agreements=[agreement_data(licence_version=2, version=2)])
    story.files = DeskFiles(a_desk(), (a_licence(), text_only), (partner,))
    story.take(newer().model_copy(update={"body": wall().body}), now=LATER)
    story.run(LATER)
    data = story.read("rss").decode()
    old, new = sorted(data.split("<item>")[1:], key=lambda item: "newer-1" in item)
    assert "wall-1600.jpg" in old
    assert "licences/full/v1.html" in old
    assert "wall-1600.jpg" not in new
    assert "licences/full/v2.html" in new
    assert story.told() == []


def test_69_retroactive_terms_bind_what_is_out_too(story: Story) -> None:
    text_only = a_licence(version=2, grants=[{"kind": "headline"}, {"kind": "body"}])
    agreement = agreement_data(licence_version=2, version=2, retroactive=True)
    partner = a_partner(agreements=[agreement])
    story.files = DeskFiles(a_desk(), (a_licence(), text_only), (partner,))
    story.run(LATER)
    assert b"wall-1600.jpg" not in story.read()
    assert [one.grade for one in story.told()] == [Grade.PART]


def test_69_a_public_licence_that_is_narrowed_binds_new_articles_only(tmp_path: Path) -> None:
    story = begun(tmp_path)
    free = {"id": "cc", "public": True, "url": "https://licence.example/"}
    first = a_licence(**free)
    second = a_licence(version=2, territory={"include": ["GB"]}, **free)
    story.files = DeskFiles(a_desk(), (a_licence(), first), story.files.partners)
    story.take(wall(2, "2026-05-01T08:00:00Z", licence="cc"), now=LATER)
    story.run(LATER)
    story.files = DeskFiles(a_desk(), (a_licence(), first, second), story.files.partners)
    next_day = at("2026-05-02T12:00Z")
    story.take(newer().model_copy(update={"licence": "cc"}), now=next_day)
    story.run(next_day)
    old, new = sorted(story.read("rss").decode().split("<item>")[1:], key=lambda i: "newer-1" in i)
    assert "licences/cc/v1.html" in old
    assert "licences/cc/v1.html" not in new
    assert story.told() == []


def test_70_a_revoked_picture_goes_everywhere_also_where_newer_articles_fill_the_feed(
    story: Story,
) -> None:
    story.serve(feeds=[{"id": "gazette-all", "title": "Everything", "limit": 1}])
    story.take(newer(), now=LATER)
    story.run(LATER)
    assert story.titles() == ["Newer article 1"]
    revoked = a_picture(rights={"owner": "Norstar Agency", "onward": "refused"})
    moment = at("2026-05-02T12:00Z")
    story.take(wall(2, "2026-05-02T08:00:00Z", body=[TEXT, revoked]), now=moment)
    story.run(moment)
    assert story.titles() == ["Newer article 1", "The harbour wall moves again"]
    assert story.status(f"{GUID};photo") == ("canceled", "2")
    assert [one.grade for one in story.told()] == [Grade.PART]


def test_72_a_notice_is_repeated_and_a_second_acknowledgement_is_harmless(story: Story) -> None:
    story.take(wall(2, "2026-05-01T08:00:00Z", pub_status="canceled", body=[]), now=LATER)
    story.run(LATER)
    story.take(newer(), now=at("2026-05-03T12:00Z"))
    story.run(at("2026-05-03T12:00Z"))
    assert story.stones() == [GUID]
    [told] = story.store.notices()
    assert told.ack is None
    ack = Ack(notice=told.notice.id, at=LATER, by="night desk")
    assert story.store.acknowledge(ack) is True
    assert story.store.acknowledge(ack) is False
    assert [one.ack for one in story.store.notices()] == [ack]
