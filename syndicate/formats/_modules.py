"""The modules RSS and Atom share: Media RSS, Dublin Core, tombstones, archives, rights in words.

Media RSS 1.5.1 (https://www.rssboard.org/media-rss): of its rights elements only those that the
W3C validator knows are written (copyright, credit, restriction); media:license and media:rights
are not. Dublin Core: https://www.dublincore.org/specifications/dublin-core/dcmi-terms/.
Tombstones: RFC 6721. Archives: RFC 5005. Every rights element stands on the entry, because
aggregators split feeds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from lxml import etree

from syndicate.formats._markup import Attributes, around, leaf, opening
from syndicate.formats._xhtml import credit_beside
from syndicate.formats._xml import XML_LANG, add, element, period, rfc3339
from syndicate.model.article import PubStatus
from syndicate.model.base import text_of
from syndicate.model.body import MediaBase, Picture, Rendition
from syndicate.model.document import Archives, FeedHead
from syndicate.model.entry import Entry, PartTerms, Tombstone
from syndicate.model.errors import RenderFailed
from syndicate.model.topics import MEDIATOPIC

ATOM = "http://www.w3.org/2005/Atom"
CONTENT = "http://purl.org/rss/1.0/modules/content/"
CREATIVE_COMMONS = "http://backend.userland.com/creativeCommonsRssModule"
DC = "http://purl.org/dc/elements/1.1/"
DCTERMS = "http://purl.org/dc/terms/"
HISTORY = "http://purl.org/syndication/history/1.0"
MEDIA = "http://search.yahoo.com/mrss/"
RSL = "https://rslstandard.org/rsl"
TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"

PUB_STATUS = "http://cv.iptc.org/newscodes/pubstatusg2/"
GENRE = "http://cv.iptc.org/newscodes/genre/"
WITHDRAWN = "This article was withdrawn. Remove every copy of it."

_EARLIEST_YEAR = 1990
"""Older dates are faults (a clock at zero), not news."""


class Person(NamedTuple):
    """An author."""

    name: str
    uri: str | None = None
    email: str | None = None


class Category(NamedTuple):
    """A category: a term, its label for people, the scheme it is from."""

    term: str
    label: str = ""
    scheme: str = ""


class Enclosure(NamedTuple):
    """A file beside an entry."""

    url: str
    type: str
    length: int


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


def licence_links(entry: Entry, tag: str) -> Iterator[str]:
    """Link the licence for people and for machines, and the public licence (RFC 4946)."""
    terms = entry.terms
    links = [(terms.url, "text/html", terms.title)]
    if terms.jsonld_url:
        links.append((terms.jsonld_url, "application/ld+json", f"{terms.title} (ODRL)"))
    if terms.public_url and terms.public_url != terms.url:
        links.append((terms.public_url, "", terms.public_url))
    for href, kind, title in links:
        says = {"rel": "license", "type": kind or None, "href": href, "title": title}
        yield leaf(tag, None, says)


def related_links(entry: Entry, tag: str) -> Iterator[str]:
    """Link what is related and where it was taken from; a translation is related."""
    for link in entry.links:
        rel = "via" if link.rel == "via" else "related"
        yield leaf(tag, None, {"rel": rel, "href": link.url, "title": link.title})


def dublin_core(entry: Entry) -> Iterator[str]:
    """State holder, licence, change and validity in Dublin Core terms."""
    yield leaf("dcterms:rightsHolder", entry.terms.holder)
    yield leaf("dcterms:license", entry.terms.url)
    yield leaf("dcterms:modified", rfc3339(entry.updated))
    valid = period(entry.terms.valid_from, entry.terms.valid_until)
    if valid:
        yield leaf("dcterms:valid", valid)


def feed_validity(head: FeedHead, parent: etree._Element) -> None:
    """State when the agreement behind the feed ends."""
    if head.valid_until:
        add(parent, f"{{{DCTERMS}}}valid", period(None, head.valid_until))


def archives(head: FeedHead, parent: etree._Element, link: str) -> None:
    """Say where older documents are, and whether this is one of them (RFC 5005, section 4)."""
    found = head.archives or Archives()
    if found.current:
        parent.append(element(f"{{{HISTORY}}}archive", nsmap={"fh": HISTORY}))
    named = {
        "current": found.current,
        "prev-archive": found.previous,
        "next-archive": found.following,
    }
    for rel, url in named.items():
        if url:
            add(parent, link, attributes={"rel": rel, "href": url})


def media(entry: Entry) -> Iterator[str]:
    """Describe every picture, video and sound; a group only for several files of one."""
    parts = {one.part: one for one in entry.terms.parts}
    for block in entry.media():
        about = "".join(_about(block, entry, parts.get(block.id)))
        if len(block.renditions) > 1:
            files = (
                leaf("media:content", None, _file(file, default=number == 0))
                for number, file in enumerate(block.renditions)
            )
            yield f"<media:group>{''.join(files)}{about}</media:group>"
        elif block.renditions:
            start = opening("media:content", _file(block.renditions[0]))
            yield f"<{start}>{about}</media:content>"


def _file(file: Rendition, *, default: bool | None = None) -> Attributes:
    kind = file.type.partition("/")[0]
    return {
        "url": file.url,
        "fileSize": file.bytes,
        "type": file.type,
        "medium": kind if kind in {"image", "video", "audio"} else "document",
        "isDefault": None if default is None else str(default).lower(),
        "duration": file.duration,
        "height": file.height,
        "width": file.width,
    }


def _about(block: MediaBase, entry: Entry, own: PartTerms | None) -> Iterator[str]:
    """Give title, description, credit and rights of one picture, video or sound."""
    plain = {"type": "plain"}
    caption = text_of(block.caption or "")
    credit = credit_beside(block, entry)
    if block.alt:
        yield leaf("media:title", block.alt, plain)
    if caption:
        yield leaf("media:description", caption, plain)
    if credit:
        yield leaf("media:credit", credit, {"role": _role(block), "scheme": "urn:ebu"})
    others = own and not (own.own and own.holder == entry.terms.holder)
    notice = own.holder if own and others else entry.terms.notice
    yield leaf("media:copyright", notice, {"url": entry.terms.url})
    countries = _countries(entry, own)
    if countries is not None:
        allow = {"relationship": "allow", "type": "country"}
        yield leaf("media:restriction", " ".join(countries) or "none", allow)
    if own and (valid := period(own.valid_from, own.valid_until)):
        yield leaf("dcterms:valid", valid)


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


def withdrawn_language(tombstone: Tombstone) -> str:
    """Give the language of the note."""
    return tombstone.language if tombstone.note else "en"


def withdrawn_div(tombstone: Tombstone) -> str:
    """Give the body that takes the place of the withdrawn one in readers' stores."""
    language = withdrawn_language(tombstone)
    spoken = {
        "xml:lang": language,
        "lang": language,
        "dir": tombstone.dir if tombstone.note else "ltr",
    }
    return around("div", leaf("p", withdrawal_note(tombstone)), spoken)


def withdrawn_licence(tombstone: Tombstone, tag: str) -> Iterator[str]:
    """Link the licence that demands the removal."""
    if tombstone.licence_url:
        link = {"rel": "license", "type": "text/html", "href": tombstone.licence_url}
        yield leaf(tag, None, link)
