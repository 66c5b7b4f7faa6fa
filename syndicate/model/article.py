"""One version of one article."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from syndicate.model.base import Count, Key, LangTag, MaybeText, Model, Text, Url, direction_of
from syndicate.model.body import Block, Direction, Gallery, PartId
from syndicate.model.errors import broken_rule
from syndicate.model.moments import Opening, Stated, Window
from syndicate.model.rights import PartRights
from syndicate.model.territory import Territory
from syndicate.model.topics import TopicCode


class PubStatus(StrEnum):
    """IPTC publishing status (http://cv.iptc.org/newscodes/pubstatusg2/)."""

    USABLE = "usable"
    WITHHELD = "withheld"
    CANCELED = "canceled"


class WithdrawalReason(StrEnum):
    """Why an article was taken back; stable words."""

    ERROR = "error"
    LEGAL = "legal"
    RIGHTS = "rights"
    REFILE = "refile"


class Byline(Model):
    """One author."""

    name: Text
    """The name as it is credited (NewsML-G2 creator name, dc:creator)."""
    affiliation: Text | None = None
    """The author's institution, credited beside the name where a licence demands it."""
    role: Text | None = None
    """Job title or role."""
    uri: Url | None = None
    """A page that identifies the author."""
    language: LangTag | None = None
    """Language of the name where it differs from the article's."""
    syndication: Literal["yes", "ask", "no"] = "yes"
    """Whether this author lets it be passed on; ask waits for an editor, no reserves it."""


class Subject(Model):
    """What the article is about, as an IPTC Media Topic."""

    code: TopicCode
    """Media Topic code; retired ones are refused."""
    name: MaybeText = ""
    """The topic's name in the article's language."""


class Link(Model):
    """A link from the article to something related."""

    rel: Literal["related", "via", "translation"] = "related"
    """related, via (where it was taken from) or translation."""
    url: Url
    """Where it leads."""
    title: Text | None = None
    """What is there."""


class PartnerEmbargo(Model):
    """An embargo for one partner only."""

    partner: Key
    """The partner's id."""
    until: Opening
    """Not before this instant."""


class TerritoryEmbargo(Model):
    """An embargo for some places only."""

    territory: Territory
    """The places."""
    until: Opening
    """Not there before this instant."""


class Embargo(Model):
    """When the article may first be published; in NewsML-G2 itemMeta/embargoed."""

    until: Opening | None = None
    """Released at this instant for everyone."""
    open_ended: bool = False
    """Embargoed until further notice."""
    by_partner: tuple[PartnerEmbargo, ...] = ()
    """Later releases for single partners."""
    by_territory: tuple[TerritoryEmbargo, ...] = ()
    """Later releases for some places."""

    @model_validator(mode="before")
    @classmethod
    def _instant(cls, value: Any) -> Any:
        """Read a bare instant as an embargo for everyone."""
        return value if isinstance(value, dict | Embargo) else {"until": value}

    @model_validator(mode="after")
    def _rules(self) -> Embargo:
        if self.open_ended and self.until:
            raise broken_rule(
                "V20",
                "an embargo is open-ended or has an instant, not both",
                "remove open_ended or until",
            )
        special: tuple[PartnerEmbargo | TerritoryEmbargo, ...]
        special = (*self.by_partner, *self.by_territory)
        if self.until and any(one.until.at < self.until.at for one in special):
            raise broken_rule(
                "V19",
                "a special embargo ends before the one for everyone",
                "move it to or after the general release",
            )
        return self


class LegalOrder(Model):
    """An order that takes parts of the article away from a territory."""

    id: Key
    """Name of the order in decisions."""
    authority: Text
    """Court or authority; never published."""
    territory: Territory
    """Where it applies."""
    parts: tuple[PartId, ...] = ()
    """The parts it names; none means the whole article."""
    window: Window = Window()
    """While it applies."""
    visible_reason: MaybeText = ""
    """What partners may be told; empty means nothing."""


GUID = (
    r"^(tag:[a-z0-9.-]+,\d{4}(-\d\d){0,2}:[A-Za-z0-9._~/:-]+"
    r"|urn:newsml:[a-z0-9.-]+:\d{8}:[A-Za-z0-9._~-]+)$"
)

Guid = Annotated[str, Field(pattern=GUID, max_length=255)]
"""An article's identity."""


class Article(Model):
    """One version of one article: what the newsroom wrote and what we know of its rights."""

    guid: Guid
    """Identity for ever: a tag: URI (RFC 4151) or urn:newsml:; never made from title or URL."""
    version: Count = 1
    """Counts up with every change; numbered by the store when not stated."""
    language: LangTag
    """BCP 47 tag of the article (xml:lang)."""
    dir: Direction | None = None
    """Text direction where it is not the language's own."""
    headline: Text
    """NewsML-G2 headline, Atom and RSS title. Plain text."""
    headline_rights: PartRights | None = None
    """Rights of the headline where they differ."""
    summary: MaybeText = ""
    """NewsML-G2 description role summary; Atom summary. Plain text."""
    summary_rights: PartRights | None = None
    """Rights of the summary where they differ."""
    bylines: tuple[Byline, ...] = ()
    """The authors."""
    dateline: Text | None = None
    """Where and when it was written (NewsML-G2 dateline)."""
    slugline: Text | None = None
    """NewsML-G2 slugline."""
    keywords: tuple[Text, ...] = ()
    """NewsML-G2 keyword."""
    section: Text | None = None
    """The publisher's section."""
    products: tuple[Key, ...] = ()
    """The publisher's products the article belongs to."""
    subjects: tuple[Subject, ...] = ()
    """IPTC Media Topics."""
    genre: Text | None = None
    """IPTC genre code (http://cv.iptc.org/newscodes/genre/), for example Analysis."""
    urgency: Annotated[int, Field(ge=1, le=9)] | None = None
    """1 most urgent to 9 (NewsML-G2 urgency)."""
    first_created: Stated
    """When the first version was made (NewsML-G2 firstCreated); never changes."""
    version_created: Stated
    """When this version was made (NewsML-G2 versionCreated, Atom updated)."""
    first_published: Stated | None = None
    """When it was first published anywhere; the first creation when not stated. Never changes."""
    embargoed: Embargo | None = None
    """Embargoes (NewsML-G2 embargoed)."""
    expires: Stated | None = None
    """No longer editorially relevant from then on (NewsML-G2 expires); not a licence end."""
    pub_status: PubStatus = PubStatus.USABLE
    """usable, withheld or canceled (NewsML-G2 pubStatus)."""
    withdrawal_reason: WithdrawalReason | None = None
    """Why it was withheld or canceled: error (it is or may be wrong), legal (an order or a claim),
    rights (they were revoked), refile (another article replaces it). Never published."""
    correction_note: MaybeText = ""
    """What was wrong and is now right; readers see it. Marks the version as a correction."""
    ed_note: MaybeText = ""
    """Note to the receiver's editors, never to readers (NewsML-G2 edNote)."""
    canonical_url: Url | None = None
    """The article's page at the publisher; not its identity."""
    translation_of: Guid | None = None
    """The article that this one is a translation of."""
    copyright_holder: Text | None = None
    """NewsML-G2 copyrightHolder; the desk's when not stated."""
    copyright_notice: Text | None = None
    """NewsML-G2 copyrightNotice; the desk's when not stated."""
    credit_line: Text | None = None
    """NewsML-G2 creditline."""
    licence: Key | None = None
    """A public licence of the desk under which it is free for all, for example cc-by-nd."""
    links: tuple[Link, ...] = ()
    """Related pages."""
    rights: PartRights = PartRights()
    """Rights in the text, inherited by its parts; unknown when not stated."""
    orders: tuple[LegalOrder, ...] = ()
    """Legal orders that take parts away from places."""
    body: tuple[Block, ...] = ()
    """The blocks in reading order."""

    @field_validator("body", mode="after")
    @classmethod
    def _named(cls, body: tuple[Block, ...]) -> tuple[Block, ...]:
        return tuple(_with_id(block, f"b{n}") for n, block in enumerate(body, 1))

    @model_validator(mode="after")
    def _whole(self) -> Article:
        if self.version_created < self.first_created:
            raise ValueError("version_created is before first_created")
        if self.translation_of == self.guid:
            raise ValueError("translation_of names the article itself")
        if self.pub_status is PubStatus.CANCELED and self.embargoed:
            raise broken_rule(
                "V22",
                "a canceled article carries an embargo",
                "remove embargoed: a kill goes out at once",
            )
        names = [block.id for block in self.blocks()]
        ids = set(names)
        doubled = {name for name in ids if names.count(name) > 1} if len(ids) < len(names) else ()
        unknown = {part for order in self.orders for part in order.parts} - ids - _TEXTS
        if unknown:
            raise broken_rule(
                "order",
                f"a legal order names the part {', '.join(sorted(unknown))}, which does not exist",
                "name an existing part, or none for the whole article",
            )
        if doubled or _TEXTS & ids:
            raise ValueError(
                f"block ids must be unique and not headline, summary or body: "
                f"{', '.join(sorted(doubled)) or 'a reserved id is used'}"
            )
        return self

    def blocks(self) -> Iterator[Block]:
        """Give every block, pictures inside galleries included, in reading order."""
        for block in self.body:
            yield block
            if isinstance(block, Gallery):
                yield from block.pictures

    @property
    def direction(self) -> Direction:
        """The text direction, stated or the language's own."""
        return self.dir or ("rtl" if direction_of(self.language) == "rtl" else "ltr")

    @property
    def published_from(self) -> datetime:
        """The instant delays and display windows count from."""
        return self.first_published or self.first_created


_TEXTS = frozenset({"headline", "summary", "body"})


def _with_id(block: Block, name: str) -> Block:
    changes: dict[str, Any] = {}
    if block.id == "unnamed":
        changes["id"] = name
    if isinstance(block, Gallery):
        stem = changes.get("id", block.id)
        changes["pictures"] = tuple(
            _with_id(picture, f"{stem}-{n}") for n, picture in enumerate(block.pictures, 1)
        )
    return block.model_copy(update=changes) if changes else block
