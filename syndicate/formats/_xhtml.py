"""The body of an entry as XHTML: one block element a block, inline runs kept as they are.

The inline HTML of the model is sanitised already; here it becomes well-formed. Elements are those
of the HTML standard (https://html.spec.whatwg.org/), in the XHTML namespace, so that the same text
stands in Atom (type=xhtml), in NewsML-G2 (inlineXML) and, without what only XML knows, in RSS.
White space is never added: it would show between inline elements.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from syndicate.formats._inline import inline_xml
from syndicate.formats._markup import Attributes, Remembered, around, escaped, opening
from syndicate.formats._xml import XHTML
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

_VOID = {"br", "img", "source"}
_XML_ONLY = re.compile(r"<([a-z0-9]+)(?=[^<>]*(?:xml:lang=|/>))([^<>]*)>")
_XML_LANG = re.compile(r' xml:lang="[^"]*"')


def _body(entry: Entry) -> str:
    try:
        return "".join(_block(block, entry) for block in entry.body)
    except RenderFailed as err:
        raise RenderFailed(err.what, where=entry.guid, mend=err.mend) from err


body_xhtml = Remembered(_body)
"""Give the body's blocks in reading order; empty where there is nothing to show.

Raises RenderFailed for an inline run nested so deep that a reader's parser would refuse it.
"""


def xhtml_div(entry: Entry) -> str:
    """Give the body in one div that states language and direction, inside the div of Atom.

    Raises:
        RenderFailed: as `body_xhtml`.
    """
    spoken = {"xml:lang": entry.language, "lang": entry.language, "dir": entry.dir}
    return around("div", body_xhtml(entry), spoken)


def in_xhtml(markup: str) -> str:
    """Give markup in a div that puts it into the XHTML namespace."""
    return f'<div xmlns="{XHTML}">{markup}</div>'


def html_of(xhtml: str) -> str:
    """Give XHTML as HTML that XML parsers read too: no xml:lang, empty elements keep end tags."""
    return _XML_ONLY.sub(_html_tag, xhtml)


def _html_tag(found: re.Match[str]) -> str:
    name, attributes = found.groups()
    if "xml:lang=" in attributes:
        attributes = _XML_LANG.sub("", attributes)
    if attributes.endswith("/") and name not in _VOID:
        return f"<{name}{attributes[:-1]}></{name}>"
    return f"<{name}{attributes}>"


def credit_beside(block: MediaBase, entry: Entry) -> str:
    """Give the credit to show beside a picture, video or sound: its own and the demanded one."""
    demanded = next((one.credit for one in entry.terms.parts if one.part == block.id), "")
    own = block.credit or ""
    if not demanded or demanded in own:
        return own
    return demanded if own in demanded else f"{own} / {demanded}"


def _block(block: BlockBase, entry: Entry) -> str:
    """Give a block, or nothing where there is nothing to show."""
    make = _MAKERS.get(type(block)) or next(
        make for kind, make in _MAKERS.items() if isinstance(block, kind)
    )
    return make(block, entry, _spoken(block, entry))


def _spoken(block: BlockBase, entry: Entry) -> Attributes:
    """Give language and direction of a block where they are not the article's."""
    if block.language is None and block.dir is None:
        return {}
    spoken: dict[str, str] = {}
    if block.language and block.language != entry.language:
        spoken |= {"xml:lang": block.language, "lang": block.language}
    direction = block.dir or (direction_of(block.language) if block.language else entry.dir)
    return {**spoken, "dir": direction} if direction != entry.dir else spoken


def _text(name: str, text: str, attributes: Attributes | None = None) -> str:
    return f"<{opening(name, attributes)}>{escaped(text)}</{name}>"


def _run(name: str, run: str, attributes: Attributes | None = None) -> str:
    """Give an element that holds an inline HTML run."""
    if "<" not in run and "&" not in run:
        return _text(name, run, attributes)
    return around(name, inline_xml(run), attributes)


def _paragraph(block: Paragraph, entry: Entry, spoken: Attributes) -> str:
    if block.role == "text":
        return _run("p", block.text, spoken)
    return _run("p", block.text, {"class": block.role, **spoken})


def _heading(block: Heading, entry: Entry, spoken: Attributes) -> str:
    return _run(f"h{block.level}", block.text, spoken)


def _list(block: ListBlock, entry: Entry, spoken: Attributes) -> str:
    items = "".join(_run("li", item) for item in block.items)
    return around("ol" if block.ordered else "ul", items, spoken)


def _quote(block: Quote, entry: Entry, spoken: Attributes) -> str:
    source = around("p", _text("cite", block.cite)) if block.cite else ""
    return around("blockquote", _run("p", block.text) + source, spoken)


def _table(block: Table, entry: Entry, spoken: Attributes) -> str:
    caption = _run("caption", block.caption) if block.caption else ""
    heads = "".join(_run("th", cell, {"scope": "col"}) for cell in block.header)
    head = around("thead", around("tr", heads)) if block.header else ""
    rows = [around("tr", "".join(_run("td", cell) for cell in row)) for row in block.rows]
    return around("table", f"{caption}{head}{around('tbody', ''.join(rows))}", spoken)


def _picture(block: Picture, entry: Entry, spoken: Attributes) -> str:
    return _figure(block, entry, spoken, _image(block))


def _image(block: Picture) -> str:
    """Give the best rendition as an image; a picture known only by its caption has none."""
    if not block.renditions:
        return ""
    best = block.renditions[0]
    size = {"width": best.width, "height": best.height}
    return around("img", "", {"src": best.url, "alt": block.alt or "", **size})


def _player(name: str) -> Callable[[Any, Entry, Attributes], str]:
    def made(block: Video | Audio, entry: Entry, spoken: Attributes) -> str:
        if not block.renditions:
            return _figure(block, entry, spoken, "")
        best = block.renditions[0]
        size = {"width": best.width, "height": best.height} if name == "video" else {}
        files = (around("source", "", {"src": f.url, "type": f.type}) for f in block.renditions)
        # The link is for readers that drop the player, as most feed readers do.
        link = _text("a", block.alt or best.url, {"href": best.url})
        player = around(name, f"{''.join(files)}{link}", {"controls": "controls", **size})
        return _figure(block, entry, spoken, player)

    return made


def _figure(block: MediaBase, entry: Entry, spoken: Attributes, shown: str) -> str:
    inner = shown + _caption(block, entry)
    return around("figure", inner, {"id": block.id, **spoken}) if inner else ""


def _caption(block: MediaBase, entry: Entry) -> str:
    credit = credit_beside(block, entry)
    if not credit:
        return _run("figcaption", block.caption) if block.caption else ""
    said = inline_xml(block.caption or "")
    credited = _text("span", credit, {"class": "credit"})
    return around("figcaption", f"{said} {credited}" if said else credited)


def _gallery(block: Gallery, entry: Entry, spoken: Attributes) -> str:
    figures = "".join(_block(picture, entry) for picture in block.pictures)
    caption = _run("p", block.caption) if block.caption else ""
    if not figures and not caption:
        return ""
    return around("div", figures + caption, {"id": block.id, "class": "gallery", **spoken})


def _embed(block: Embed, entry: Entry, spoken: Attributes) -> str:
    said = block.title or block.url
    label = f"{said} ({block.provider})" if block.provider else said
    return around("p", _text("a", label, {"href": block.url}), {"class": "embed", **spoken})


_MAKERS: dict[type[BlockBase], Callable[[Any, Entry, Attributes], str]] = {
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
