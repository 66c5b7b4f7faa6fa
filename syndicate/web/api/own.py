"""What a partner's program asks about its own: feeds, items, notices, use."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from syndicate.formats.all import FORMATS
from syndicate.formats.base import Format
from syndicate.licensing.terms import document_path
from syndicate.model.desk import DeskFiles
from syndicate.model.feed import Feed
from syndicate.model.partner import Partner
from syndicate.model.receipt import Ack, ManifestLine, Told
from syndicate.pipeline.catalog import Catalog
from syndicate.pipeline.doors import address_of
from syndicate.pipeline.heads import path_of
from syndicate.pipeline.ports import Store
from syndicate.pipeline.preview import Feeding, Shown, edition_of, seen
from syndicate.pipeline.usage import Period, item_uses
from syndicate.web.api.answers import (
    Acknowledgement,
    FeedDocument,
    FeedFacts,
    FeedProperty,
    Feeds,
    FeedTerms,
    ItemFacts,
    Items,
    NoticeFacts,
    Notices,
    Usage,
    Use,
)
from syndicate.web.api.asking import Call
from syndicate.web.api.bodies import AckForm
from syndicate.web.api.problems import Wrong
from syndicate.web.api.reading import PAGE
from syndicate.web.partners import concerns, feeds_in, notices_for, waits
from syndicate.web.tally import counted


async def feeds(call: Call) -> Feeds:
    """Give the feeds that the key opens."""
    who, room = call.key(), call.room
    catalog, now = room.catalog(), room.now()

    def looked(files: DeskFiles, _store: Store) -> Feeds:
        partner, found = feeds_in(files, who)
        if partner is None:
            return Feeds(feeds=())
        return Feeds(feeds=tuple(_feed(files, catalog, partner, one, now) for one in found))

    return await room.look(looked)


def _feed(
    files: DeskFiles, catalog: Catalog, partner: Partner, feed: Feed, now: datetime
) -> FeedFacts:
    place = partner.property_of(feed)
    return FeedFacts(
        id=feed.id,
        title=feed.title,
        property=FeedProperty(id=place.id, name=place.name),
        public=feed.public,
        formats=tuple(_document(catalog, partner, feed, FORMATS[one]) for one in feed.formats),
        terms=tuple(_terms(files, catalog, partner, place.id, now)),
    )


def _document(catalog: Catalog, partner: Partner, feed: Feed, fmt: Format) -> FeedDocument:
    path = path_of(partner.id, feed.id, fmt)
    listed = catalog.feeds.get(path)
    return FeedDocument(
        format=fmt.name,
        media_type=fmt.media_type,
        url=f"{catalog.url}/{path}",
        edition=listed.put if listed else 0,
        next_change=listed.due if listed else None,
    )


def _terms(
    files: DeskFiles, catalog: Catalog, partner: Partner, place: str, now: datetime
) -> Iterator[FeedTerms]:
    for one in partner.agreements:
        licence = files.licence(one.licence, one.licence_version)
        if licence and place in one.properties:
            yield FeedTerms(
                agreement=one.id,
                licence=licence.id,
                version=licence.version,
                title=licence.title,
                in_force=one.in_force(now),
                starts=one.term.opens,
                until=one.term.closes,
                document=f"{catalog.url}/{document_path(licence, 'html')}",
                data=f"{catalog.url}/{document_path(licence, 'jsonld')}",
            )


async def items(call: Call) -> Items:
    """Give what stands in a feed now, as its partner may see it."""
    who, name = call.key(), call.named("feed")

    def looked(files: DeskFiles, store: Store) -> Items:
        partner, found = feeds_in(files, who)
        feed = next((one for one in found if one.id == name), None)
        wanted = call.query.get("format") or (feed.formats[0] if feed else "")
        if partner is None or feed is None or wanted not in feed.formats:
            raise Wrong("not-found")
        room, fmt = call.room, FORMATS[wanted]
        return _items(Feeding(room.doors, room.ground(), partner, feed, fmt), store, call)

    return await call.room.look(looked)


def _items(asked: Feeding, store: Store, call: Call) -> Items:
    edition = edition_of(asked, store)
    sequence, manifest = (edition.sequence, edition.manifest) if edition else (0, ())
    begin = _place(call.query.get("after"), sequence, len(manifest))
    end = begin + call.query.get("limit", PAGE)
    lines = manifest[begin:end]
    shown = seen(asked, store, call.room.now(), lines)
    at = edition.updated if edition else call.room.now()
    base = call.room.catalog().url
    return Items(
        feed=asked.feed.id,
        format=asked.format.name,
        edition=sequence,
        items=tuple(
            _item(line, one, at, _alone(base, asked, line))
            for line, one in zip(lines, shown, strict=True)
        ),
        next=f"{sequence}.{end}" if end < len(manifest) else None,
    )


def _place(cursor: str | None, sequence: int, length: int) -> int:
    """Give where a page begins: in the same edition as the page before. Raises Wrong."""
    if cursor is None:
        return 0
    edition, place = (int(one) for one in cursor.split("."))
    if edition != sequence or not 0 < place < length:
        raise Wrong("cursor-unknown")
    return place


def _alone(base: str, asked: Feeding, line: ManifestLine) -> str:
    """Give the address of one article of a feed."""
    ending = asked.format.suffix
    return address_of(base, asked.partner.id, asked.feed.id, line.guid, ending)


def _item(line: ManifestLine, shown: Shown, at: datetime, document: str) -> ItemFacts:
    entry = None if shown.is_notice else shown.entry
    return ItemFacts(
        guid=line.guid,
        version=line.version + line.revision,
        headline=shown.headline,
        updated=shown.updated or at,
        language=shown.entry.language if shown.entry else None,
        partial=bool(entry and entry.partial),
        withdrawn=shown.withdrawn,
        embargoed=bool(entry and (entry.embargoed or entry.embargo_open_ended)),
        waits=shown.waits,
        notice=shown.is_notice,
        document=document if entry else None,
        url=entry.canonical_url if entry else None,
    )


async def notices(call: Call) -> Notices:
    """Give what the partner was told."""
    who, query = call.key(), call.query

    def looked(files: DeskFiles, store: Store) -> Notices:
        found = notices_for(store, who, feeds_in(files, who)[1])
        if cursor := query.get("after"):
            names = [one.notice.id for one in found]
            if cursor not in names:
                raise Wrong("cursor-unknown")
            found = found[names.index(cursor) + 1 :]
        wanted = [one for one in found if query.get("open") in (None, waits(one))]
        page = wanted[: query.get("limit", PAGE)]
        more = len(page) < len(wanted)
        return Notices(
            notices=tuple(_notice(one) for one in page),
            next=page[-1].notice.id if more else None,
        )

    return await call.room.look(looked)


def _notice(one: Told) -> NoticeFacts:
    says = one.notice
    return NoticeFacts(
        id=says.id,
        feed=says.feed,
        guid=says.guid,
        version=says.version,
        headline=says.headline,
        grade=says.grade,
        code=says.code,
        says=says.says,
        parts=says.parts,
        at=says.at,
        due=says.due,
        acknowledged=_acknowledgement(one.ack) if one.ack else None,
    )


def _acknowledgement(ack: Ack) -> Acknowledgement:
    return Acknowledgement(notice=ack.notice, at=ack.at, by=ack.by, note=ack.note)


async def acknowledge(call: Call) -> Acknowledgement:
    """Keep that a notice was read and obeyed; twice is as good as once."""
    who, name, form = call.key(), call.named("notice"), call.said(AckForm)
    note = f"api, key {who.id}{': ' if form.note else ''}{form.note}"
    ack = Ack(notice=name, at=call.room.now(), by=form.by, note=note)

    def done(files: DeskFiles, store: Store) -> Acknowledgement:
        known = notices_for(store, who, feeds_in(files, who)[1])
        told = next((one for one in known if one.notice.id == name), None)
        if told is None:
            raise Wrong("not-found")
        if told.ack is None and store.acknowledge(ack):
            return _acknowledgement(ack)
        kept = next(one.ack for one in store.notices(who.partner) if one.notice.id == name)
        return _acknowledgement(kept or ack)

    return await call.room.ask(done)


async def usage(call: Call) -> Usage:
    """Give what was offered to the partner, and what it fetched."""
    who, room = call.key(), call.room
    period = Period(call.query.get("since"), call.query.get("until"))

    def looked(files: DeskFiles, store: Store) -> Usage:
        feeds = feeds_in(files, who)[1]
        found = item_uses(store, counted(room.beside, store), who.partner, period)
        uses = tuple(
            Use(
                feed=one.feed,
                guid=one.guid,
                version=one.version,
                withdrawn=one.withdrawn,
                offered_at=one.offered_at,
                received_at=one.received_at,
                fetched=one.fetched,
            )
            for one in found
            if concerns(who, feeds, one.feed)
        )
        return Usage(since=period.since, until=period.until, uses=uses)

    return await room.look(looked)
