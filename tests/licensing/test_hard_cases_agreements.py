"""Hard cases 53 to 55: several agreements of one partner, and states with dates."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from syndicate.licensing.govern import in_order, keeps_terms
from syndicate.model.decision import Decision, DutyCode, Verdict
from syndicate.model.partner import Partner
from syndicate.model.receipt import OutUnder
from tests.builders import (
    a_licence,
    a_partner,
    a_picture,
    agreement_data,
    an_article,
    at,
    desk_files,
    own,
)
from tests.licensing.asking import a_slot, decision, ruling, with_agreement

TEXT = {"type": "paragraph", "id": "text", "text": "One two three."}
CITIES = a_licence(
    id="narrow",
    grants=[{"kind": "headline"}, {"kind": "body"}],
    covers={"sections": ["Cities"]},
    display={"days": 9},
)
COUNTED = CITIES.changed(display=None, quota={"limit": 1, "period": "month"})
STARTS = {"start": "2026-01-01T00:00:00Z"}


def two(*, narrow: dict[str, Any] | None = None, broad: dict[str, Any] | None = None) -> Partner:
    """A narrow agreement, l-1, and a broad one, l-2, of the same partner."""
    return a_partner(
        agreements=[
            agreement_data(licence="narrow", **{"priority": 10, **(narrow or {})}),
            agreement_data(id="l-2", **(broad or {})),
        ]
    )


def asked(partner: Partner, **changes: Any) -> Decision:
    article = changes.pop("article", an_article(body=[TEXT, a_picture(rights=own())]))
    return decision(article, partner=partner, others=(CITIES,), **changes)


def test_53_the_narrow_one_of_higher_priority_governs_and_nothing_is_mixed() -> None:
    decided = asked(two())
    assert (decided.agreement, decided.licence) == ("l-1/v1", "narrow/v1")
    assert decided.allows("body")
    assert decided.codes("photo", Verdict.DENY) == ("KIND_NOT_GRANTED",)
    assert DutyCode.REMOVE_AFTER in {duty.code for duty in decided.duties}


def test_54_an_article_outside_the_narrow_one_falls_to_the_broad_one() -> None:
    article = an_article(section="Sport", body=[TEXT, a_picture(rights=own())])
    decided = asked(two(), article=article)
    assert decided.agreement == "l-2/v1"
    assert decided.allows("photo")


def test_54_an_ended_one_falls_to_the_next_at_that_instant() -> None:
    ends = at("2026-05-01T18:00Z")
    partner = two(narrow={"term": {**STARTS, "end": ends.isoformat()}})
    before = asked(partner)
    assert (before.agreement, before.next_change) == ("l-1/v1", ends)
    assert asked(partner, now=ends).agreement == "l-2/v1"


def test_54_one_that_starts_later_takes_over_at_an_instant_that_is_told() -> None:
    starts = at("2026-05-01T18:00Z")
    partner = two(narrow={"term": {"start": starts.isoformat()}})
    before = asked(partner)
    assert (before.agreement, before.next_change) == ("l-2/v1", starts)
    assert asked(partner, now=starts).agreement == "l-1/v1"


def test_54_a_medium_that_is_not_agreed_falls_to_the_next() -> None:
    partner = two(narrow={"media": ["print"]})
    assert asked(partner).agreement == "l-2/v1"


def test_54_a_medium_that_the_rights_take_away_does_not() -> None:
    article = an_article(rights={**own(), "media": ["print"]})
    decided = asked(two(), article=article)
    assert (decided.agreement, decided.codes()[0]) == ("l-1/v1", "MEDIUM_EMPTY")


def test_53_each_feed_has_the_agreement_of_its_media() -> None:
    place = {"id": "site", "kind": "site", "name": "Site", "media": ["web", "app"]}
    partner = two(narrow={"media": ["app"]}).changed(properties=[place])
    licence = a_licence(media=["web", "app"])
    wide = CITIES.changed(media=["web", "app"])
    for media, agreement in ((("app",), "l-1/v1"), (("web",), "l-2/v1"), (None, "l-1/v1")):
        made = ruling(licence=licence, partner=partner, others=(wide,), media=media)
        assert made.decision.agreement == agreement
        assert set(made.decision.of("body").media) <= {*(media or ("app",))}


def test_55_a_suspended_one_that_governs_is_final() -> None:
    decided = asked(two(narrow={"state": "suspended"}))
    assert (decided.verdict, decided.agreement) == (Verdict.DENY, "l-1/v1")
    assert decided.codes() == ("AGREEMENT_SUSPENDED",)


def test_55_a_used_up_quota_is_final_unless_the_agreement_says_otherwise() -> None:
    slots = (a_slot("tag:harbour.example,2024:other", at="2026-05-01T11:00:00Z"),)
    article = an_article()
    for narrow, agreement, verdict in (
        ({}, "l-1/v1", Verdict.HOLD),
        ({"fallthrough_on": ["quota"]}, "l-2/v1", Verdict.ALLOW),
    ):
        made = decision(article, partner=two(narrow=narrow), others=(COUNTED,), slots=slots)
        assert (made.agreement, made.verdict) == (agreement, verdict)
        assert made.next_change == at("2026-05-31T23:00Z")


def test_55_what_went_out_under_the_next_one_is_not_counted_in_the_first_later_on() -> None:
    partner = two(narrow={"fallthrough_on": ["quota"]})
    slots = (a_slot(agreement="l-2", at="2026-05-01T11:00:00Z"),)
    june = at("2026-06-02T00:00Z")
    made = decision(partner=partner, others=(COUNTED,), slots=slots, now=june)
    assert made.agreement == "l-2/v1"
    assert decision(partner=partner, others=(COUNTED,), now=june).agreement == "l-1/v1"


def test_55_a_used_up_quota_says_so_where_nothing_else_covers_the_article() -> None:
    partner = two(
        narrow={"fallthrough_on": ["quota"]}, broad={"term": {"start": "2026-09-01T00:00:00Z"}}
    )
    slots = (a_slot("tag:harbour.example,2024:other", at="2026-05-01T11:00:00Z"),)
    made = decision(partner=partner, others=(COUNTED,), slots=slots)
    assert (made.agreement, made.codes()) == ("l-1/v1", ("QUOTA_EXHAUSTED",))


def test_53_what_is_assigned_governs_before_priority() -> None:
    partner = two(broad={"items": ["tag:harbour.example,2024:wall"]})
    assert asked(partner).agreement == "l-2/v1"
    other = an_article(guid="tag:harbour.example,2024:x")
    assert asked(partner, article=other).agreement == "l-1/v1"


def test_53_without_priority_the_more_specific_licence_governs_then_the_later_start() -> None:
    partner = two(narrow={"priority": 0}, broad={"term": {"start": "2026-03-01T00:00:00Z"}})
    files = desk_files(partner=partner, others=(CITIES,))
    assert [one.id for one in in_order(partner, files)] == ["l-1", "l-2"]
    assert [one.id for one in in_order(partner)] == ["l-2", "l-1"]
    same = a_partner(agreements=[agreement_data(id=name) for name in ("l-3", "l-1", "l-2")])
    assert [one.id for one in in_order(same)] == ["l-1", "l-2", "l-3"]


def test_a_suspension_holds_from_its_day_on() -> None:
    since = at("2026-05-01T15:00Z")
    partner = with_agreement(state="suspended", state_since=since.isoformat())
    before = decision(partner=partner)
    assert (before.verdict, before.next_change) == (Verdict.ALLOW, since)
    after = decision(partner=partner, now=since)
    assert after.codes() == ("AGREEMENT_SUSPENDED",)
    assert after.findings[0].closes == since
    assert decision(partner=with_agreement(state="suspended")).verdict is Verdict.DENY


def test_a_termination_that_is_announced_ends_what_goes_out() -> None:
    since = at("2026-05-09T00:00Z")
    partner = with_agreement(state="terminated", state_since=since.isoformat())
    decided = decision(partner=partner)
    removes = [d.value for d in decided.duties if d.code is DutyCode.REMOVE_AFTER]
    assert removes == ["2026-05-09T00:00:00Z"]
    assert decided.of("body").valid_until == since
    late = decision(partner=partner, now=since - timedelta(microseconds=1))
    assert late.verdict is Verdict.ALLOW
    assert decision(partner=partner, now=since).codes() == ("AGREEMENT_TERMINATED",)


def test_69_what_was_given_under_a_public_licence_stays_under_that_version() -> None:
    free = {"id": "cc", "public": True, "url": "https://licence.example/"}
    first = a_licence(**free)
    second = a_licence(version=2, territory={"include": ["GB"]}, **free)
    files = desk_files(a_licence(), None, None, (first, second))
    article = an_article(licence="cc")
    out = OutUnder(article.guid, "l-1", "cc/v1"), OutUnder("tag:b", "l-1", "cc/v2")
    kept = keeps_terms(files, files.partners[0], out)
    assert list(kept) == [article.guid]
    given = {"others": (first, second), "delivered": kept}
    assert decision(article, **given).licence == "cc/v1"
    assert decision(article, others=(first, second)).licence == "cc/v2"
    assert decision(an_article(), **given).licence == "full/v1"
    retroactive = with_agreement(retroactive=True)
    assert decision(article, None, retroactive, **given).licence == "cc/v1"
