"""The modules RSS and Atom share: Media RSS, Dublin Core terms, tombstones, rights in words.

Media RSS 1.5.1 (https://www.rssboard.org/media-rss): of its rights elements only those that the
W3C validator knows are written (copyright, credit, restriction); media:license and media:rights
are not. Dublin Core: https://www.dublincore.org/specifications/dublin-core/dcmi-terms/.
Tombstones: RFC 6721. Every rights element stands on the entry, because aggregators split feeds.
"""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree

from syndicate.formats._feedgen import Category, Enclosure, Person
from syndicate.formats._xhtml import credit_beside
from syndicate.formats._xml import XHTML, XML_LANG, add, element, period, rfc3339
from syndicate.model.article import PubStatus
from syndicate.model.base import text_of
from syndicate.model.body import MediaBase, Picture, Rendition
from syndicate.model.document import FeedHead
from syndicate.model.entry import Entry, PartTerms, Tombstone
from syndicate.model.errors import RenderFailed
from syndicate.model.topics import MEDIATOPIC

ATOM = "http://www.w3.org/2005/Atom"
CONTENT = "http://purl.org/rss/1.0/modules/content/"
CREATIVE_COMMONS = "http://backend.userland.com/creativeCommonsRssModule"
DC = "http://purl.org/dc/elements/1.1/"
DCTERMS = "http://purl.org/dc/terms/"
MEDIA = "http://search.yahoo.com/mrss/"
RSL = "https://rslstandard.org/rsl"
TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"

PUB_STATUS = "http://cv.iptc.org/newscodes/pubstatusg2/"
GENRE = "http://cv.iptc.org/newscodes/genre/"
WITHDRAWN = "This article was withdrawn. Remove every copy of it."

_EARLIEST_YEAR = 1990
"""Older dates are faults (a clock at zero), not news."""


def refuse_unfit(format_name: str, entry: Entry) -> None:
    """Refuse what RSS and Atom must not carry: they have no place for an embargo.

    Raises:
        RenderFailed: the entry is under embargo, or has an impossible date.
    """
    if entry.embargoed or entry.embargo_open_ended:
        raise RenderFailed(
            f"is under embargo, which {format_name} cannot carry",
            where=entry.guid,
            mend="wait for the release, or deliver it in NewsML-G2",
        )
    if min(entry.published, entry.updated).year < _EARLIEST_YEAR:
        raise RenderFailed(f"is dated before {_EARLIEST_YEAR}", where=entry.guid)


def authors(entry: Entry) -> tuple[Person, ...]:
    """Give the authors; the copyright holder where nobody is named."""
    named = tuple(Person(one.name, one.uri) for one in entry.bylines)
    return named or (Person(entry.terms.holder, entry.terms.holder_url),)


def categories(entry: Entry) -> tuple[Category, ...]:
    """Give media topics, genre, section and keywords, each once."""
    coded = [Category(one.code, one.name, MEDIATOPIC) for one in entry.subjects]
    coded += [Category(entry.genre, "", GENRE)] if entry.genre else []
    plain = [Category(word) for word in (entry.section or "", *entry.keywords) if word.strip()]
    return tuple(dict.fromkeys((*coded, *plain)))


def lead_enclosure(entry: Entry) -> Enclosure | None:
    """Give the best file of the lead picture whose size is known; RSS has room for one file.

    An entry without pictures gives its first video or sound.
    """
    media = entry.pictures() or entry.media()
    files = media[0].renditions if media else ()
    return next((Enclosure(f.url, f.type, f.bytes) for f in files if f.bytes), None)


def rights_text(entry: Entry) -> str:
    """Give notice and terms in words, in the entry's language where they exist in it."""
    words = {one.language: one.text for one in entry.terms.usage_terms}
    said = words.get(entry.language) or next(iter(words.values()), "")
    notice = entry.terms.notice
    if said and notice[-1] not in ".!?؟。":
        notice += "."
    return f"{notice} {said}".strip()


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


def feed_validity(head: FeedHead, parent: etree._Element) -> None:
    """State when the agreement behind the feed ends."""
    if head.valid_until:
        add(parent, f"{{{DCTERMS}}}valid", period(None, head.valid_until))


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
    notice = own.holder if own and not own.own else entry.terms.notice
    add(held, f"{{{MEDIA}}}copyright", notice, {"url": entry.terms.url})
    countries = _countries(entry, own)
    if countries is not None:
        allow = {"relationship": "allow", "type": "country"}
        add(held, f"{{{MEDIA}}}restriction", " ".join(countries) or "none", allow)
    if own and (valid := period(own.valid_from, own.valid_until)):
        add(held, f"{{{DCTERMS}}}valid", valid)


def _role(block: MediaBase) -> str:
    """Give the EBU role that a credit names."""
    if isinstance(block, Picture):
        return "graphic designer" if block.graphic else "photographer"
    return "producer"


def _countries(entry: Entry, own: PartTerms | None) -> tuple[str, ...] | None:
    """Give where the part may be used: never wider than the article itself."""
    whole, part = entry.terms.countries, own.countries if own else None
    if whole is None or part is None:
        return part if whole is None else whole
    return tuple(sorted(set(whole) & set(part)))


def deleted_entries(tombstones: Sequence[Tombstone], parent: etree._Element) -> None:
    """Say which entries are gone (RFC 6721 section 3); they stand before the first entry."""
    for one in tombstones:
        gone = add(
            parent,
            f"{{{TOMBSTONES}}}deleted-entry",
            attributes={"ref": one.guid, "when": rfc3339(one.when)},
        )
        language = {XML_LANG: one.language if one.note else "en"}
        add(gone, f"{{{TOMBSTONES}}}comment", withdrawal_note(one), language)


def withdrawal_note(tombstone: Tombstone) -> str:
    """Give why and what to do, or a fixed sentence where nobody said."""
    return tombstone.note or WITHDRAWN


def withdrawn_title(tombstone: Tombstone) -> str:
    """Give the title that readers which know no tombstones show."""
    return f"WITHDRAWN: {tombstone.headline}" if tombstone.headline else "WITHDRAWN"


def withdrawn_category(tombstone: Tombstone) -> Category:
    """Give the IPTC publishing status as a category."""
    return Category(PubStatus(tombstone.status).value, "", PUB_STATUS)


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
