"""A partner's pages: what it has, on which terms, what it was told, its keys, its use."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from syndicate.formats.all import FORMATS
from syndicate.formats.handout import copy_of
from syndicate.model.credential import Credential, Kind
from syndicate.model.desk import DeskFiles
from syndicate.model.errors import AccessRefused, RenderFailed
from syndicate.model.feed import Feed
from syndicate.model.partner import Partner
from syndicate.model.receipt import Ack, Told
from syndicate.pipeline import keys
from syndicate.pipeline.ports import Store
from syndicate.pipeline.preview import Feeding, Shown, shown
from syndicate.pipeline.usage import ItemUse, Period, item_uses
from syndicate.web.pages.agreed import FeedFacts, facts_of
from syndicate.web.pages.forms import Acknowledge, form_of, sent
from syndicate.web.pages.room import Room, room_of
from syndicate.web.pages.shown import AWAY, later, onward, page
from syndicate.web.pages.signing import Door, pressed
from syndicate.web.pages.words import _, language_of
from syndicate.web.partners import concerns, feeds_in, notices_for, waits
from syndicate.web.tally import counted

DOOR = Door(Kind.KEY, "/portal")
"""Where a partner signs in, with the key that it fetches feeds with."""


def _partner(files: DeskFiles, who: Credential) -> Partner:
    found = files.partner(who.partner)
    if found is None:
        raise HTTPException(404)
    return found


class Overview(NamedTuple):
    """What a partner sees first."""

    name: str
    """The partner's."""
    feeds: tuple[FeedFacts, ...]
    waiting: int
    """Notices that wait for an answer."""


async def start(request: Request, who: Credential) -> Response:
    """Show what a partner has."""
    room, language = room_of(request), language_of(request)

    def looked(files: DeskFiles, store: Store) -> Overview:
        partner, feeds = feeds_in(files, who)
        found = [facts_of(files, partner, one, room.now(), language) for one in feeds if partner]
        waiting = sum(waits(one) for one in notices_for(store, who, feeds))
        return Overview(partner.name if partner else who.partner, tuple(found), waiting)

    return page(request, "portal.html", seen=await room.look(looked))


class FeedPage(NamedTuple):
    """One feed, and what stands in it."""

    facts: FeedFacts
    shown: tuple[Shown, ...]


async def feed(request: Request, who: Credential) -> Response:
    """Show a feed as its partner sees it."""
    room, name = room_of(request), request.path_params["feed"]
    language = language_of(request)

    def looked(files: DeskFiles, store: Store) -> FeedPage:
        partner, found = _feed(files, who, name)
        facts = facts_of(files, partner, found, room.now(), language)
        inside = shown(_feeding(room, partner, found), store, room.now())
        return FeedPage(facts, tuple(inside))

    return page(request, "feed.html", seen=await room.look(looked), who=who)


def _feeding(room: Room, partner: Partner, feed: Feed) -> Feeding:
    return Feeding(room.doors, room.ground(), partner, feed, FORMATS[feed.formats[0]])


def _feed(files: DeskFiles, who: Credential, name: str) -> tuple[Partner, Feed]:
    partner, feeds = feeds_in(files, who)
    found = next((one for one in feeds if one.id == name), None)
    if partner is None or found is None:
        raise HTTPException(404)
    return partner, found


async def item(request: Request, who: Credential) -> Response:
    """Show one article of a feed, with what to copy for republishing it."""
    room, name = room_of(request), request.path_params["feed"]
    guid = request.path_params["guid"]

    def looked(files: DeskFiles, store: Store) -> tuple[Feed, Shown | None]:
        partner, found = _feed(files, who, name)
        return found, next(shown(_feeding(room, partner, found), store, room.now(), guid), None)

    found, seen = await room.look(looked)
    if seen and seen.waits:
        return later(request, 503, _("It has just changed, and is published anew first."), AWAY)
    if seen is None or seen.entry is None or seen.is_notice:
        raise HTTPException(404)
    copy = ""
    with suppress(RenderFailed):  # the page says that it is under embargo, or not made of HTML
        copy = copy_of(seen.entry)
    return page(request, "item.html", feed=found, entry=seen.entry, copy=copy)


