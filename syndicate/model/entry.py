"""One redacted article in a feed: what formats see. What was denied is not in it.

An entry holds no name of a partner: partners on the same terms share it.
"""

from __future__ import annotations

from enum import StrEnum

from syndicate.model.article import Byline, Link, PubStatus, Subject
from syndicate.model.base import LangTag, MaybeText, Model, Text, Url
from syndicate.model.body import Block, Direction, Gallery, MediaBase, Picture
from syndicate.model.moments import Instant
from syndicate.model.rights import Medium, PartKind


class Signal(StrEnum):
    """IPTC signals (http://cv.iptc.org/newscodes/signal/)."""

    UPDATE = "update"
    CORRECTION = "correction"


class LocalText(Model):
    """A text in a language."""

    language: LangTag
    """BCP 47 tag."""
    text: Text
    """Plain text."""


class PartTerms(Model):
    """Rights of one picture, video or sound that stands in the body."""

    part: str
    """Id of the block."""
    holder: Text
    """Copyright holder."""
    own: bool
    """Whether that is the publisher itself."""
    credit: MaybeText = ""
    """The credit that must stand beside it."""
    usage_terms: tuple[LocalText, ...] = ()
    """What may be done with it, in words."""
    valid_from: Instant | None = None
    """Since when."""
    valid_until: Instant | None = None
    """Until when, exclusive."""
    countries: tuple[str, ...] | None = None
    """ISO 3166-1 alpha-2 codes where it may be used; None = everywhere."""
    person: MaybeText = ""
    """The photographer or author (NewsML-G2 creator)."""
    data_mining: Url = "http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED"
    """PLUS data-mining value of this part."""
    odrl: str = ""
    """Machine-readable terms (ODRL 2.2 JSON-LD) of this part."""


class Terms(Model):
    """The terms under which an entry goes out."""

    title: Text
    """Name of the licence."""
    url: Url
    """The licence document for people (HTML)."""
    jsonld_url: Url | None = None
    """The licence document for machines (ODRL JSON-LD)."""
    public_url: Url | None = None
    """A public licence (Creative Commons) that the article is under."""
    usage_terms: tuple[LocalText, ...] = ()
    """The terms in words, in the languages of article and licence."""
    odrl: str = ""
    """Machine-readable terms (ODRL 2.2 JSON-LD, RightsML profile) of this article."""
    holder: Text
    """Copyright holder."""
    holder_url: Url | None = None
    """Identifies the copyright holder, where that is the publisher."""
    notice: Text
    """Copyright notice."""
    valid_from: Instant | None = None
    """Since when the permission holds."""
    valid_until: Instant | None = None
    """Until when it holds, exclusive."""
    countries: tuple[str, ...] | None = None
    """ISO 3166-1 alpha-2 codes where the article may be used; None = everywhere."""
    media: tuple[Medium, ...] = ()
    """In which media."""
    data_mining: Url
    """PLUS data-mining value (NewsML-G2 dataMining uri)."""
    ai_allowed: tuple[str, ...] = ()
    """Machine uses allowed: search, index, input, train."""
    parts: tuple[PartTerms, ...] = ()
    """Rights of media in the body that are not simply the article's."""


class GoneMedium(Model):
    """A picture, video or sound that went out with an article and must go with it."""

    part: str
    """Id of the block."""
    kind: PartKind
    """image, graphic, video or audio."""


class Entry(Model):
    """One article as one partner may have it."""

    guid: str
    """Identity: NewsML-G2 guid, atom:id, RSS guid."""
    version: int
    """Version."""
    language: LangTag
    """Language of the text."""
    dir: Direction
    """Text direction."""
    headline: Text
    """Title, plain text."""
    summary: MaybeText = ""
    """Summary, plain text; empty when there is none or it is not granted."""
    bylines: tuple[Byline, ...] = ()
    """Authors."""
    dateline: Text | None = None
    """Dateline."""
    slugline: Text | None = None
    """Slugline."""
    keywords: tuple[str, ...] = ()
    """Keywords."""
    section: Text | None = None
    """Section."""
    subjects: tuple[Subject, ...] = ()
    """Media Topics."""
    genre: Text | None = None
    """IPTC genre code."""
    urgency: int | None = None
    """1 to 9."""
    first_created: Instant
    """NewsML-G2 firstCreated."""
    version_created: Instant
    """NewsML-G2 versionCreated."""
    published: Instant
    """First available to this partner: Atom published, RSS pubDate."""
    updated: Instant
    """Last significant change: Atom updated."""
    embargoed: Instant | None = None
    """Delivered ahead of this embargo; only formats that carry embargoes may hold the entry."""
    embargo_open_ended: bool = False
    """Delivered ahead of an embargo without an end."""
    expires: Instant | None = None
    """NewsML-G2 expires: no longer relevant, or the permission's end where that is earlier."""
    signal: Signal | None = None
    """update or correction; None for a first version."""
    ed_note: MaybeText = ""
    """Note to the receiver's editors, never to readers."""
    correction_note: MaybeText = ""
    """What was corrected; it also stands at the top of the body."""
    canonical_url: Url | None = None
    """The article at the publisher."""
    credit_line: Text | None = None
    """Credit line."""
    links: tuple[Link, ...] = ()
    """Related pages."""
    body: tuple[Block, ...] = ()
    """The blocks allowed, with correction note, credits and link back as the licence demands."""
    partial: bool = False
    """Whether something is left out."""
    terms: Terms
    """The terms it goes out under."""
    gone: tuple[GoneMedium, ...] = ()
    """Media that went out with it before and must be taken down; NewsML-G2 cancels each."""

    def media(self) -> tuple[MediaBase, ...]:
        """Give pictures, videos and sounds in reading order, those in galleries included."""
        found: list[MediaBase] = []
        for block in self.body:
            if isinstance(block, Gallery):
                found.extend(block.pictures)
            elif isinstance(block, MediaBase):
                found.append(block)
        return tuple(found)

    def pictures(self) -> tuple[Picture, ...]:
        """Give the pictures in reading order."""
        return tuple(one for one in self.media() if isinstance(one, Picture))


class Tombstone(Model):
    """ "You had it, take it down": what is left of an article that was withdrawn."""

    guid: str
    """The article."""
    version: int
    """The version that withdraws it; higher than any that went out."""
    status: PubStatus
    """withheld or canceled."""
    when: Instant
    """When it was withdrawn."""
    first_created: Instant
    """NewsML-G2 firstCreated, unchanged."""
    published: Instant
    """When the article was first available; RSS pubDate, unchanged."""
    language: LangTag
    """Language of the note."""
    dir: Direction
    """Direction of the note."""
    headline: MaybeText = ""
    """The headline it went out under, empty where that must not be repeated."""
    note: MaybeText = ""
    """What happened and what to do; readers may see it."""
    ed_note: MaybeText = ""
    """Note to the receiver's editors, never to readers; only NewsML-G2 has a place for it."""
    canonical_url: Url | None = None
    """The article at the publisher."""
    holder: Text
    """Copyright holder."""
    holder_url: Url | None = None
    """Identifies the copyright holder, where that is the publisher."""
    notice: Text
    """Copyright notice."""
    licence_url: Url | None = None
    """The licence that demands removal."""
    media: tuple[GoneMedium, ...] = ()
    """Pictures, videos and sounds that went out with it; NewsML-G2 cancels each by itself."""
    kept_until: Instant | None = None
    """Until when the notice stays in the feed."""
