"""Media RSS, Dublin Core terms and links as elements of lxml."""

from __future__ import annotations

from lxml import etree

from syndicate.formats._modules import DCTERMS, MEDIA, _countries, _role, withdrawal_note
from syndicate.formats._xml import XHTML, XML_LANG, add, element, period, rfc3339
from syndicate.model.base import text_of
from syndicate.model.body import MediaBase, Rendition
from syndicate.model.entry import Entry, PartTerms, Tombstone
from tests.formats.reference.xhtml import credit_beside


def licence_links(entry: Entry, parent: etree._Element, tag: str) -> None:
    """Link the licence for people and for machines, and the public licence (RFC 4946)."""
    terms = entry.terms
    links = [(terms.url, "text/html", terms.title)]
    if terms.jsonld_url:
        links.append((terms.jsonld_url, "application/ld+json", f"{terms.title} (ODRL)"))
    if terms.public_url and terms.public_url != terms.url:
        links.append((terms.public_url, "", terms.public_url))
    for href, kind, title in links:
        add(
            parent,
            tag,
            attributes={"rel": "license", "type": kind or None, "href": href, "title": title},
        )


def related_links(entry: Entry, parent: etree._Element, tag: str) -> None:
    """Link what is related and where it was taken from; a translation is related."""
    for link in entry.links:
        rel = "via" if link.rel == "via" else "related"
        add(parent, tag, attributes={"rel": rel, "href": link.url, "title": link.title})


def dublin_core(entry: Entry, parent: etree._Element) -> None:
    """State holder, licence, change and validity in Dublin Core terms."""
    add(parent, f"{{{DCTERMS}}}rightsHolder", entry.terms.holder)
    add(parent, f"{{{DCTERMS}}}license", entry.terms.url)
    add(parent, f"{{{DCTERMS}}}modified", rfc3339(entry.updated))
    valid = period(entry.terms.valid_from, entry.terms.valid_until)
    if valid:
        add(parent, f"{{{DCTERMS}}}valid", valid)


def media(entry: Entry, parent: etree._Element) -> None:
    """Describe every picture, video and sound; a group only for several files of one."""
    parts = {one.part: one for one in entry.terms.parts}
    for block in entry.media():
        if not block.renditions:
            continue
        if len(block.renditions) > 1:
            held = add(parent, f"{{{MEDIA}}}group")
            for number, file in enumerate(block.renditions):
                _content(held, file, default=number == 0)
        else:
            held = _content(parent, block.renditions[0])
        _about(held, block, entry, parts.get(block.id))


def _content(
    parent: etree._Element, file: Rendition, *, default: bool | None = None
) -> etree._Element:
    kind = file.type.partition("/")[0]
    return add(
        parent,
        f"{{{MEDIA}}}content",
        attributes={
            "url": file.url,
            "fileSize": file.bytes,
            "type": file.type,
            "medium": kind if kind in {"image", "video", "audio"} else "document",
            "isDefault": None if default is None else str(default).lower(),
            "duration": file.duration,
            "height": file.height,
            "width": file.width,
        },
    )


def _about(held: etree._Element, block: MediaBase, entry: Entry, own: PartTerms | None) -> None:
    """Add title, description, credit and rights of one picture, video or sound."""
    plain = {"type": "plain"}
    caption = text_of(block.caption or "")
    credit = credit_beside(block, entry)
    if block.alt:
        add(held, f"{{{MEDIA}}}title", block.alt, plain)
    if caption:
        add(held, f"{{{MEDIA}}}description", caption, plain)
    if credit:
        role = {"role": _role(block), "scheme": "urn:ebu"}
        add(held, f"{{{MEDIA}}}credit", credit, role)
    ours = own is None or (own.own and own.holder == entry.terms.holder)
    notice = own.holder if own and not ours else entry.terms.notice
    add(held, f"{{{MEDIA}}}copyright", notice, {"url": entry.terms.url})
    countries = _countries(entry, own)
    if countries is not None:
        allow = {"relationship": "allow", "type": "country"}
        add(held, f"{{{MEDIA}}}restriction", " ".join(countries) or "none", allow)
    if own and (valid := period(own.valid_from, own.valid_until)):
        add(held, f"{{{DCTERMS}}}valid", valid)


def withdrawn_div(tombstone: Tombstone) -> etree._Element:
    """Give the body that takes the place of the withdrawn one in readers' stores."""
    language = tombstone.language if tombstone.note else "en"
    div = element(
        f"{{{XHTML}}}div",
        {XML_LANG: language, "lang": language, "dir": tombstone.dir if tombstone.note else "ltr"},
        nsmap={None: XHTML},
    )
    add(div, f"{{{XHTML}}}p", withdrawal_note(tombstone))
    return div


def withdrawn_licence(tombstone: Tombstone, parent: etree._Element, tag: str) -> None:
    """Link the licence that demands the removal."""
    if tombstone.licence_url:
        link = {"rel": "license", "type": "text/html", "href": tombstone.licence_url}
        add(parent, tag, attributes=link)
