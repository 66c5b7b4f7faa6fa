"""The licence document: what it offers is no more than its grants, and all of it is there."""

from __future__ import annotations

import json
from typing import Any

from lxml import html

from syndicate.licensing.licence_document import documents
from syndicate.model.licence import Licence
from tests.builders import a_licence, an_article, desk_files
from tests.licensing.asking import entry


def published(licence: Licence, suffix: str) -> bytes:
    found = documents(desk_files(licence))
    return next(one.data for one in found if one.path.endswith(suffix))


def rows(licence: Licence) -> dict[str, str]:
    """The tables of the page: the first cell of a row, and the last."""
    page = html.fromstring(published(licence, ".html"))
    cells = [[cell.text_content() for cell in row] for row in page.iterfind(".//tbody/tr")]
    return {first: last for first, *_, last in cells}


def sentences(licence: Licence) -> list[str]:
    page = html.fromstring(published(licence, ".html"))
    return [line.text_content() for line in page.iterfind(".//section[@lang='en']/ul/li")]


def forbidden(licence: Licence) -> list[Any]:
    policy = json.loads(published(licence, ".jsonld"))
    return [rule["action"] for rule in policy["prohibition"]]


def test_a_grant_that_allows_fewer_changes_is_said_in_every_layer() -> None:
    grants = [{"kind": "headline"}, {"kind": "body"}, {"kind": "image", "edit_level": "none"}]
    licence = a_licence(edit_level="adapt", grants=grants)
    assert "No changes." in sentences(licence)
    assert {"derive", "modify"} <= {one for one in forbidden(licence) if isinstance(one, str)}
    assert rows(licence)["image"] == ""
    assert rows(licence)["body"] == "changes: adapt"
    plain = a_licence(edit_level="adapt")
    assert "May be adapted." in sentences(plain)
    assert "changes" not in "".join(rows(plain).values())


def test_of_two_grants_of_a_kind_the_stricter_one_is_said_of_an_item() -> None:
    grants = [
        {"kind": "headline"},
        {"kind": "body", "media": ["web"], "edit_level": "adapt"},
        {"kind": "body", "media": ["app"]},
    ]
    licence = a_licence(media=["web", "app"], edit_level="style", grants=grants)
    assert "Changes for house style" in entry(licence=licence).terms.usage_terms[0].text


def test_what_the_licence_says_of_its_end_and_its_cover_is_on_the_page() -> None:
    licence = a_licence(
        delay="PT6H",
        after_end="keep_until_item_expiry",
        sell_off_days=14,
        on_suspend="freeze",
        covers={"sections": ["Cities", "Coast"], "max_age": "P30D"},
    )
    said = rows(licence)
    assert said["covers: sections"] == "Cities, Coast"
    assert said["covers: max age"] == "P30D"
    assert said["time from first publication to release"] == "PT6H"
    assert said["copies at the end of the agreement"] == "keep until item expiry"
    assert said["days that copies may stay after the end"] == "14"
    assert said["copies during a suspension"] == "freeze"


def test_a_public_licence_says_nothing_of_agreements() -> None:
    said = rows(a_licence(public=True, url="https://cc.example/", sell_off_days=3))
    assert not [name for name in said if "end" in name or "suspension" in name]


def words(language: str, licence: Licence) -> list[str]:
    made = entry(an_article(language=language), licence)
    return [one.text for one in made.terms.usage_terms]


def test_prose_in_one_language_alone_is_said_as_it_is_stated() -> None:
    arabic = a_licence(language="ar", text_terms=[{"language": "en", "text": "A term."}])
    (said,) = words("ar", arabic)
    assert said.endswith("A term.")
    both = [{"language": "fr", "text": "Un terme."}, {"language": "en", "text": "A term."}]
    french = a_licence(language="fr", text_terms=both)
    assert [text[-9:] for text in words("ar", french)] == ["Un terme."] * 2
    assert [text.split(". ")[-1] for text in words("en", french)] == ["A term.", "Un terme."]
    secret = [{"language": "en", "text": "A term.", "confidential": True}]
    assert "A term." not in "".join(words("ar", a_licence(language="ar", text_terms=secret)))
