"""Quotas and exclusives through the whole path: counted once, when an edition is recorded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from syndicate.model.article import Article
from syndicate.model.desk import DeskFiles
from syndicate.model.receipt import Receipt, Slot
from tests.builders import a_desk, a_licence, a_partner, agreement_data, an_article, at
from tests.pipeline.running import Running

MARCH = at("2026-03-10T12:00Z")
PRICE = {
    "type": "flat_with_quota",
    "fee": {"amount": "100", "currency": "EUR"},
    "overage": {"amount": "12.50", "currency": "EUR"},
    "period": "month",
}


def article(n: int, created: str = "2026-03-09T12:00:00Z", **changes: Any) -> Article:
    return an_article(
        **{
            "guid": f"tag:harbour.example,2024:n{n}",
            "headline": f"Article {n}",
            "canonical_url": f"https://harbour.example/n{n}",
            "first_created": created,
            "version_created": created,
            **changes,
        }
    )


class Metered(Running):
    """A desk whose only partner has a quota."""

    def __init__(self, folder: Path, limit: int = 2, **quota: Any) -> None:
        super().__init__(folder)
        quota = {"limit": limit, "period": "month", **quota}
        self.licence = a_licence(quota=quota)
        self.agree()

    def agree(self, *more: dict[str, Any], **changes: Any) -> None:
        first = agreement_data(**{"zone": "Asia/Beirut", **changes})
        partner = a_partner(agreements=[first, *more])
        self.files = DeskFiles(a_desk(), (self.licence,), (partner,))

    def out(self) -> set[str]:
        items = etree.fromstring(self.read("rss")).iterfind("channel/item/title")
        return {str(one.text) for one in items}

    def taken(self) -> list[str]:
        return [slot.guid.rpartition(":")[2] for slot in self.store.slots(["l-1", "l-2"])]


def test_44_a_used_up_quota_holds_until_the_next_local_month(tmp_path: Path) -> None:
    desk = Metered(tmp_path)
    desk.take(*(article(n) for n in (1, 2, 3)), now=MARCH)
    [first, *_] = desk.run(MARCH)
    assert desk.out() == {"Article 1", "Article 2"}
    assert first.next_change == at("2026-03-31T21:00Z")
    at_noon = "2026-03-11T12:00:00Z"
    corrected = article(1, version=2, version_created=at_noon, correction_note="Not two.")
    desk.take(corrected, now=at("2026-03-11T13:00Z"))
    desk.run(at("2026-03-11T13:00Z"))
    assert desk.out() == {"Article 1", "Article 2"}
    assert b"Not two." in desk.read("rss")
    desk.run(at("2026-03-31T20:59:59Z"))
    assert desk.out() == {"Article 1", "Article 2"}
    desk.run(at("2026-03-31T21:00Z"))
    assert desk.out() == {"Article 1", "Article 2", "Article 3"}
    assert desk.taken() == ["n1", "n2", "n3"]


def test_46_the_same_article_wins_the_last_place_whatever_the_order(tmp_path: Path) -> None:
    for folder, order in (("a", (3, 1, 2)), ("b", (2, 3, 1))):
        desk = Metered(tmp_path / folder, limit=1)
        desk.take(*(article(n) for n in order), now=MARCH)
        desk.run(MARCH)
        assert desk.out() == {"Article 1"}


def test_48_an_article_in_several_formats_and_feeds_is_counted_once(tmp_path: Path) -> None:
    desk = Metered(tmp_path)
    feeds = [{"id": "gazette-all", "title": "All"}, {"id": "gazette-two", "title": "Again"}]
    partner = a_partner(agreements=[agreement_data()], feeds=feeds)
    desk.files = DeskFiles(a_desk(), (desk.licence,), (partner,))
    desk.take(article(1), article(2), article(3), now=MARCH)
    desk.run(MARCH)
    assert desk.taken() == ["n1", "n2"]
    for name in ("gazette/gazette-all", "gazette/gazette-two"):
        assert desk.read("rss", name).count(b"<item>") == 2


def test_47_a_run_that_lost_the_last_place_decides_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Metered(tmp_path, limit=2)
    desk.take(*(article(n) for n in (1, 2, 3)), now=MARCH)
    record, rival = (
        desk.store.record,
        Slot(agreement="l-1", property="site", guid="tag:harbour.example,2024:n0", at=MARCH),
    )

    def another_run_comes_first(receipt: Receipt) -> int:
        monkeypatch.setattr(desk.store, "record", record)
        edition = receipt.editions[0].model_copy(update={"feed": "another"})
        record(Receipt((edition,), slots=(rival,)))
        return record(receipt)

    monkeypatch.setattr(desk.store, "record", another_run_comes_first)
    desk.run(MARCH)
    assert desk.taken() == ["n0", "n1"]
    assert desk.out() == {"Article 1"}


def test_49_a_kill_soon_after_gives_the_place_back(tmp_path: Path) -> None:
    desk = Metered(tmp_path, limit=1)
    desk.take(article(1), article(2), now=MARCH)
    desk.run(MARCH)
    assert desk.out() == {"Article 1"}
    kill = article(
        1, version=2, version_created="2026-03-10T13:00:00Z", pub_status="canceled", body=[]
    )
    desk.take(kill, now=at("2026-03-10T13:00Z"))
    desk.run(at("2026-03-10T13:00Z"))
    assert desk.out() == {"WITHDRAWN: Article 1", "Article 2"}
    [given, taken] = desk.store.slots(["l-1"])
    assert given.returned_at == at("2026-03-10T13:00Z")
    assert taken.returned_at is None


def test_49_a_late_kill_gives_nothing_back(tmp_path: Path) -> None:
    desk = Metered(tmp_path, limit=1)
    desk.take(article(1), article(2), now=MARCH)
    desk.run(MARCH)
    late = at("2026-03-12T13:00Z")
    kill = article(
        1, version=2, version_created="2026-03-12T12:30:00Z", pub_status="canceled", body=[]
    )
    desk.take(kill, now=late)
    desk.run(late)
    assert desk.out() == {"WITHDRAWN: Article 1"}


def test_50_what_goes_beyond_is_billed_at_the_price_of_that_moment(tmp_path: Path) -> None:
    desk = Metered(tmp_path, limit=1, overage="bill")
    desk.agree(price=PRICE)
    desk.take(article(1), article(2), now=MARCH)
    desk.run(MARCH)
    assert desk.out() == {"Article 1", "Article 2"}
    dearer = {**PRICE, "overage": {"amount": "20", "currency": "EUR"}}
    desk.agree(price=dearer)
    desk.run(at("2026-03-11T12:00Z"))
    slots = {slot.guid[-1]: (slot.overage, slot.price) for slot in desk.store.slots(["l-1"])}
    assert slots == {"1": (False, ""), "2": (True, "12.50 EUR")}


def test_30_a_renewal_counts_nothing_twice(tmp_path: Path) -> None:
    desk = Metered(tmp_path)
    end = "2026-03-11T00:00:00Z"
    renewed = agreement_data(id="l-2", supersedes="l-1", zone="Asia/Beirut", term={"start": end})
    desk.agree(renewed, term={"start": "2026-01-01T00:00:00Z", "end": end})
    desk.take(article(1), article(2), now=MARCH)
    desk.run(MARCH)
    desk.run(at("2026-03-12T00:00Z"))
    assert desk.out() == {"Article 1", "Article 2"}
    assert [(slot.agreement, slot.guid[-1]) for slot in desk.store.slots(["l-1", "l-2"])] == [
        ("l-1", "1"),
        ("l-1", "2"),
    ]


def test_a_dry_run_and_a_second_run_take_no_places(tmp_path: Path) -> None:
    desk = Metered(tmp_path)
    desk.take(*(article(n) for n in (1, 2, 3)), now=MARCH)
    desk.run(MARCH, dry_run=True)
    assert desk.taken() == []
    desk.run(MARCH)
    assert not any(one.written for one in desk.run(MARCH))
    assert desk.taken() == ["n1", "n2"]


@pytest.mark.parametrize("can_block", [True, False])
def test_57_and_59_an_exclusive_bars_others_until_it_ends(
    tmp_path: Path, *, can_block: bool
) -> None:
    desk = Running(tmp_path)
    exclusivity = {
        "level": "sole",
        "basis": "product",
        "window": "P7D",
        "territory": {"include": ["JP"]},
        "media": ["web"],
    }
    site = [{"id": "site", "kind": "site", "name": "nippo.example", "media": ["web"]}]
    holder = a_partner(
        id="nippo",
        properties=site,
        agreements=[agreement_data(id="l-9", exclusivity=exclusivity)],
        feeds=[{"id": "nippo-all", "title": "All"}],
    )
    other = a_partner(can_geo_block=can_block)
    desk.files = DeskFiles(a_desk(), (a_licence(),), (holder, other))
    desk.take(article(1), now=MARCH)
    desk.run(MARCH)
    assert b"Article 1" in desk.read("rss", "nippo/nippo-all")
    assert (b"Article 1" in desk.read("rss")) is can_block
    [found, *_] = [one for one in desk.run(MARCH) if one.partner == "gazette"]
    assert found.next_change == at("2026-03-16T12:00Z")
    desk.run(at("2026-03-16T12:00Z"))
    assert b"Article 1" in desk.read("rss")
