"""An inline run of the model's sanitised HTML as well-formed XML, in the XHTML namespace.

Nearly every run is well-formed as it is, line breaks aside, and is only looked at. What is not,
and elements inside each other, goes through an HTML parser. Tests hold that both ways give the
same.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from lxml import etree

from syndicate.formats._markup import escaped
from syndicate.formats._xml import XHTML, XML_LANG
from syndicate.model.base import INLINE_TAGS
from syndicate.model.errors import RenderFailed

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_DIRECTIONS = {"ltr", "rtl", "auto"}
_DEEPEST = 200
_NOT_IN_A_URL = re.compile(r'[\s<>"\\^`{|}]+')
_NAMES = "|".join(sorted(INLINE_TAGS))
_TEXT = r"[^<>&\r]*+(?:&(?:amp|lt|gt|nbsp);[^<>&\r]*+)*+"
_PIECES = (
    "<br>",
    rf"<({_NAMES})>(?!</){_TEXT}</\1>",
    rf'<a href="(?:[^\s<>"\\^`{{|}}&]|&amp;)++">(?!</){_TEXT}</a>',
)
_WELL_FORMED = re.compile(f"{_TEXT}(?:(?:{'|'.join(_PIECES)}){_TEXT})*+")
"""Text, line breaks, elements and links that hold something, none inside another."""


def inline_xml(run: str) -> str:
    """Give a run as XML.

    Raises:
        RenderFailed: it is no HTML, or nested so deep that a reader's parser would refuse it.
    """
    if "<" not in run and "&" not in run:
        return escaped(run)
    if _WELL_FORMED.fullmatch(run):
        return run.replace("<br>", "<br/>").replace("&nbsp;", "\u00a0")
    return _parsed(run)


def _parsed(run: str) -> str:
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    source = f"<html><body><div>{run}</div></body></html>".encode()
    held = etree.fromstring(source, parser)[0][0]
    # libxml2 drops the text below its limit without an error; ours is lower, because the feed's
    # own elements stand above the run and XML readers have the same limit.
    if run.count("<") > _DEEPEST and _depth(held) > _DEEPEST:
        raise RenderFailed(
            "a run of inline HTML is nested deeper than readers can follow",
            mend="remove superfluous nesting from the body",
        )
    made = etree.Element(f"{{{XHTML}}}div", None, {None: XHTML})
    made.text = held.text
    made.extend(list(held))
    try:
        for one in made.iterdescendants():
            one.tag = f"{{{XHTML}}}{one.tag!s}"
            _tidy(one)
    except ValueError as err:
        raise RenderFailed(f"a run of inline HTML is no HTML ({err})") from err
    text = etree.tostring(made, encoding="unicode")
    return text.partition(">")[2].removesuffix("</div>")


def _depth(root: etree._Element) -> int:
    """Give how deep elements are nested."""
    deepest = depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        deepest = max(deepest, depth)
    return deepest


def _tidy(one: etree._Element) -> None:
    """Keep only attribute values that mean something; state the language for XML as well."""
    language = one.attrib.pop("lang", "")
    if _LANGUAGE.fullmatch(language):
        one.set("lang", language)
        one.set(XML_LANG, language)
    if one.get("dir", "ltr") not in _DIRECTIONS:
        del one.attrib["dir"]
    if "href" in one.attrib:
        href = one.attrib["href"].strip()
        one.set("href", _NOT_IN_A_URL.sub(lambda found: quote(found.group(), safe=""), href))
    if not _LANGUAGE.fullmatch(one.get("hreflang", "en")):
        del one.attrib["hreflang"]
