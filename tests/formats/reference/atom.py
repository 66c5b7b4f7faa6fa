"""Entries of Atom by feedgen and lxml."""

from __future__ import annotations

from lxml import etree

from syndicate.formats import _modules as facts
from syndicate.formats._xml import XHTML, XML, XML_LANG, add, element
from syndicate.formats.atom import NAMESPACES
from syndicate.model.entry import Entry, Tombstone
from tests.formats.reference import modules
from tests.formats.reference.items import Item, atom_entry
from tests.formats.reference.xhtml import xhtml_div


def fragment(entry: Entry) -> bytes:
    return atom_entry(_item(entry), NAMESPACES)


def stone(tombstone: Tombstone) -> bytes:
    return atom_entry(_withdrawn(tombstone), NAMESPACES)


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
        authors=facts.authors(entry),
        categories=facts.categories(entry),
        rights=facts.rights_text(entry),
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
            content.set(f"{{{XML}}}base", base)
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
        title=facts.withdrawn_title(tombstone),
        updated=tombstone.when,
        published=min(tombstone.published, tombstone.when),
        complete=complete,
        summary=facts.withdrawal_note(tombstone),
        authors=(facts.Person(tombstone.holder, tombstone.holder_url),),
        categories=(facts.withdrawn_category(tombstone),),
        rights=tombstone.notice,
    )
