"""The article that a page describes in JSON-LD (https://schema.org/NewsArticle).

Only the shapes that pages really use are read: an object, an array, a @graph, references by @id
inside the page. Nothing is fetched.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from syndicate.model.base import plain_line
from syndicate.sources.values import cleaned

# schema.org classes below Article; news is preferred, and of several the one that stands first.
_NEWS = (
    "NewsArticle",
    "ReportageNewsArticle",
    "AnalysisNewsArticle",
    "BackgroundNewsArticle",
    "AskPublicNewsArticle",
    "OpinionNewsArticle",
    "ReviewNewsArticle",
    "Article",
    "LiveBlogPosting",
    "BlogPosting",
    "TechArticle",
    "Report",
)
_RANK = {name: int(not name.endswith("NewsArticle")) for name in _NEWS}
_MOST_NODES = 20_000
_LONGEST_SCRIPT = 2_000_000
_TAGS = re.compile(r"</?[a-zA-Z][^<>]*>")

Node = Mapping[str, Any]
NOTHING: Node = MappingProxyType({})


class LinkedData:
    """What the scripts of a page say."""

    def __init__(self, scripts: Iterator[str]) -> None:
        self._nodes = list(_nodes([value for script in scripts if (value := _value(script))]))
        self._by_id = {
            str(node["@id"]): node for node in self._nodes if "@id" in node and len(node) > 1
        }

    def article(self, url: str | None) -> Node:
        """Give the article: of several the one at the page's URL, else the most newslike."""
        ranked = [(min(ranks), node) for node in self._nodes if (ranks := _ranks(node))]
        here = [pair for pair in ranked if url and url in _addresses(pair[1])]
        return min(here or ranked, key=lambda pair: pair[0], default=(0, NOTHING))[1]

    def nodes(self, node: Node, name: str) -> list[Node]:
        """Give the values of a property as nodes; a bare text is a node with that name."""
        values = node.get(name)
        listed = values if isinstance(values, list) else [values]
        return [found for value in listed if (found := self._node(value))]

    def _node(self, value: Any) -> Node:
        if isinstance(value, str):
            return {"name": value, "url": value}
        if not isinstance(value, dict):
            return NOTHING
        return self._by_id.get(str(value.get("@id")), value) if "@id" in value else value


def text(node: Node, *names: str) -> str | None:
    """Give the first stated property as one line of plain text."""
    for name in names:
        value = node.get(name)
        value = value[0] if isinstance(value, list) and value else value
        if isinstance(value, dict):
            value = value.get("@value") or value.get("name")
        if isinstance(value, str) and (line := plain(value)):
            return line
    return None


def name_in(data: LinkedData, node: Node, name: str) -> str | None:
    """Give the name of a person or organisation that a property names."""
    found = (text(one, "name", "legalName") for one in data.nodes(node, name))
    return next((one for one in found if one and "://" not in one), None)


def plain(value: str) -> str:
    """Give one line without tags and entities, which some pages put into their data."""
    return str(plain_line(html.unescape(_TAGS.sub(" ", value))))


def words(node: Node, name: str) -> tuple[str, ...]:
    """Give a list of words: an array, or one text with commas."""
    value = node.get(name)
    listed = value.split(",") if isinstance(value, str) else value
    found = [plain(one) for one in listed if isinstance(one, str)] if listed else []
    return tuple(dict.fromkeys(one for one in found if one))


def number(node: Node, name: str) -> int | None:
    """Give a count of pixels: 1600, "1600", "1600px", or a node with such a value."""
    value = node.get(name)
    value = value.get("value") if isinstance(value, dict) else value
    digits = str(value).removesuffix("px").strip()
    short = len(digits) < len("1000000")
    return int(digits) or None if short and digits.isascii() and digits.isdigit() else None


def _value(script: str) -> Any:
    bare = (
        script.strip().removeprefix("<!--").removeprefix("//<![CDATA[").removeprefix("<![CDATA[")
    )
    bare = bare.strip().removesuffix("-->").removesuffix("//]]>").removesuffix("]]>")
    if len(bare) > _LONGEST_SCRIPT:
        return None
    try:
        return cleaned(json.loads(bare, strict=False))[0]
    except (ValueError, RecursionError):
        return None


def _nodes(values: list[Any]) -> Iterator[dict[str, Any]]:
    """Give every object, outer ones first; nothing recursive, nothing endless."""
    waiting = list(values)
    for place in range(_MOST_NODES):
        if place >= len(waiting):
            return
        value = waiting[place]
        if isinstance(value, dict):
            yield value
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)


def _ranks(node: Node) -> list[int]:
    kinds = node.get("@type")
    listed = kinds if isinstance(kinds, list) else [kinds]
    names = [str(kind).rpartition("/")[2].rpartition(":")[2] for kind in listed]
    return [_RANK[name] for name in names if name in _RANK] if len(node) > len("@t") else []


def _addresses(node: Node) -> tuple[str, ...]:
    page = node.get("mainEntityOfPage")
    page = page.get("@id") if isinstance(page, dict) else page
    return tuple(str(one) for one in (node.get("url"), page, node.get("@id")) if one)
