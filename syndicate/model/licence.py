"""Licence terms: versioned, immutable, shared by many partners, with a URL of their own.

A new version supersedes an old one; it never changes it. Prices, terms of time, exclusivity and
names of partners are in the agreement.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from syndicate.model.base import (
    MOST_DAYS,
    Count,
    Days,
    Inline,
    Key,
    LangTag,
    Model,
    Text,
    Url,
)
from syndicate.model.errors import broken_rule
from syndicate.model.moments import Span, Stated
from syndicate.model.quota import Quota
from syndicate.model.rights import (
    AiTerms,
    EditLevel,
    Extent,
    ExtentUnit,
    Medium,
    PartKind,
)
from syndicate.model.selection import Selection
from syndicate.model.territory import Territory


class EmbargoMode(StrEnum):
    """What happens to an embargoed article."""

    WITHHOLD = "withhold"
    DELIVER_MARKED = "deliver_marked"


class Archive(StrEnum):
    """What may stay when the display window is over."""

    NONE = "none"
    IN_CONTEXT = "in_context"
    FULL = "full"


class AfterEnd(StrEnum):
    """What a partner must do with copies when the agreement ends."""

    REMOVE_ALL = "remove_all"
    KEEP_PUBLISHED = "keep_published"
    KEEP_UNTIL_ITEM_EXPIRY = "keep_until_item_expiry"


class OnSuspend(StrEnum):
    """What a suspension does to copies that are out."""

    FREEZE = "freeze"
    TAKE_DOWN = "take_down"


class Seo(StrEnum):
    """How a partner's copy must present itself to search engines."""

    NONE = "none"
    CANONICAL = "canonical"
    NOINDEX = "noindex"
    NOINDEX_NEWS = "noindex_news"


class Tracking(StrEnum):
    """Whether a counting pixel must be kept."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    REPORT_INSTEAD = "report_instead"
    NONE = "none"


class Ads(StrEnum):
    """Which advertising may stand beside the article."""

    ANY = "any"
    NO_ADJACENT_SALE = "no_adjacent_sale"
    NONE = "none"


class Paywall(StrEnum):
    """Whether the copy may stand behind a paywall."""

    ALLOWED = "allowed"
    METERED_OK = "metered_ok"
    FORBIDDEN = "forbidden"


class Grant(Model):
    """What is granted of one kind of part."""

    kind: PartKind
    """Which parts."""
    extent: Extent = Extent(unit=ExtentUnit.FULL)
    """How much: full, words(n), paragraphs(n)."""
    media: tuple[Medium, ...] | None = None
    """Only in these media; all of the licence's when not stated."""
    territory: Territory | None = None
    """Only here; all of the licence's territory when not stated."""
    edit_level: EditLevel | None = None
    """How much may be changed; the licence's when not stated."""
    max_count: Count | None = None
    """At most so many parts of this kind in one article."""


class Display(Model):
    """How long a copy may be shown."""

    days: Annotated[int, Field(ge=1, le=MOST_DAYS)]
    """Calendar days by the agreement's clock."""
    counted_from: Literal["first_published"] = "first_published"
    """What the days count from."""


class Translation(Model):
    """Whether and into which languages the text may be translated."""

    languages: tuple[LangTag, ...] = Field(min_length=1)
    """Target languages."""
    approval: bool = True
    """Whether every translation needs our approval."""


class Duties(Model):
    """What a partner must do in return. Those marked (body) we fulfil visibly in the body."""

    attribute: Text | None = None
    """(body) Credit line for the publisher; {publisher} and {headline} are filled in."""
    attribute_position: Literal["top", "end"] = "end"
    """Where the credit line stands."""
    author_credit: bool = True
    """(body) Name the authors."""
    institution_credit: bool = False
    """(body) Name the authors' institutions too."""
    link_back: bool = True
    """(body) Link to the article at the publisher."""
    keep_links: bool = False
    """Keep every link in the text."""
    tagline: Inline | None = None
    """(body) A line about the publisher at the end."""
    copyright_notice: bool = True
    """Show the copyright notice."""
    translation_note: bool = False
    """Say that a translation is one and by whom."""
    no_sublicence: bool = True
    """No passing on to others."""
    report: Literal["none", "month", "quarter", "year"] = "none"
    """How often usage must be reported."""


class TermsText(Model):
    """Terms that stay prose, in a language."""

    language: LangTag
    """BCP 47 tag."""
    text: Text
    """The terms."""
    confidential: bool = False
    """Never published; only in the agreement's own file."""


