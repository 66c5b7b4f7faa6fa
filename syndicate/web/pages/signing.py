"""Signing in with a key, and pages that only who did so sees: a partner's and the desk's alike."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from syndicate.model.credential import Credential, Kind
from syndicate.web.limits import SIGN_IN, address_of
from syndicate.web.pages.forms import Guarded, SignIn, form_of, sent
from syndicate.web.pages.room import room_of
from syndicate.web.pages.session import sign_in, sign_out, signed_in
from syndicate.web.pages.shown import later, onward, page
from syndicate.web.pages.words import _

Page = Callable[[Request, Credential], Awaitable[Response]]
"""Gives a page to whoever is signed in."""


class Door(NamedTuple):
    """Where one signs in, and with which kind of key."""

    kind: Kind
    start: str
    """The path of the first page behind it."""

    def opens(self, inner: Page) -> Callable[[Request], Awaitable[Response]]:
        """Give a page that only somebody sees who is signed in here."""

        async def guarded(request: Request) -> Response:
            who = signed_in(request, self.kind)
            return await inner(request, who) if who else onward(f"{self.start}/sign-in")

        return guarded

    async def enter(self, request: Request) -> Response:
        """Ask for the key."""
        return self._asked(request, form_of(SignIn, request))

    async def prove(self, request: Request) -> Response:
        """Begin a session for whoever has a key."""
        room = room_of(request)
        form = await sent(SignIn, request)  # read first: what is left unread ends the connection
        wait = request.app.state.limits.wait(SIGN_IN, "sign-in", address_of(request))
        if wait:
            return later(request, 429, _("That was too often."), wait)
        if form.validate():
            who = room.catalog().proved((form.key.data or "").strip(), room.now())
            if who and who.kind is self.kind:
                sign_in(request, who)
                return onward(self.start)
        return self._asked(request, form, wrong=True)

    async def leave(self, request: Request) -> Response:
        """End a session."""
        await pressed(request)
        sign_out(request)
        return onward(f"{self.start}/sign-in")

    def _asked(self, request: Request, form: SignIn, *, wrong: bool = False) -> Response:
        desk, status = self.kind is Kind.DESK, 422 if wrong else 200
        return page(request, "sign_in.html", status, form=form, wrong=wrong, desk=desk)

    def routes(self) -> list[Route]:
        """Give the pages of the door itself."""
        return [
            Route(f"{self.start}/sign-in", self.enter),
            Route(f"{self.start}/sign-in", self.prove, methods=["POST"]),
            Route(f"{self.start}/sign-out", self.leave, methods=["POST"]),
        ]


async def pressed(request: Request) -> None:
    """Refuse a button that no page of this session had. Raises HTTPException."""
    if not (await sent(Guarded, request)).validate():
        raise HTTPException(403, _("This page was open for too long."))
