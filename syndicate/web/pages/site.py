"""All pages, and what holds for each of them.

No page needs a script, and none may run one (Content Security Policy Level 3). Whatever changes
something is a form with a token of its own session; what fails says how to mend it.
"""

from __future__ import annotations

import asyncio
import hashlib
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from syndicate.model.credential import Kind
from syndicate.model.errors import AccessRefused, NotFound, StoreFailed, SyndicateError
from syndicate.web.limits import Limits
from syndicate.web.pages import ask, desk, desk_articles, desk_orders, desk_requests, portal
from syndicate.web.pages.room import Room
from syndicate.web.pages.session import Sessions, signed_in
from syndicate.web.pages.shown import AWAY, later, nothing, problem
from syndicate.web.pages.words import COOKIE, LANGUAGES, _

FIRST = frozenset({"request", "portal", "desk", "static", "language"})
"""The first part of the paths of pages."""
_YEAR = 365 * 24 * 3_600
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' http: https:; media-src http: https:; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_SAFE = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-frame-options": "DENY",
}


class _Safe:
    """Gives every answer the headers that keep browsers safe."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _SAFE.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, sent)


class _SameOrigin:
    """Refuses what another site makes a browser send (Fetch Metadata, Sec-Fetch-Site)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        site = request.headers.get("sec-fetch-site", "same-origin")
        if request.method not in {"GET", "HEAD"} and site not in {"same-origin", "none"}:
            await Response(status_code=403)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def site(room: Room, secret: bytes) -> Starlette:
    """Give the pages of a desk; sessions are signed with a secret."""
    app = Starlette(
        routes=[
            *ask.ROUTES,
            *portal.ROUTES,
            *desk.ROUTES,
            *desk_orders.ROUTES,
            *desk_articles.ROUTES,
            *desk_requests.ROUTES,
            Route("/language/{code}", _choose),
            Mount("/static", StaticFiles(directory=Path(__file__).parent / "static")),
        ],
        middleware=[
            Middleware(_Safe),
            Middleware(_SameOrigin),
            Middleware(Sessions, secret=hashlib.sha256(b"session" + secret).hexdigest()),
        ],
        exception_handlers={HTTPException: _wrong, SyndicateError: _failed},
    )
    app.state.room = room
    app.state.csrf_secret = hashlib.sha256(b"csrf" + secret).digest()
    app.state.limits = Limits()
    app.state.turn = asyncio.Lock()
    return app


def _choose(request: Request) -> Response:
    """Remember a language, and go back to where one came from."""
    code = request.path_params["code"]
    if code not in LANGUAGES:
        raise HTTPException(404)
    answer = RedirectResponse(_back(request.query_params.get("back", "")), 303)
    answer.set_cookie(
        COOKIE, code, max_age=_YEAR, samesite="lax", secure=request.url.scheme == "https"
    )
    return answer


def _back(stated: str) -> str:
    """Give the path of the page that somebody came from, if it is one of ours."""
    try:
        path = urlsplit(stated).path
    except ValueError:  # no address at all, as //[
        return "/portal"
    first = path.lstrip("/").partition("/")[0]
    return "/" + path.lstrip("/\\") if first in FIRST and "\\" not in path else "/portal"


_NOT_SO = _("Nothing is shown at this address.")
"""Of what only a button leads to."""


def _wrong(request: Request, met: Exception) -> Response:
    if not isinstance(met, HTTPException) or met.status_code == HTTPStatus.NOT_FOUND:
        return nothing(request)
    is_method = met.status_code == HTTPStatus.METHOD_NOT_ALLOWED
    found = problem(request, met.status_code, _NOT_SO if is_method else met.detail)
    for name, value in (met.headers or {}).items():
        found.headers[name] = value
    return found


def _failed(request: Request, met: Exception) -> Response:
    if isinstance(met, NotFound):
        return nothing(request)
    if isinstance(met, StoreFailed):
        return later(request, 503, _("The record cannot be reached."), AWAY)
    if isinstance(met, AccessRefused):
        return problem(request, 400, met.what, met.mend)
    if isinstance(met, SyndicateError) and signed_in(request, Kind.DESK):
        return problem(request, 503, met.what, met.mend)
    return later(request, 503, _("This cannot be shown now."), AWAY)
