"""The example desk's licences, agreements and partners: what they promise to show is there."""

from __future__ import annotations

import pytest

from syndicate.model.desk import DeskFiles
from syndicate.model.licence import EmbargoMode
from syndicate.model.rights import AiPurpose, ExtentUnit, Medium, PartKind
from tests.test_example_desk import (
    PICTURES,
    TODAY,
    agreements,
    all_articles,
    desk_files,
    partner_under,
)


@pytest.fixture(scope="module")
def files() -> DeskFiles:
    return desk_files()


def test_there_are_at_least_five_licences_and_six_partners(files: DeskFiles) -> None:
    assert len({one.id for one in files.licences}) >= 5
    assert len(files.partners) >= 6


def test_prices_are_of_every_kind_and_none_stands_in_a_public_file(files: DeskFiles) -> None:
    kinds = {agreement.price.type for _, agreement, _ in agreements(files) if agreement.price}
    assert kinds == {"flat_period", "per_item", "revenue_share", "free", "barter"}


def test_one_agreement_has_expired_and_all_others_hold(files: DeskFiles) -> None:
    over = [partner.id for partner, one, _ in agreements(files) if one.term.is_over(TODAY)]
    assert over == ["mangrove"]
    assert all(one.term.holds(TODAY) for p, one, _ in agreements(files) if p.id != "mangrove")


def test_it_expired_between_the_article_that_was_killed_and_the_kill(files: DeskFiles) -> None:
    [(agreement, licence)] = [(a, n) for p, a, n in agreements(files) if p.id == "mangrove"]
    articles = all_articles()
    assert agreement.term.holds(articles["bathing-water.v1.json"].version_created)
    assert agreement.term.holds(articles["bus-lanes.v2.json"].version_created)
    assert agreement.term.is_over(articles["bathing-water.v2.json"].version_created)
    assert licence.after_end == "keep_published"


def test_one_licence_counts_articles_and_leaves_room_for_all_of_them(files: DeskFiles) -> None:
    [licence] = [one for one in files.licences if one.quota]
    assert licence.id == "extract-link"
    assert licence.quota
    assert licence.quota.limit >= len({one.guid for one in all_articles().values()})


def test_the_full_licence_gives_the_world_text_and_pictures(files: DeskFiles) -> None:
    licence = files.licence("full-web", 2)
    assert licence
    assert licence.media == (Medium.APP, Medium.WEB)
    assert licence.territory.include == ("WORLD",)
    assert {PartKind.BODY, *PICTURES} <= {grant.kind for grant in licence.grants}
    assert partner_under(files, "full-web") == ["mangrove", "nagisa", "worldfold"]


def test_the_regional_licence_gives_text_in_two_countries_for_ninety_days(
    files: DeskFiles,
) -> None:
    licence = files.licence("text-gb-ie", 1)
    assert licence
    assert licence.territory.include == ("GB", "IE")
    assert licence.display
    assert licence.display.days == 90
    assert not PICTURES & {grant.kind for grant in licence.grants}
    assert partner_under(files, "text-gb-ie") == ["fenwold"]
    assert not next(one for one in files.partners if one.id == "fenwold").can_geo_block


def test_the_arabic_partner_has_terms_and_a_feed_in_arabic(files: DeskFiles) -> None:
    partner, _, licence = next(one for one in agreements(files) if one[2].id == "arabic-web")
    assert licence.language == "ar"
    assert licence.covers.languages == ("ar",)
    assert [feed.language for feed in partner.feeds] == ["ar"]


def test_the_extract_licence_gives_two_paragraphs_and_demands_the_link(files: DeskFiles) -> None:
    licence = files.licence("extract-link", 1)
    assert licence
    body = next(grant for grant in licence.grants if grant.kind is PartKind.BODY)
    assert (body.extent.unit, body.extent.count) == (ExtentUnit.PARAGRAPHS, 2)
    assert licence.duties.link_back
    assert licence.ai.allows(AiPurpose.SEARCH)


def test_the_free_licence_adds_no_condition_that_creative_commons_forbids(
    files: DeskFiles,
) -> None:
    licence = files.public_licence("cc-by-nd")
    assert licence
    assert licence.url == "https://creativecommons.org/licenses/by-nd/4.0/"
    assert set(licence.media) == set(Medium)
    assert not licence.duties.no_sublicence
    assert (licence.ads, licence.paywall, licence.display) == ("any", "allowed", None)
    assert licence.duties.author_credit
    assert licence.duties.institution_credit
    assert licence.duties.link_back
    assert partner_under(files, "cc-by-nd") == ["civic-shelf"]


def test_only_the_newspaper_gets_embargoed_stories_and_only_in_a_format_that_says_so(
    files: DeskFiles,
) -> None:
    marked = [
        (partner, licence)
        for partner, _, licence in agreements(files)
        if licence.embargo_mode is EmbargoMode.DELIVER_MARKED
    ]
    assert [partner.id for partner, _ in marked] == ["deichbote"]
    assert marked[0][1].media == (Medium.FACSIMILE, Medium.PRINT)
    assert [feed.formats for feed in marked[0][0].feeds] == [("newsml-g2",)]
    assert all("nitf" in feed.renditions for feed in marked[0][0].feeds)


def test_one_partner_is_where_the_agency_picture_may_not_go(files: DeskFiles) -> None:
    there = [p.id for p, one, _ in agreements(files) if one.territory.include == ("JP",)]
    assert there == ["nagisa"]
