"""The desk's requests: what is asked for, what of it is ours to give, accepting and declining."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from syndicate.acts.granting import Grant, Granted, accept, planned_file
from syndicate.acts.granting import decline as declined
from syndicate.model.article import Article
from syndicate.model.credential import Credential
from syndicate.model.desk import DeskFiles
from syndicate.model.errors import AccessRefused, NotFound, StoreFailed, SyndicateError
from syndicate.model.licence import Licence
from syndicate.model.request import LicenceRequest, RequestState
from syndicate.pipeline import dossier
from syndicate.pipeline.browse import guid_named
from syndicate.pipeline.ports import Store
from syndicate.pipeline.requests import ForeignPart, find_request, foreign_parts
from syndicate.web.pages.desk import DOOR, by_whom, part_of, turn
from syndicate.web.pages.forms import Accept, Decline, form_of, sent
from syndicate.web.pages.room import room_of
from syndicate.web.pages.shown import onward, page


async def requests(request: Request, who: Credential) -> Response:
    """List what was asked for: what is open first, the rest newest first."""
    found = await room_of(request).aside.ask(lambda store: store.requests())
    open_ = [one for one in found if one.state is RequestState.OPEN]
    rest = [one for one in found if one.state is not RequestState.OPEN][::-1]
    part = part_of(request, "page", len(rest))
    return page(
        request,
        "desk_requests.html",
        open=open_,
        rest=rest[part.start : part.end],
        part=part,
    )


class RequestPage(NamedTuple):
    """A request, and what the desk needs to know for it."""

    asked: LicenceRequest
    article: Article | None
    """The article that it asks about; None where it asks for none, or nobody knows it."""
    foreign: tuple[ForeignPart, ...]
    licences: tuple[Licence, ...]
    """The newest version of each."""


async def one(request: Request, who: Credential) -> Response:
    """Show a request."""
    return await _page(request, form_of(Accept, request), form_of(Decline, request))


async def grant(request: Request, who: Credential) -> Response:
    """Show the partner's file that accepting would write; accept, once somebody is sure."""
    room, name = room_of(request), request.path_params["request"]
    form, decline = await sent(Accept, request), form_of(Decline, request)
    seen = await _looked(request)
    form.licence.choices = _choices(seen)
    if not form.validate():
        return await _page(request, form, decline, 422)
    wanted = Grant(form.licence.data, (form.name.data or "").strip(), by_whom(who))
    try:
        if not form.sure.data:
            plan = partial(planned_file, room.desk, name, wanted, room.now)
            file = await asyncio.to_thread(plan)
            return page(request, "desk_planned.html", seen=seen, form=form, file=file)
        async with turn(request):
            made = partial(accept, room.desk, name, wanted, room.now, room.chance)
            done = await asyncio.to_thread(made)
    except StoreFailed:
        raise
    except SyndicateError as met:
        return await _page(request, form, decline, 409, met)
    return _granted(request, seen, done)


def _granted(request: Request, seen: RequestPage, done: Granted) -> Response:
    answers = tuple(dossier.by_part(done.decision)) if done.decision else ()
    whole = dossier.whole(done.decision) if done.decision else ()
    return page(request, "desk_granted.html", seen=seen, done=done, answers=answers, whole=whole)


async def decline(request: Request, who: Credential) -> Response:
    """Decline a request."""
    room, name = room_of(request), request.path_params["request"]
    form = await sent(Decline, request)
    if not form.validate():
        return await _page(request, form_of(Accept, request), form, 422)
    why, by = form.reason.data or "", by_whom(who)
    try:
        async with turn(request):
            await asyncio.to_thread(declined, room.desk, name, why, room.now, by)
    except AccessRefused as met:
        return await _page(request, form_of(Accept, request), form, 409, met)
    return onward(f"/desk/requests/{name}")


async def _page(
    request: Request,
    form: Accept,
    decline: Decline,
    status: int = 200,
    refused: SyndicateError | None = None,
) -> Response:
    seen = await _looked(request)
    form.licence.choices = _choices(seen)
    return page(
        request,
        "desk_request.html",
        status,
        seen=seen,
        form=form,
        decline=decline,
        refused=refused,
    )


def _choices(seen: RequestPage) -> list[tuple[str, str]]:
    return [("", ""), *((one.ref, f"{one.title} ({one.ref})") for one in seen.licences)]


async def _looked(request: Request) -> RequestPage:
    name, now = request.path_params["request"], room_of(request).now()

    def looked(files: DeskFiles, store: Store) -> RequestPage:
        asked = find_request(store.requests(), name)
        article = _article(store, asked.form.article)
        newest = {
            one.id: one for one in sorted(files.licences, key=lambda one: (one.id, one.version))
        }
        foreign = tuple(foreign_parts(article, files.desk, now)) if article else ()
        return RequestPage(asked, article, foreign, tuple(newest.values()))

    return await room_of(request).look(looked)


def _article(store: Store, name: str) -> Article | None:
    try:
        return store.article(guid_named(store, name)) if name else None
    except NotFound:
        return None


async def back(request: Request, who: Credential) -> Response:
    """Lead whoever asks for the answer to a form, as in another language, to the form."""
    return onward(f"/desk/requests/{request.path_params['request']}")


ROUTES = [
    Route("/desk/requests", DOOR.opens(requests)),
    Route("/desk/requests/{request}", DOOR.opens(one)),
    Route("/desk/requests/{request}/accept", DOOR.opens(back)),
    Route("/desk/requests/{request}/decline", DOOR.opens(back)),
    Route("/desk/requests/{request}/accept", DOOR.opens(grant), methods=["POST"]),
    Route("/desk/requests/{request}/decline", DOOR.opens(decline), methods=["POST"]),
]
