"""A redacted article, its media and its tombstone as NewsML-G2 newsItems.

Standard: NewsML-G2 2.35 Power. The article is `ninat:text`: its contentSet holds renditions of one
text. Each picture, video or sound is a newsItem of its own with its own rights, linked from the
article; `ninat:composite` is for packages and not for an article with pictures beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from syndicate.formats._g2 import (
    NEWS_ITEM_TYPE,
    ItemFacts,
    Note,
    add_item_meta,
    an_item,
    embargo_notes,
    g2,
    localised,
)
from syndicate.formats._g2_content import add_content
from syndicate.formats._g2_rights import (
    add_part_rights,
    add_rights,
    add_tombstone_rights,
    own_terms,
    part_id,
)
from syndicate.formats._xhtml import credit_beside
from syndicate.formats._xml import XML_LANG, add
from syndicate.formats.base import Frame
from syndicate.model.article import Byline, PubStatus
from syndicate.model.base import direction_of, text_of
from syndicate.model.body import MediaBase, Picture, Rendition, kind_of
from syndicate.model.entry import Entry, GoneMedium, Tombstone
from syndicate.model.rights import PartKind

ALT_TEXT = "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/AltTextAccessibility"
VIA = "http://www.iana.org/assignments/relation/via"
PARTIAL = "This article is not complete: the licence leaves out parts of it."
KILL = "Withdrawn. Remove this article, its media and every earlier version everywhere."
GONE = "Withdrawn. Remove this file everywhere; the article it stood in may stay without it."
HOLD = "Withheld until further notice. Do not publish; take down what is published."

_QCODE_SAFE = re.compile(r"[A-Za-z0-9._-]+")


def items_of(entry: Entry, frame: Frame) -> Iterator[etree._Element]:
    """Give the newsItem of an article, one for each of its media that has a file, then one without
    content for each that must be taken down.

    Raises:
        RenderFailed: the body cannot be written.
    """
    yield _article(entry, frame)
    for one in _delivered(entry):
        yield _medium(one, entry, frame)
    for medium in entry.gone:
        yield _gone(medium, entry, frame)


def media_guid(guid: str, part: str) -> str:
    """Give the guid of a part: what the part's ODRL policy has as its target.

    No article's guid holds a semicolon, so no article can be taken for a part of another.
    """
    return f"{guid};{part}"


def tombstone_items(stone: Tombstone, frame: Frame) -> Iterator[etree._Element]:
    """Give the newsItems that withdraw an article and the media that went out with it."""
    yield _tombstone(stone, frame, stone.guid, "ninat:text")
    for medium in stone.media:
        item_class = _ITEM_CLASSES[medium.kind]
        yield _tombstone(stone, frame, media_guid(stone.guid, medium.part), item_class)


def _gone(medium: GoneMedium, entry: Entry, frame: Frame) -> etree._Element:
    """Give the newsItem that takes back a medium of an article that stays."""
    stone = Tombstone(
        guid=entry.guid,
        version=entry.version,
        status=PubStatus.CANCELED,
        when=entry.version_created,
        first_created=entry.first_created,
        published=entry.published,
        language=entry.language,
        dir=entry.dir,
        holder=entry.terms.holder,
        holder_url=entry.terms.holder_url,
        notice=entry.terms.notice,
        licence_url=entry.terms.url,
    )
    guid = media_guid(entry.guid, medium.part)
    return _tombstone(stone, frame, guid, _ITEM_CLASSES[medium.kind], GONE)


_ITEM_CLASSES = {
    PartKind.IMAGE: "ninat:picture",
    PartKind.GRAPHIC: "ninat:graphic",
    PartKind.VIDEO: "ninat:video",
    PartKind.AUDIO: "ninat:audio",
}


def _tombstone(
    stone: Tombstone, frame: Frame, guid: str, item_class: str, orders: str = ""
) -> etree._Element:
    """Give a newsItem without content under the same guid."""
    item = an_item("newsItem", guid, stone.version, stone.language, stone.dir)
    add_tombstone_rights(item, stone)
    killed = stone.status is PubStatus.CANCELED
    order = Note("withdrawal", orders or (KILL if killed else HOLD))
    said = f"{stone.ed_note} {stone.note}".strip()
    reason = (Note("reason", said, stone.language),) if said else ()
    facts = ItemFacts(
        item_class=item_class,
        version_created=stone.when,
        first_created=stone.first_created,
        status=stone.status,
        title=stone.headline,
        notes=(order, *reason),
    )
    add_item_meta(item, frame, facts)
    content = add(item, g2("contentMeta"))
    add(content, g2("language"), None, {"tag": stone.language})
    if stone.headline:
        add(content, g2("headline"), stone.headline)
    return item


def _article(entry: Entry, frame: Frame) -> etree._Element:
    item = an_item("newsItem", entry.guid, entry.version, entry.language, entry.dir)
    add_rights(item, entry.terms)
    separate = own_terms(entry)
    for part, _ in separate:
        add_part_rights(item, part, entry.terms, part_id(entry.guid, part.part))
    facts = _facts(entry, "ninat:text", entry.headline, tuple(_notes(entry)))
    _add_links(add_item_meta(item, frame, facts._replace(section=entry.section)), entry)
    _add_content_meta(item, entry)
    for part, medium in separate:
        meta = add(item, g2("partMeta"), None, {"partid": part_id(entry.guid, part.part)})
        _add_credit(meta, medium, entry)
    add_content(item, entry, frame.renditions)
    return item


def _facts(entry: Entry, item_class: str, title: str, notes: tuple[Note, ...]) -> ItemFacts:
    return ItemFacts(
        item_class=item_class,
        version_created=entry.version_created,
        first_created=entry.first_created,
        status=PubStatus.USABLE,
        title=title,
        notes=notes,
        embargoed=entry.embargoed,
        embargo_open_ended=entry.embargo_open_ended,
        signal=entry.signal,
        expires=entry.expires,
    )


def _notes(entry: Entry) -> Iterator[Note]:
    yield from embargo_notes(entry.embargoed, entry.embargo_open_ended)
    if entry.correction_note:
        yield Note("correction", entry.correction_note, entry.language)
    if entry.ed_note:
        yield Note("general", entry.ed_note, entry.language)
    if entry.partial:
        yield Note("partial", PARTIAL)


def _add_links(meta: etree._Element, entry: Entry) -> None:
    if entry.canonical_url:
        page = {"rel": "irel:seeAlso", "href": entry.canonical_url, "contenttype": "text/html"}
        add(meta, g2("link"), None, page)
    for link in entry.links:
        # The IPTC vocabulary has no "via"; the IANA registry has.
        kind = {"reluri": VIA} if link.rel == "via" else {"rel": "irel:seeAlso"}
        add(meta, g2("link"), None, {**kind, "href": link.url, "title": link.title})
    for one in _delivered(entry):
        beside: dict[str, str | int | None] = {
            "rel": "irel:associatedWith",
            "residref": media_guid(entry.guid, one.id),
            "version": entry.version,
            "contenttype": NEWS_ITEM_TYPE,
        }
        add(meta, g2("link"), None, beside)


def _add_content_meta(item: etree._Element, entry: Entry) -> None:
    meta = add(item, g2("contentMeta"))
    if entry.urgency:
        add(meta, g2("urgency"), str(entry.urgency))
    source = add(meta, g2("infoSource"), None, {"uri": entry.terms.holder_url})
    add(source, g2("name"), entry.terms.holder)
    for byline in entry.bylines:
        _add_creator(meta, byline)
    add(meta, g2("language"), None, {"tag": entry.language})
    _add_genre(meta, entry.genre)
    for keyword in entry.keywords:
        add(meta, g2("keyword"), keyword)
    _add_subjects(meta, entry)
    if entry.slugline:
        add(meta, g2("slugline"), entry.slugline)
    add(meta, g2("headline"), entry.headline)
    if entry.dateline:
        add(meta, g2("dateline"), entry.dateline)
    if entry.bylines:
        add(meta, g2("by"), ", ".join(_by(byline) for byline in entry.bylines))
    add(meta, g2("creditline"), entry.credit_line or entry.terms.holder)
    if entry.summary:
        add(meta, g2("description"), entry.summary, {"role": "drol:summary"})


def _by(byline: Byline) -> str:
    return f"{byline.name} ({byline.affiliation})" if byline.affiliation else byline.name


def _add_creator(meta: etree._Element, byline: Byline) -> None:
    creator = add(meta, g2("creator"), None, {"role": "cpprole:author", "uri": byline.uri})
    add(creator, g2("name"), byline.name, {XML_LANG: byline.language})
    if byline.affiliation:
        person = add(creator, g2("personDetails"))
        affiliation = add(person, g2("affiliation"), None, {"type": "cpnat:organisation"})
        add(affiliation, g2("name"), byline.affiliation)


def _add_genre(meta: etree._Element, genre: str | None) -> None:
    if genre and _QCODE_SAFE.fullmatch(genre):
        add(meta, g2("genre"), None, {"qcode": f"genre:{genre}"})
    elif genre:
        add(add(meta, g2("genre"), None, {"literal": genre}), g2("name"), genre)


def _add_subjects(meta: etree._Element, entry: Entry) -> None:
    for topic in entry.subjects:
        about = {"type": "cpnat:abstract", "qcode": f"medtop:{topic.code}"}
        subject = add(meta, g2("subject"), None, about)
        if topic.name:
            add(subject, g2("name"), topic.name, {XML_LANG: entry.language})


def _delivered(entry: Entry) -> tuple[MediaBase, ...]:
    """Give the media that have a file; one known only by its caption is no item."""
    return tuple(one for one in entry.media() if one.renditions)


def _medium(one: MediaBase, entry: Entry, frame: Frame) -> etree._Element:
    language = one.language or entry.language
    direction = one.dir or (direction_of(one.language) if one.language else entry.dir)
    item = an_item("newsItem", media_guid(entry.guid, one.id), entry.version, language, direction)
    own = next((part for part, medium in own_terms(entry) if medium.id == one.id), None)
    if own:
        add_part_rights(item, own, entry.terms)
    else:
        add_rights(item, entry.terms)
    notes = tuple(embargo_notes(entry.embargoed, entry.embargo_open_ended))
    facts = _facts(entry, _ITEM_CLASSES[kind_of(one)], entry.headline, notes)
    ends = [end for end in (entry.expires, own.valid_until if own else None) if end]
    add_item_meta(item, frame, facts._replace(expires=min(ends, default=None)))
    meta = add(item, g2("contentMeta"))
    if own and own.person:
        add(add(meta, g2("creator")), g2("name"), own.person)
    add(meta, g2("language"), None, {"tag": language})
    add(meta, g2("headline"), one.alt or entry.headline)
    _add_credit(meta, one, entry)
    caption = text_of(one.caption or "")
    if caption:  # markup alone, or a space that does not break, says nothing
        add(meta, g2("description"), caption, {"role": "drol:caption"})
    if one.alt:
        localised(meta, "description", one.alt, language, {"roleuri": ALT_TEXT})
    content = add(item, g2("contentSet"))
    for rendition, role in _by_size(one):
        add(content, g2("remoteContent"), None, _file(rendition, role))
    return item


def _add_credit(meta: etree._Element, one: MediaBase, entry: Entry) -> None:
    credit = credit_beside(one, entry) or entry.credit_line or entry.terms.holder
    add(meta, g2("creditline"), credit)


def _by_size(one: MediaBase) -> Iterator[tuple[Rendition, str]]:
    """Give the files, largest first, each with its rendition role."""
    files = sorted(
        one.renditions, key=lambda file: (-(file.width or 0), -(file.bytes or 0), file.url)
    )
    for place, file in enumerate(files):
        smallest = place == len(files) - 1 and place > 1 and isinstance(one, Picture)
        yield file, "highRes" if place == 0 else "thumbnail" if smallest else "web"


def _file(file: Rendition, role: str) -> dict[str, str | int | None]:
    return {
        "rendition": f"rnd:{role}",
        "href": file.url,
        "contenttype": file.type,
        "size": file.bytes,
        "width": file.width,
        "height": file.height,
        "duration": file.duration,
    }
