"""G11: what other partners' exclusives take away from this one: places, else media.

An exclusive bars places for a time. Where nothing that the partner can set apart would be left,
and it publishes in media that the exclusive does not speak of, those media stay instead. Which of
the two it is follows from the agreements alone, never from the rights in an article. What is free
for all under a public licence is not barred.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from syndicate.licensing import reach
from syndicate.licensing.covers import misses, too_old_from
from syndicate.licensing.question import Bar, Question
from syndicate.licensing.standing import in_force
from syndicate.model.article import Article
from syndicate.model.base import covers_language
from syndicate.model.desk import DeskFiles
from syndicate.model.exclusivity import Exclusivity
from syndicate.model.licence import Licence
from syndicate.model.partner import Agreement, Partner
from syndicate.model.rights import Medium
from syndicate.model.territory import Area


def bars_on(files: DeskFiles, partner: Partner, article: Article) -> tuple[Bar, ...]:
    """Give what other partners' exclusives bar this partner from, whenever that is."""
    found = []
    for holder, agreement, licence in files.exclusives:
        terms = agreement.exclusivity
        if terms is None or holder.id == partner.id or not _concerns(terms, partner, article):
            continue
        bar = _bar(holder, agreement, terms, licence, article)
        found.extend([bar] if bar else [])
    return tuple(sorted(found, key=lambda bar: bar.name))


def _concerns(terms: Exclusivity, partner: Partner, article: Article) -> bool:
    spared = partner.id in terms.carve_outs or (partner.own and terms.level == "sole")
    spoken = terms.languages
    meant = not spoken or any(covers_language(tag, article.language) for tag in spoken)
    named = terms.basis == "product" or article.guid in terms.items
    return meant and named and not spared


def _bar(
    holder: Partner, agreement: Agreement, terms: Exclusivity, licence: Licence, article: Article
) -> Bar | None:
    """Give an exclusive as it stands on an article; None where it never does."""
    span, end = in_force(agreement), article.published_from + terms.window
    if terms.basis == "product":
        if any(misses(licence.covers, article, article.published_from)):
            return None
        end = min(end, too_old_from(licence.covers, article) or end)
    end = min(end, span.end or end) if span else end
    if span is None or end <= span.start:
        return None
    secret = "an exclusive of another partner"
    open_name = f"agreement {agreement.ref} of {holder.name}"
    source = secret if agreement.confidential else open_name
    return Bar(span.start, end, terms.territory, terms.media, source, agreement.ref)


class Taken(NamedTuple):
    """What exclusives take away at a moment."""

    places: tuple[tuple[Bar, Area], ...]
    media: tuple[Bar, ...]

    def lost_media(self) -> frozenset[Medium]:
        """Give the media that are gone."""
        return frozenset(medium for bar in self.media for medium in bar.media)


_NOTHING = Taken((), ())


def taken(asked: Question, until: datetime | None = None) -> Taken:
    """Give what is taken away now, or, of that, what still is at a later instant."""
    if not asked.exclusives:
        return _NOTHING
    area, media = reach.granted(asked), reach.agreed_media(asked)
    places: list[tuple[Bar, Area]] = []
    channels: list[Bar] = []
    for bar in in_force_now(asked):
        gone = asked.area(bar.territory)
        if (until and bar.end <= until) or not area & gone or media.isdisjoint(bar.media):
            continue
        left, others = area - gone, media - frozenset(bar.media)
        if others and not (left and asked.partner.can_geo_block):
            channels.append(bar)
            media = others
        else:
            places.append((bar, gone))
            area = left
    return Taken(tuple(places), tuple(channels))


def in_force_now(asked: Question) -> Iterator[Bar]:
    """Give the exclusives that bar something at the moment asked about."""
    for bar in asked.exclusives:
        if bar.start <= asked.now < bar.end:
            yield bar


def ends(asked: Question) -> list[datetime]:
    """Give the instants at which exclusives that bar something now end, earliest first."""
    return sorted({bar.end for bar in in_force_now(asked)})


def sources(bars: Iterator[Bar] | tuple[Bar, ...]) -> str:
    """Name the exclusives, without the partners of confidential agreements."""
    return ", ".join(dict.fromkeys(bar.source for bar in bars))


def edges(asked: Question) -> Iterator[datetime]:
    """Give the instants at which exclusives begin or end."""
    for bar in asked.exclusives:
        yield bar.start
        yield bar.end
