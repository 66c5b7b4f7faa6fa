"""A redacted article, its media and its tombstone as NewsML-G2 newsItems.

Standard: NewsML-G2 2.35 Power. The article is `ninat:text`: its contentSet holds renditions of one
text. Each picture, video or sound is a newsItem of its own with its own rights, linked from the
article; `ninat:composite` is for packages and not for an article with pictures beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from syndicate.formats._g2 import (
    INSIDE,
    META,
    NEWS_ITEM_TYPE,
    ItemFacts,
    Note,
    an_item,
    branch,
    embargo_notes,
    item_meta,
    localised,
    named,
)
from syndicate.formats._g2_content import content
from syndicate.formats._g2_rights import (
    own_terms,
    part_id,
    part_rights,
    rights,
    tombstone_rights,
)
from syndicate.formats._markup import leaf
from syndicate.formats._xhtml import credit_beside
from syndicate.formats.base import Frame
from syndicate.model.article import Byline, PubStatus
from syndicate.model.base import direction_of, text_of
from syndicate.model.body import MediaBase, Picture, Rendition, kind_of
from syndicate.model.entry import Entry, GoneMedium, PartTerms, Tombstone
from syndicate.model.rights import PartKind

ALT_TEXT = "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/AltTextAccessibility"
VIA = "http://www.iana.org/assignments/relation/via"
PARTIAL = "This article is not complete: the licence leaves out parts of it."
KILL = "Withdrawn. Remove this article, its media and every earlier version everywhere."
GONE = "Withdrawn. Remove this file everywhere; the article it stood in may stay without it."
HOLD = "Withheld until further notice. Do not publish; take down what is published."

_QCODE_SAFE = re.compile(r"[A-Za-z0-9._-]+")


def items_of(entry: Entry, frame: Frame) -> Iterator[str]:
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


def tombstone_items(stone: Tombstone, frame: Frame) -> Iterator[str]:
    """Give the newsItems that withdraw an article and the media that went out with it."""
    yield _tombstone(stone, frame, stone.guid, "ninat:text")
    for medium in stone.media:
        item_class = _ITEM_CLASSES[medium.kind]
        yield _tombstone(stone, frame, media_guid(stone.guid, medium.part), item_class)


def _gone(medium: GoneMedium, entry: Entry, frame: Frame) -> str:
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
) -> str:
    """Give a newsItem without content under the same guid."""
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
    meta = [leaf("language", None, {"tag": stone.language})]
    if stone.headline:
        meta.append(leaf("headline", stone.headline))
    about = (
        tombstone_rights(stone),
        item_meta(frame, facts),
        branch("contentMeta", META, meta),
    )
    return an_item("newsItem", guid, stone.version, stone.language, stone.dir, about)


def _article(entry: Entry, frame: Frame) -> str:
    separate = own_terms(entry)
    names = [part_id(entry.guid, part.part) for part, _ in separate]
    facts = _facts(entry, "ninat:text", entry.headline, tuple(_notes(entry)))
    parts = zip(separate, names, strict=True)
    metas = zip(separate, names, strict=True)
    about = (
        rights(entry.terms),
        *(part_rights(part, entry.terms, name) for (part, _), name in parts),
        item_meta(frame, facts._replace(section=entry.section), _links(entry)),
        branch("contentMeta", META, _content_meta(entry)),
        *(
            branch("partMeta", META, (_credit(medium, entry),), {"partid": name})
            for (_, medium), name in metas
        ),
        *content(entry, frame.renditions),
    )
    return an_item("newsItem", entry.guid, entry.version, entry.language, entry.dir, about)


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


def _links(entry: Entry) -> Iterator[str]:
    if entry.canonical_url:
        page = {"rel": "irel:seeAlso", "href": entry.canonical_url, "contenttype": "text/html"}
        yield leaf("link", None, page)
    for link in entry.links:
        # The IPTC vocabulary has no "via"; the IANA registry has.
        kind = {"reluri": VIA} if link.rel == "via" else {"rel": "irel:seeAlso"}
        yield leaf("link", None, {**kind, "href": link.url, "title": link.title})
    for one in _delivered(entry):
        beside: dict[str, str | int | None] = {
            "rel": "irel:associatedWith",
            "residref": media_guid(entry.guid, one.id),
            "version": entry.version,
            "contenttype": NEWS_ITEM_TYPE,
        }
        yield leaf("link", None, beside)


def _content_meta(entry: Entry) -> Iterator[str]:
    if entry.urgency:
        yield leaf("urgency", str(entry.urgency))
    yield named("infoSource", INSIDE, entry.terms.holder, {"uri": entry.terms.holder_url})
    yield from (_creator(byline) for byline in entry.bylines)
    yield leaf("language", None, {"tag": entry.language})
    yield from _genre(entry.genre)
    yield from (leaf("keyword", keyword) for keyword in entry.keywords)
    yield from _subjects(entry)
    if entry.slugline:
        yield leaf("slugline", entry.slugline)
    yield leaf("headline", entry.headline)
    if entry.dateline:
        yield leaf("dateline", entry.dateline)
    if entry.bylines:
        yield leaf("by", ", ".join(_by(byline) for byline in entry.bylines))
    yield leaf("creditline", entry.credit_line or entry.terms.holder)
    if entry.summary:
        yield leaf("description", entry.summary, {"role": "drol:summary"})


def _by(byline: Byline) -> str:
    return f"{byline.name} ({byline.affiliation})" if byline.affiliation else byline.name


def _creator(byline: Byline) -> str:
    says = [leaf("name", byline.name, {"xml:lang": byline.language})]
    if byline.affiliation:
        organisation = {"type": "cpnat:organisation"}
        where = named("affiliation", INSIDE + 2, byline.affiliation, organisation)
        says.append(branch("personDetails", INSIDE + 1, (where,)))
    return branch("creator", INSIDE, says, {"role": "cpprole:author", "uri": byline.uri})


def _genre(genre: str | None) -> Iterator[str]:
    if genre and _QCODE_SAFE.fullmatch(genre):
        yield leaf("genre", None, {"qcode": f"genre:{genre}"})
    elif genre:
        yield named("genre", INSIDE, genre, {"literal": genre})


def _subjects(entry: Entry) -> Iterator[str]:
    for topic in entry.subjects:
        about = {"type": "cpnat:abstract", "qcode": f"medtop:{topic.code}"}
        spoken = {"xml:lang": entry.language}
        name = (leaf("name", topic.name, spoken),) if topic.name else ()
        yield branch("subject", INSIDE, name, about)


def _delivered(entry: Entry) -> tuple[MediaBase, ...]:
    """Give the media that have a file; one known only by its caption is no item."""
    return tuple(one for one in entry.media() if one.renditions)


def _medium(one: MediaBase, entry: Entry, frame: Frame) -> str:
    language = one.language or entry.language
    direction = one.dir or (direction_of(one.language) if one.language else entry.dir)
    own = next((part for part in entry.terms.parts if part.part == one.id), None)
    notes = tuple(embargo_notes(entry.embargoed, entry.embargo_open_ended))
    facts = _facts(entry, _ITEM_CLASSES[kind_of(one)], entry.headline, notes)
    ends = [end for end in (entry.expires, own.valid_until if own else None) if end]
    files = (leaf("remoteContent", None, _file(file, role)) for file, role in _by_size(one))
    about = (
        part_rights(own, entry.terms) if own else rights(entry.terms),
        item_meta(frame, facts._replace(expires=min(ends, default=None))),
        branch("contentMeta", META, _medium_meta(one, entry, own, language)),
        branch("contentSet", META, files),
    )
    guid = media_guid(entry.guid, one.id)
    return an_item("newsItem", guid, entry.version, language, direction, about)


def _medium_meta(
    one: MediaBase, entry: Entry, own: PartTerms | None, language: str
) -> Iterator[str]:
    if own and own.person:
        yield named("creator", INSIDE, own.person)
    yield leaf("language", None, {"tag": language})
    yield leaf("headline", one.alt or entry.headline)
    yield _credit(one, entry)
    caption = text_of(one.caption or "")
    if caption:  # markup alone, or a space that does not break, says nothing
        yield leaf("description", caption, {"role": "drol:caption"})
    if one.alt:
        yield localised("description", one.alt, language, {"roleuri": ALT_TEXT})


def _credit(one: MediaBase, entry: Entry) -> str:
    credit = credit_beside(one, entry) or entry.credit_line or entry.terms.holder
    return leaf("creditline", credit)


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
