"""Orders on an article: first what one would do, and to whom; then it is done, and said.

An order writes and publishes, which takes as long as it takes: so it runs in a thread of its own,
and one at a time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import NamedTuple

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from syndicate.acts.orders import Ordered, OrderRefused, carry_out
from syndicate.model.article import Article, PubStatus, WithdrawalReason
from syndicate.model.base import plain_line
from syndicate.model.credential import Credential
from syndicate.model.desk import Desk, DeskFiles
from syndicate.model.errors import NotFound
from syndicate.pipeline import amend, dossier
from syndicate.pipeline.incoming import Refusal
from syndicate.pipeline.ports import Store
from syndicate.pipeline.versions import History
from syndicate.web.pages.desk import DOOR, by_whom, turn
from syndicate.web.pages.forms import BringBack, Sure, TakeBack, form_of, sent
from syndicate.web.pages.room import room_of
from syndicate.web.pages.shown import page

SHOWN = 100
"""Partners, documents and notices that a page names, at most; it counts them all."""

_Made = Callable[[Sure], Callable[..., Article | Refusal]]


def _kill(form: Sure) -> Callable[..., Article | Refusal]:
    reason = WithdrawalReason(form.data["reason"])
    return partial(amend.kill, reason=reason, note=_note(form))


def _withhold(form: Sure) -> Callable[..., Article | Refusal]:
    reason = WithdrawalReason(form.data["reason"])
    return partial(amend.withhold, reason=reason, note=_note(form))


def _reinstate(form: Sure) -> Callable[..., Article | Refusal]:
    """Bring back what was killed only where the page before said that it was."""
    killed = form.sure.data == PubStatus.CANCELED
    return partial(amend.reinstate, note=_note(form), even_killed=killed)


def _note(form: Sure) -> str:
    return str(plain_line(form.data["note"] or ""))


class _Kind(NamedTuple):
    """One kind of order."""

    form: type[Sure]
    made: _Made
    of: frozenset[PubStatus]
    """The status of an article that it is for."""


KINDS: Mapping[str, _Kind] = {
    "kill": _Kind(TakeBack, _kill, frozenset({PubStatus.USABLE, PubStatus.WITHHELD})),
    "withhold": _Kind(TakeBack, _withhold, frozenset({PubStatus.USABLE})),
    "reinstate": _Kind(BringBack, _reinstate, frozenset({PubStatus.WITHHELD, PubStatus.CANCELED})),
}
"""The orders that pages can give; correcting stays a command."""


class Reach(NamedTuple):
    """Who an order is about."""

    article: Article
    """The newest version."""
    holders: int
    keepers: tuple[dossier.Keeper, ...]
    """The first of them."""


async def ask(request: Request, who: Credential) -> Response:
    """Ask for reason and note."""
    kind, what = _kind(request)
    return await _page(request, "desk_order.html", form_of(kind.form, request), what)


async def give(request: Request, who: Credential) -> Response:
    """Show what an order would do, and to whom; give it, once somebody is sure."""
    kind, what = _kind(request)
    form = await sent(kind.form, request)
    if not form.validate():
        return await _page(request, "desk_order.html", form, what, 422)
    if not form.sure.data:
        return await _page(request, "desk_sure.html", form, what)
    room, guid = room_of(request), request.path_params["guid"]
    order = kind.made(form)

    def ordered(_: Desk, __: History) -> Callable[..., Article | Refusal]:
        return order

    if not await room.aside.ask(lambda store: bool(store.history(guid))):
        raise HTTPException(404)
    give_it = partial(
        carry_out, room.desk, guid, ordered, room.now, inbox=what == "reinstate", by=by_whom(who)
    )
    try:
        async with turn(request):
            done: Ordered = await asyncio.to_thread(give_it)
    except OrderRefused as met:
        return await _page(request, "desk_order.html", form, what, 409, refused=met)
    return _done(request, done, what)


def _done(request: Request, done: Ordered, what: str) -> Response:
    changes, told = list(done.changes()), done.reached.notices()
    return page(
        request,
        "desk_ordered.html",
        done=done,
        what=what,
        changes=changes[:SHOWN],
        changed=len(changes),
        told=told[:SHOWN],
        told_of=len(told),
    )


def _kind(request: Request) -> tuple[_Kind, str]:
    what = request.path_params["what"]
    if what not in KINDS:
        raise HTTPException(404)
    return KINDS[what], what


async def _page(
    request: Request,
    name: str,
    form: Sure,
    what: str,
    status: int = 200,
    refused: OrderRefused | None = None,
) -> Response:
    room, guid = room_of(request), request.path_params["guid"]

    def looked(files: DeskFiles, store: Store) -> Reach:
        return _reach(files, store, guid, room.now())

    seen = await room.look(looked)
    fits = seen.article.pub_status in KINDS[what].of
    return page(
        request,
        name,
        status,
        seen=seen,
        what=what,
        form=form,
        fits=fits,
        refused=refused,
    )


def _reach(files: DeskFiles, store: Store, guid: str, now: datetime) -> Reach:
    history = store.history(guid)
    if not history:
        raise NotFound(f"no article {guid!r}")
    held = store.held(guid)
    names = dossier.keepers_among(held)
    keepers = tuple(dossier.keepers(files, held, names[:SHOWN], now))
    return Reach(history[-1], len(names), keepers)


ROUTES = [
    Route("/desk/orders/{what}/{guid:path}", DOOR.opens(ask)),
    Route("/desk/orders/{what}/{guid:path}", DOOR.opens(give), methods=["POST"]),
]
