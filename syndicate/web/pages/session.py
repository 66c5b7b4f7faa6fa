"""Who is signed in: a cookie that is signed, and says which key proved it.

Whether that key still opens anything is asked again with every page, so that a session ends with
its key.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from syndicate.model.credential import Credential, Kind
from syndicate.web.pages.room import room_of

LASTS = 12 * 3_600
"""Seconds after which one has to sign in again."""
SECRET_BYTES = 32
_WHO = "who"


def kept_secret(path: Path, chance: bytes) -> bytes:
    """Give the secret that sessions are signed with; `chance` becomes it where there is none.

    Raises OSError.
    """
    with suppress(FileExistsError):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "wb") as file:
            file.write(chance)
            file.flush()
            os.fsync(file.fileno())
    found = path.read_bytes()
    if len(found) != SECRET_BYTES:
        raise OSError(f"{path} holds no secret; remove it, and everybody signs in again")
    return found


class Sessions:
    """Keeps a session for each browser; where TLS is spoken, its cookie never goes without."""

    def __init__(self, app: ASGIApp, secret: str) -> None:
        self._plain = SessionMiddleware(
            app, secret, session_cookie="session", max_age=LASTS, same_site="lax"
        )
        self._safe = SessionMiddleware(
            app,
            secret,
            session_cookie="__Host-session",
            max_age=LASTS,
            same_site="lax",
            https_only=True,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with its session."""
        app = self._safe if scope.get("scheme") == "https" else self._plain
        await app(scope, receive, send)


def sign_in(request: Request, credential: Credential) -> None:
    """Begin a session; nothing of the one before is left in it."""
    request.session.clear()
    request.session[_WHO] = credential.id


def sign_out(request: Request) -> None:
    """End a session."""
    request.session.clear()


def signed_in(request: Request, kind: Kind) -> Credential | None:
    """Give who is signed in with a credential of a kind that is still live."""
    room = room_of(request)
    known: Mapping[str, Credential] = room.catalog().credentials
    found = known.get(str(request.session.get(_WHO, "")))
    if found is None or found.kind is not kind or not found.is_live(room.now()):
        return None
    return found
