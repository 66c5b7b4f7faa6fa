"""What the NewsML-G2 tests share: official and own schemas, entries, a way to look inside."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from syndicate.checks.newsml import newsml_rules
from syndicate.formats.newsml_g2 import render
from syndicate.model.body import Block
from syndicate.model.document import FeedHead
from syndicate.model.entry import Entry, Terms, Tombstone
from tests.builders import a_head, a_picture, an_article, an_entry, some_terms

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "schemas" / "newsml-g2-2.35"
STANDARDS = ROOT.parent / "shared" / "standards" / "newsml-g2"
NS = {
    "g": "http://iptc.org/std/nar/2006-10-01/",
    "h": "http://www.w3.org/1999/xhtml",
    "n": "http://iptc.org/std/NITF/2006-10-18/",
}
POWER = "NewsML-G2_2.35-spec-All-Power.xsd"
WITH_NITF = "G2-nitf-odrl-driver.project.xsd"
ALL_RENDITIONS = ("xhtml", "nitf", "text")


@cache
def profile() -> etree.RelaxNG:
    return etree.RelaxNG(etree.parse(str(FOLDER / "profile.rng")))


@cache
def official(name: str) -> etree.XMLSchema:
    path = STANDARDS / "schema" / name
    if not path.exists():
        pytest.skip(f"the official schema {name} is not beside the checkout (shared/standards)")
    return etree.XMLSchema(etree.parse(str(path)))


def faults(data: bytes) -> list[str]:
    """Give what our profile and our rules find."""
    root = etree.fromstring(data)
    profile().validate(root)
    return [*map(str, profile().error_log), *map(str, newsml_rules(root))]


def message(
    *entries: Entry, stones: Sequence[Tombstone] = (), head: FeedHead | None = None
) -> etree._Element:
    """Give a message that our profile and our rules accept."""
    data = render(head or a_head(renditions=ALL_RENDITIONS), entries, stones)
    assert faults(data) == []
    return etree.fromstring(data)


def find(one: etree._Element, path: str) -> list[Any]:
    found = one.xpath(path, namespaces=NS)
    assert isinstance(found, list)
    return found


def value(one: etree._Element, path: str) -> str:
    (only,) = find(one, path)
    return str(only)


def blocks(*data: dict[str, Any]) -> tuple[Block, ...]:
    return an_article(body=list(data)).body


def paragraph(text: str, **changes: Any) -> dict[str, Any]:
    return {"type": "paragraph", "text": text, **changes}


def picture_terms(part: str = "photo", **changes: Any) -> dict[str, Any]:
    return {
        "part": part,
        "holder": "Norstar Agency",
        "own": False,
        "credit": "Norstar",
        "usage_terms": [{"language": "en", "text": "Web only, not in Japan."}],
        "valid_until": "2026-06-01T00:00:00Z",
        "odrl": '{"uid":"https://feeds.harbour.example/p","target":"x"}',
        **changes,
    }


def with_picture(**changes: Any) -> Entry:
    terms = Terms.model_validate(some_terms(parts=[picture_terms()]))
    body = blocks(paragraph("Text."), a_picture())
    return an_entry(**{"body": body, "terms": terms, **changes})


def everything(**changes: Any) -> Entry:
    """Give an entry with every kind of block and every field."""
    body = blocks(
        paragraph("Corrected: <em>two</em>, not three.", role="correction"),
        paragraph("H<sub>2</sub>O, <bdi>2 cm</bdi>, <q>said</q> <mark>x</mark><br>and ]]&gt; 😀"),
        {"type": "heading", "text": "What <i>next</i>"},
        {"type": "list", "items": ["one", "<b>two</b>"]},
        {"type": "list", "items": ["first"], "ordered": True},
        {"type": "quote", "text": "It moves.", "cite": "An engineer"},
        {"type": "table", "header": ["Week", "cm"], "rows": [["1", "2"], []], "caption": "Tides"},
        a_picture(),
        a_picture(id="lost", renditions=[]),
        {
            "type": "gallery",
            "id": "views",
            "caption": "Two views",
            "pictures": [a_picture(id="north"), a_picture(id="map", graphic=True)],
        },
        {
            "type": "video",
            "id": "clip",
            "caption": "The wall",
            "alt": "A wall, moving",
            "renditions": [
                {"url": "https://img.harbour.example/w.mp4", "type": "video/mp4", "duration": 30}
            ],
        },
        {
            "type": "audio",
            "id": "sound",
            "renditions": [{"url": "https://img.harbour.example/w.mp3", "type": "audio/mpeg"}],
        },
        {"type": "embed", "url": "https://maps.example/w", "provider": "Maps", "title": "Where"},
        paragraph("الجدار <a href='https://harbour.example/ar'>تحرك</a>", language="ar"),
    )
    given: dict[str, Any] = {
        "body": body,
        "terms": Terms.model_validate(
            some_terms(
                parts=[picture_terms(), picture_terms("clip", own=True, odrl="")],
                public_url="https://creativecommons.org/licenses/by-nd/4.0/",
            )
        ),
        "embargoed": "2026-06-01T09:00:00Z",
        "signal": "correction",
        "correction_note": "Two, not three.",
        "ed_note": "Call the desk.",
        "partial": True,
        "genre": "Analysis",
        "urgency": 3,
        "dateline": "Harbour, 30 April",
        "slugline": "HARBOUR-Wall",
        "credit_line": "Harbour Post",
        "expires": "2026-12-01T00:00:00Z",
        "links": [
            {"rel": "via", "url": "https://via.example/1", "title": "First seen"},
            {"rel": "related", "url": "https://harbour.example/more"},
        ],
    }
    return an_entry(**{**given, **changes})
