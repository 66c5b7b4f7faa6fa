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

from collections.abc import Iterator, Sequence
from datetime import datetime

from lxml import etree

from syndicate.formats import _modules as modules
from syndicate.formats._feedgen import atom_without_entries
from syndicate.formats._markup import leaf, on_own_lines, opening, quoted
from syndicate.formats._xhtml import in_xhtml, xhtml_div
from syndicate.formats._xml import rfc3339
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

DEPTH = 1
"""How deep entries stand."""


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
    spoken = {"xml:lang": entry.language}
    return on_own_lines("entry", _entry(entry), DEPTH, spoken).encode()


def stone(frame: Frame, tombstone: Tombstone) -> bytes:
    """Give the entry that takes the place of a withdrawn article."""
    spoken = {"xml:lang": tombstone.language}
    return on_own_lines("entry", _withdrawn(tombstone), DEPTH, spoken).encode()


def envelope(head: FeedHead, tombstones: Sequence[Tombstone], pieces: Sequence[Piece]) -> Envelope:
    """Give what stands around the entries.

    Raises:
        RenderFailed: an article stands there twice.
    """
    refuse_twice(pieces)

    def complete(feed: etree._Element) -> None:
        modules.feed_validity(head, feed)
        modules.archives(head, feed, "link")
        # RFC 6721 lets them stand anywhere; the RFC 4287 grammar wants them before the entries.
        modules.deleted_entries(tombstones, feed)

    empty = atom_without_entries(head, NAMESPACES, complete)
    return opened(empty, b"</feed>", DEPTH) if pieces else Envelope(empty, b"", b"")


def slots(updated: datetime, pieces: Sequence[Piece]) -> tuple[str, ...]:
    """Give what of an envelope changes with its content: a date."""
    return (rfc3339(updated),)


def _entry(entry: Entry) -> Iterator[str]:
    yield leaf("id", entry.guid)
    yield leaf("title", entry.headline, {"type": "text"})
    yield leaf("updated", rfc3339(entry.updated))
    yield from (_author(one) for one in modules.authors(entry))
    yield _content(xhtml_div(entry), entry.language, entry.canonical_url)
    if entry.summary:
        yield leaf("summary", entry.summary, {"type": "text"})
    yield from (_category(one) for one in modules.categories(entry))
    yield leaf("published", rfc3339(entry.published))
    yield leaf("rights", modules.rights_text(entry))
    yield from modules.dublin_core(entry)
    yield from modules.media(entry)
    yield from _enclosures(entry)
    yield from modules.related_links(entry, "link")
    yield from modules.licence_links(entry, "link")
    yield from _alternate(entry.canonical_url, entry.language)


def _author(one: modules.Person) -> str:
    uri = leaf("uri", one.uri) if one.uri else ""
    return f"<author>{leaf('name', one.name)}{uri}</author>"


def _content(div: str, language: str, base: str | None) -> str:
    start = opening("content", {"type": "xhtml", "xml:lang": language})
    where = f' xml:base="{quoted(base)}"' if base else ""
    return f"<{start}{where}>{in_xhtml(div)}</content>"


def _category(one: modules.Category) -> str:
    says = {"term": one.term, "scheme": one.scheme or None, "label": one.label or None}
    return leaf("category", None, says)


def _enclosures(entry: Entry) -> Iterator[str]:
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
            yield leaf("link", None, attributes)


def _alternate(url: str | None, language: str) -> Iterator[str]:
    if url:
        attributes = {"rel": "alternate", "type": "text/html", "hreflang": language, "href": url}
        yield leaf("link", None, attributes)


def _withdrawn(tombstone: Tombstone) -> Iterator[str]:
    yield leaf("id", tombstone.guid)
    yield leaf("title", modules.withdrawn_title(tombstone), {"type": "text"})
    yield leaf("updated", rfc3339(tombstone.when))
    yield _author(modules.Person(tombstone.holder, tombstone.holder_url))
    language = modules.withdrawn_language(tombstone)
    yield _content(modules.withdrawn_div(tombstone), language, None)
    yield leaf("summary", modules.withdrawal_note(tombstone), {"type": "text"})
    yield _category(modules.withdrawn_category(tombstone))
    yield leaf("published", rfc3339(min(tombstone.published, tombstone.when)))
    yield leaf("rights", tombstone.notice)
    yield from modules.withdrawn_licence(tombstone, "link")
    yield from _alternate(tombstone.canonical_url, tombstone.language)


ATOM = Format(
    name="atom",
    media_type=MEDIA_TYPE,
    suffix="atom",
    schema="atom-1.0",
    carries=frozenset(),
    version=2,
    frame=frame,
    fragment=fragment,
    stone=stone,
    envelope=envelope,
    slots=slots,
    render=render,
    archives=True,
)
