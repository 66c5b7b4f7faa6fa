"""Hard cases 15 to 33 of the domain that these gates decide: time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import TypeAdapter, ValidationError

from syndicate.model.article import Embargo
from syndicate.model.decision import Verdict
from syndicate.model.moments import Closing, Moment, Opening, days_after
from tests.builders import a_licence, a_partner, agreement_data, an_article, at
from tests.licensing.asking import a_geo_blocker, decision, with_agreement

OPENING = TypeAdapter[Moment](Opening)
CLOSING = TypeAdapter[Moment](Closing)
MARKED = frozenset({"embargo"})


def test_15_embargo_lifts_at_the_instant_itself() -> None:
    article = an_article(embargoed="2026-05-01T12:00:00Z")
    noon = at("2026-05-01T12:00:00Z")
    before = decision(article, now=noon - timedelta(seconds=1))
    assert before.verdict is Verdict.HOLD
    assert before.next_change == noon
    assert decision(article, now=noon).verdict is Verdict.ALLOW
    assert decision(article, now=noon - timedelta(microseconds=1)).verdict is Verdict.HOLD


@pytest.mark.parametrize(
    ("local", "zone", "opens", "closes"),
    [
        ("2026-03-29T01:30", "Europe/London", "2026-03-29T01:30Z", "2026-03-29T00:30Z"),  # 16
        ("2026-10-25T01:30", "Europe/London", "2026-10-25T01:30Z", "2026-10-25T00:30Z"),  # 17
        ("2026-04-24", "Africa/Cairo", "2026-04-23T22:00Z", "2026-04-23T21:00Z"),  # 18
        ("2026-03-29", "Asia/Beirut", "2026-03-28T22:00Z", "2026-03-28T21:00Z"),
        ("2026-05-01T15:00", "Asia/Riyadh", "2026-05-01T12:00Z", "2026-05-01T12:00Z"),  # 19
    ],
)
def test_16_to_19_wall_clock(local: str, zone: str, opens: str, closes: str) -> None:
    written = {"local": local, "zone": zone}
    assert OPENING.validate_python(written).at == at(opens)
    assert CLOSING.validate_python(written).at == at(closes)


def test_18_agreement_dates_are_read_by_the_agreements_clock() -> None:
    partner = with_agreement(zone="Africa/Cairo", term={"start": "2026-04-24"})
    start = partner.agreements[0].term.opens
    assert start == at("2026-04-23T22:00Z")
    assert decision(partner=partner, now=start).codes() == ("ITEM_NOT_YET",)


def test_19_riyadh_partner_and_london_embargo_agree_on_the_instant() -> None:
    london = an_article(
        embargoed={"until": {"local": "2026-05-01T13:00", "zone": "Europe/London"}}
    )
    riyadh = an_article(embargoed={"until": {"local": "2026-05-01T15:00", "zone": "Asia/Riyadh"}})
    moment = at("2026-05-01T11:59:59Z")
    assert decision(london, now=moment).next_change == decision(riyadh, now=moment).next_change


def test_20_partner_embargo_holds_that_partner_only() -> None:
    article = an_article(
        embargoed={
            "until": "2026-05-01T12:00:00Z",
            "by_partner": [{"partner": "gazette", "until": "2026-05-01T15:00:00Z"}],
        }
    )
    moment = at("2026-05-01T12:30:00Z")
    assert decision(article, now=moment).verdict is Verdict.HOLD
    assert decision(article, partner=a_partner(id="other"), now=moment).verdict is Verdict.ALLOW


def test_21_partner_embargo_earlier_than_the_general_one_is_an_error() -> None:
    with pytest.raises(ValidationError, match="V19"):
        an_article(
            embargoed={
                "until": "2026-05-01T12:00:00Z",
                "by_partner": [{"partner": "gazette", "until": "2026-05-01T11:00:00Z"}],
            }
        )


def test_22_open_ended_embargo_holds_without_an_instant() -> None:
    decided = decision(an_article(embargoed={"open_ended": True}))
    assert decided.verdict is Verdict.HOLD
    assert decided.codes() == ("EMBARGO_OPEN_ENDED",)
    assert decided.findings[0].opens is None


def test_23_marked_delivery_needs_a_format_that_carries_embargoes() -> None:
    article = an_article(embargoed="2026-06-01T12:00:00Z")
    licence = a_licence(embargo_mode="deliver_marked")
    plain = decision(article, licence)
    assert plain.verdict is Verdict.HOLD
    assert "FORMAT_CANNOT_CARRY" in plain.codes(effect=Verdict.HOLD)
    marked = decision(article, licence, carries=MARKED)
    assert marked.verdict is Verdict.ALLOW
    assert marked.marked_embargo == at("2026-06-01T12:00Z")
    assert decision(article, a_licence(), carries=MARKED).verdict is Verdict.HOLD


def test_24_delay_counts_from_first_publication_not_from_the_correction() -> None:
    corrected = an_article(
        version=2,
        first_published="2026-05-01T06:00:00Z",
        version_created="2026-05-01T11:00:00Z",
        correction_note="The wall is older.",
    )
    licence = a_licence(delay="PT6H")
    assert decision(corrected, licence, now=at("2026-05-01T12:00Z")).verdict is Verdict.ALLOW
    held = decision(corrected, licence, now=at("2026-05-01T11:59:59Z"))
    assert held.next_change == at("2026-05-01T12:00Z")


def test_25_territory_embargo() -> None:
    article = an_article(
        embargoed={
            "by_territory": [{"territory": {"include": ["US"]}, "until": "2026-05-01T18:00:00Z"}]
        }
    )
    world = decision(article)
    assert world.verdict is Verdict.HOLD
    assert world.next_change == at("2026-05-01T18:00Z")
    assert world.findings[0].opens == at("2026-05-01T18:00Z")
    blocking = decision(article, partner=a_geo_blocker())
    assert blocking.verdict is Verdict.ALLOW
    assert [d.value for d in blocking.duties if d.code == "GEO_BLOCK"] == ["US"]
    german = decision(article, a_licence(territory={"include": ["DE"]}))
    assert german.verdict is Verdict.ALLOW
    assert not [d for d in german.duties if d.code == "GEO_BLOCK"]
    american = decision(article, a_licence(territory={"include": ["US"]}))
    assert american.verdict is Verdict.HOLD
    later = decision(article, now=at("2026-05-01T18:00Z"))
    assert later.verdict is Verdict.ALLOW


def test_26_licence_end_is_exclusive() -> None:
    partner = with_agreement(term={"start": "2026-01-01T00:00Z", "end": "2026-05-01T12:00Z"})
    end = at("2026-05-01T12:00Z")
    assert decision(partner=partner, now=end).codes() == ("AGREEMENT_EXPIRED",)
    last = decision(partner=partner, now=end - timedelta(microseconds=1))
    assert last.verdict is Verdict.ALLOW
    assert last.next_change == end


def test_28_next_change_is_never_later_than_the_first_edge() -> None:
    article = an_article(embargoed="2026-05-01T12:00:40Z")
    assert decision(article, now=at("2026-05-01T12:00Z")).next_change == at("2026-05-01T12:00:40Z")


def test_29_display_is_counted_by_the_wall_clock_of_the_agreement() -> None:
    assert days_after(at("2026-02-01T12:00Z"), 90, "Europe/London") == at("2026-05-02T11:00Z")
    article = an_article(
        first_created="2026-02-01T12:00:00Z", version_created="2026-02-01T12:00:00Z"
    )
    licence = a_licence(display={"days": 90})
    end = at("2026-05-02T11:00Z")
    assert decision(article, licence, now=end).codes() == ("ITEM_DISPLAY_OVER",)
    assert decision(article, licence, now=end - timedelta(seconds=1)).verdict is Verdict.ALLOW


def test_30_renewal_at_the_instant_the_old_term_ends_leaves_no_gap() -> None:
    turn = "2026-05-01T12:00:00Z"
    partner = a_partner(
        agreements=[
            agreement_data(id="old", term={"start": "2026-01-01T00:00:00Z", "end": turn}),
            agreement_data(id="new", term={"start": turn, "end": "2027-01-01T00:00:00Z"}),
        ]
    )
    before = decision(partner=partner, now=at(turn) - timedelta(microseconds=1))
    after = decision(partner=partner, now=at(turn))
    assert (before.verdict, before.agreement) == (Verdict.ALLOW, "old/v1")
    assert (after.verdict, after.agreement) == (Verdict.ALLOW, "new/v1")
    assert before.next_change == at(turn)


def test_31_a_gap_between_agreements_is_denied() -> None:
    partner = a_partner(
        agreements=[
            agreement_data(
                id="old", term={"start": "2026-01-01T00:00:00Z", "end": "2026-04-30T00:00:00Z"}
            ),
            agreement_data(
                id="new", term={"start": "2026-05-02T00:00:00Z", "end": "2027-01-01T00:00:00Z"}
            ),
        ]
    )
    assert decision(partner=partner).verdict is not Verdict.ALLOW


def test_32_an_article_from_the_future_is_held() -> None:
    decided = decision(an_article(), now=at("2026-04-30T07:59:59Z"))
    assert decided.verdict is Verdict.HOLD
    assert decided.codes() == ("ITEM_NOT_YET",)


def test_33_a_stored_instant_stands_whatever_the_zone_tables_say() -> None:
    stored = Embargo.model_validate(
        {
            "until": {
                "at": "2026-05-01T10:00:00Z",
                "local": "2026-05-01T13:00",
                "zone": "Asia/Beirut",
            }
        }
    )
    moved = stored.model_dump_json().replace("10:00:00Z", "09:00:00Z")
    until = Embargo.model_validate_json(moved).until
    assert until is not None
    assert until.at == datetime(2026, 5, 1, 9, tzinfo=UTC)
    assert until.zone == "Asia/Beirut"


def test_25_a_geo_blocker_waits_only_until_enough_places_are_free() -> None:
    places = [
        {"territory": {"include": ["US"]}, "until": "2026-05-01T18:00:00Z"},
        {"territory": {"include": ["JP"]}, "until": "2026-05-01T20:00:00Z"},
    ]
    article = an_article(embargoed={"by_territory": places})
    licence = a_licence(territory={"include": ["US", "JP"]})
    blocking = decision(article, licence, a_geo_blocker())
    assert blocking.findings[0].opens == at("2026-05-01T18:00Z")
    assert decision(article, licence).findings[0].opens == at("2026-05-01T20:00Z")
    free = decision(article, licence, a_geo_blocker(), now=at("2026-05-01T18:00Z"))
    assert free.verdict is Verdict.ALLOW
