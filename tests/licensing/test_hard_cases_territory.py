"""Hard cases 34 to 43 of the domain: territory."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from syndicate.licensing.consistency import problems
from syndicate.model.decision import Verdict
from syndicate.model.errors import DeskWarning
from syndicate.model.territory import NO_GROUPS, Territory
from tests.builders import (
    NOW,
    a_desk,
    a_licence,
    a_partner,
    a_picture,
    agency,
    an_article,
    at,
    desk_files,
    own,
)
from tests.licensing.asking import a_geo_blocker, decision, entry


def area(now: Any = NOW, **territory: Any) -> set[str]:
    return set(NO_GROUPS.area(Territory(**territory), now).whole)


def test_34_excluding_two_countries_blocks_both() -> None:
    found = area(exclude=("AU", "NZ"))
    assert not {"AU", "NZ"} & found
    assert "GB" in found


def test_35_the_eu_of_2019_holds_gb_and_that_of_2026_does_not() -> None:
    assert "GB" in area(now=at("2019-05-01T00:00Z"), include=("EU",))
    assert "GB" not in area(include=("EU",))
    assert "GB" in area(include=("EU", "GB"))


def test_36_mena_must_be_declared() -> None:
    with pytest.raises(ValidationError, match="MENA"):
        Territory(include=("MENA",))
    licence = a_licence(territory={"include": ["X-MENA"]})
    undeclared = problems(desk_files(licence))
    assert [problem.rule for problem in undeclared] == ["territory"]
    group = {"name": "X-MENA", "version": "2026-01", "members": ["EG", "LB", "MA"]}
    desk = a_desk(groups=[group])
    assert not problems(desk_files(licence, desk=desk))
    assert "X-MENA/2026-01" in decision(licence=licence, desk=desk).groups


def test_36_an_undeclared_group_includes_nothing_and_excludes_everything() -> None:
    assert decision(licence=a_licence(territory={"include": ["X-MENA"]})).verdict is Verdict.DENY
    assert decision(licence=a_licence(territory={"exclude": ["X-MENA"]})).verdict is Verdict.DENY


def ordered(**order: Any) -> Any:
    return an_article(
        orders=[{"id": "gb-1", "authority": "A court", "territory": {"include": ["GB"]}, **order}]
    )


def test_37_a_court_order_for_one_country() -> None:
    article = ordered()
    plain = decision(article)
    assert plain.verdict is Verdict.DENY
    assert "TERRITORY_NEEDS_GEOBLOCK" in plain.codes(effect=Verdict.DENY)
    blocking = decision(article, partner=a_geo_blocker())
    assert blocking.verdict is Verdict.ALLOW
    assert [d.value for d in blocking.duties if d.code == "GEO_BLOCK"] == ["GB"]
    german = decision(article, a_licence(territory={"include": ["DE"]}))
    assert german.verdict is Verdict.ALLOW
    assert not [d for d in german.duties if d.code == "GEO_BLOCK"]


def test_37_an_order_on_one_part_leaves_the_others() -> None:
    article = ordered(parts=["b1"])
    decided = decision(article)
    assert decided.verdict is Verdict.ALLOW
    assert not decided.allows("b1")
    assert decided.allows("b3")


def test_38_39_an_order_works_from_its_start_until_it_is_lifted() -> None:
    article = ordered(window={"start": "2026-05-01T10:00:00Z", "end": "2026-05-02T10:00:00Z"})
    assert decision(article, now=at("2026-05-01T09:59Z")).verdict is Verdict.ALLOW
    assert decision(article, now=at("2026-05-01T10:00Z")).verdict is Verdict.DENY
    assert decision(article, now=at("2026-05-02T10:00Z")).verdict is Verdict.ALLOW


def test_38_the_authority_of_an_order_is_in_no_entry() -> None:
    made = entry(ordered(), partner=a_geo_blocker())
    assert "court" not in made.model_dump_json()


def test_40_a_country_granted_in_part_is_left_out_where_only_whole_ones_can_be_said() -> None:
    licence = a_licence(territory={"include": ["CA", "US"], "exclude": ["CA-QC"]})
    terms = entry(licence=licence, partner=a_geo_blocker()).terms
    assert terms.countries == ("US",)
    assert "iso3166-1a3/CAN" not in terms.odrl
    assert "CA-ON" in terms.usage_terms[0].text
    assert "CA-QC" not in terms.usage_terms[0].text


def test_41_exclude_wins_and_an_empty_territory_is_an_error() -> None:
    assert "GB" in area(include=("GB",), exclude=("EU",))
    assert not area(include=("IE",), exclude=("EU",))
    licence = a_licence(territory={"include": ["IE"], "exclude": ["EU"]})
    assert [problem.rule for problem in problems(desk_files(licence))] == ["V18"]


def test_42_photo_excluded_from_the_only_country_goes_and_the_text_stays() -> None:
    photo = a_picture(rights={**own(), "territory": {"exclude": ["US"]}})
    article = an_article(body=[{"type": "paragraph", "text": "Text."}, photo])
    decided = decision(article, a_licence(territory={"include": ["US"]}))
    assert decided.codes("photo", Verdict.DENY) == ("TERRITORY_EMPTY",)
    assert decided.allows("body")


def test_43_uk_becomes_gb_with_a_warning_and_en_is_an_error() -> None:
    with pytest.warns(DeskWarning, match="GB is meant"):
        assert Territory(include=("UK",)).include == ("GB",)
    with pytest.raises(ValidationError, match="EN"):
        Territory(include=("EN",))


def test_26_rule_subdivisions_need_geo_blocking() -> None:
    licence = a_licence(territory={"include": ["CA-QC"]})
    assert [problem.rule for problem in problems(desk_files(licence))] == ["V26"]
    assert not problems(desk_files(licence, a_partner(can_geo_block=True)))


def test_an_article_cleared_for_less_than_the_partner_reaches_needs_geo_blocking() -> None:
    article = an_article(rights={**own(), "territory": {"include": ["GB"]}})
    assert decision(article).codes(effect=Verdict.DENY) == ("TERRITORY_NEEDS_GEOBLOCK",)
    assert decision(article, a_licence(territory={"include": ["GB"]})).allows("body")
    blocking = decision(article, partner=a_geo_blocker())
    assert blocking.allows("body")
    assert any(d.code == "GEO_BLOCK" and d.part is None for d in blocking.duties)
    assert entry(article, partner=a_geo_blocker()).terms.countries == ("GB",)


@pytest.mark.parametrize("part", ["headline", "body"])
def test_37_an_order_on_headline_or_body_is_one_on_the_whole(part: str) -> None:
    blocking = decision(ordered(parts=[part]), partner=a_geo_blocker())
    assert [d.value for d in blocking.duties if d.code == "GEO_BLOCK" and not d.part] == ["GB"]
    assert decision(ordered(parts=[part])).verdict is Verdict.DENY


def test_37_a_paragraph_cannot_be_kept_from_a_place_so_it_does_not_go() -> None:
    paragraph = {
        "type": "paragraph",
        "id": "p",
        "text": "T.",
        "rights": {"territory": {"exclude": ["JP"]}},
    }
    article = an_article(body=[{"type": "paragraph", "text": "Text."}, paragraph])
    decided = decision(article, partner=a_geo_blocker())
    assert decided.codes("p", Verdict.DENY) == ("TERRITORY_OF_TEXT",)
    assert decided.allows("body")


BRITISH = {"id": "norstar", "owner": "Norstar", "onward": True, "territory": {"include": ["GB"]}}


@pytest.mark.parametrize(
    ("rights", "source"),
    [
        ({**agency(), "territory": {"include": ["GB"]}}, {"territory": {"include": ["WORLD"]}}),
        (agency(), {}),
    ],
)
def test_a_sources_places_limit_an_article_as_its_own_rights_do(
    rights: dict[str, Any], source: dict[str, Any]
) -> None:
    desk = a_desk(source_agreements=[{**BRITISH, **source}])
    article = an_article(rights=rights)
    blocking = decision(article, partner=a_geo_blocker(), desk=desk)
    assert blocking.verdict is Verdict.ALLOW
    assert any(d.code == "GEO_BLOCK" and d.part is None for d in blocking.duties)
    assert entry(article, partner=a_geo_blocker(), desk=desk).terms.countries == ("GB",)
    assert decision(article, desk=desk).codes() == ("TERRITORY_NEEDS_GEOBLOCK",)
    assert decision(article, a_licence(territory={"include": ["GB"]}), desk=desk).allows("body")


def test_what_limits_an_article_to_places_is_named() -> None:
    desk = a_desk(source_agreements=[BRITISH])
    (why,) = decision(an_article(rights=agency()), desk=desk).findings
    assert why.source == "source agreement norstar"


def test_a_bought_paragraph_that_its_source_keeps_from_a_place_says_why_it_cannot_go() -> None:
    desk = a_desk(source_agreements=[BRITISH])
    wire = {"type": "paragraph", "id": "wire", "text": "T.", "rights": agency()}
    article = an_article(body=[{"type": "paragraph", "text": "Text."}, wire])
    decided = decision(article, partner=a_geo_blocker(), desk=desk)
    assert decided.codes("wire", Verdict.DENY) == ("TERRITORY_OF_TEXT",)
    assert decided.allows("body")


def test_37_an_order_on_a_gallery_holds_for_its_pictures() -> None:
    gallery = {"type": "gallery", "id": "set", "pictures": [a_picture(rights=own())]}
    article = an_article(
        body=[{"type": "paragraph", "text": "Text."}, gallery],
        orders=[{"id": "o", "authority": "A", "territory": {"include": ["GB"]}, "parts": ["set"]}],
    )
    made = entry(article, partner=a_geo_blocker())
    (terms,) = made.terms.parts
    assert terms.countries is not None
    assert "GB" not in terms.countries
    assert made.terms.countries is None


def test_37_an_order_holds_under_a_public_licence_too() -> None:
    free = a_licence(
        id="free", public=True, title="Free", grants=[{"kind": "headline"}, {"kind": "body"}]
    )
    made = entry(
        an_article(
            licence="free",
            orders=[{"id": "o", "authority": "A", "territory": {"include": ["GB"]}}],
        ),
        partner=a_geo_blocker(),
        others=(free,),
    )
    assert made.terms.countries is not None
    assert "GB" not in made.terms.countries


def test_an_order_must_name_a_part_that_exists() -> None:
    with pytest.raises(ValidationError, match=r"order: .*b9"):
        ordered(parts=["b9"])
