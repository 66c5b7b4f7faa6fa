"""Who republishes, where, under which agreements, in which feeds."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from syndicate.model.article import Guid
from syndicate.model.base import (
    LARGEST_NUMBER,
    Count,
    CountFromZero,
    Key,
    LangTag,
    Model,
    Text,
    Url,
)
from syndicate.model.errors import broken_rule
from syndicate.model.exclusivity import Exclusivity
from syndicate.model.feed import Feed, FormatName
from syndicate.model.moments import Stated, Window, Zone, is_zone
from syndicate.model.money import Money
from syndicate.model.price import Price
from syndicate.model.rights import Medium
from syndicate.model.territory import Territory, countries

_SIGN = r"""[^@\s<>,;:?&%#"\\()\[\]]"""
Email = Annotated[str, Field(pattern=rf"^{_SIGN}+@{_SIGN}+\.{_SIGN}+$", max_length=254)]
"""A mail address, without signs that would mean something else in a link to it (RFC 6068)."""


class Property(Model):
    """One site, app or title of a partner."""

    id: Key
    """Name of the property."""
    kind: Literal["site", "app", "title", "channel"]
    """What it is."""
    name: Text
    """What it is called."""
    url: Url | None = None
    """Where it is."""
    media: tuple[Medium, ...] = Field(min_length=1)
    """The media it publishes in."""
    languages: tuple[LangTag, ...] = ()
    """Languages it publishes in."""
    audience: CountFromZero | None = None
    """Circulation or monthly reach."""
    territory: Territory = Territory()
    """Where its audience is."""


class Contacts(Model):
    """Whom to reach for what."""

    editorial: Email | None = None
    """Editors."""
    rights: Email | None = None
    """Licensing."""
    billing: Email | None = None
    """Invoices."""
    notices: Email | None = None
    """Corrections and kills, read around the clock."""


class AgreementState(StrEnum):
    """Where an agreement stands; expired is computed from the term, never stored."""

    DRAFT = "draft"
    OFFERED = "offered"
    SIGNED = "signed"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    TERMINATED = "terminated"


class Agreement(Model):
    """Binds a partner and its properties to a licence version, for a term, at a price."""

    id: Key
    """Name of the agreement."""
    version: Count = 1
    """Counts up with every change of its terms."""
    licence: Key
    """Which licence terms."""
    licence_version: Count
    """Which version of them."""
    properties: tuple[Key, ...] = ()
    """Which properties may use it."""
    state: AgreementState = AgreementState.DRAFT
    """draft, offered, signed, active, suspended or terminated."""
    state_since: Stated | None = None
    """Since when it is suspended or terminated; always, when not stated."""
    zone: Zone
    """Whose clock dates and days are counted by."""
    term: Window
    """From when until when; local dates are read in the agreement's zone."""
    territory: Territory = Territory()
    """Where; never more than the licence."""
    media: tuple[Medium, ...] | None = None
    """In which media; never more than the licence."""
    items: tuple[Guid, ...] = ()
    """Articles assigned to it: it governs them before any other agreement that covers them."""
    priority: Annotated[int, Field(ge=-LARGEST_NUMBER, le=LARGEST_NUMBER)] = 0
    """The higher one governs where two cover an article."""
    fallthrough_on: tuple[Literal["quota"], ...] = ()
    """quota: when its quota is used up, the next agreement that covers an article governs it."""
    exclusivity: Exclusivity | None = None
    """What nobody else may have meanwhile; confidential."""
    price: Price | None = None
    """The fee; confidential."""
    supersedes: Key | None = None
    """The agreement this one follows."""
    payment_overdue_since: Stated | None = None
    """Since when a payment is overdue."""
    retroactive: bool = False
    """Whether its terms bind articles delivered before."""
    signed_at: Stated | None = None
    """When it was signed."""
    ai_training_signed: bool = False
    """Whether machine training was signed for separately."""
    confidential: bool = True
    """Whether the partner may not be named in public documents."""

    @model_validator(mode="before")
    @classmethod
    def _local_term(cls, value: Any) -> Any:
        """Read dates without a zone in the term as local to the agreement's zone."""
        if not isinstance(value, dict) or not isinstance(value.get("term"), dict):
            return value
        # A zone that is missing or wrong is a fault of its own; the term does not repeat it.
        zone = value["zone"] if is_zone(value.get("zone")) else "UTC"
        term = {side: _local(when, zone) for side, when in value["term"].items()}
        return {**value, "term": term}

    def in_force(self, now: datetime) -> bool:
        """Say whether it lets new articles go at a moment."""
        return self.state_at(now) is AgreementState.ACTIVE and self.term.holds(now)

    def state_at(self, now: datetime) -> AgreementState:
        """Give its state at a moment: before `state_since` it was active."""
        ends = {AgreementState.SUSPENDED, AgreementState.TERMINATED}
        if self.state in ends and self.state_since and now < self.state_since:
            return AgreementState.ACTIVE
        return self.state

    @model_validator(mode="after")
    def _v3(self) -> Agreement:
        lacking = [
            name
            for name, stated in (("term.start", self.term.start), ("properties", self.properties))
            if not stated
        ]
        if self.state is AgreementState.ACTIVE and lacking:
            raise broken_rule(
                "V3",
                f"an active agreement lacks {' and '.join(lacking)}",
                "state it or set state to draft",
            )
        return self

    @property
    def ref(self) -> str:
        """How decisions name it."""
        return f"{self.id}/v{self.version}"


def _local(when: Any, zone: Any) -> Any:
    if isinstance(when, datetime):
        return when if when.tzinfo else {"local": when.isoformat(), "zone": zone}
    if isinstance(when, dict):
        return {"zone": zone, **when} if "local" in when else when
    text = str(when)
    try:
        naive = datetime.fromisoformat(text).tzinfo is None
    except ValueError:
        return when
    return {"local": text, "zone": zone} if naive else when


RESERVED = frozenset(
    {"api", "desk", "healthz", "hub", "language", "licences", "portal", "request", "static", "t"}
)
"""What addresses of the server begin with that are no partner's."""


class Partner(Model):
    """An organisation that republishes."""

    id: Key
    """Name of the partner; part of file names and URLs."""
    name: Text
    """What it is called."""
    legal_name: Text
    """The legal entity (ODRL assignee)."""
    url: Url | None = None
    """Its home page; identifies it in machine-readable agreements."""
    registration: Text | None = None
    """Registration number."""
    country: Annotated[str, Field(pattern="^[A-Z]{2}$")]
    """ISO 3166-1 alpha-2 code of its seat."""
    vat_id: Text | None = None
    """VAT number."""
    own: bool = False
    """Whether this is the publisher's own site."""
    state: Literal["active", "blocked"] = "active"
    """blocked: nothing goes out, whatever the agreements say."""
    contacts: Contacts = Contacts()
    """Whom to reach."""
    can_geo_block: bool = False
    """Whether it can keep a page from being seen in named places."""
    can_ingest: tuple[FormatName, ...] = ("rss", "atom", "newsml-g2")
    """Formats it can read."""
    notice_channel: Literal["feed", "mail"] = "feed"
    """How it wants to hear of corrections and kills."""
    credit_limit: Money | None = None
    """How much it may owe."""
    properties: tuple[Property, ...] = ()
    """Its sites, apps and titles."""
    agreements: tuple[Agreement, ...] = ()
    """What was agreed."""
    feeds: tuple[Feed, ...] = ()
    """What it subscribes to."""

    @field_validator("country", mode="after")
    @classmethod
    def _iso(cls, country: str) -> str:
        if country not in countries():
            mend = "write GB" if country == "UK" else "write a country's code, for example GB"
            raise broken_rule("country", f"{country!r} is no ISO 3166-1 alpha-2 code", mend)
        return country

    @field_validator("id", mode="after")
    @classmethod
    def _own_path(cls, name: str) -> str:
        if name in RESERVED:
            says = f"{name!r} is the beginning of other addresses of the server"
            raise broken_rule("V29", says, "choose another id")
        return name

    @model_validator(mode="after")
    def _rules(self) -> Partner:
        active = any(a.state is AgreementState.ACTIVE for a in self.agreements)
        if active and not self.contacts.notices:
            raise broken_rule(
                "V3",
                "a partner with an active agreement lacks contacts.notices",
                "state the address that is read around the clock",
            )
        known = {one.id for one in self.properties}
        for agreement in self.agreements:
            _known(f"agreement {agreement.id}", agreement.properties, known)
        for feed in self.feeds:
            _known(f"feed {feed.id}", (feed.property,) if feed.property else (), known)
            if feed.property is None and not known:
                says = f"feed {feed.id} has no property"
                raise broken_rule("property", says, "add [[properties]]")
        return self

    def property_of(self, feed: Feed) -> Property:
        """Give the property a feed is for."""
        wanted = feed.property or self.properties[0].id
        return next(one for one in self.properties if one.id == wanted)


def _known(who: str, names: tuple[str, ...], known: set[str]) -> None:
    unknown = [name for name in names if name not in known]
    if unknown:
        says = f"{who} names the property {', '.join(unknown)}, which does not exist"
        raise broken_rule("property", says, "add [[properties]] with that id, or correct the name")
