"""The alternate renditions of an article's body in NewsML-G2: XHTML, NITF, plain text.

They are the same content in other clothes (NewsML-G2 2.35, contentSet); the receiver takes one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lxml import etree

from syndicate.formats._g2 import META, branch
from syndicate.formats._markup import around, leaf
from syndicate.formats._nitf import nitf
from syndicate.formats._xhtml import body_xhtml, credit_beside, in_xhtml
from syndicate.formats._xml import XHTML
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

_OURS = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)


def content(entry: Entry, renditions: tuple[str, ...]) -> tuple[str, ...]:
    """Give contentSet with the renditions asked for, in that order; none for an empty body.

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
        return ()
    text = plain_text(entry)
    words = len(text.split())
    made = [_RENDITIONS[name](entry, text, words) for name in dict.fromkeys(renditions)]
    return (branch("contentSet", META, made),)


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


def _xhtml(entry: Entry, text: str, words: int) -> str:
    spoken = {"xmlns": XHTML, "xml:lang": entry.language, "lang": entry.language, "dir": entry.dir}
    head = around("head", leaf("title", entry.headline))
    html = around("html", head + around("body", body_xhtml(entry)), spoken)
    return around("inlineXML", html, _kind("application/xhtml+xml", words))


def _nitf(entry: Entry, text: str, words: int) -> str:
    blocks = etree.fromstring(in_xhtml(body_xhtml(entry)), _OURS)
    made = etree.tostring(nitf(entry, blocks), encoding="unicode")
    return around("inlineXML", made, _kind("application/nitf+xml", words))


def _text(entry: Entry, text: str, words: int) -> str:
    return leaf("inlineData", text, _kind("text/plain", words))


def _kind(content_type: str, words: int) -> dict[str, str | int | None]:
    return {"contenttype": content_type, "wordcount": words}


_RENDITIONS: dict[str, Callable[[Entry, str, int], str]] = {
    "xhtml": _xhtml,
    "nitf": _nitf,
    "text": _text,
}
