"""The body of an entry as XHTML: one block element a block, inline runs kept as they are.

The inline HTML of the model is sanitised already; here it becomes well-formed. Elements are those
of the HTML standard (https://html.spec.whatwg.org/), in the XHTML namespace, so that the same
tree stands in Atom (type=xhtml), in NewsML-G2 (inlineXML) and, as a string, in RSS. White space
is never added: it would show between inline elements.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

from lxml import etree

from syndicate.formats._xml import XHTML, XML_LANG, element
from syndicate.model.base import direction_of
from syndicate.model.body import (
    Audio,
    BlockBase,
    Embed,
    Gallery,
    Heading,
    ListBlock,
    MediaBase,
    Paragraph,
    Picture,
    Quote,
    Table,
    Video,
)
from syndicate.model.entry import Entry
from syndicate.model.errors import RenderFailed

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_DIRECTIONS = {"ltr", "rtl", "auto"}
_VOID = {f"{{{XHTML}}}{name}" for name in ("br", "img", "source")}
_DEEPEST = 200
_NOT_IN_A_URL = re.compile(r'[\s<>"\\^`{|}]+')


def body_elements(entry: Entry) -> list[etree._Element]:
    """Give the body's blocks as elements in the XHTML namespace, in reading order.

    Raises:
        RenderFailed: an inline run is nested so deep that a reader's parser would refuse it.
    """
    try:
        return [made for block in entry.body if (made := _block(block, entry)) is not None]
    except RenderFailed as err:
        raise RenderFailed(err.what, where=entry.guid, mend=err.mend) from err


def xhtml_div(entry: Entry) -> etree._Element:
    """Give the body in one XHTML div that states language and direction.

    Raises:
        RenderFailed: as `body_elements`.
    """
    div = _tag("div", **{XML_LANG: entry.language}, lang=entry.language, dir=entry.dir)
    div.extend(body_elements(entry))
    return div


def body_html(entry: Entry) -> str:
    """Give the body as an HTML string in one div: well-formed, without namespaces or prefixes.

    Raises:
        RenderFailed: as `body_elements`.
    """
    return html_string(xhtml_div(entry))


def html_string(div: etree._Element) -> str:
    """Give an XHTML element as HTML that XML parsers read too; empty elements keep end tags."""
    plain = copy.deepcopy(div)
    for one in plain.iter(f"{{{XHTML}}}*"):
        one.attrib.pop(XML_LANG, None)
        if not len(one) and one.text is None and one.tag not in _VOID:
            one.text = ""
    return etree.tostring(plain, encoding="unicode", with_tail=False).replace(
        f' xmlns="{XHTML}"', "", 1
    )


def credit_beside(block: MediaBase, entry: Entry) -> str:
    """Give the credit to show beside a picture, video or sound: its own and the demanded one."""
    demanded = next((one.credit for one in entry.terms.parts if one.part == block.id), "")
    own = block.credit or ""
    if not demanded or demanded in own:
        return own
    return demanded if own in demanded else f"{own} / {demanded}"


def _tag(
    name: str, *children: etree._Element | None, **attributes: str | int | None
) -> etree._Element:
    made = element(f"{{{XHTML}}}{name}", attributes, nsmap={None: XHTML})
    made.extend([child for child in children if child is not None])
    return made


def _text(name: str, text: str, **attributes: str | None) -> etree._Element:
    made = _tag(name, **attributes)
    made.text = text
    return made


def _inline(name: str, run: str, **attributes: str | int | None) -> etree._Element:
    """Give an element that holds an inline HTML run."""
    made = _tag(name, **attributes)
    if "<" not in run and "&" not in run:
        made.text = run
        return made
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    source = f"<html><body><div>{run}</div></body></html>".encode()
    parsed = etree.fromstring(source, parser)
    held = parsed[0][0]
    # libxml2 drops the text below its limit without an error; ours is lower, because the feed's
    # own elements stand above the run and XML readers have the same limit.
    if run.count("<") > _DEEPEST and _depth(held) > _DEEPEST:
        raise RenderFailed(
            "a run of inline HTML is nested deeper than readers can follow",
            mend="remove superfluous nesting from the body",
        )
    made.text = held.text
    made.extend(list(held))
    for one in made.iterdescendants():
        one.tag = f"{{{XHTML}}}{one.tag!s}"
        _tidy(one)
    return made


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


def _block(block: BlockBase, entry: Entry) -> etree._Element | None:
    """Give the element of a block, or None where there is nothing to show."""
    made = next(make for kind, make in _MAKERS.items() if isinstance(block, kind))(block, entry)
    if made is not None:
        _localise(made, block, entry)
    return made


def _localise(made: etree._Element, block: BlockBase, entry: Entry) -> None:
    if block.language and block.language != entry.language:
        made.set(XML_LANG, block.language)
        made.set("lang", block.language)
    direction = block.dir or (direction_of(block.language) if block.language else entry.dir)
    if direction != entry.dir:
        made.set("dir", direction)


def _paragraph(block: Paragraph, entry: Entry) -> etree._Element:
    return _inline("p", block.text, **{"class": None if block.role == "text" else block.role})


def _heading(block: Heading, entry: Entry) -> etree._Element:
    return _inline(f"h{block.level}", block.text)


def _list(block: ListBlock, entry: Entry) -> etree._Element:
    made = _tag("ol" if block.ordered else "ul", *(_inline("li", item) for item in block.items))
    return made


def _quote(block: Quote, entry: Entry) -> etree._Element:
    source = _tag("p", _text("cite", block.cite)) if block.cite else None
    return _tag("blockquote", _inline("p", block.text), source)


def _table(block: Table, entry: Entry) -> etree._Element:
    heads = (_inline("th", cell, scope="col") for cell in block.header)
    rows = (_tag("tr", *(_inline("td", cell) for cell in row)) for row in block.rows)
    made = _tag(
        "table",
        _inline("caption", block.caption) if block.caption else None,
        _tag("thead", _tag("tr", *heads)) if block.header else None,
        _tag("tbody", *rows),
    )
    return made


def _picture(block: Picture, entry: Entry) -> etree._Element | None:
    return _figure(block, entry, _image(block))


def _image(block: Picture) -> etree._Element | None:
    """Give the best rendition as an image; a picture known only by its caption has none."""
    if not block.renditions:
        return None
    best = block.renditions[0]
    made = _tag("img", src=best.url, alt=block.alt or "", width=best.width, height=best.height)
    return made


def _player(name: str) -> Callable[[Any, Entry], etree._Element | None]:
    def made(block: Video | Audio, entry: Entry) -> etree._Element | None:
        if not block.renditions:
            return _figure(block, entry, None)
        best = block.renditions[0]
        size = {"width": best.width, "height": best.height} if name == "video" else {}
        sources = (_tag("source", src=one.url, type=one.type) for one in block.renditions)
        # The link is for readers that drop the player, as most feed readers do.
        link = _text("a", block.alt or best.url, href=best.url)
        return _figure(block, entry, _tag(name, *sources, link, controls="controls", **size))

    return made


def _figure(block: MediaBase, entry: Entry, shown: etree._Element | None) -> etree._Element | None:
    caption = _caption(block, entry)
    if shown is None and caption is None:
        return None
    return _tag("figure", shown, caption, id=block.id)


def _caption(block: MediaBase, entry: Entry) -> etree._Element | None:
    credit = credit_beside(block, entry)
    if not block.caption and not credit:
        return None
    made = _inline("figcaption", block.caption or "")
    if credit:
        if len(made):
            made[-1].tail = f"{made[-1].tail or ''} "
        elif made.text:
            made.text += " "
        made.append(_text("span", credit, **{"class": "credit"}))
    return made


def _gallery(block: Gallery, entry: Entry) -> etree._Element | None:
    figures = list(_figures(block, entry))
    caption = _inline("p", block.caption) if block.caption else None
    if not figures and caption is None:
        return None
    return _tag("div", *figures, caption, id=block.id, **{"class": "gallery"})


def _figures(block: Gallery, entry: Entry) -> Iterator[etree._Element]:
    for picture in block.pictures:
        figure = _block(picture, entry)
        if figure is not None:
            yield figure


def _embed(block: Embed, entry: Entry) -> etree._Element:
    said = block.title or block.url
    label = f"{said} ({block.provider})" if block.provider else said
    return _tag("p", _text("a", label, href=block.url), **{"class": "embed"})


_MAKERS: dict[type[BlockBase], Callable[[Any, Entry], etree._Element | None]] = {
    Paragraph: _paragraph,
    Heading: _heading,
    ListBlock: _list,
    Quote: _quote,
    Table: _table,
    Picture: _picture,
    Gallery: _gallery,
    Video: _player("video"),
    Audio: _player("audio"),
    Embed: _embed,
}
