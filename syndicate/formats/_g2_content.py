"""The alternate renditions of an article's body in NewsML-G2: XHTML, NITF, plain text.

They are the same content in other clothes (NewsML-G2 2.35, contentSet); the receiver takes one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from lxml import etree

from syndicate.formats._g2 import g2
from syndicate.formats._nitf import nitf
from syndicate.formats._xhtml import body_xhtml, credit_beside, in_xhtml
from syndicate.formats._xml import XHTML, XML_LANG, add, element
from syndicate.model.base import text_of
from syndicate.model.body import (
    BlockBase,
    Embed,
    Gallery,
    ListBlock,
    MediaBase,
    Quote,
    Table,
    texts_of,
)
from syndicate.model.entry import Entry
from syndicate.model.errors import RenderFailed


class Body(NamedTuple):
    """A body in the forms that renditions are made from."""

    entry: Entry
    blocks: list[etree._Element]
    text: str
    words: int


def add_content(item: etree._Element, entry: Entry, renditions: tuple[str, ...]) -> None:
    """Append contentSet with the renditions asked for, in that order; none for an empty body.

    Raises:
        RenderFailed: a rendition is unknown, or the body cannot be written.
    """
    unknown = [name for name in renditions if name not in _RENDITIONS]
    if unknown:
        raise RenderFailed(
            f"NewsML-G2 has no rendition {unknown[0]!r}",
            mend=f"choose among {', '.join(_RENDITIONS)}",
        )
    if not body_xhtml(entry):
        return
    blocks = list(etree.fromstring(in_xhtml(body_xhtml(entry))))
    content = add(item, g2("contentSet"))
    text = plain_text(entry)
    body = Body(entry, blocks, text, len(text.split()))
    for name in dict.fromkeys(renditions):
        _RENDITIONS[name](content, body)


def plain_text(entry: Entry) -> str:
    """Give the body as plain text, blocks apart by an empty line."""
    blocks = ("\n".join(_lines(block, entry)) for block in entry.body)
    return "\n\n".join(text for text in blocks if text)


def _lines(block: BlockBase, entry: Entry) -> Iterator[str]:
    if isinstance(block, ListBlock):
        for number, item in enumerate(block.items, 1):
            yield f"{f'{number}.' if block.ordered else '–'} {text_of(item)}"
    elif isinstance(block, Table):
        yield from _table_lines(block)
    elif isinstance(block, Gallery):
        for picture in block.pictures:
            yield from _lines(picture, entry)
        yield from _stated(block.caption)
    elif isinstance(block, MediaBase):
        said = (text_of(block.caption or ""), credit_beside(block, entry))
        yield from _stated(" / ".join(part for part in said if part))
    elif isinstance(block, Embed):
        yield f"{block.title}: {block.url}" if block.title else block.url
    else:
        yield from (text_of(run) for run in texts_of(block))
        yield from _stated(f"— {block.cite}" if isinstance(block, Quote) and block.cite else None)


def _table_lines(block: Table) -> Iterator[str]:
    yield from _stated(block.caption)
    for row in ((block.header,) if block.header else ()) + block.rows:
        yield "\t".join(text_of(cell) for cell in row)


def _stated(inline: str | None) -> Iterator[str]:
    if inline:
        yield text_of(inline)


def _add_xhtml(content: etree._Element, body: Body) -> None:
    inline = add(content, g2("inlineXML"), None, _kind("application/xhtml+xml", body))
    language = body.entry.language
    spoken = {XML_LANG: language, "lang": language, "dir": body.entry.dir}
    html = element(f"{{{XHTML}}}html", spoken, nsmap={None: XHTML})
    inline.append(html)
    add(add(html, f"{{{XHTML}}}head"), f"{{{XHTML}}}title", body.entry.headline)
    add(html, f"{{{XHTML}}}body").extend(body.blocks)


def _add_nitf(content: etree._Element, body: Body) -> None:
    inline = add(content, g2("inlineXML"), None, _kind("application/nitf+xml", body))
    inline.append(nitf(body.entry, body.blocks))


def _add_text(content: etree._Element, body: Body) -> None:
    add(content, g2("inlineData"), body.text, _kind("text/plain", body))


def _kind(content_type: str, body: Body) -> dict[str, str | int | None]:
    return {"contenttype": content_type, "wordcount": body.words}


_RENDITIONS: dict[str, Callable[[etree._Element, Body], None]] = {
    "xhtml": _add_xhtml,
    "nitf": _add_nitf,
    "text": _add_text,
}
