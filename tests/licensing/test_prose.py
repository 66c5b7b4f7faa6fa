"""Restrictions as agencies write them: read, added up, never turned into a permission."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.licensing.prose import Restrictions, restrictions_in
from syndicate.model.rights import Medium
from syndicate.model.territory import Territory


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("JAPAN OUT", ["JP"]),
        ("Japan out.", ["JP"]),
        ("NO USE JAPAN", ["JP"]),
        ("No Use in Japan", ["JP"]),
        ("JPN OUT", ["JP"]),
        ("UK AND IRELAND OUT", ["GB", "IE"]),
        ("AUSTRALIA OUT; NEW ZEALAND OUT", ["AU", "NZ"]),
        ("AUSTRALIA, NEW ZEALAND OUT", ["AU", "NZ"]),
        ("USA OUT", ["US"]),
        ("U.S.A. OUT", ["US"]),
        ("NOT QUEBEC", ["CA-QC"]),
        ("Editorial rights US, UK, IE, CA not Québec", ["CA-QC"]),
        ("JAPAN OUT, CREDIT MANDATORY", ["JP"]),
        ("The photo may not be used in Japan or China.", ["CN", "JP"]),
        ("Not for use in the Netherlands", ["NL"]),
        ("Côte d'Ivoire out", ["CI"]),
        ("BOLIVIA OUT", ["BO"]),
        ("EU OUT", ["EU"]),
        ("GUINEA-BISSAU OUT", ["GW"]),
        ("UK-IRELAND OUT", ["GB", "IE"]),
        ("NORTHERN TERRITORY OUT", ["AU-NT"]),
    ],
)
def test_places_named_in_prose_are_excluded(text: str, places: list[str]) -> None:
    assert list(restrictions_in((text,)).exclude) == places


@pytest.mark.parametrize("text", ["KOREA OUT", "No use in Korea"])
def test_a_name_of_two_places_excludes_both(text: str) -> None:
    assert restrictions_in((text,)).exclude == ("KP", "KR")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ATLANTIS OUT",
        "Norstar clients only",
        "Japan was out of the cup",
        "no known restrictions in France",
        "Not for sale",
        "NO USE AFTER 30 DAYS",
        "Photo taken in Japan",
        "Andorra AND UK teams walk in",
        "MIDDLE EAST OUT",
        "GULF OUT",
        "NORTH WEST OUT",
        "Not reading",
    ],
)
def test_what_names_no_restricted_place_restricts_nothing(text: str) -> None:
    assert restrictions_in((text,)) == Restrictions()


@pytest.mark.parametrize(
    "text",
    [
        "NO SALES-NO ARCHIVES",
        "NO ARCHIVES-NO SALES",
        "NO ARCHIVE",
        "No Archiving Permitted",
        "no archival or wireless use",
        "ARCHIVE OUT",
    ],
)
def test_the_archive_can_be_refused(text: str) -> None:
    assert restrictions_in((text,)).no_archive


def test_media_are_refused_in_the_same_lists() -> None:
    found = restrictions_in(("NO PRINT; TV AND RADIO OUT",))

    assert found.media_excluded == (Medium.BROADCAST, Medium.FACSIMILE, Medium.PRINT)
    assert Medium.WEB in restrictions_in(("INTERNET OUT",)).media_excluded


def test_several_texts_add_up() -> None:
    assert restrictions_in(("JAPAN OUT", "NO ARCHIVE", "No use in Kenya")) == Restrictions(
        ("JP", "KE"), (), True
    )


PHRASES = st.lists(
    st.sampled_from(
        [
            "JAPAN OUT",
            "NO USE",
            "in Kenya",
            "UK",
            "and",
            "not",
            "OUT",
            "out of",
            ";",
            ",",
            "NO WEB",
        ]
    )
    | st.text(max_size=8),
    max_size=12,
).map(" ".join)


@given(PHRASES, PHRASES)
def test_a_further_text_never_lifts_a_restriction(one: str, other: str) -> None:
    alone, together = restrictions_in((one,)), restrictions_in((one, other))

    assert set(alone.exclude) <= set(together.exclude)
    assert set(alone.media_excluded) <= set(together.media_excluded)
    assert together.no_archive >= alone.no_archive


@given(st.text() | PHRASES)
def test_every_token_is_a_territory(text: str) -> None:
    found = restrictions_in((text,))

    assert Territory(exclude=found.exclude).exclude == found.exclude


def test_a_very_long_text_is_read_to_its_end() -> None:
    assert restrictions_in(("the the UK and " * 200_000 + "JAPAN OUT",)).exclude == ("GB", "JP")
