"""What of a document is the feed's own: its path, its head, its time.

A head is written of a few things that many feeds share, and of a few that are a feed's alone: so
what stands around the articles is made once for all that share the first, and filled with the
second (sheets.py).
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import NamedTuple

from syndicate import __version__
from syndicate.formats.base import Format
from syndicate.licensing.govern import in_order
from syndicate.licensing.terms import document_path
from syndicate.model.base import direction_of
from syndicate.model.desk import Desk, DeskFiles
from syndicate.model.document import Archives, FeedHead
from syndicate.model.feed import Feed
from syndicate.model.partner import Agreement, AgreementState, Partner
from syndicate.pipeline.compose import Composition

ARCHIVE = "/archive/"
"""Stands between a feed and the number of an archive."""


def path_of(partner: str, feed: str, fmt: Format) -> str:
    """Give the published path of a feed in a format: gazette/gazette-all.rss."""
    return f"{partner}/{feed}.{fmt.suffix}"


def archive_path(partner: str, feed: str, fmt: Format, number: int) -> str:
    """Give the path of the archive that ends at a place: gazette/gazette-all/archive/50.rss."""
    return path_of(partner, f"{feed}{ARCHIVE}{number}", fmt)


class Own(NamedTuple):
    """What of a head is the feed's alone. It stands there as text, and nothing else follows from
    it but for whether there is a description."""

    partner: str
    feed: str
    title: str
    description: str


class Shared(NamedTuple):
    """What of a head feeds of a desk can share; with their time and what they own it is all."""

    language: str
    licence_url: str | None
    valid_until: datetime | None
    renditions: tuple[str, ...]

    def plain(self) -> tuple[object, ...]:
        """Give the same as JSON has it."""
        ends = self.valid_until and self.valid_until.isoformat()
        return self.language, self.licence_url, ends, self.renditions


def own_of(partner: Partner, feed: Feed) -> Own:
    """Give what is a feed's alone."""
    return Own(partner.id, feed.id, feed.title, feed.description)


def shared_of(files: DeskFiles, partner: Partner, feed: Feed, now: datetime | None) -> Shared:
    """Give what a feed has in common with others, at a moment."""
    agreement = _agreement_of(partner, feed, now)
    licence = agreement and files.licence(agreement.licence, agreement.licence_version)
    return Shared(
        feed.language or files.desk.language,
        files.desk.url_of(document_path(licence, "html")) if licence else None,
        agreement.term.closes if agreement else None,
        feed.renditions,
    )


def head_with(
    desk: Desk, fmt: Format, own: Own, shared: Shared, updated: datetime, archived: int
) -> FeedHead:
    """Give a head of what it is made of; `archived` as in a `Composition`."""
    previous = desk.url_of(archive_path(own.partner, own.feed, fmt, archived))
    return FeedHead(
        id=f"tag:{desk.domain},{desk.since}:feed/{own.feed}",
        title=own.title,
        description=own.description,
        language=shared.language,
        dir="rtl" if direction_of(shared.language) == "rtl" else "ltr",
        self_url=desk.url_of(path_of(own.partner, own.feed, fmt)),
        site_url=desk.url,
        logo=desk.logo,
        publisher=desk.name,
        contact=desk.contact,
        rights=desk.notice(updated.year),
        licence_url=shared.licence_url,
        valid_until=shared.valid_until,
        updated=updated,
        archives=Archives(previous=previous) if archived and fmt.archives else None,
        renditions=shared.renditions,
        generator_version=__version__,
    )


def head_of(
    files: DeskFiles, partner: Partner, feed: Feed, fmt: Format, composed: Composition
) -> FeedHead:
    """Give the head of a feed. Its time comes from its content, never from a clock."""
    shared = shared_of(files, partner, feed, composed.now)
    updated = content_time(files, partner, composed)
    own = own_of(partner, feed)
    return head_with(files.desk, fmt, own, shared, updated, composed.archived)


def own_facts(files: DeskFiles, partner: Partner, feed: Feed, fmt: Format, now: datetime) -> str:
    """Give as text what of a document is the feed's own and does not follow from its content."""
    start = content_time(files, partner, Composition((), (), None, now)).isoformat()
    facts = [__version__, files.imprint, start, files.desk.encodings, fmt.name, fmt.suffix]
    own, shared = own_of(partner, feed), shared_of(files, partner, feed, now)
    return json.dumps([*facts, *own, *shared.plain()])


_BOUND = {AgreementState.ACTIVE, AgreementState.SUSPENDED, AgreementState.TERMINATED}


def _agreement_of(partner: Partner, feed: Feed, now: datetime | None) -> Agreement | None:
    """Give the agreement a feed runs under, else the last it ran under; never a draft."""
    place = partner.property_of(feed).id
    named = [one for one in in_order(partner) if place in one.properties and one.state in _BOUND]
    active = [one for one in named if one.state is AgreementState.ACTIVE]
    for one in active:
        if now is None or one.term.closes is None or one.term.closes > now:
            return one
    ends = [(one.term.closes, one) for one in named if one.term.closes]
    return max(ends, key=lambda end: end[0])[1] if ends else next(iter(named), None)


def content_time(files: DeskFiles, partner: Partner, composed: Composition) -> datetime:
    """Give the last change of the content; of an empty feed, the start of its agreement."""
    newest = newest_of(composed)
    if newest:
        return newest
    starts = [a.term.opens for a in in_order(partner) if a.state is not AgreementState.DRAFT]
    return next((s for s in starts if s), datetime(files.desk.since, 1, 1, tzinfo=UTC))


def newest_of(composed: Composition) -> datetime | None:
    """Give the last change of what stands in a feed; None where nothing does."""
    times = [line.updated for line in composed.lines]
    times += [notice.when for notice in composed.tombstones]
    return max(times, default=None)
