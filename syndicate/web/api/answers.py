"""What the interface answers with: the models that its description is made of.

Fields may be added within a version; a program leaves aside what it does not know.
"""

from __future__ import annotations

from datetime import date

from pydantic import ConfigDict

from syndicate.model.base import Model
from syndicate.model.feed import FormatName
from syndicate.model.moments import Instant
from syndicate.model.receipt import Grade
from syndicate.model.request import RequestState
from syndicate.model.rights import PartKind


class Answered(Model):
    """Part of an answer."""

    model_config = ConfigDict(extra="ignore")


class Fault(Answered):
    """What is wrong with one field."""

    field: str
    """Which field; empty for the body as a whole."""
    says: str
    """What is wrong with it."""
    mend: str
    """What to do about it."""


class Problem(Answered):
    """Why a request was refused (RFC 9457)."""

    title: str
    """What is wrong, in words."""
    status: int
    """The status of the answer."""
    code: str
    """The stable code of the problem: programs rely on it."""
    mend: str
    """What to do about it."""
    faults: tuple[Fault, ...] = ()
    """The fields that are wrong; only with the code fields-wrong."""


class FeedProperty(Answered):
    """The site, app or title that a feed is for."""

    id: str
    """Names it."""
    name: str
    """What people call it."""


class FeedDocument(Answered):
    """A feed in one of its formats."""

    format: FormatName
    """Which format."""
    media_type: str
    """Its media type."""
    url: str
    """Where it is fetched, with the same key."""
    edition: int
    """The newest edition that is out; 0 before the first. Each format counts by itself."""
    next_change: Instant | None
    """When time alone changes it; null for never. It may change earlier for other reasons."""


class FeedTerms(Answered):
    """An agreement that a feed runs under."""

    agreement: str
    """Names it."""
    licence: str
    """The licence that was agreed."""
    version: int
    """Its version."""
    title: str
    """What people call it."""
    in_force: bool
    """Whether new articles are delivered under it now."""
    starts: Instant | None
    """Since when it holds."""
    until: Instant | None
    """Until when it holds, exclusive; null for no end."""
    document: str
    """The licence for people (HTML), fetched with the same key."""
    data: str
    """The licence for programs (ODRL 2.2, JSON-LD)."""


class FeedFacts(Answered):
    """A feed that the key opens."""

    id: str
    """Names it."""
    title: str
    """What people call it."""
    property: FeedProperty
    """What it is for."""
    public: bool
    """Whether it can be fetched without a key."""
    formats: tuple[FeedDocument, ...]
    """In which formats it is published, the first one first."""
    terms: tuple[FeedTerms, ...]
    """The agreements that it runs under, and those that are over or to come."""


class Feeds(Answered):
    """The feeds that the key opens."""

    feeds: tuple[FeedFacts, ...]
    """In the publisher's order."""


class ItemFacts(Answered):
    """An article that stands in a feed."""

    guid: str
    """Its identity, the same in every format; it never changes."""
    version: int
    """The number that it went out under; it only goes up."""
    headline: str
    """Its headline; of what was withdrawn the one that you knew it by."""
    updated: Instant
    """The date of change that it went out with."""
    language: str | None
    """Language of the text (BCP 47); null where it cannot be had now."""
    partial: bool
    """Whether something of it is left out for you."""
    withdrawn: bool
    """Whether it was taken back: nothing of it may be shown any more."""
    embargoed: bool
    """Whether it is under embargo: nothing of it may be published before its document says."""
    waits: bool
    """Whether it has changed, and cannot be fetched alone until it is published anew."""
    notice: bool
    """Whether it is no article: it says what was wrong in one of which you may keep a copy."""
    document: str | None
    """Where it is fetched alone, with the same key; null where it cannot be."""
    url: str | None
    """Its page at the publisher."""


class Items(Answered):
    """What stands in a feed."""

    feed: str
    """The feed."""
    format: FormatName
    """The format that was looked at."""
    edition: int
    """The edition; 0 where there is none yet."""
    items: tuple[ItemFacts, ...]
    """In the feed's order."""
    next: str | None
    """Where the next page begins: send it as after; null on the last page."""


class Acknowledgement(Answered):
    """That somebody has read a notice and acted."""

    notice: str
    """The notice."""
    at: Instant
    """When."""
    by: str
    """Who."""
    note: str
    """What was said, and with which key."""


class NoticeFacts(Answered):
    """What you were told about an article that you hold."""

    id: str
    """Names it."""
    feed: str
    """The feed that told it first."""
    guid: str
    """The article."""
    version: int
    """The version of the article that it is about."""
    headline: str
    """The headline that you know it by."""
    grade: Grade
    """What is asked of you."""
    code: str
    """The stable code of the reason."""
    says: str
    """The same in words."""
    parts: tuple[str, ...]
    """The parts that it is about; none for the whole article."""
    at: Instant
    """When it was told."""
    due: Instant | None
    """By when it must be obeyed; null where there is nothing to do."""
    acknowledged: Acknowledgement | None
    """Who obeyed it; null while nobody said so."""


class Notices(Answered):
    """What you were told, oldest first."""

    notices: tuple[NoticeFacts, ...]
    """Oldest first."""
    next: str | None
    """Where the next page begins: send it as after; null on the last page."""


class Use(Answered):
    """What became of a version of an article in one feed."""

    feed: str
    """The feed."""
    guid: str
    """The article."""
    version: int
    """The number that it went out under."""
    withdrawn: bool
    """Whether this version takes it back."""
    offered_at: Instant
    """When it was first published in the feed."""
    received_at: Instant | None
    """When a document with it was first sent to you; null for never."""
    fetched: int
    """How often a document with it was sent in the period."""


class Usage(Answered):
    """What was offered to you and fetched by you."""

    since: date | None
    """The first day of the period; null where it is open."""
    until: date | None
    """The last day of the period; null where it is open."""
    uses: tuple[Use, ...]
    """By feed, then as they were offered."""


class ForeignFacts(Answered):
    """A part of the article that is not the publisher's to license, text and embeds too."""

    part: str
    """Which part of the article; "article" where it is the text as a whole."""
    kind: PartKind
    """What it is."""
    holder: str
    """Whose it is, as far as anybody recorded it."""
    says: str
    """What tells which one it is; empty where it is text."""


class ArticleFacts(Answered):
    """The article that a request is about."""

    headline: str
    """Its headline."""
    foreign: tuple[ForeignFacts, ...]
    """What of it no licence of the publisher covers."""


class Requested(Answered):
    """A request for a licence that came in."""

    id: str
    """Names it: quote it when you write to the publisher."""
    at: Instant
    """When it came."""
    state: RequestState
    """Where it stands."""
    article: ArticleFacts | None
    """The article that it is about; null where it names none."""
