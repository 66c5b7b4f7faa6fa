"""What a feed is and under what it runs, in plain words: as the decision takes it, and no wider.

Licence, agreement, property and feed each only take away (`syndicate.licensing.reach`); what is
granted of a kind of part may be less than the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from syndicate.formats.all import FORMATS
from syndicate.licensing import ends
from syndicate.licensing.duties import granted_level
from syndicate.licensing.phrases import Phrases
from syndicate.licensing.terms import document_path
from syndicate.licensing.usage_terms import Facts, places, sentences
from syndicate.model.desk import DeskFiles
from syndicate.model.feed import Feed
from syndicate.model.licence import Grant, Licence
from syndicate.model.partner import Agreement, Partner, Property
from syndicate.model.rights import NOTHING, Medium, PartKind
from syndicate.model.territory import Area
from syndicate.pipeline.catalog import base_of
from syndicate.pipeline.heads import path_of


class Covered(NamedTuple):
    """What is granted of one kind of part."""

    grant: Grant
    limits: tuple[str, ...]
    """Where it goes less far than the rest, or may be changed more, in words."""


class Terms(NamedTuple):
    """Under what a feed runs."""

    agreement: Agreement
    licence: Licence
    in_force: bool
    document: str
    sentences: tuple[str, ...]
    covered: tuple[Covered, ...]
    """What is granted, each with its own limits."""
    missing: tuple[PartKind, ...]


class Agreed(NamedTuple):
    """An agreement as it holds for a feed."""

    agreement: Agreement
    licence: Licence
    place: Property
    feed: Feed

    def media(self) -> tuple[Medium, ...]:
        """Give the media that all of them name; a public licence speaks for itself."""
        if self.licence.public:
            return self.licence.media
        stated = (self.agreement.media, self.place.media, self.feed.media)
        limits = [one for one in stated if one is not None]
        return tuple(one for one in self.licence.media if all(one in each for each in limits))

    def area(self, files: DeskFiles, now: datetime) -> Area:
        """Give where all of them let it go."""
        found = files.groups.area(self.licence.territory, now)
        if self.licence.public:
            return found
        found &= files.groups.area(self.agreement.territory, now)
        return found & files.groups.area(self.place.territory, now)


class FeedFacts(NamedTuple):
    """A feed as its partner sees it."""

    feed: Feed
    place: str
    addresses: tuple[tuple[str, str], ...]
    """(format, address)"""
    terms: tuple[Terms, ...]


def facts_of(
    files: DeskFiles, partner: Partner, feed: Feed, now: datetime, language: str
) -> FeedFacts:
    """Give a feed as its partner sees it, its terms in the words of a language."""
    place = partner.property_of(feed)
    base = base_of(files.desk)
    addresses = tuple(
        (name, f"{base}/{path_of(partner.id, feed.id, FORMATS[name])}") for name in feed.formats
    )
    terms = tuple(
        _terms(files, Agreed(one, licence, place, feed), now, language)
        for one in partner.agreements
        if place.id in one.properties
        and (licence := files.licence(one.licence, one.licence_version))
    )
    return FeedFacts(feed, place.name, addresses, terms)


_KINDS = tuple(one for one in PartKind if one not in {PartKind.DATA, PartKind.TRANSLATION})


def _terms(files: DeskFiles, agreed: Agreed, now: datetime, language: str) -> Terms:
    agreement, licence = agreed.agreement, agreed.licence
    area, media = agreed.area(files, now), agreed.media()
    end = ends.of_agreement(licence, agreement, None)
    facts = Facts(area, media, granted_level(licence), licence.ai.allowed, *end)
    covered = []
    for grant in sorted(licence.grants, key=lambda one: list(PartKind).index(one.kind)):
        own = _own(files, licence, grant, facts, now)
        if grant.kind in _KINDS and grant.extent != NOTHING and own.media and own.area:
            covered.append(Covered(grant, tuple(_limits(grant, own, facts, language))))
    there = {one.grant.kind for one in covered}
    return Terms(
        agreement,
        licence,
        agreement.in_force(now),
        f"{base_of(files.desk)}/{document_path(licence, 'html')}",
        tuple(sentences(licence, facts, language)),
        tuple(covered),
        tuple(kind for kind in _KINDS if kind not in there),
    )


def _own(files: DeskFiles, licence: Licence, grant: Grant, whole: Facts, now: datetime) -> Facts:
    """Give how far a grant goes by itself."""
    media = tuple(one for one in whole.media if grant.media is None or one in grant.media)
    area = whole.area
    if grant.territory is not None:
        area &= files.groups.area(grant.territory, now)
    return whole._replace(
        area=area, media=media, edit_level=grant.edit_level or licence.edit_level
    )


def _limits(grant: Grant, own: Facts, whole: Facts, language: str) -> Iterator[str]:
    """Say where a grant goes another way than the whole, which claims no more than any does."""
    words = Phrases(language)
    if own.media != whole.media:
        yield words.say("media", media=words.media(own.media))
    if own.area != whole.area:
        yield from places(words, own.area)
    if own.edit_level != whole.edit_level:
        yield words.say(f"edit-{own.edit_level}")
