"""Anybody asks for a licence; what of the article is not ours to give is said at once."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from syndicate.licensing.withdraw import current
from syndicate.model.article import Article, PubStatus
from syndicate.model.request import LicenceRequest, RequestForm
from syndicate.pipeline.ports import Store
from syndicate.pipeline.requests import ForeignPart, foreign_parts, received
from syndicate.web.limits import ASK, LOOK, address_of
from syndicate.web.pages.forms import Ask, form_of, sent
from syndicate.web.pages.room import Room, room_of
from syndicate.web.pages.shown import later, onward, page
from syndicate.web.pages.words import _

_ASKED = "asked"


class About(NamedTuple):
    """What is said of the article that somebody asks about."""

    headline: str
    foreign: tuple[ForeignPart, ...]


async def ask(request: Request) -> Response:
    """Show the form."""
    name = request.query_params.get("article", "")[:2_000]
    limits = request.app.state.limits
    wait = limits.wait(LOOK, "look", address_of(request)) if name else 0
    if wait:
        return later(request, 429, _("That was too often."), wait)
    form = form_of(Ask, request, prefill={"article": name})
    return await _form(request, form, name)


async def take(request: Request) -> Response:
    """Take a filled form."""
    room = room_of(request)
    limits = request.app.state.limits
    form = await sent(Ask, request)
    if wait := limits.wait(ASK, "ask", address_of(request)):
        return later(request, 429, _("That was too often."), wait)
    asked = _checked(form) if form.validate() else None
    name = form.article.data or ""
    if asked is None:
        return await _form(request, form, name, status=422)
    about = await about_article(room, name)
    if name and about is None:
        form.article.errors = [*form.article.errors, _("We know no article at this address.")]
        return await _form(request, form, name, status=422)
    if wait := limits.keep(address_of(request)):
        return later(request, 429, _("That was too often."), wait)
    made = received(asked, room.now(), room.chance()[:4])
    await room.record.ask(lambda store: store.keep_request(made, made.at))
    request.session[_ASKED] = made.id
    return onward("/request/done")


async def done(request: Request) -> Response:
    """Say that it came in, and what of it cannot be had."""
    room = room_of(request)
    name = request.session.get(_ASKED, "")
    found = await room.record.ask(lambda store: _request(store, name))
    if found is None:
        return onward("/request")
    about = await about_article(room, found.form.article)
    return page(request, "asked.html", asked=found, about=about)


def _request(store: Store, name: str) -> LicenceRequest | None:
    return next((one for one in store.requests() if one.id == name), None)


async def _form(request: Request, form: Ask, name: str, status: int = 200) -> Response:
    room = room_of(request)
    about = await about_article(room, name)
    return page(request, "ask.html", status, form=form, about=about)


def _checked(form: Ask) -> RequestForm | None:
    """Give what was said, as the desk takes it; else its faults stand beside the fields."""
    data: dict[str, Any] = {
        name: value for name, value in form.data.items() if value not in (None, "", [])
    }
    data.pop("csrf_token", None)
    try:
        return RequestForm.model_validate(data)
    except ValidationError as err:
        for fault in err.errors(include_url=False, include_input=False):
            field = form[str(fault["loc"][0])]
            field.errors = [*field.errors, _WRONG.get(field.name, _OTHERWISE)]
    return None


_OTHERWISE = _("This cannot be used as it is.")
_WRONG = {
    "contact": _("Write a mail address, for example desk@example.org."),
    "site": _("Write an address that begins with https://."),
    "country": _("Choose a country."),
    "article": _("Write the address of the article."),
}


async def about_article(room: Room, name: str) -> About | None:
    """Give what anybody may know of an article; None where there is no such page yet, or any more.

    Raises SyndicateError.
    """
    if not name:
        return None
    now = room.now()
    article = await room.aside.ask(lambda store: _out(store, name, now))
    if article is None:
        return None
    desk = (await room.look(lambda files, store: files)).desk
    return About(article.headline, tuple(foreign_parts(article, desk, now)))


def _out(store: Store, name: str, now: datetime) -> Article | None:
    """Give an article as it stands on its page; None where nobody may see that."""
    found = _named(store, name)
    article = current(store.history(found), now) if found else None
    if article is None or article.pub_status is not PubStatus.USABLE or _waits(article, now):
        return None
    return article


def _named(store: Store, name: str) -> str | None:
    """Give the guid of an article that is named whole: nobody finds one by trying."""
    if store.history(name):
        return name
    return store.guid_of(f"url:{name}") or store.guid_of(f"id:{name}") or store.at_page(name)


def _waits(article: Article, now: datetime) -> bool:
    """Say whether an embargo keeps it from somebody still."""
    embargo = article.embargoed
    if embargo is None:
        return False
    ends = [one.until.at for one in embargo.by_partner]
    ends += [one.until.at for one in embargo.by_territory]
    ends += [embargo.until.at] if embargo.until else []
    return embargo.open_ended or any(now < one for one in ends)


ROUTES = [
    Route("/request", ask),
    Route("/request", take, methods=["POST"]),
    Route("/request/done", done),
]
