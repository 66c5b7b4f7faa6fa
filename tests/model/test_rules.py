"""The validation rules, each by its number: broken, refused with rule, field and mend."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from syndicate.licensing.consistency import problems
from syndicate.model.desk import Push
from syndicate.model.price import FlatPeriod, PerItem, RevenueShare
from tests.builders import (
    a_licence,
    a_partner,
    a_picture,
    agency,
    agreement_data,
    an_article,
    desk_files,
)

EUR = {"amount": "10", "currency": "EUR"}


def agreed(**changes: Any) -> BaseModel:
    return a_partner(agreements=[agreement_data(**changes)])


def illustrated(**rights: Any) -> BaseModel:
    return an_article(body=[a_picture(rights=rights)])


def embargoed(**embargo: Any) -> BaseModel:
    return an_article(embargoed=embargo)


def bands(*limits: int | None) -> BaseModel:
    rows = [{"fee": EUR} if limit is None else {"up_to": limit, "fee": EUR} for limit in limits]
    return PerItem.model_validate({"type": "per_item", "bands": rows})


def share(**changes: Any) -> BaseModel:
    base = {"type": "revenue_share", "percent": "20", "reporting": "month"}
    return RevenueShare.model_validate({**base, **changes})


def flat(**changes: Any) -> BaseModel:
    base = {"type": "flat_period", "fee": EUR, "period": "month"}
    return FlatPeriod.model_validate({**base, **changes})


LATE = "2026-06-01T00:00:00Z"
EARLY = "2026-05-01T00:00:00Z"
US = {"include": ["US"]}

BROKEN: list[tuple[str, Callable[..., BaseModel], dict[str, Any]]] = [
    ("V1", agreed, {"term": {"start": LATE, "end": LATE}}),
    ("V1", illustrated, {"window": {"start": LATE, "end": EARLY}}),
    ("V2", an_article, {"first_created": "2026-05-01T00:00:00"}),
    ("V2", embargoed, {"until": "2026-05-01T00:00:00"}),
    ("V3", agreed, {"properties": []}),
    ("V3", agreed, {"term": {"end": LATE}}),
    ("V3", a_partner, {"contacts": {}}),
    ("V4", a_licence, {"required_parts": ["image"], "grants": [{"kind": "body"}]}),
    ("V7", flat, {"invoice_currency": "USD"}),
    ("V8", lambda: bands(100, 50, None), {}),
    ("V8", lambda: bands(100, 200), {}),
    ("V8", lambda: bands(None, 100), {}),
    ("V9", share, {"percent": "0"}),
    ("V9", share, {"percent": "100.5"}),
    ("V9", share, {"reporting": None}),
    ("V10", illustrated, {"owner": "AFX", "own": False, "onward": "granted"}),
    ("V10", illustrated, {"owner": "AFX", "onward": "granted", "credit_line": "AFX"}),
    ("V12", a_licence, {"grants": [{"kind": "body", "extent": "words(0)"}]}),
    (
        "V12",
        a_licence,
        {
            "grants": [{"kind": "headline"}, {"kind": "body", "extent": "words(50)"}],
            "duties": {"link_back": False},
        },
    ),
    ("V13", a_licence, {"tracking": "required", "media": ["print"]}),
    ("V14", a_licence, {"display": {"days": 30}, "archive": "full"}),
    ("V19", embargoed, {"until": LATE, "by_territory": [{"territory": US, "until": EARLY}]}),
    ("V19", embargoed, {"until": LATE, "by_partner": [{"partner": "gazette", "until": EARLY}]}),
    ("V20", embargoed, {"until": LATE, "open_ended": True}),
    ("V22", an_article, {"pub_status": "canceled", "embargoed": {"until": LATE}, "body": []}),
    ("V41", Push, {"hub": "http://hub.example/"}),
    ("V41", Push, {"hub": "http://hub.example:8080/", "inside": ["hub.example:80"]}),
    ("V25", a_licence, {"translation": {"languages": ["ar"]}, "covers": {"languages": ["ar"]}}),
]


@pytest.mark.parametrize(("rule", "build", "changes"), BROKEN)
def test_a_broken_rule_is_named_with_its_mend(
    rule: str, build: Callable[..., BaseModel], changes: dict[str, Any]
) -> None:
    with pytest.raises(ValidationError) as refused:
        build(**changes)
    messages = [error["msg"] for error in refused.value.errors()]
    assert any(message.startswith(f"{rule}: ") and "Mend: " in message for message in messages)


def test_v41_a_hub_is_outside_or_named_with_its_port() -> None:
    assert Push(hub="https://hub.example/").inside == ()
    assert Push(hub="http://hub.lan:80/publish", inside=("hub.lan:80",)).hub


def test_v15_display_and_archive_in_context_go_together() -> None:
    assert a_licence(display={"days": 30}, archive="in_context").display


def test_v19_a_later_territory_embargo_is_fine() -> None:
    assert embargoed(until=EARLY, by_territory=[{"territory": US, "until": LATE}])


def rules(*args: Any) -> list[str]:
    return [problem.rule for problem in problems(desk_files(*args))]


def test_sound_files_have_no_problem() -> None:
    assert rules() == []


def test_v7_a_rate_rule_allows_two_currencies() -> None:
    assert flat(invoice_currency="USD", rate_rule="ECB rate of the invoice day")


def test_v10_credit_and_source_agreement_make_it_fine() -> None:
    assert illustrated(**agency())


def test_v16_training_needs_a_signature_of_its_own() -> None:
    licence = a_licence(ai={"allowed": ["train"]})
    assert rules(licence) == ["V16"]
    signed = a_partner(agreements=[agreement_data(ai_training_signed=True)])
    assert rules(licence, signed) == []


def test_v18_the_territory_must_not_be_empty_at_the_start() -> None:
    assert rules(a_licence(territory={"include": ["GB"], "exclude": ["GB"]})) == ["V18"]


def test_v18_the_property_counts_too() -> None:
    place = {
        "id": "site",
        "kind": "site",
        "name": "S",
        "media": ["web"],
        "territory": {"include": ["GB"]},
    }
    assert rules(a_licence(territory={"include": ["DE"]}), a_partner(properties=[place])) == [
        "V18"
    ]


def test_v12_a_feed_of_words_needs_the_link_back_too() -> None:
    feed = {"id": "f", "title": "F", "extent": "words(20)"}
    assert rules(a_licence(duties={"link_back": False}), a_partner(feeds=[feed])) == ["V12"]


def test_v26_the_territory_of_a_grant_counts_too() -> None:
    grants = [{"kind": "headline"}, {"kind": "body", "territory": {"include": ["CA-QC"]}}]
    assert rules(a_licence(grants=grants)) == ["V26"]


def test_a_property_needs_a_medium_of_the_licence() -> None:
    assert rules(a_licence(media=["print"])) == ["media"]


def test_v21_marked_delivery_needs_a_feed_that_can_mark() -> None:
    licence = a_licence(embargo_mode="deliver_marked")
    feed = {"id": "f", "title": "F", "formats": ["rss"]}
    assert rules(licence, a_partner(feeds=[feed])) == ["V21"]
    assert rules(licence, a_partner()) == []


def test_v26_a_part_of_a_country_needs_geo_blocking() -> None:
    licence = a_licence(territory={"include": ["CA-QC"]})
    assert rules(licence) == ["V26"]
    assert rules(licence, a_partner(can_geo_block=True)) == []
    assert rules(a_licence(territory={"exclude": ["CA-QC"]})) == []


def test_a_missing_licence_is_named() -> None:
    partner = a_partner(agreements=[agreement_data(licence="nix")])
    (problem,) = problems(desk_files(partner=partner))
    assert "nix/v1" in str(problem)


def test_ids_are_unique_across_files() -> None:
    files = desk_files()
    doubled = type(files)(files.desk, files.licences, (*files.partners,) * 2)
    assert {p.where for p in problems(doubled)} == {
        "partner id gazette",
        "agreement id l-1",
        "feed id gazette-all",
    }


def test_a_feed_that_cannot_be_read_or_filled_is_warned_about() -> None:
    unread = a_partner(can_ingest=["rss"])
    unnamed = a_partner(agreements=[agreement_data(state="draft", properties=[])])
    feed = {"id": "gazette-all", "title": "All", "media": ["web", "print"]}
    unsaid = a_partner(feeds=[feed])
    for partner, rule in ((unread, "formats"), (unnamed, "property"), (unsaid, "media")):
        (problem,) = problems(desk_files(partner=partner))
        assert (problem.rule, problem.warning) == (rule, True)
