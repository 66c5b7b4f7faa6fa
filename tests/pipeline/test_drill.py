"""Canaries: each fits the feed it was made for, as far as any article can."""

from __future__ import annotations

from typing import Any

import pytest

from syndicate.formats.all import FORMATS
from syndicate.licensing.covers import misses
from syndicate.model.desk import DeskFiles
from syndicate.pipeline.drill import Perch, holds, perches, remains, why_not
from tests.builders import NOW, a_licence, a_partner, desk_files, partner_data


def desk(selection: dict[str, Any], **terms: Any) -> DeskFiles:
    feeds = [{"id": "gazette-all", "title": "For the Gazette", "selection": selection}]
    return desk_files(a_licence(**terms), a_partner(feeds=feeds))


def the_perches(files: DeskFiles) -> tuple[Perch, ...]:
    return perches(files, FORMATS.values(), NOW)


@pytest.mark.parametrize(
    ("selection", "covers"),
    [
        ({}, {}),
        ({"sections": ["Coasts", "Culture"]}, {"sections": ["Culture", "Sport"]}),
        ({"languages": ["ar", "en"]}, {"languages": ["en-GB", "fr"]}),
        ({"subjects": ["13000000"]}, {"subjects": ["06000000"]}),
        ({"products": ["wire"]}, {"products": ["web"]}),
        ({"keywords": ["Tide", "Sea"], "exclude_keywords": ["tide"]}, {}),
        ({"authors": ["Lina Maro"]}, {"genres": ["Feature"]}),
        ({"exclude_sections": ["Sport"]}, {"sections": ["Sport", "Coasts"]}),
        ({"max_age": "P1D", "since": "2026-04-30T00:00:00Z"}, {}),
    ],
)
def test_a_canary_fits_what_a_feed_selects_and_its_licence_covers(
    selection: dict[str, Any], covers: dict[str, Any]
) -> None:
    files = desk(selection, covers=covers)
    article = the_perches(files)[0].canary.article
    for one in (files.partners[0].feeds[0].selection, files.licences[0].covers):
        assert list(misses(one, article, NOW)) == []


def test_a_canary_is_old_enough_for_a_licence_that_delays() -> None:
    perch = the_perches(desk({}, delay="PT6H"))[0]
    files = desk({}, delay="PT6H")
    assert why_not(files, perch, FORMATS.values(), NOW) == "it was allowed, and is not there"


def test_feeds_that_ask_the_same_share_a_canary() -> None:
    feeds = [*partner_data()["feeds"], {"id": "second", "title": "The same once more"}]
    found = the_perches(desk_files(partner=a_partner(feeds=feeds)))
    assert len(found) == 2 * len(FORMATS)
    assert len({one.canary.article.guid for one in found}) == 1


@pytest.mark.parametrize(
    ("selection", "terms", "says"),
    [
        ({"sections": ["Coasts"]}, {"covers": {"sections": ["Sport"]}}, "selects: section"),
        ({"max_age": "PT1H"}, {"delay": "PT6H"}, "selects: age"),
    ],
)
def test_what_no_article_can_fit_is_said(
    selection: dict[str, Any], terms: dict[str, Any], says: str
) -> None:
    files = desk(selection, **terms)
    assert says in why_not(files, the_perches(files)[0], FORMATS.values(), NOW)


def test_what_is_left_of_a_canary_is_seen() -> None:
    canary = the_perches(desk({}))[0].canary
    guid, mark = canary.article.guid.encode(), canary.mark.encode()
    assert holds(b"<guid>" + guid, canary)
    assert not holds(None, canary)
    assert not holds(b"<rss/>", canary)
    assert list(remains(b"<guid>" + guid, canary)) == []
    assert list(remains(b"A bird, " + mark, canary)) == ["still shows its text or picture"]
    assert list(remains(None, canary)) == ["the document is gone"]


def test_every_part_but_the_headline_has_the_mark() -> None:
    canary = the_perches(desk({}))[0].canary
    article = canary.article
    assert canary.mark not in article.headline
    assert canary.mark in article.summary
    assert all(canary.mark in block.model_dump_json() for block in article.body)
