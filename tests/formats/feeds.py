"""What the tests of RSS and Atom share: entries worth rendering, namespaces, official grammars."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from syndicate.checks.base import CheckFinding
from syndicate.checks.feeds import atom_rules, rss_rules
from syndicate.formats.base import Format
from syndicate.model.body import Block
from syndicate.model.document import FeedHead
from syndicate.model.entry import Entry, Tombstone
from tests.builders import a_head, a_picture, an_article, an_entry, some_terms

ROOT = Path(__file__).parents[2]
STANDARDS = ROOT.parent / "shared" / "standards"

NS = {
    "a": "http://www.w3.org/2005/Atom",
    "at": "http://purl.org/atompub/tombstones/1.0",
    "cc": "http://backend.userland.com/creativeCommonsRssModule",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "h": "http://www.w3.org/1999/xhtml",
    "media": "http://search.yahoo.com/mrss/",
    "rsl": "https://rslstandard.org/rsl",
    "xml": "http://www.w3.org/XML/1998/namespace",
}

HOSTILE = "👩‍🚀 ]]> & <b>x</b> &amp; \u202eabc\u202c \u200f \u2028 \ufdd0 <!-- --> é"
RULES = {"rss": rss_rules, "atom": atom_rules}


def blocks(*body: dict[str, Any]) -> tuple[Block, ...]:
    return an_article(body=list(body)).body


def a_full_entry(**changes: Any) -> Entry:
    """An entry with every kind of block, and a picture that has rights of its own."""
    small = a_picture()["renditions"][1]
    film = {"url": "https://img.harbour.example/wall.mp4", "type": "video/mp4", "bytes": 9_000}
    photo_rights = {
        "part": "photo",
        "holder": "Norstar Agency",
        "own": False,
        "credit": "Norstar",
        "countries": ["GB", "IE", "US"],
        "valid_until": "2026-12-01T00:00:00Z",
    }
    body = blocks(
        a_picture(),
        {"type": "paragraph", "role": "correction", "text": "An earlier version was wrong."},
        {"type": "paragraph", "text": "The wall <em>moved</em> &amp; fell.<br>More soon."},
        {"type": "heading", "text": "What comes next", "level": 3},
        {"type": "list", "items": ["Measure", "Repair"], "ordered": True},
        {"type": "quote", "text": "It moves.", "cite": "An engineer"},
        {"type": "table", "header": ["Year"], "rows": [["2026"]], "caption": "Movement"},
        {"type": "gallery", "pictures": [a_picture(id="g1", renditions=[small])]},
        {"type": "video", "id": "film", "renditions": [film], "alt": "From the air"},
        {"type": "embed", "url": "https://maps.example/wall", "title": "Map", "provider": "Maps"},
        {"type": "paragraph", "role": "duty", "text": "First in Harbour Post."},
    )
    given = {
        "body": body,
        "genre": "Analysis",
        "links": [{"rel": "via", "url": "https://source.example/1", "title": "Source"}],
        "terms": some_terms(parts=[photo_rights], countries=["FR", "GB", "IE"]),
    }
    return an_entry(**{**given, **changes})


def tree(
    fmt: Format,
    *entries: Entry,
    tombstones: tuple[Tombstone, ...] = (),
    head: FeedHead | None = None,
) -> etree._Element:
    """Render and parse as a stranger would."""
    return etree.fromstring(fmt.render(head or a_head(), entries, tombstones))


def faults(fmt: Format, root: etree._Element) -> list[str]:
    """Everything our own profile and rules find."""
    grammar = etree.RelaxNG(etree.parse(ROOT / "schemas" / fmt.schema / "profile.rng"))
    grammar.validate(root)
    found: list[CheckFinding] = RULES[fmt.name](root)
    return [str(one) for one in grammar.error_log] + [str(one) for one in found]


def official(path: str) -> etree.RelaxNG:
    file = STANDARDS / path
    if not file.exists():
        pytest.skip(f"{path} is not beside this checkout")
    return etree.RelaxNG(etree.parse(file))


def texts(root: etree._Element, path: str) -> list[str]:
    return [one.text or "" for one in root.iterfind(path, NS)]
