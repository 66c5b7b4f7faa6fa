"""Quotas, exclusives and prices beyond a quota: what may be stated, and when periods begin."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from syndicate.licensing.consistency import problems
from syndicate.model.moments import Window
from syndicate.model.quota import Quota
from tests.builders import a_licence, a_partner, agreement_data, an_article, at, desk_files

EUR = {"amount": "300", "currency": "EUR"}
EXCLUSIVE = {
    "level": "sole",
    "basis": "product",
    "window": "PT48H",
    "territory": {"include": ["JP"]},
    "media": ["web"],
}


def quota(**changes: Any) -> Quota:
    return Quota.model_validate({"limit": 2, "period": "month", **changes})


def exclusive(**changes: Any) -> Any:
    return a_partner(agreements=[agreement_data(exclusivity={**EXCLUSIVE, **changes})])


@pytest.mark.parametrize(
    ("period", "now", "zone", "start", "end"),
    [
        # 45: 31 March 21:30Z in Beirut is April
        (
            "month",
            "2026-03-31T21:30Z",
            "Asia/Beirut",
            "2026-03-31T21:00Z",
            "2026-04-30T21:00Z",
        ),
        (
            "month",
            "2026-03-31T20:59Z",
            "Asia/Beirut",
            "2026-02-28T22:00Z",
            "2026-03-31T21:00Z",
        ),
        # midnight does not exist in Cairo on 24 April 2026: the day begins with the change
        ("day", "2026-04-23T22:00Z", "Africa/Cairo", "2026-04-23T22:00Z", "2026-04-24T21:00Z"),
        ("day", "2026-04-23T21:59Z", "Africa/Cairo", "2026-04-22T22:00Z", "2026-04-23T22:00Z"),
        ("week", "2026-05-03T22:59Z", "Europe/London", "2026-04-26T23:00Z", "2026-05-03T23:00Z"),
        ("week", "2026-05-03T23:00Z", "Europe/London", "2026-05-03T23:00Z", "2026-05-10T23:00Z"),
        ("month", "2026-12-15T00:00Z", "UTC", "2026-12-01T00:00Z", "2027-01-01T00:00Z"),
    ],
)
def test_45_periods_are_counted_by_the_clock_of_the_agreement(
    period: str, now: str, zone: str, start: str, end: str
) -> None:
    found = quota(period=period).period_at(at(now), zone, Window())
    assert found == (at(start), at(end))


def test_a_rolling_period_is_today_and_the_days_before() -> None:
    found = quota(period="rolling", days=3).period_at(at("2026-05-10T12:00Z"), "UTC", Window())
    assert found == (at("2026-05-08T00:00Z"), at("2026-05-11T00:00Z"))


def test_a_period_of_the_term_has_the_ends_of_the_term() -> None:
    term = Window.model_validate({"start": "2026-01-01T00:00Z"})
    found = quota(period="term").period_at(at("2026-05-10T12:00Z"), "UTC", term)
    assert found == (at("2026-01-01T00:00Z"), None)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(["day", "week", "month"]),
    st.datetimes(datetime(1990, 1, 1), datetime(2050, 1, 1)),  # noqa: DTZ001  made aware below
    st.sampled_from(sorted(available_timezones())),
)
def test_periods_leave_no_gap_and_do_not_overlap(period: str, local: datetime, zone: str) -> None:
    counted, now = quota(period=period), at(f"{local.isoformat()}+00:00")
    found = counted.period_at(now, zone, Window())
    assert found.holds(now)
    assert found.end is not None
    assert counted.period_at(found.end, zone, Window()).start == found.end
    before = counted.period_at(found.start - timedelta(microseconds=1), zone, Window())
    assert before.end == found.start


@pytest.mark.parametrize(
    "wrong",
    [
        {"limit": 0},
        {"limit": -3},
        {"period": "rolling"},
        {"days": 9},
        {"period": "rolling", "days": 0},
    ],
)
def test_v6_a_quota_that_counts_nothing_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        quota(**wrong)


def test_v6_names_its_rule() -> None:
    with pytest.raises(ValidationError, match="V6"):
        quota(limit=0)
    with pytest.raises(ValidationError, match="V6"):
        quota(period="rolling")
    with pytest.raises(ValidationError, match="V6"):
        a_licence(quota={"limit": 2, "period": "month"}, public=True)


def test_v6_what_is_billed_needs_a_fee() -> None:
    licence = a_licence(quota={"limit": 2, "period": "month", "overage": "bill"})
    flat = {"type": "flat_with_quota", "fee": EUR, "period": "month"}
    for price, rules in (
        (None, ["V6"]),
        ({"type": "flat_period", "fee": EUR, "period": "month"}, ["V6"]),
        (flat, ["V6"]),
        ({**flat, "overage": EUR}, []),
    ):
        partner = a_partner(agreements=[agreement_data(price=price)])
        found = [one.rule for one in problems(desk_files(licence, partner))]
        assert found == rules


def test_v7_fee_and_overage_are_in_one_currency() -> None:
    price = {
        "type": "flat_with_quota",
        "fee": EUR,
        "period": "month",
        "overage": {"amount": "9", "currency": "GBP"},
    }
    with pytest.raises(ValidationError, match="V7"):
        a_partner(agreements=[agreement_data(price=price)])


@pytest.mark.parametrize("missing", ["window", "territory", "media"])
def test_v5_an_exclusive_states_window_territory_and_media(missing: str) -> None:
    with pytest.raises(ValidationError, match=f"V5.*{missing}"):
        exclusive(**{missing: None})


def test_v5_items_are_named_where_the_basis_is_item() -> None:
    with pytest.raises(ValidationError, match="V5"):
        exclusive(basis="item")
    with pytest.raises(ValidationError, match="V5"):
        exclusive(items=["tag:harbour.example,2024:wall"])
    exclusive(basis="item", items=["tag:harbour.example,2024:wall"])


def test_v33_what_is_exclusive_is_kept_from_the_own_site() -> None:
    with pytest.raises(ValidationError, match="V33"):
        exclusive(level="exclusive")
    exclusive(level="exclusive", own_site_embargoed=True)


def test_a_translation_is_granted_as_a_whole() -> None:
    whole, part = [{"kind": "headline"}, {"kind": "body"}], {"kind": "translation"}
    a_licence(grants=[*whole, part])
    with pytest.raises(ValidationError, match="translations are granted as a whole"):
        a_licence(grants=[*whole, {**part, "max_count": 1}])
    with pytest.raises(ValidationError, match="translations are granted as a whole"):
        a_licence(grants=[*whole, part], required_parts=["translation"])


def test_an_article_is_no_translation_of_itself() -> None:
    with pytest.raises(ValidationError, match="translation_of"):
        an_article(translation_of="tag:harbour.example,2024:wall")


def test_a_group_that_an_exclusive_names_must_be_declared() -> None:
    partner = exclusive(territory={"include": ["X-GULF"]})
    (found,) = problems(desk_files(partner=partner))
    assert (found.rule, found.where) == ("territory", "partner gazette agreement l-1 exclusivity")
