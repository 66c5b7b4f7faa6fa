"""After delivery: the hard cases of what is taken back, mended and brought back, by number."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from syndicate.model.article import Article
from syndicate.model.desk import DeskFiles
from syndicate.model.partner import AgreementState
from syndicate.model.receipt import Ack, Grade, Notice
from tests.builders import (
    a_desk,
    a_licence,
    a_partner,
    a_picture,
    agreement_data,
    an_article,
    at,
    own,
)
from tests.pipeline.running import Running

GUID = "tag:harbour.example,2024:wall"
G2 = {"n": "http://iptc.org/std/nar/2006-10-01/"}
ATOM = {"a": "http://www.w3.org/2005/Atom", "at": "http://purl.org/atompub/tombstones/1.0"}
PICTURE = a_picture(rights=own())
TEXT = {"type": "paragraph", "text": "The wall moved two centimetres."}
FIRST = at("2026-04-30T09:00Z")
LATER = at("2026-05-01T12:00Z")


def wall(version: int = 1, created: str = "2026-04-30T08:00:00Z", **changes: Any) -> Article:
    body = {"body": [TEXT, PICTURE], **changes}
    return an_article(version=version, version_created=created, **body)


def newer(n: int = 1) -> Article:
    moment = f"2026-05-01T0{n}:00:00Z"
    return an_article(
        guid=f"tag:harbour.example,2024:newer-{n}",
        headline=f"Newer article {n}",
        canonical_url=f"https://harbour.example/newer-{n}",
        first_created=moment,
        version_created=moment,
    )


class Story(Running):
    """A desk with one partner whose agreement changes from step to step."""

    def __init__(self, folder: Path, **licence: Any) -> None:
        super().__init__(folder)
        self.licence = a_licence(**licence)
        self.agree()

    def agree(self, **agreement: Any) -> None:
        self.serve(agreements=[agreement_data(**agreement)])

    def serve(self, **partner: Any) -> None:
        self.files = DeskFiles(a_desk(), (self.licence,), (a_partner(**partner),))

    def told(self, grade: Grade | None = None) -> list[Notice]:
        found = [one.notice for one in self.store.notices()]
        return [one for one in found if grade in (None, one.grade)]

    def stones(self, name: str = "gazette/gazette-all") -> list[str]:
        feed = etree.fromstring(self.read("atom", name))
        return [str(ref) for ref in feed.xpath("at:deleted-entry/@ref", namespaces=ATOM)]

    def status(self, guid: str = GUID) -> tuple[str, str]:
        """Publishing status and version of an item in NewsML-G2."""
        news = etree.fromstring(self.read("newsml.xml"))
        item = news.xpath(f"//n:newsItem[@guid='{guid}']", namespaces=G2)[0]
        status = item.xpath("n:itemMeta/n:pubStatus/@qcode", namespaces=G2)[0]
        return str(status).removeprefix("stat:"), str(item.get("version"))

    def titles(self) -> list[str]:
        feed = etree.fromstring(self.read("rss"))
        return [str(one) for one in feed.xpath("channel/item/title/text()")]


def begun(folder: Path, **licence: Any) -> Story:
    made = Story(folder, **licence)
    made.take(wall(), now=FIRST)
    made.run(FIRST)
    return made


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
