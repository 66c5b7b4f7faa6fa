"""The interface as an ASGI application: who asks is settled first, then what is asked.

Nothing is remembered between two requests: no session, no cookie, so no page of another site can
make a browser ask for somebody.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from limits import RateLimitItem, parse
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from syndicate.model.credential import Credential, Kind
from syndicate.model.errors import NotFound, SyndicateError
from syndicate.web.api.asking import Call
from syndicate.web.api.description import description
from syndicate.web.api.problems import SAFE, Wrong, problem
from syndicate.web.api.reading import DESCRIPTION, body_of, query_of
from syndicate.web.api.table import OPERATIONS, Operation
from syndicate.web.asked import asked
from syndicate.web.challenge import challenges
from syndicate.web.limits import Limits, address_of
from syndicate.web.pages.room import Room, room_of

FIRST = "api"
"""The first part of the paths of the interface."""
OFTEN = 600
"""Requests a minute, for each key and each address."""
_RETRY = ("retry-after", "60")


def interface(room: Room, limits: Limits, often: int = OFTEN) -> Starlette:
    """Give the interface of a desk; `often` is how many requests a minute it takes of a key."""
    app = Starlette(
        routes=[*(_route(one) for one in OPERATIONS), Route(DESCRIPTION, _described)],
        exception_handlers={
            Wrong: _wrong,
            HTTPException: _not_routed,
            SyndicateError: _failed,
            Exception: _broken,
        },
    )
    app.router.redirect_slashes = False
    app.state.room = room
    app.state.limits = limits
    app.state.often = parse(f"{often}/minute")
    return app


def _route(one: Operation) -> Route:
    return Route(one.path, _endpoint(one), methods=[one.method])


def _endpoint(one: Operation) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        _count(request, "address", address_of(request))
        who = None if one.is_open else _key(request)
        query = query_of(request, one.parameters)
        body = await body_of(request, one.takes) if one.takes else None
        call = Call(request, room_of(request), request.app.state.limits, query, body, who)
        found = await one.answer(call)
        return Response(found.model_dump_json(), one.status, SAFE, "application/json")

    return answer


def _described(request: Request) -> Response:
    """Give the description of the interface."""
    _count(request, "address", address_of(request))
    query_of(request, ())
    catalog = room_of(request).catalog()
    headers = {**SAFE, "cache-control": "public, max-age=3600"}
    return Response(
        description(catalog.url, catalog.name), headers=headers, media_type="application/json"
    )


def _count(request: Request, *who: str) -> None:
    """Count a request. Raises Wrong where there were too many."""
    often: RateLimitItem = request.app.state.often
    if wait := request.app.state.limits.wait(often, "api", *who):
        raise Wrong("too-often", headers=[("retry-after", str(wait))])


def _key(request: Request) -> Credential:
    """Give the key that a request proves: in a header, never in an address. Raises Wrong."""
    room = room_of(request)
    catalog = room.catalog()
    says = asked(request.method, request.url.path, request.scope["headers"])
    name, secret = says.secret()
    who = catalog.proved(secret, room.now()) if secret else None
    if who is None or who.kind is not Kind.KEY or (name and name != who.partner):
        code = "key-unknown" if says.states_secret else "key-missing"
        raise Wrong(code, headers=challenges(catalog.name))
    request.scope["who"] = who
    _count(request, "key", who.id)
    return who


def _wrong(request: Request, met: Exception) -> Response:
    wrong = met if isinstance(met, Wrong) else Wrong("failed")
    request.scope["code"] = wrong.code
    return problem(wrong)


def _not_routed(request: Request, met: Exception) -> Response:
    """Say that there is no such path, or no such method of it."""
    headers = dict(getattr(met, "headers", None) or {})
    if allowed := headers.get("Allow"):
        return _wrong(request, Wrong("method-not-allowed", headers=[("allow", allowed)]))
    return _wrong(request, Wrong("not-found"))


def _failed(request: Request, met: Exception) -> Response:
    if isinstance(met, NotFound):
        return _wrong(request, Wrong("not-found"))
    return _wrong(request, Wrong("record-away", headers=[_RETRY]))


def _broken(request: Request, _met: Exception) -> Response:
    return _wrong(request, Wrong("failed"))
