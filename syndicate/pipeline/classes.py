"""Feeds that ask alike: what is a partner's own is taken away, the rest is a class.

Partners on the same terms with the same selection get the same articles, cut alike. So a class is
decided and redacted once for all its feeds. Names stay out of it: agreements go by their place in
a list that each feed keeps (`names`), the property by one name for all. A partner keeps its name
where somebody speaks of it: an exclusive, an embargo, a quota of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cached_property
from typing import NamedTuple

from syndicate import __version__
from syndicate.licensing.govern import Request, carries_matter
from syndicate.model.desk import DeskFiles
from syndicate.model.feed import Feed
from syndicate.model.licence import Licence
from syndicate.model.partner import Agreement, Contacts, Partner, Property
from syndicate.pipeline.items import digest_of

_TECHNICAL = {"store", "target", "inbox", "contact", "encodings"}
"""What of a desk no decision follows from."""
ANYBODY = "anybody"
SITE = "site"


class Class(NamedTuple):
    """What a feed asks for, without the names of who asks."""

    key: str
    """SHA-256 of all that its content follows from, articles and moment apart."""
    partner: Partner
    feed: Feed
    carries: frozenset[str]
    files: DeskFiles
    """What of the desk it is decided with."""

    def request(self) -> Request:
        """Give what it asks for."""
        return Request(
            self.files,
            self.partner,
            self.partner.property_of(self.feed),
            self.carries,
            self.feed.extent,
            self.feed.media,
            self.feed.purpose,
            self.feed.selection,
        )


def known_names(partner: Partner, before: tuple[str, ...]) -> tuple[str, ...]:
    """Give the agreements a feed knows, those it came to know first in front."""
    return (*before, *(one.id for one in partner.agreements if one.id not in before))


def called(partner: Partner, names: tuple[str, ...]) -> dict[str, str]:
    """Give what a class calls a partner's agreements: by the order of their ids, which decides
    where nothing else does, and by their place in `names`, which stays for ever."""
    ranked = sorted(one.id for one in partner.agreements)
    return {name: f"{rank:03}-{names.index(name)}" for rank, name in enumerate(ranked)}


class Classes:
    """The classes of a desk's feeds."""

    def __init__(self, files: DeskFiles, named: Iterable[str] = ()) -> None:
        """Begin with the desk's files, and the partners that articles name."""
        self._files = files
        self._named = frozenset(named) | _named(files)

    @cached_property
    def shared(self) -> DeskFiles:
        """What of the desk all classes are decided with: no partners but who holds exclusives."""
        kept = {partner.id: partner for partner, _, _ in self._files.exclusives}
        return DeskFiles(self._files.desk, self._files.licences, tuple(kept.values()))

    @cached_property
    def _context(self) -> str:
        desk = self._files.desk.model_dump_json(
            exclude={"store", "target", "inbox", "contact", "encodings"}
        )
        kept = [one.model_dump_json(exclude_defaults=True) for one in self.shared.partners]
        return digest_of(json.dumps([__version__, desk, kept]))

    @cached_property
    def _licences(self) -> dict[str, str]:
        """Digests of the licences, by id: all versions of it."""
        texts: dict[str, list[str]] = {}
        for one in sorted(self._files.licences, key=lambda one: (one.id, one.version)):
            said = one.model_dump_json(exclude_defaults=True, exclude={"offered"})
            texts.setdefault(one.id, []).append(said)
        return {name: digest_of(json.dumps(texts[name])) for name in texts}

    @cached_property
    def _public(self) -> tuple[str, ...]:
        return tuple(sorted({one.id for one in self._files.licences if one.public}))

    def of(
        self, partner: Partner, feed: Feed, carries: frozenset[str], names: tuple[str, ...]
    ) -> Class:
        """Give the class of a feed in formats that carry so much."""
        named = partner.id in self._named or self._has_quota(partner)
        place = partner.property_of(feed)
        asked = _feed(feed, place.id if named else SITE)
        alone = _partner(partner, place, asked, names, named=named)
        made = Class("", alone, asked, carries, self.shared)
        if not carries_matter(made.request()):
            made = made._replace(carries=frozenset())
        return made._replace(key=self._key(made))

    def _key(self, made: Class) -> str:
        used = sorted({one.licence for one in made.partner.agreements} | set(self._public))
        return digest_of(
            json.dumps(
                [
                    self._context,
                    [self._licences.get(name, "") for name in used],
                    made.partner.model_dump_json(exclude_defaults=True),
                    sorted(made.carries),
                ]
            )
        )

    def _has_quota(self, partner: Partner) -> bool:
        return any(licence and licence.quota for licence in self._licences_of(partner))

    def _licences_of(self, partner: Partner) -> Iterable[Licence | None]:
        return (self._files.licence(a.licence, a.licence_version) for a in partner.agreements)


def _named(files: DeskFiles) -> frozenset[str]:
    """Give the partners that exclusives speak of, and the publisher's own sites."""
    spoken = {partner.id for partner in files.outlines if partner.own}
    for partner, agreement, _ in files.exclusives:
        spoken.add(partner.id)
        spoken.update(agreement.exclusivity.carve_outs if agreement.exclusivity else ())
    return frozenset(spoken)


def _partner(
    partner: Partner, place: Property, feed: Feed, names: tuple[str, ...], *, named: bool
) -> Partner:
    site = Property.model_construct(
        id=place.id if named else SITE,
        kind="site",
        name=SITE,
        media=place.media,
        languages=place.languages,
        territory=place.territory,
    )
    ids = called(partner, names)
    agreements = tuple(
        _agreement(one, place, site, ids, named=named) for one in partner.agreements
    )
    return Partner.model_construct(
        id=partner.id if named else ANYBODY,
        name=ANYBODY,
        legal_name=ANYBODY,
        country=partner.country,
        own=partner.own,
        state=partner.state,
        contacts=Contacts(),
        can_geo_block=partner.can_geo_block,
        properties=(site,),
        agreements=agreements,
        feeds=(feed,),
    )


def _agreement(
    agreement: Agreement, place: Property, site: Property, ids: dict[str, str], *, named: bool
) -> Agreement:
    before = agreement.supersedes
    return agreement.model_copy(
        update={
            "id": ids[agreement.id],
            "properties": (site.id,) if place.id in agreement.properties else (),
            "supersedes": ids.get(before, before) if before else None,
            "signed_at": None,
            "price": agreement.price if named else None,
        }
    )


def _feed(feed: Feed, place: str) -> Feed:
    return Feed.model_construct(
        id="feed",
        title="feed",
        property=place,
        selection=feed.selection,
        order=feed.order,
        limit=feed.limit,
        extent=feed.extent,
        media=feed.media,
        purpose=feed.purpose,
    )
