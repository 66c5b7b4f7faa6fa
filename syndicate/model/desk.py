"""A publisher's desk: who publishes, under which name and address, and all that it has agreed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from syndicate.model.base import Key, LangTag, MaybeText, Model, Text, Url, plain_line
from syndicate.model.errors import broken_rule
from syndicate.model.feed import Feed
from syndicate.model.licence import Licence
from syndicate.model.moments import Window, Zone
from syndicate.model.partner import Agreement, Email, Partner
from syndicate.model.rights import PartRights
from syndicate.model.roster import Outline, Roster, outline_of
from syndicate.model.territory import Group, Groups, Territory

_HOLDER = "{holder}"
_NOTICE = f"© {{year}} {_HOLDER}"

Encoding = Literal["plain", "gzip", "zstd", "br"]
"""How a document's bytes are put: as they are, or in a content coding (RFC 9110, 8.4.1)."""


class SourceAgreement(Model):
    """What a third party (an agency) lets the publisher do with its material."""

    id: Key
    """Name used in PartRights.source_agreement."""
    owner: Text
    """The third party."""
    window: Window = Window()
    """While it holds."""
    onward: bool = False
    """Whether its material may be passed on to partners at all."""
    territory: Territory = Territory()
    """Where its material may be passed on."""


class Defaults(Model):
    """What articles get that do not say otherwise."""

    rights: PartRights = PartRights()
    """Rights of articles whose source states none; unknown when not stated."""
    credit_line: Text | None = None
    """Credit line."""
    section: Text | None = None
    """Section."""


class Push(Model):
    """Whom a server calls by itself (W3C WebSub); closed where nothing is said."""

    hub: Annotated[Url, Field(pattern="^https?://[^#]+$")] | None = None
    """A hub of somebody else that is told when a public feed changes, beside our own. It needs
    https, unless its host is in `inside`."""
    inside: tuple[Annotated[str, Field(pattern=r"^[a-z0-9.-]+:[0-9]{1,5}$")], ...] = ()
    """Hosts on the desk's own network that partners may have editions sent to, with their ports
    (reader.intranet:8443). All others must be outside, and speak https."""

    @model_validator(mode="after")
    def _speaks_https(self) -> Self:
        parts = urlsplit(self.hub or "https:")
        if parts.scheme != "https" and parts.netloc not in self.inside:
            says = "the hub is not https, and its host is not in `inside`"
            raise broken_rule("V41", says, "write https://, or add its host and port to inside")
        return self


