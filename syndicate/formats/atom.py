"""Atom 1.0 (RFC 4287) with licence links (RFC 4946), tombstones (RFC 6721), Media RSS, DC terms.

Atom cannot carry an embargo: such entries are refused. Few readers know tombstones, so a
withdrawn article also goes out once more under its id, marked in the title and with its body
replaced; its `updated` equals the tombstone's `when`, because RFC 6721 voids a tombstone that
is older than a live entry.

Text direction: Atom has no attribute for it, and no control characters are put into titles; the
body carries `dir` on a div of its own, because the one Atom demands is not part of the content
(RFC 4287 section 3.1.1.3) and readers drop it. RSL 1.0 defines a module for RSS alone, so machine
uses are stated in the linked licence and in `rights`.
"""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree

from syndicate.formats import _modules as modules
from syndicate.formats._feedgen import Item, Person, atom_entry, atom_without_entries
from syndicate.formats._xhtml import xhtml_div
from syndicate.formats._xml import XHTML, XML_BASE, XML_LANG, add, element
from syndicate.formats.base import (
    Envelope,
    Format,
    Frame,
    Piece,
    compose,
    opened,
    refuse_twice,
)
from syndicate.model.document import FeedHead
from syndicate.model.entry import Entry, Tombstone

MEDIA_TYPE = "application/atom+xml; charset=utf-8"
NAMESPACES = {
    "at": modules.TOMBSTONES,
    "dcterms": modules.DCTERMS,
    "media": modules.MEDIA,
}


def render(head: FeedHead, entries: Sequence[Entry], tombstones: Sequence[Tombstone]) -> bytes:
    """Give the feed's bytes; withdrawn articles come first, entries in the order given.

    Raises:
        RenderFailed: as `fragment`, or an article stands there twice.
    """
    return compose(ATOM, head, entries, tombstones)


def frame(head: FeedHead) -> Frame:
    """Give what of a feed its entries depend on: nothing."""
    return Frame()


def fragment(frame: Frame, entry: Entry) -> bytes:
    """Give the entry of an article.

    Raises:
        RenderFailed: it is under embargo, has an impossible date, or its body cannot be written.
    """
    modules.refuse_unfit("Atom", entry)
    return atom_entry(_item(entry), NAMESPACES)


def stone(frame: Frame, tombstone: Tombstone) -> bytes:
    """Give the entry that takes the place of a withdrawn article."""
    return atom_entry(_withdrawn(tombstone), NAMESPACES)


def envelope(head: FeedHead, tombstones: Sequence[Tombstone], pieces: Sequence[Piece]) -> Envelope:
    """Give what stands around the entries.

    Raises:
        RenderFailed: an article stands there twice.
    """
    refuse_twice(pieces)

    def complete(feed: etree._Element) -> None:
        modules.feed_validity(head, feed)
        # RFC 6721 lets them stand anywhere; the RFC 4287 grammar wants them before the entries.
        modules.deleted_entries(tombstones, feed)

    empty = atom_without_entries(head, NAMESPACES, complete)
    return opened(empty, b"</feed>", 1) if pieces else Envelope(empty, b"", b"")


def _item(entry: Entry) -> Item:
    def complete(made: etree._Element) -> None:
        _localise(made, entry.language)
        _fill_content(made, xhtml_div(entry), entry.language, entry.canonical_url)
        modules.dublin_core(entry, made)
        modules.media(entry, made)
        _enclosures(entry, made)
        modules.related_links(entry, made, "link")
        modules.licence_links(entry, made, "link")
        _alternate(made, entry.canonical_url, entry.language)

    return Item(
        guid=entry.guid,
        title=entry.headline,
        updated=entry.updated,
        published=entry.published,
        complete=complete,
        summary=entry.summary,
        authors=modules.authors(entry),
        categories=modules.categories(entry),
        rights=modules.rights_text(entry),
    )


def _localise(made: etree._Element, language: str) -> None:
    made.set(XML_LANG, language)
    title = made.find("title")
    if title is not None:
        title.set("type", "text")


def _fill_content(
    made: etree._Element, div: etree._Element, language: str, base: str | None
) -> None:
    """Put the body into the content that feedgen left empty."""
    content = made.find("content")
    if content is not None:
        content.set(XML_LANG, language)
        if base:
            content.set(XML_BASE, base)
        wrapper = element(f"{{{XHTML}}}div", nsmap={None: XHTML})
        wrapper.append(div)
        content.append(wrapper)


def _enclosures(entry: Entry, made: etree._Element) -> None:
    """Link the best file of every picture, video and sound.

    They stand before the alternate link: some parsers take the last link for the entry's own.
    """
    for block in entry.media():
        for best in block.renditions[:1]:
            attributes = {
                "rel": "enclosure",
                "type": best.type,
                "length": best.bytes,
                "href": best.url,
                "title": block.alt,
            }
            add(made, "link", attributes=attributes)


def _alternate(made: etree._Element, url: str | None, language: str) -> None:
    if url:
        attributes = {"rel": "alternate", "type": "text/html", "hreflang": language, "href": url}
        add(made, "link", attributes=attributes)


def _withdrawn(tombstone: Tombstone) -> Item:
    def complete(made: etree._Element) -> None:
        _localise(made, tombstone.language)
        div = modules.withdrawn_div(tombstone)
        _fill_content(made, div, div.get(XML_LANG, tombstone.language), None)
        modules.withdrawn_licence(tombstone, made, "link")
        _alternate(made, tombstone.canonical_url, tombstone.language)

    return Item(
        guid=tombstone.guid,
        title=modules.withdrawn_title(tombstone),
        updated=tombstone.when,
        published=min(tombstone.published, tombstone.when),
        complete=complete,
        summary=modules.withdrawal_note(tombstone),
        authors=(Person(tombstone.holder, tombstone.holder_url),),
        categories=(modules.withdrawn_category(tombstone),),
        rights=tombstone.notice,
    )


ATOM = Format(
    name="atom",
    media_type=MEDIA_TYPE,
    suffix="atom",
    schema="atom-1.0",
    carries=frozenset(),
    version=1,
    frame=frame,
    fragment=fragment,
    stone=stone,
    envelope=envelope,
    render=render,
)
