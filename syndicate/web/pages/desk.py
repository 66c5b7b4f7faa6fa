"""The desk's first pages: signing in, what needs somebody, who has not answered."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from syndicate.model.credential import Credential, Kind
from syndicate.model.desk import DeskFiles
from syndicate.model.receipt import Ack
from syndicate.pipeline.attention import Waiting, attention, waiting
from syndicate.pipeline.ports import Store
from syndicate.web.pages.forms import Heard, form_of, sent
from syndicate.web.pages.room import room_of
from syndicate.web.pages.shown import onward, page
from syndicate.web.pages.signing import Door
from syndicate.web.tally import counted

DOOR = Door(Kind.DESK, "/desk")
"""Where somebody signs in who works at the desk."""
SHORT = 8
"""Lines of a short list."""
PARTNERS = 20
"""Partners of a page."""


def by_whom(who: Credential) -> str:
    """Give how the log names who did something."""
    return f"{who.note or 'somebody'} (desk key {who.id})"


class Part(NamedTuple):
    """Which page of many."""

    number: int
    pages: int

    @property
    def start(self) -> int:
        """How many there are before it."""
        return (self.number - 1) * PARTNERS

    @property
    def end(self) -> int:
        """How many there are with it."""
        return self.number * PARTNERS


def part_of(request: Request, name: str, many: int) -> Part:
    """Give the page that an address asks for; the nearest where there is none of that number."""
    pages = max(1, -(-many // PARTNERS))
    stated = request.query_params.get(name, "")[:9]
    number = int(stated) if stated.isascii() and stated.isdigit() else 1
    return Part(min(max(number, 1), pages), pages)


async def start(request: Request, who: Credential) -> Response:
    """Show what needs somebody."""
    room = room_of(request)

    def looked(files: DeskFiles, store: Store) -> object:
        return attention(files, store, counted(room.beside, store), room.now())

    seen = await room.look(looked)
    return page(request, "desk.html", seen=seen, most=SHORT, who=who)


async def notices(request: Request, who: Credential) -> Response:
    """Show what partners have not answered, and whom to ask."""
    return await _notices(request, form_of(Heard, request))


async def _notices(request: Request, form: Heard, status: int = 200, of: str = "") -> Response:
    """Show them; where an answer could not be noted, its partner stands first."""
    room, guid = room_of(request), request.query_params.get("article", "")[:255]

    def looked(files: DeskFiles, store: Store) -> list[Waiting]:
        found = [one for one in store.unacknowledged() if guid in ("", one.guid)]
        return waiting(files, found, room.now())

    found = sorted(await room.look(looked), key=lambda one: one.partner != of)
    part = part_of(request, "page", len(found))
    return page(
        request,
        "desk_notices.html",
        status,
        seen=found[part.start : part.end],
        partners=len(found),
        overdue=sum(one.overdue for one in found),
        part=part,
        guid=guid,
        form=form,
        of=of,
        now=room.now(),
    )


async def heard(request: Request, who: Credential) -> Response:
    """Note that a partner has answered by mail or phone."""
    room, partner = room_of(request), request.path_params["partner"]
    form = await sent(Heard, request)
    if not form.validate():
        return await _notices(request, form, 422, partner)
    wanted = set(form.notices.data or ())
    says = f"by {form.way.data}, noted by {by_whom(who)}"

    def done(store: Store) -> None:
        open_ = {one.id for one in store.unacknowledged() if one.partner == partner}
        for name in sorted(wanted & open_):
            store.acknowledge(Ack(notice=name, at=room.now(), by=form.by.data or "", note=says))

    await room.aside.ask(done)
    return onward("/desk/notices")


async def back(request: Request, who: Credential) -> Response:
    """Lead whoever asks for the answer to a form, as in another language, to the form."""
    return onward("/desk/notices")


def turn(request: Request) -> asyncio.Lock:
    """Give what lets orders of this server through one at a time."""
    found: asyncio.Lock = request.app.state.turn
    return found


ROUTES = [
    *DOOR.routes(),
    Route("/desk", DOOR.opens(start)),
    Route("/desk/notices", DOOR.opens(notices)),
    Route("/desk/notices/{partner}", DOOR.opens(back)),
    Route("/desk/notices/{partner}", DOOR.opens(heard), methods=["POST"]),
]