async def notices(request: Request, who: Credential) -> Response:
    """Show what a partner was told, newest first."""
    room = room_of(request)

    def looked(files: DeskFiles, store: Store) -> list[Told]:
        return notices_for(store, who, feeds_in(files, who)[1])[::-1]

    found = await room.look(looked)
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
        known = notices_for(store, who, feeds_in(files, who)[1])
        if name not in {one.notice.id for one in known}:
            raise HTTPException(404)
        store.acknowledge(ack)

    await room.ask(done)
    return onward("/portal/notices")


async def own_keys(request: Request, who: Credential) -> Response:
    """Show the keys of a partner that the one in hand may renew."""
    return await _keys(request, who)


async def _keys(
    request: Request, who: Credential, secret: str = "", *, full: bool = False
) -> Response:
    room = room_of(request)
    found = await room.record.ask(lambda store: _renewable(store, who))
    last: dict[str, datetime] = {}
    for one in await room.record.ask(lambda store: counted(room.beside, store)):
        last[one.credential] = max(last.get(one.credential, one.last_at), one.last_at)
    live = [one for one in found if one.is_live(room.now())]
    status = 409 if full else 200
    values = {"keys": live, "last": last, "secret": secret, "full": full, "who": who}
    return page(request, "keys.html", status, **values)


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
    """Give another key for the same; the one before lives on for a week, and so do others."""
    await pressed(request)
    room, name = room_of(request), request.path_params["key"]

    def done(files: DeskFiles, store: Store) -> str:
        now, known = room.now(), _renewable(store, who)
        one = keys.find((each for each in known if each.is_live(now)), name)
        return keys.rotate(store, _partner(files, who), one, now, room.chance).secret

    try:
        return await _keys(request, who, await room.ask(done))
    except AccessRefused:
        return await _keys(request, who, full=True)


async def revoke(request: Request, who: Credential) -> Response:
    """End a key at once."""
    await pressed(request)
    room, name = room_of(request), request.path_params["key"]
    await room.record.ask(
        lambda store: keys.revoke(store, keys.find(_renewable(store, who), name), room.now())
    )
    return onward("/portal/keys")


async def back(request: Request, _who: Credential) -> Response:
    """Lead back from the page that a button led to: a link for another language comes here."""
    return onward("/".join(request.url.path.split("/")[:3]))


async def usage(request: Request, who: Credential) -> Response:
    """Show what was offered and fetched."""
    room = room_of(request)

    def looked(files: DeskFiles, store: Store) -> tuple[list[ItemUse], dict[str, str]]:
        partner, feeds = feeds_in(files, who)
        uses = item_uses(store, counted(room.beside, store), who.partner, Period())
        found = [one for one in uses if concerns(who, feeds, one.feed)]
        headlines = {one.notice.guid: one.notice.headline for one in store.notices(who.partner)}
        for asked in (_feeding(room, partner, one) for one in feeds if partner):
            stands = shown(asked, store, room.now())
            headlines.update({one.guid: one.headline for one in stands if one.headline})
        return found, headlines

    found, headlines = await room.look(looked)
    return page(request, "usage.html", uses=found[::-1], headlines=headlines)


ROUTES = [
    *DOOR.routes(),
    Route("/portal", DOOR.opens(start)),
    Route("/portal/feeds/{feed}", DOOR.opens(feed)),
    Route("/portal/feeds/{feed}/items/{guid:path}", DOOR.opens(item)),
    Route("/portal/notices", DOOR.opens(notices)),
    Route("/portal/notices/{notice}", DOOR.opens(back)),
    Route("/portal/notices/{notice}", DOOR.opens(acknowledge), methods=["POST"]),
    Route("/portal/keys", DOOR.opens(own_keys)),
    Route("/portal/keys/{key}/renew", DOOR.opens(back)),
    Route("/portal/keys/{key}/renew", DOOR.opens(renew), methods=["POST"]),
    Route("/portal/keys/{key}/revoke", DOOR.opens(back)),
    Route("/portal/keys/{key}/revoke", DOOR.opens(revoke), methods=["POST"]),
    Route("/portal/usage", DOOR.opens(usage)),
]
