"""Dates, spans and numbers beyond all sense are refused where they are stated."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from syndicate.model.moments import LATEST, days_after
from syndicate.model.money import Money
from tests.builders import (
    a_licence,
    a_partner,
    a_picture,
    agreement_data,
    an_article,
    partner_data,
)

BEYOND = [
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-12:00",
    "0001-01-01T00:00:00Z",
    "9999-12-31T00:00:00Z",
    "1899-12-31T23:59:59Z",
    "2200-01-01T00:00:01Z",
]


def faults_of(build: Any, **changes: Any) -> list[str]:
    with pytest.raises(ValidationError) as refused:
        build(**changes)
    return [fault["msg"] for fault in refused.value.errors()]


@pytest.mark.parametrize("instant", BEYOND)
@pytest.mark.parametrize("field", ["first_created", "first_published", "expires", "embargoed"])
def test_an_instant_beyond_1900_to_2199_is_refused(field: str, instant: str) -> None:
    assert any(
        "write the year in full" in says for says in faults_of(an_article, **{field: instant})
    )


@pytest.mark.parametrize("local", ["0001-01-01T00:00", "9999-12-31T23:59"])
@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York"])
def test_a_local_time_beyond_1900_to_2199_is_refused(local: str, zone: str) -> None:
    faults = faults_of(an_article, embargoed={"until": {"local": local, "zone": zone}})
    assert any("write the year in full" in says for says in faults)


@pytest.mark.parametrize("instant", ["1900-01-01T00:00:00Z", "2199-12-31T23:59:59Z"])
def test_the_edges_are_still_instants(instant: str) -> None:
    assert an_article(first_created=instant, version_created=instant).first_created


def test_days_after_the_last_instant_do_not_overflow() -> None:
    assert days_after(LATEST, 36_500, "Pacific/Kiritimati").year > 2290


@pytest.mark.parametrize(
    "changes",
    [
        {"version": 2**31},
        {"delay": "P999999D"},
        {"delay": "P101Y"},
        {"display": {"days": 36_501}},
        {"notices_kept": 10**9},
        {"sell_off_days": 10**9},
        {"audit_days": 10**9},
        {"covers": {"max_age": "P999999D"}},
        {"covers": {"since": "9999-01-01T00:00:00Z"}},
        {"valid_from": "0001-01-01T00:00:00Z"},
        {"grants": [{"kind": "body", "max_count": 2**31}]},
    ],
)
def test_a_licence_holds_no_number_beyond_use(changes: dict[str, Any]) -> None:
    faults_of(a_licence, **changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"version": 2**31},
        {"licence_version": 2**31},
        {"priority": 2**31},
        {"priority": -(2**31)},
        {"signed_at": "9999-01-01T00:00:00Z"},
    ],
)
def test_an_agreement_holds_no_number_beyond_use(changes: dict[str, Any]) -> None:
    faults_of(a_partner, agreements=[agreement_data(**changes)])


def test_the_largest_numbers_are_fine() -> None:
    assert an_article(version=2**31 - 1).version == 2**31 - 1
    assert a_licence(notices_kept=36_500, display={"days": 36_500})


def test_an_article_holds_no_number_beyond_use() -> None:
    faults_of(an_article, version=2**31)
    for name in ("width", "height", "bytes"):
        rendition = {**a_picture()["renditions"][0], name: 10**30}
        faults_of(an_article, body=[a_picture(renditions=[rendition])])


def test_an_audience_is_bounded() -> None:
    site = partner_data()["properties"][0]
    faults_of(a_partner, properties=[{**site, "audience": 2**31}])


@pytest.mark.parametrize("amount", ["1e999999999", "1e-999999999", "0.001", "1e16", "NaN"])
def test_an_amount_beyond_use_is_refused_without_arithmetic(amount: str) -> None:
    faults_of(lambda: Money.model_validate({"amount": amount, "currency": "EUR"}))


@pytest.mark.parametrize("amount", ["10", "10.50", "10.5000", "1e3", "0.000"])
def test_zeros_at_the_end_are_no_decimals(amount: str) -> None:
    assert Money.model_validate({"amount": amount, "currency": "EUR"})


def test_a_missing_zone_is_one_fault() -> None:
    agreement = agreement_data(term={"start": "2026-01-01T00:00"})
    del agreement["zone"]
    (says,) = faults_of(a_partner, agreements=[agreement])
    assert says == "Field required"


def test_a_wrong_zone_is_one_fault() -> None:
    agreement = agreement_data(zone="Mars/Dome", term={"start": "2026-01-01T00:00"})
    (says,) = faults_of(a_partner, agreements=[agreement])
    assert "'Mars/Dome' is no IANA time zone. Mend: write an IANA name" in says


def test_a_local_time_without_zone_says_so() -> None:
    (says,) = faults_of(an_article, embargoed={"until": {"local": "2026-01-01T00:00"}})
    assert says.startswith("V2: ")


def test_the_united_kingdom_is_gb() -> None:
    (says,) = faults_of(a_partner, country="UK")
    assert says.endswith("Mend: write GB.")


@pytest.mark.parametrize("moment", [7, True, ["2026"], {"zone": "UTC"}])
def test_what_is_no_instant_says_how_one_is_written(moment: Any) -> None:
    faults = faults_of(an_article, embargoed={"until": moment})
    assert any("write for example 2026-04-24T00:00:00Z" in says for says in faults)


@pytest.mark.parametrize("url", ["javascript:x", "https://[::1", "https://a b.example"])
def test_what_is_no_url_says_what_to_do(url: str) -> None:
    (says,) = faults_of(an_article, canonical_url=url)
    assert "Mend: " in says
