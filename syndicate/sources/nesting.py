"""HTML made shallow, so that no parser behind it can be brought down by nesting.

Parsers of HTML need time in the square of the depth, or give up beyond a depth and lose what is
inside. Tags deeper than any page a person wrote are dropped here; their text stays.
"""

from __future__ import annotations

import re
from collections import Counter

DEEPEST = 200
DEEPEST_STYLE = 12

_TAG = re.compile(r"<(?:(!--)|(/?)([a-zA-Z][a-zA-Z0-9:-]*))")
_VOID = frozenset(
    (
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
    )
)
# A new one of these closes the last one, so they cannot nest by themselves.
_SELF_CLOSING = frozenset(
    ("p", "li", "dt", "dd", "td", "th", "tr", "option", "body", "html", "a", "tbody", "thead")
)
# A parser opens all of these again in every paragraph until each is closed (HTML 13.2.4.3).
_STYLES = frozenset(
    (
        "b",
        "big",
        "code",
        "em",
        "font",
        "i",
        "nobr",
        "s",
        "small",
        "strike",
        "strong",
        "tt",
        "u",
    )
)
_FLAT = _VOID | _SELF_CLOSING
_RAW = frozenset(("script", "style", "textarea", "title", "xmp", "noscript", "noembed"))


def shallow(page: str) -> str:
    """Give the HTML with no tag nested more deeply than DEEPEST, in time linear in its length."""
    kept: list[str] = []
    depth: Counter[str] = Counter()
    at = copied = 0
    while tag := _TAG.search(page, at):
        end = _end(page, tag)
        name = (tag[3] or "").lower()
        if name and name not in _FLAT and name not in _RAW and _too_deep(depth, name, tag[2]):
            kept.append(page[copied : tag.start()])
            kept.append(" ")
            copied = end
        at = end
    return "".join((*kept, page[copied:])) if kept else page


def _too_deep(depth: Counter[str], name: str, slash: str) -> bool:
    """Count an opening or a closing tag; say whether it goes."""
    kind, deepest = ("/style", DEEPEST_STYLE) if name in _STYLES else ("/other", DEEPEST)
    if not slash:
        depth[name] += 1
        depth[kind] += 1
        return depth[kind] > deepest
    if not depth[name]:
        return False
    depth[name] -= 1
    depth[kind] -= 1
    return depth[kind] >= deepest


def _end(page: str, tag: re.Match[str]) -> int:
    """Give where a tag ends, the text of a script or a comment included."""
    if tag[1]:
        end = page.find("-->", tag.end())
        return len(page) if end < 0 else end + len("-->")
    end = page.find(">", tag.end())
    if end < 0:
        return len(page)
    if tag[3].lower() in _RAW and not tag[2]:
        closing = re.compile(f"</{tag[3]}", re.IGNORECASE).search(page, end)
        return closing.start() if closing else len(page)
    return end + 1
