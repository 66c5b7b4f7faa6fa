"""A partner's pages: what it has, on which terms, what it was told, its keys, its use."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from syndicate.formats.all import FORMATS
from syndicate.formats.handout import copy_of
from syndicate.licensing.duties import granted_level
from syndicate.licensing.ends import of_agreement
from syndicate.licensing.terms import document_path
from syndicate.licensing.usage_terms import Facts, sentences
from syndicate.model.credential import Credential, Kind
from syndicate.model.desk import DeskFiles
from syndicate.model.feed import Feed
from syndicate.model.licence import Licence
from syndicate.model.partner import Agreement, Partner
from syndicate.model.receipt import Ack, Told
from syndicate.model.rights import PartKind
from syndicate.pipeline import keys
from syndicate.pipeline.catalog import base_of
from syndicate.pipeline.compose import path_of
from syndicate.pipeline.ports import Store
from syndicate.pipeline.preview import Feeding, Shown, shown
from syndicate.pipeline.usage import ItemUse, Period, item_uses
from syndicate.web.pages.forms import Acknowledge, form_of, sent
from syndicate.web.pages.room import Room, room_of
from syndicate.web.pages.shown import onward, page
from syndicate.web.pages.signing import Door, pressed
from syndicate.web.pages.words import _, language_of
from syndicate.web.partners import notices_for, opened, waits
from syndicate.web.tally import counted

DOOR = Door(Kind.KEY, "/portal")
"""Where a partner signs in, with the key that it fetches feeds with."""


class Terms(NamedTuple):
    """Under what a feed runs."""

    agreement: Agreement
    licence: Licence
    in_force: bool
    document: str
    sentences: tuple[str, ...]
    covered: tuple[tuple[PartKind, str], ...]
    """What is granted, and how much of it."""
    missing: tuple[PartKind, ...]


class FeedFacts(NamedTuple):
    """A feed as its partner sees it."""

    feed: Feed
    place: str
    addresses: tuple[tuple[str, str], ...]
    """(format, address)"""
    terms: tuple[Terms, ...]


def _partner(files: DeskFiles, who: Credential) -> Partner:
    found = files.partner(who.partner)
    if found is None:
        raise HTTPException(404)
    return found


def _facts(
    files: DeskFiles, partner: Partner, feed: Feed, now: datetime, language: str
) -> FeedFacts:
    place = partner.property_of(feed)
    base = base_of(files.desk)
    addresses = tuple(
        (name, f"{base}/{path_of(partner.id, feed.id, FORMATS[name])}") for name in feed.formats
    )
    terms = tuple(
        _terms(files, one, licence, now, language)
        for one in partner.agreements
        if place.id in one.properties
        and (licence := files.licence(one.licence, one.licence_version))
    )
    return FeedFacts(feed, place.name, addresses, terms)


_KINDS = tuple(one for one in PartKind if one not in {PartKind.DATA, PartKind.TRANSLATION})


def _terms(
    files: DeskFiles, agreement: Agreement, licence: Licence, now: datetime, language: str
) -> Terms:
    area = files.groups.area(licence.territory, now) & files.groups.area(agreement.territory, now)
    media = tuple(
        one for one in licence.media if agreement.media is None or one in agreement.media
    )
    end = of_agreement(licence, agreement, None)
    facts = Facts(area, media, granted_level(licence), licence.ai.allowed, *end)
    granted = {one.kind: str(one.extent) for one in licence.grants}
    return Terms(
        agreement,
        licence,
        agreement.in_force(now),
        f"{base_of(files.desk)}/{document_path(licence, 'html')}",
        tuple(sentences(licence, facts, language)),
        tuple((kind, granted[kind]) for kind in _KINDS if kind in granted),
        tuple(kind for kind in _KINDS if kind not in granted),
    )


class Overview(NamedTuple):
    """What a partner sees first."""

    partner: Partner
    feeds: tuple[FeedFacts, ...]
    waiting: int
    """Notices that wait for an answer."""


async def start(request: Request, who: Credential) -> Response:
    """Show what a partner has."""
    room, language = room_of(request), language_of(request)

    def looked(files: DeskFiles, store: Store) -> Overview:
        partner = _partner(files, who)
        feeds = opened(partner, who)
        found = [_facts(files, partner, one, room.now(), language) for one in feeds]
        waiting = sum(waits(one) for one in notices_for(store, who, feeds))
        return Overview(partner, tuple(found), waiting)

    return page(request, "portal.html", seen=await room.ask(looked))


class FeedPage(NamedTuple):
    """One feed, and what stands in it."""

    facts: FeedFacts
    shown: tuple[Shown, ...]
    format: str


async def feed(request: Request, who: Credential) -> Response:
    """Show a feed as its partner sees it."""
    room, name = room_of(request), request.path_params["feed"]
    language = language_of(request)

    def looked(files: DeskFiles, store: Store) -> FeedPage:
        partner, found = _feed(files, who, name)
        facts = _facts(files, partner, found, room.now(), language)
        fmt = FORMATS[found.formats[0]]
        inside = shown(Feeding(files, partner, found, fmt), store, room.now())
        return FeedPage(facts, tuple(inside), fmt.name)

    return page(request, "feed.html", seen=await room.ask(looked), who=who)


def _feed(files: DeskFiles, who: Credential, name: str) -> tuple[Partner, Feed]:
    partner = _partner(files, who)
    found = next((one for one in opened(partner, who) if one.id == name), None)
    if found is None:
        raise HTTPException(404)
    return partner, found


async def item(request: Request, who: Credential) -> Response:
    """Show one article of a feed, with what to copy for republishing it."""
    room, name = room_of(request), request.path_params["feed"]
    guid = request.path_params["guid"]

    def looked(files: DeskFiles, store: Store) -> tuple[Feed, Shown | None]:
        partner, found = _feed(files, who, name)
        asked = Feeding(files, partner, found, FORMATS[found.formats[0]])
        return found, next(shown(asked, store, room.now(), guid), None)

    found, seen = await room.ask(looked)
    if seen is None or seen.entry is None:
        raise HTTPException(404)
    copy = copy_of(seen.entry)
    return page(request, "item.html", feed=found, entry=seen.entry, copy=copy)


async def notices(request: Request, who: Credential) -> Response:
    """Show what a partner was told, newest first."""
    room = room_of(request)

    def looked(files: DeskFiles, store: Store) -> list[Told]:
        return notices_for(store, who, opened(_partner(files, who), who))[::-1]

    found = await room.ask(looked)
    form = form_of(Acknowledge, request)
    waiting = [one for one in found if waits(one)]
    rest = [one for one in found if not waits(one)]
    return page(request, "notices.html", waiting=waiting, rest=rest, form=form, now=room.now())


async def acknowledge(request: Request, who: Credential) -> Response:
    """Note that a partner has read a notice and acted."""
    room, name = room_of(request), request.path_params["notice"]
    form = await sent(Acknowledge, request)
    if not form.validate():
        raise HTTPException(422, _("Say who you are."))
    ack = Ack(notice=name, at=room.now(), by=form.by.data or "", note=f"portal, key {who.id}")

    def done(files: DeskFiles, store: Store) -> None:
        known = notices_for(store, who, opened(_partner(files, who), who))
        if name not in {one.notice.id for one in known}:
            raise HTTPException(404)
        store.acknowledge(ack)

    await room.ask(done)
    return onward("/portal/notices")


async def own_keys(request: Request, who: Credential) -> Response:
    """Show the keys of a partner that the one in hand may renew."""
    return await _keys(request, who)


async def _keys(request: Request, who: Credential, secret: str = "") -> Response:
    room = room_of(request)
    found = await room.record.ask(lambda store: _renewable(store, who))
    last: dict[str, datetime] = {}
    for one in await room.record.ask(lambda store: counted(room.beside, store)):
        last[one.credential] = max(last.get(one.credential, one.last_at), one.last_at)
    live = [one for one in found if one.is_live(room.now())]
    return page(request, "keys.html", keys=live, last=last, secret=secret, who=who)


def _renewable(store: Store, who: Credential) -> list[Credential]:
    """Give the credentials that reach no further than the one in hand."""
    return [
        one
        for one in store.credentials(who.partner)
        if one.kind in {Kind.KEY, Kind.TOKEN}
        and who.property in (None, one.property)
        and who.feed in (None, one.feed)
    ]


async def renew(request: Request, who: Credential) -> Response:
    """Give another key for the same; the one before lives on for a week."""
    await pressed(request)
    room, name = room_of(request), request.path_params["key"]

    def done(files: DeskFiles, store: Store) -> str:
        one = keys.find(_renewable(store, who), name)
        return keys.rotate(store, _partner(files, who), one, room.now(), room.chance).secret

    return await _keys(request, who, await room.ask(done))


async def revoke(request: Request, who: Credential) -> Response:
    """End a key at once."""
    await pressed(request)
    room, name = room_of(request), request.path_params["key"]
    await room.record.ask(
        lambda store: keys.revoke(store, keys.find(_renewable(store, who), name), room.now())
    )
    return onward("/portal/keys")


async def usage(request: Request, who: Credential) -> Response:
    """Show what was offered and fetched."""
    room = room_of(request)

    def looked(files: DeskFiles, store: Store) -> tuple[list[ItemUse], dict[str, str]]:
        names = {one.id for one in opened(_partner(files, who), who)}
        uses = item_uses(store, counted(room.beside, store), who.partner, Period())
        found = [one for one in uses if one.feed in names]
        told = {one.notice.guid: one.notice.headline for one in store.notices(who.partner)}
        return found, _known_as(files, store, who, room, told)

    found, headlines = await room.ask(looked)
    return page(request, "usage.html", uses=found[::-1], headlines=headlines)


def _known_as(
    files: DeskFiles, store: Store, who: Credential, room: Room, told: dict[str, str]
) -> dict[str, str]:
    """Give the headlines by which a partner knows its articles; never another word of them."""
    partner = _partner(files, who)
    found = dict(told)
    for one in opened(partner, who):
        asked = Feeding(files, partner, one, FORMATS[one.formats[0]])
        found.update({s.guid: s.headline for s in shown(asked, store, room.now()) if s.headline})
    return found


ROUTES = [
    *DOOR.routes(),
    Route("/portal", DOOR.opens(start)),
    Route("/portal/feeds/{feed}", DOOR.opens(feed)),
    Route("/portal/feeds/{feed}/items/{guid:path}", DOOR.opens(item)),
    Route("/portal/notices", DOOR.opens(notices)),
    Route("/portal/notices/{notice}", DOOR.opens(acknowledge), methods=["POST"]),
    Route("/portal/keys", DOOR.opens(own_keys)),
    Route("/portal/keys/{key}/renew", DOOR.opens(renew), methods=["POST"]),
    Route("/portal/keys/{key}/revoke", DOOR.opens(revoke), methods=["POST"]),
    Route("/portal/usage", DOOR.opens(usage)),
]