class Desk(Model):
    """The publisher's desk (desk.toml)."""

    name: Text
    """The publisher, as it is credited."""
    domain: Annotated[str, Field(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$")]
    """Domain that article identities are made in (RFC 4151 tag: URIs)."""
    since: Annotated[int, Field(ge=1990, le=2999)]
    """A year in which the publisher owned the domain; part of every identity, never change it."""
    language: LangTag = "en"
    """Main language."""
    zone: Zone = "UTC"
    """Whose clock the publisher lives by."""
    contact: Email
    """Whom partners write to."""
    url: Url
    """The publisher's home page; identifies it as copyright holder."""
    base_url: Url
    """Where the target is served; feeds and licence documents live below it."""
    request_url: Url | None = None
    """Where a licence can be asked for (schema.org acquireLicensePage)."""
    logo: Url | None = None
    """The publisher's logo, shown by feed readers."""
    copyright_holder: Text | None = None
    """Copyright holder; the publisher when not stated."""
    copyright_notice: MaybeText = _NOTICE
    """Notice; {year} and {holder} are filled in."""
    store: Text = "sqlite:///.syndicate/desk.db"
    """Where articles are kept; a relative path is below the desk."""
    target: Text = "public"
    """Where documents are put: a folder; a relative path is below the desk."""
    inbox: Text = "articles"
    """Folder of articles that regenerate takes in first; a relative path is below the desk."""
    encodings: Annotated[tuple[Encoding, ...], Field(min_length=1)] = ("plain", "gzip")
    """As what each document is put: plain, gzip, zstd, br (Brotli); gzip may stand alone. Plain or
    gzip must be among them."""
    defaults: Defaults = Defaults()
    """What articles get that do not say otherwise."""
    groups: tuple[Group, ...] = ()
    """Territory groups the desk declares (X-MENA)."""
    source_agreements: tuple[SourceAgreement, ...] = ()
    """What third parties allow."""
    push: Push = Push()
    """Whom a server calls by itself."""

    @field_validator("encodings", mode="after")
    @classmethod
    def _stands_by_itself(cls, encodings: tuple[Encoding, ...]) -> tuple[Encoding, ...]:
        if not {"plain", "gzip"} & set(encodings):
            says = "neither plain nor gzip is among them, and not every reader takes the others"
            raise broken_rule("V27", says, 'write encodings = ["plain", "gzip"]')
        return tuple(dict.fromkeys(encodings))

    @property
    def holder(self) -> str:
        """The copyright holder."""
        return self.copyright_holder or self.name

    def notice(self, year: int, holder: str | None = None) -> str:
        """Give the copyright notice of a year, for the publisher's own or somebody else's work."""
        ours = holder is None or holder == self.holder
        text = self.copyright_notice if ours or _HOLDER in self.copyright_notice else _NOTICE
        text = text.replace("{year}", str(year))
        return str(plain_line(text.replace(_HOLDER, holder or self.holder)))

    def source_agreement(self, name: str | None) -> SourceAgreement | None:
        """Give the source agreement of a name."""
        return next((one for one in self.source_agreements if one.id == name), None)

    def url_of(self, path: str) -> str:
        """Give the address of a published path."""
        return f"{self.base_url.rstrip('/')}/{path}"


_NO_IMPRINT = {
    *("store", "target", "inbox", "encodings", "push"),
    *("defaults", "groups", "source_agreements"),
}


@dataclass(frozen=True)
class DeskFiles:
    """Everything the desk's files say, validated one by one."""

    desk: Desk
    licences: tuple[Licence, ...]
    partners: Sequence[Partner]
    """In file order; a `Roster` where each is read when it is asked for."""

    @cached_property
    def outlines(self) -> tuple[Outline, ...]:
        """Every partner in short, in file order."""
        if isinstance(self.partners, Roster):
            return self.partners.outlines
        return tuple(outline_of(one) for one in self.partners)

    @cached_property
    def imprint(self) -> str:
        """What of the desk stands in the head of a feed, as text: name, addresses, notice."""
        return self.desk.model_dump_json(exclude=_NO_IMPRINT, exclude_defaults=True)

    @cached_property
    def _places(self) -> dict[str, int]:
        return {one.id: place for place, one in enumerate(self.outlines)}

    def partner(self, name: str) -> Partner | None:
        """Give the partner of an id; None where the desk has none."""
        place = self._places.get(name)
        return None if place is None else self.partners[place]

    def licence(self, name: str, version: int) -> Licence | None:
        """Give one licence version, None where the desk does not hold it."""
        for licence in self.licences:
            if (licence.id, licence.version) == (name, version):
                return licence
        return None

    def public_licence(self, name: str) -> Licence | None:
        """Give the newest version of a public licence."""
        found = [one for one in self.licences if one.id == name and one.public]
        return max(found, key=lambda one: one.version, default=None)

    def feed_list(self) -> tuple[tuple[Partner, Feed], ...]:
        """Give every feed with its partner, in file order."""
        return tuple((partner, feed) for partner in self.partners for feed in partner.feeds)

    def feed_names(self) -> Iterator[tuple[str, str, tuple[str, ...]]]:
        """Give every feed as (partner, feed, formats), in file order; no terms are read for it."""
        for one in self.outlines:
            for feed, formats in one.feeds:
                yield one.id, feed, formats

    @cached_property
    def exclusives(self) -> tuple[tuple[Partner, Agreement, Licence], ...]:
        """Every agreement that keeps something from other partners, with partner and licence."""
        return tuple(
            (partner, agreement, licence)
            for place, outline in enumerate(self.outlines)
            if outline.excludes
            for partner in (self.partners[place],)
            for agreement in partner.agreements
            if agreement.exclusivity
            if (licence := self.licence(agreement.licence, agreement.licence_version))
        )

    @cached_property
    def groups(self) -> Groups:
        """The group tables of this desk."""
        return Groups(self.desk.groups)
