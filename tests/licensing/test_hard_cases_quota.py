"""Hard cases 30 and 44 to 52: quotas, as far as no store is needed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from syndicate.licensing.quota import (
    allot,
    counted_under,
    is_counted,
    returned,
    room,
    slot_of,
    slots_for,
)
from syndicate.model.article import Article
from syndicate.model.decision import Decision, Verdict
from syndicate.model.licence import Licence
from syndicate.model.partner import Partner
from syndicate.model.receipt import Slot
from tests.builders import NOW, a_licence, a_partner, agreement_data, an_article, at
from tests.licensing.asking import a_slot, decision, ruling

WALL = "tag:harbour.example,2024:wall"
MAY, JUNE = "2026-05-01T10:00:00Z", at("2026-05-31T23:00Z")
APP = {"id": "app", "kind": "app", "name": "App", "media": ["web"]}
SITE = {"id": "site", "kind": "site", "name": "Site", "media": ["web"]}


def counting(limit: int = 2, period: str = "month", **changes: Any) -> Licence:
    return a_licence(quota={"limit": limit, "period": period, **changes})


def named(name: str, **changes: Any) -> Article:
    return an_article(guid=f"tag:harbour.example,2024:{name}", **changes)


def used(*names: str, **changes: Any) -> tuple[Slot, ...]:
    when = {"at": MAY, **changes}
    return tuple(a_slot(f"tag:harbour.example,2024:{name}", **when) for name in names)


def asked(licence: Licence, slots: tuple[Slot, ...] = (), **changes: Any) -> Decision:
    return decision(licence=licence, slots=slots, **changes)


def test_44_a_used_up_quota_holds_until_the_next_local_month() -> None:
    decided = asked(counting(2), used("a", "b"))
    assert decided.verdict is Verdict.HOLD
    assert decided.codes() == ("QUOTA_EXHAUSTED",)
    assert decided.findings[0].opens == decided.next_change == JUNE
    assert asked(counting(2), used("a", "b"), now=JUNE).verdict is Verdict.ALLOW


def test_44_a_correction_of_what_is_counted_passes() -> None:
    article = an_article(version=2, correction_note="One name was wrong.")
    slots = used("a", "wall")
    assert asked(counting(2), slots, article=article).findings == ()
    assert asked(counting(1), slots, article=article).verdict is Verdict.ALLOW


def test_44_what_is_too_old_by_then_is_denied() -> None:
    for licence, more in (
        (counting(1).changed(covers={"max_age": "P10D"}), {}),
        (counting(1).changed(display={"days": 9}), {}),
        (counting(1), {"selection": _picks("P10D")}),
        (counting(1), {"partner": _until("2026-05-20T00:00:00Z")}),
        (counting(1), {"partner": _until(JUNE.isoformat())}),
    ):
        decided = asked(licence, used("a"), **more)
        assert decided.verdict is Verdict.DENY
        assert decided.codes() == ("QUOTA_EXHAUSTED",)
    lasting = counting(1).changed(covers={"max_age": "P60D"})
    assert asked(lasting, used("a")).verdict is Verdict.HOLD


def _picks(max_age: str) -> Any:
    feed = {"id": "all", "title": "All", "selection": {"max_age": max_age}}
    return a_partner(feeds=[feed]).feeds[0].selection


def _until(end: str) -> Partner:
    term = {"start": "2026-01-01T00:00:00Z", "end": end}
    return a_partner(agreements=[agreement_data(term=term)])


def test_44_a_quota_of_the_whole_term_denies() -> None:
    decided = asked(counting(1, "term"), used("a"))
    assert decided.verdict is Verdict.DENY
    assert decided.findings[0].opens is None


def test_44_a_rolling_quota_opens_when_enough_days_have_passed() -> None:
    licence = counting(2, "rolling", days=7)
    slots = (*used("a", at="2026-04-27T10:00:00Z"), *used("b", "c", at="2026-04-29T10:00:00Z"))
    decided = asked(licence, slots)
    assert decided.findings[0].opens == at("2026-05-05T23:00Z")
    opens = decided.findings[0].opens
    assert asked(licence, slots, now=opens).verdict is Verdict.ALLOW
    before = opens - timedelta(microseconds=1)
    assert asked(licence, slots, now=before).verdict is Verdict.HOLD


def test_45_a_slot_of_the_last_local_hour_counts_for_the_month_it_is_in_there() -> None:
    partner = a_partner(agreements=[agreement_data(zone="Asia/Beirut")])
    slots = used("a", at="2026-03-31T21:30:00Z")
    april, march = at("2026-04-10T00:00Z"), at("2026-03-31T20:00Z")
    old = an_article(first_created="2026-03-01T00:00:00Z", version_created="2026-03-01T00:00:00Z")
    for now, verdict in ((april, Verdict.HOLD), (march, Verdict.ALLOW)):
        got = decision(old, counting(1), partner, slots=slots, now=now)
        assert got.verdict is verdict


def test_46_of_three_for_one_place_the_lower_id_wins_again_and_again() -> None:
    licence, partner = counting(1), a_partner()
    agreement, place = partner.agreements[0], partner.properties[0]
    candidates = [named(name) for name in ("c", "a", "b")]
    for order in (candidates, candidates[::-1]):
        won = allot(order, (), agreement, licence, place, NOW)
        assert won == {"tag:harbour.example,2024:a"}


def test_46_the_more_urgent_goes_first_then_the_earlier_published() -> None:
    licence, partner = counting(1), a_partner()
    agreement, place = partner.agreements[0], partner.properties[0]
    early = named("z", first_created="2026-04-29T00:00:00Z")
    urgent, plain = named("y", urgency=1), named("a", urgency=5)
    assert allot([early, urgent, plain], (), agreement, licence, place, NOW) == {urgent.guid}
    assert allot([early, named("a")], (), agreement, licence, place, NOW) == {early.guid}
    assert allot([early, plain], (), agreement, licence, place, NOW) == {plain.guid}


def test_47_a_second_builder_that_knows_the_slots_of_the_first_takes_none() -> None:
    licence, partner = counting(2), a_partner()
    agreement, place = partner.agreements[0], partner.properties[0]
    articles = [named(name) for name in "abcd"]
    first = slots_for(articles, (), agreement, licence, place, NOW)
    assert [slot.guid[-1] for slot in first] == ["a", "b"]
    assert allot(articles, first, agreement, licence, place, NOW) == frozenset()


def test_47_a_store_is_told_how_many_slots_it_may_keep() -> None:
    made = ruling(licence=counting(2), slots=used("a"))
    assert made.question is not None
    assert room(made.question) == ("l-1", at("2026-04-30T23:00Z"), JUNE, 2)
    billed = ruling(licence=counting(2, overage="bill"))
    assert billed.question is not None
    assert room(billed.question) is None


@pytest.mark.parametrize(("per", "taken"), [("item", 0), ("property", 1)])
def test_48_an_article_counts_once_for_all_formats_and_for_properties_by_contract(
    per: str, taken: int
) -> None:
    partner = a_partner(
        properties=[APP, SITE],
        agreements=[agreement_data(properties=["app", "site"])],
    )
    slots = used("wall", property="site")
    licence = counting(5, per=per)
    app, site = partner.properties
    for place, count in ((site, 0), (app, taken)):
        got = slots_for([an_article()], slots, partner.agreements[0], licence, place, NOW)
        assert len(got) == count


def test_48_two_properties_use_up_two_places_where_each_counts() -> None:
    partner = a_partner(
        properties=[SITE, APP],
        agreements=[agreement_data(properties=["app", "site"])],
    )
    slots = (*used("a", property="site"), *used("a", property="app"))
    each, once = counting(2, per="property"), counting(2, per="item")
    assert decision(licence=each, partner=partner, slots=slots).verdict is Verdict.HOLD
    assert decision(licence=once, partner=partner, slots=slots).verdict is Verdict.ALLOW


def test_49_a_kill_within_the_time_gives_the_place_back() -> None:
    licence, (slot,) = counting(1), used("a")
    killed = slot.at + timedelta(hours=1)
    back = returned(slot, killed, licence)
    assert back.returned_at == killed
    decided = asked(licence, (back,), now=at("2026-05-01T10:30Z"))
    assert (decided.verdict, decided.next_change) == (Verdict.HOLD, killed)
    assert asked(licence, (back,), now=killed).verdict is Verdict.ALLOW


def test_49_a_late_kill_gives_nothing_back_and_no_kill_does_so_twice() -> None:
    licence, (slot,) = counting(1, returns_within="PT2H"), used("a")
    assert returned(slot, slot.at + timedelta(hours=3), licence) == slot
    assert returned(slot, slot.at + timedelta(hours=2), licence).returned_at is not None
    back = returned(slot, slot.at + timedelta(hours=1), licence)
    assert returned(back, slot.at + timedelta(hours=2), licence) == back


def test_49_an_article_that_gave_its_place_back_takes_a_new_one() -> None:
    back = used("wall", returned_at="2026-05-01T11:00:00Z")
    made = ruling(licence=counting(1), slots=back)
    assert made.question is not None
    assert not is_counted(made.question)
    assert slot_of(made.question) == a_slot(WALL, at=NOW)


def test_50_beyond_the_quota_it_is_billed_at_the_price_of_the_moment() -> None:
    fee = {"amount": "12.50", "currency": "EUR"}
    price = {"type": "flat_with_quota", "fee": fee, "period": "month", "overage": fee}
    partner = a_partner(agreements=[agreement_data(price=price)])
    made = ruling(
        licence=counting(1, overage="bill"), partner=partner, slots=used("a"), article=an_article()
    )
    assert made.decision.verdict is Verdict.ALLOW
    assert made.decision.codes() == ("QUOTA_OVERAGE_BILLED",)
    assert made.question is not None
    slot = slot_of(made.question)
    assert slot == a_slot(WALL, at=NOW, overage=True, price="12.50 EUR")


def test_50_what_is_billed_takes_no_place_of_what_is_free() -> None:
    licence = counting(2, overage="bill")
    slots = (*used("a"), *used("b", overage=True))
    made = ruling(licence=licence, slots=slots)
    assert made.question is not None
    slot = slot_of(made.question)
    assert slot is not None
    assert not slot.overage


def test_50_a_warning_costs_nothing() -> None:
    made = ruling(licence=counting(1, overage="allow_and_warn"), slots=used("a"))
    assert made.decision.verdict is Verdict.ALLOW
    assert made.question is not None
    slot = slot_of(made.question)
    assert slot is not None
    assert (slot.overage, slot.price) == (True, "")


def test_52_an_article_in_two_products_is_counted_once() -> None:
    licence = counting(1).changed(covers={"products": ["gold", "silver"]})
    article = an_article(products=["gold", "silver"])
    made = ruling(article, licence)
    assert made.question is not None
    slot = slot_of(made.question)
    assert slot is not None
    again = ruling(article, licence, slots=(slot,))
    assert again.decision.verdict is Verdict.ALLOW
    assert again.question is not None
    assert slot_of(again.question) is None


def renewed() -> Partner:
    """A partner whose agreement is renewed twice, each term beginning where the last ends."""
    ends = ["2026-01-01T00:00:00Z", "2026-05-01T06:00:00Z", "2026-05-01T11:00:00Z", None]
    agreements = []
    for number in (1, 2, 3):
        term = {"start": ends[number - 1]} | ({"end": ends[number]} if ends[number] else {})
        before = f"l-{number - 1}" if number > 1 else None
        agreements.append(agreement_data(id=f"l-{number}", term=term, supersedes=before))
    return a_partner(agreements=agreements)


def test_30_a_renewal_counts_no_article_twice() -> None:
    partner, licence, slots = renewed(), counting(1), used("wall", agreement="l-1")
    for now, agreement in (("2026-05-01T10:59Z", "l-2/v1"), ("2026-05-01T11:00Z", "l-3/v1")):
        made = ruling(licence=licence, partner=partner, slots=slots, now=at(now))
        assert made.decision.agreement == agreement
        assert made.decision.verdict is Verdict.ALLOW
        assert made.question is not None
        assert slot_of(made.question) is None


def test_30_a_renewal_in_the_middle_of_a_month_does_not_double_the_quota() -> None:
    made = ruling(licence=counting(2), partner=renewed(), slots=used("a", "b", agreement="l-1"))
    assert made.decision.codes() == ("QUOTA_EXHAUSTED",)
    assert made.question is not None
    left = room(made.question)
    assert left is not None
    assert left.limit == 0


def test_slots_of_agreements_that_nothing_follows_do_not_count() -> None:
    partner = a_partner(agreements=[agreement_data(), agreement_data(id="l-9", priority=-1)])
    slots = used("a", "b", agreement="l-9")
    assert decision(licence=counting(1), partner=partner, slots=slots).verdict is Verdict.ALLOW
    assert counted_under(partner, partner.agreements[0], slots) == ()


def test_agreements_that_supersede_each_other_are_followed_once() -> None:
    agreements = [agreement_data(supersedes="l-2"), agreement_data(id="l-2", supersedes="l-1")]
    partner = a_partner(agreements=agreements)
    slots = used("wall", agreement="l-2")
    assert counted_under(partner, partner.agreements[0], slots) == slots


def test_a_free_article_inside_a_paid_agreement_takes_no_place() -> None:
    free = a_licence(id="cc", public=True, url="https://licence.example/")
    article = an_article(licence="cc")
    made = ruling(article, counting(1), others=(free,), slots=used("a"))
    assert made.decision.verdict is Verdict.ALLOW
    assert made.question is not None
    assert slot_of(made.question) is None


def test_an_overdue_payment_stops_what_is_new_from_its_day_on() -> None:
    licence = counting(9).changed(stop_when_overdue=True)
    since = at("2026-05-01T14:00Z")
    partner = a_partner(agreements=[agreement_data(payment_overdue_since=since.isoformat())])
    before = decision(licence=licence, partner=partner)
    assert (before.verdict, before.next_change) == (Verdict.ALLOW, since)
    held = decision(licence=licence, partner=partner, now=since)
    assert held.codes() == ("PAYMENT_OVERDUE",)
    kept = decision(licence=licence, partner=partner, now=since, slots=used("wall"))
    assert kept.verdict is Verdict.ALLOW
    relaxed = decision(licence=counting(9), partner=partner, now=since)
    assert relaxed.verdict is Verdict.ALLOW