class Licence(Model):
    """One version of licence terms."""

    id: Key
    """Name of the terms."""
    version: Count
    """Counts up; a version never changes once used."""
    title: Text
    """What the licence is called."""
    language: LangTag = "en"
    """Language of its texts."""
    public: bool = False
    """Whether everybody may use it without an agreement (free, for example Creative Commons)."""
    offered: bool = False
    """Whether anybody may read these terms before it asks for them; public ones always may."""
    url: Url | None = None
    """Where the licence is explained by others (https://creativecommons.org/…); for our own terms
    the desk publishes a document and gives it a URL."""
    valid_from: Stated | None = None
    """When this version was made."""
    grants: tuple[Grant, ...] = Field(min_length=1)
    """What is granted, by kind of part; a kind that is not named is not granted."""
    required_parts: tuple[PartKind, ...] = ()
    """Kinds without which an article is not worth delivering; each must be granted."""
    territory: Territory
    """Where."""
    media: tuple[Medium, ...] = Field(min_length=1)
    """In which media."""
    covers: Selection = Selection()
    """Which articles; everything when nothing is stated."""
    embargo_mode: EmbargoMode = EmbargoMode.WITHHOLD
    """withhold, or deliver_marked in formats that carry an embargo."""
    quota: Quota | None = None
    """How many articles in a period; as many as there are when not stated."""
    delay: Span | None = None
    """Released so long after first publication (ISO 8601: PT6H)."""
    display: Display | None = None
    """How long a copy may be shown."""
    archive: Archive = Archive.NONE
    """What may stay afterwards."""
    edit_level: EditLevel = EditLevel.NONE
    """How much may be changed: none, style, headline, trim, adapt."""
    translation: Translation | None = None
    """Translation rights; none when not stated."""
    duties: Duties = Duties()
    """What the partner must do."""
    seo: Seo = Seo.NONE
    """What copies tell search engines."""
    ads: Ads = Ads.NO_ADJACENT_SALE
    """Advertising beside copies."""
    paywall: Paywall = Paywall.FORBIDDEN
    """Copies behind a paywall."""
    tracking: Tracking = Tracking.NONE
    """Counting pixel."""
    ai: AiTerms = AiTerms()
    """Machine uses; all prohibited when not stated."""
    correction_sla: Span | None = None
    """Corrections must be carried within this time."""
    takedown_sla: Span | None = None
    """Withdrawals must be obeyed within this time."""
    notices_kept: Annotated[int, Field(ge=30, le=MOST_DAYS)] = 30
    """Days a withdrawal notice stays in the feed."""
    on_suspend: OnSuspend = OnSuspend.TAKE_DOWN
    """What a suspension does to copies."""
    after_end: AfterEnd = AfterEnd.REMOVE_ALL
    """What happens to copies when the agreement ends."""
    stop_when_overdue: bool = False
    """Whether nothing new is delivered while a payment is overdue."""
    sell_off_days: Days = 0
    """Days copies may stay after the end."""
    audit_days: Days = 0
    """Notice for an audit."""
    text_terms: tuple[TermsText, ...] = ()
    """Terms that stay prose."""
    text_terms_url: Url | None = None
    """Where the full contract text is."""

    @field_validator("media", "required_parts", mode="after")
    @classmethod
    def _sorted(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(sorted(set(values)))

    @model_validator(mode="after")
    def _rules(self) -> Licence:
        _check_grants(self)
        _check_terms(self)
        return self

    def __hash__(self) -> int:
        """Tell licences apart by their names; all fields would take longer than what they save."""
        return hash((self.id, self.version))

    @property
    def ref(self) -> str:
        """How decisions name it: basic-text/v1."""
        return f"{self.id}/v{self.version}"


_TEXT_KINDS = {PartKind.HEADLINE, PartKind.SUMMARY, PartKind.BODY, PartKind.DATA}


def _check_grants(licence: Licence) -> None:
    granted = {grant.kind for grant in licence.grants}
    missing = [kind for kind in licence.required_parts if kind not in granted]
    if missing:
        raise broken_rule(
            "V4",
            f"required_parts names {', '.join(missing)}, which no grant covers",
            "add the grant or drop the requirement",
        )
    for grant in licence.grants:
        counted = grant.extent.unit in {ExtentUnit.WORDS, ExtentUnit.PARAGRAPHS}
        if counted and grant.kind not in _TEXT_KINDS:
            raise broken_rule(
                "extent",
                f"a {grant.kind} cannot be granted in part ({grant.extent})",
                "grant it in full, or not at all",
            )
    _check_translation(licence)
    cut = any(grant.extent.unit is ExtentUnit.WORDS for grant in licence.grants)
    if cut and not licence.duties.link_back:
        raise broken_rule(
            "V12", "an extract in words needs the link-back duty", "set duties.link_back to true"
        )
    for kind in granted:
        media = [m for g in licence.grants if g.kind is kind for m in g.media or licence.media]
        if len(media) != len(set(media)):
            says = f"two grants of {kind} name the same medium"
            raise broken_rule("grants", says, "let one grant name each medium")


def _check_translation(licence: Licence) -> None:
    """A translation is another rendition of an article, not a part of one."""
    kind = PartKind.TRANSLATION
    limited = any(g.kind is kind and g != Grant(kind=kind) for g in licence.grants)
    if limited or kind in licence.required_parts:
        says = "translations are granted as a whole, and are no part that could be required"
        raise broken_rule("grants", says, 'write only kind = "translation"')


def _check_terms(licence: Licence) -> None:
    if licence.public and licence.quota:
        says = "a public licence has a quota, and nobody counts what is free for all"
        raise broken_rule("V6", says, "remove quota")
    if licence.tracking is Tracking.REQUIRED and licence.media == (Medium.PRINT,):
        raise broken_rule(
            "V13",
            "tracking is required but print is the only medium",
            "set tracking to report_instead or none",
        )
    if licence.display and licence.archive is Archive.FULL:
        raise broken_rule(
            "V14",
            "display ends after days but the full archive stays",
            "drop display or set archive to in_context or none",
        )
    languages = licence.covers.languages
    if licence.translation and set(licence.translation.languages) & set(languages):
        raise broken_rule(
            "V25",
            "translation is granted into a language the articles are in",
            "list only other languages",
        )
