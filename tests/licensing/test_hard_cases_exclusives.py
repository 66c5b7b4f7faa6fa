"""Hard cases 57 to 61: what another partner has exclusively; 14: translations; purposes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from syndicate.licensing.licence_document import documents
from syndicate.model.decision import Decision, DutyCode, Verdict
from syndicate.model.desk import DeskFiles
from syndicate.model.partner import Partner
from tests.builders import (
    NOW,
    a_desk,
    a_licence,
    a_partner,
    a_picture,
    agency,
    agreement_data,
    an_article,
    at,
    own,
)
from tests.licensing.asking import a_geo_blocker, a_rival, decision, entry, in_

OPENS = at("2026-05-02T08:00Z")
"""Two days after the article was first published."""
TEXT = {"type": "paragraph", "id": "text", "text": "One two three."}


def barred(*rivals: Partner, **changes: Any) -> Decision:
    return decision(rivals=rivals or (a_rival(),), **changes)


def a_site(*media: str, **changes: Any) -> Partner:
    place = {"id": "site", "kind": "site", "name": "Site", "media": list(media)}
    return a_partner(properties=[place], **changes)


def both(**changes: Any) -> dict[str, Any]:
    return {"licence": a_licence(media=["web", "app"]), "partner": a_site("web", "app", **changes)}


def test_57_a_world_partner_that_can_block_places_blocks_them() -> None:
    decided = barred(partner=a_geo_blocker())
    assert decided.verdict is Verdict.ALLOW
    assert [d.value for d in decided.duties if d.code is DutyCode.GEO_BLOCK] == ["JP"]
    assert decided.next_change == OPENS
    assert [f.opens for f in decided.findings if f.code == "EXCLUSIVE_ELSEWHERE"] == [OPENS]


def test_57_a_partner_of_that_place_alone_is_held_until_it_ends() -> None:
    decided = barred(licence=a_licence(**in_("JP")), partner=a_geo_blocker())
    assert decided.verdict is Verdict.HOLD
    assert decided.codes(effect=Verdict.HOLD) == ("EXCLUSIVE_ELSEWHERE",)
    assert decided.findings[0].opens == decided.next_change == OPENS


def test_57_a_world_partner_that_cannot_block_places_is_held() -> None:
    assert barred().verdict is Verdict.HOLD
    assert barred(licence=a_licence(**in_("GB"))).verdict is Verdict.ALLOW


def test_57_what_ends_first_may_be_enough() -> None:
    long = a_rival(id="kumo", exclusivity={"window": "P9D", "territory": {"include": ["DE"]}})
    partner = a_geo_blocker()
    decided = barred(a_rival(), long, licence=a_licence(**in_("JP", "DE")), partner=partner)
    assert decided.verdict is Verdict.HOLD
    assert decided.findings[0].opens == OPENS


def test_57_embargo_and_exclusive_are_weighed_together() -> None:
    until = OPENS - timedelta(hours=3)
    embargo = {
        "by_territory": [{"territory": {"include": ["DE"]}, "until": until.isoformat()}],
    }
    decided = barred(
        article=an_article(embargoed=embargo),
        licence=a_licence(**in_("JP", "DE")),
        partner=a_geo_blocker(),
    )
    held = {f.code: f.opens for f in decided.findings if f.effect is Verdict.HOLD}
    assert held == {"EXCLUSIVE_ELSEWHERE": until}
    later = barred(
        article=an_article(embargoed=embargo),
        licence=a_licence(**in_("JP", "DE")),
        partner=a_geo_blocker(),
        now=until,
    )
    assert later.verdict is Verdict.ALLOW


def test_58_a_carve_out_leaves_a_partner_alone() -> None:
    assert barred(a_rival(exclusivity={"carve_outs": ["gazette"]})).findings == ()
    assert barred(a_rival(exclusivity={"carve_outs": ["somebody"]})).verdict is Verdict.HOLD


def test_58_the_holder_itself_is_not_barred() -> None:
    assert decision(partner=a_rival()).findings == ()


def test_59_the_article_flows_at_the_instant_the_exclusive_ends() -> None:
    assert barred(now=OPENS - timedelta(microseconds=1)).verdict is Verdict.HOLD
    assert barred(now=OPENS).findings == ()


@pytest.mark.parametrize(
    ("agreement", "opens"),
    [
        (
            {"term": {"start": "2026-01-01T00:00Z", "end": "2026-05-01T20:00Z"}},
            "2026-05-01T20:00Z",
        ),
        ({"state": "suspended", "state_since": "2026-05-01T18:00Z"}, "2026-05-01T18:00Z"),
        ({"state": "terminated", "state_since": "2026-05-01T17:00Z"}, "2026-05-01T17:00Z"),
    ],
)
def test_59_an_exclusive_ends_with_its_agreement(agreement: dict[str, Any], opens: str) -> None:
    rival = a_rival(agreement=agreement)
    held = barred(rival)
    assert (held.verdict, held.findings[0].opens) == (Verdict.HOLD, at(opens))
    assert barred(rival, now=at(opens)).verdict is Verdict.ALLOW


@pytest.mark.parametrize("state", ["draft", "signed", "suspended", "terminated"])
def test_59_an_agreement_that_is_not_active_bars_nobody(state: str) -> None:
    assert barred(a_rival(agreement={"state": state})).findings == ()


def test_59_one_that_begins_later_is_told_in_advance() -> None:
    starts = at("2026-05-01T15:00Z")
    rival = a_rival(agreement={"term": {"start": starts.isoformat()}})
    decided = barred(rival)
    assert (decided.verdict, decided.next_change) == (Verdict.ALLOW, starts)
    assert barred(rival, now=starts).verdict is Verdict.HOLD


def test_59_an_item_that_had_a_place_taken_away_is_dated_when_it_comes_back() -> None:
    partner = a_geo_blocker()
    assert entry(partner=partner, rivals=(a_rival(),), now=OPENS).updated == OPENS
    assert entry(partner=partner, now=OPENS).updated < OPENS


def test_60_an_exclusive_in_another_language_or_medium_is_no_bar() -> None:
    arabic = a_rival(exclusivity={"languages": ["ar"]})
    assert barred(arabic).findings == ()
    assert barred(arabic, article=an_article(language="ar-EG")).verdict is Verdict.HOLD
    assert barred(a_rival(exclusivity={"media": ["app"]})).findings == ()


def test_60_only_what_the_holders_licence_covers_is_barred() -> None:
    sport = a_licence(id="sport", covers={"sections": ["Sport"]})
    rival = a_rival(agreement={"licence": "sport"})
    assert barred(rival, others=(sport,)).findings == ()
    assert barred(rival, others=(sport,), article=an_article(section="Sport")).findings


def test_60_only_the_items_that_are_named_are_barred() -> None:
    terms = {"basis": "item", "items": ["tag:harbour.example,2024:wall"]}
    rival = a_rival(exclusivity=terms)
    assert barred(rival).verdict is Verdict.HOLD
    assert barred(rival, article=an_article(guid="tag:harbour.example,2024:x")).findings == ()


def test_60_an_exclusive_for_some_media_leaves_the_others() -> None:
    decided = barred(**both())
    assert decided.verdict is Verdict.ALLOW
    assert [d.value for d in decided.duties if d.code is DutyCode.MEDIA_ONLY] == ["app"]
    assert decided.of("body").media == ("app",)
    assert decided.next_change == OPENS


def test_60_where_the_article_may_go_to_no_other_medium_it_is_held() -> None:
    decided = barred(article=an_article(rights={**own(), "media": ["web"]}), **both())
    assert decided.verdict is Verdict.HOLD
    assert decided.codes(effect=Verdict.HOLD)[0] == "EXCLUSIVE_ELSEWHERE"
    assert decided.findings[0].opens == OPENS


def test_61_sole_leaves_the_publishers_own_site_and_exclusive_does_not() -> None:
    exclusive = a_rival(exclusivity={"level": "exclusive", "own_site_embargoed": True})
    for rival, own_site, verdict in (
        (a_rival(), True, Verdict.ALLOW),
        (a_rival(), False, Verdict.HOLD),
        (exclusive, True, Verdict.HOLD),
        (exclusive, False, Verdict.HOLD),
    ):
        assert barred(rival, partner=a_partner(own=own_site)).verdict is verdict


def test_no_finding_names_the_partner_of_a_confidential_agreement() -> None:
    secret, known = a_rival(), a_rival(agreement={"confidential": False})
    said = barred(secret).model_dump_json().lower()
    assert "nagisa" not in said
    assert "x-1" not in said
    assert "Nagisa" in barred(known).findings[0].source


def test_exclusives_stand_in_no_public_document() -> None:
    rival = a_rival(exclusivity={"carve_outs": ["canary-partner"]})
    files = DeskFiles(a_desk(), (a_licence(quota={"limit": 7, "period": "week"}),), (rival,))
    made = [entry(partner=a_geo_blocker(), rivals=(rival,)).model_dump_json().encode()]
    made += [one.data for one in documents(files)]
    for text in made:
        assert b"canary-partner" not in text
        assert b"agisa" not in text
        assert b"exclusiv" not in text.lower()


def test_what_is_free_for_all_is_nobodys_alone() -> None:
    free = a_licence(id="cc", public=True, url="https://licence.example/")
    assert barred(article=an_article(licence="cc"), others=(free,)).findings == ()


def test_14_a_translation_needs_its_grant_and_the_original_does_not() -> None:
    grants = [{"kind": "headline"}, {"kind": "body"}]
    original = an_article()
    mur = an_article(
        guid="tag:harbour.example,2024:mur", language="fr", translation_of=original.guid
    )
    plain, wider = a_licence(grants=grants), a_licence(grants=[*grants, {"kind": "translation"}])
    assert decision(original, plain).verdict is Verdict.ALLOW
    refused = decision(mur, plain)
    assert (refused.verdict, refused.codes()) == (Verdict.DENY, ("EDIT_NOT_GRANTED",))
    assert decision(mur, wider).verdict is Verdict.ALLOW


def test_14_a_translation_that_was_given_freely_is_free() -> None:
    free = a_licence(id="cc", public=True, url="https://licence.example/")
    mur = an_article(translation_of="tag:harbour.example,2024:mur", licence="cc")
    assert decision(mur, others=(free,)).verdict is Verdict.ALLOW


def test_a_feed_for_machines_needs_licence_and_rights_to_allow_it() -> None:
    licence = a_licence(ai={"allowed": ["search", "index"]})
    ours = a_picture(id="ours", rights=own())
    file = {"url": "https://img.harbour.example/theirs.jpg", "type": "image/jpeg"}
    theirs = a_picture(id="theirs", rights=agency(), renditions=[file])
    article = an_article(body=[TEXT, ours, theirs])
    decided = decision(article, licence, purpose="search")
    assert decided.verdict is Verdict.ALLOW
    assert decided.allows("ours")
    assert decided.codes("theirs", Verdict.DENY) == ("PURPOSE_NOT_GRANTED",)
    assert decision(article, licence).allows("theirs")
    for purpose in ("input", "train"):
        assert decision(article, licence, purpose=purpose).verdict is Verdict.DENY
    reserved = an_article(rights={**own(), "ai": {"allowed": []}})
    assert decision(reserved, licence, purpose="search").codes()[0] == "PURPOSE_NOT_GRANTED"


def test_the_moment_does_not_matter_without_exclusives() -> None:
    assert decision(now=NOW).next_change == at("2027-01-01T00:00Z")


def test_an_agreement_of_the_same_partner_is_no_bar() -> None:
    terms = {**a_rival().agreements[0].exclusivity.model_dump()}  # type: ignore[union-attr]
    mine = a_partner(agreements=[agreement_data(), agreement_data(id="l-2", exclusivity=terms)])
    assert decision(partner=mine).findings == ()
