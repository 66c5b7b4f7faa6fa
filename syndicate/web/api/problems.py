"""What is wrong with a request, as `application/problem+json` (RFC 9457)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import NamedTuple

from starlette.responses import Response

from syndicate.web.api.answers import Fault, Problem

PROBLEM = "application/problem+json"
SAFE = {
    "cache-control": "no-store",
    "vary": "Authorization",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}
"""What every answer says to caches and browsers."""


class Kind(NamedTuple):
    """What can be wrong."""

    status: HTTPStatus
    title: str
    mend: str


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "key-missing": Kind(
            HTTPStatus.UNAUTHORIZED, "A key is needed.", "send it as Basic or Bearer"
        ),
        "key-unknown": Kind(
            HTTPStatus.UNAUTHORIZED, "This key opens nothing.", "ask the publisher for another"
        ),
        "not-found": Kind(
            HTTPStatus.NOT_FOUND,
            "There is nothing for you here.",
            "look at the addresses you were given",
        ),
        "method-not-allowed": Kind(
            HTTPStatus.METHOD_NOT_ALLOWED,
            "This cannot be done here.",
            "use a method that Allow names",
        ),
        "query-unknown": Kind(
            HTTPStatus.BAD_REQUEST, "There is no such parameter.", "leave it out"
        ),
        "query-twice": Kind(
            HTTPStatus.BAD_REQUEST, "A parameter is stated twice.", "state it once"
        ),
        "query-wrong": Kind(HTTPStatus.BAD_REQUEST, "A parameter cannot be read.", "correct it"),
        "not-json": Kind(
            HTTPStatus.BAD_REQUEST, "The body is no JSON.", "send one JSON object in UTF-8"
        ),
        "cursor-unknown": Kind(
            HTTPStatus.CONFLICT,
            "What you have read so far is not the beginning of what there is now.",
            "begin again without after",
        ),
        "too-large": Kind(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is too large.", "send less"
        ),
        "media-type": Kind(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "The body is of a type or a coding that is not taken.",
            "send it as application/json, not packed",
        ),
        "fields-wrong": Kind(
            HTTPStatus.UNPROCESSABLE_ENTITY, "Some fields are wrong.", "mend what faults names"
        ),
        "too-often": Kind(
            HTTPStatus.TOO_MANY_REQUESTS,
            "That was too often.",
            "wait for as many seconds as Retry-After says",
        ),
        "failed": Kind(
            HTTPStatus.INTERNAL_SERVER_ERROR,
            "Something broke here.",
            "tell the publisher when it was",
        ),
        "record-away": Kind(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "The record cannot be asked now.",
            "ask again when Retry-After says; the feeds themselves are there",
        ),
    }
)


class Wrong(Exception):
    """A request is refused; the code says why."""

    def __init__(
        self,
        code: str,
        mend: str = "",
        *,
        faults: Iterable[Fault] = (),
        headers: Iterable[tuple[str, str]] = (),
    ) -> None:
        super().__init__(code)
        self.code = code
        self.mend = mend
        self.faults = tuple(faults)
        self.headers = tuple(headers)


def problem(wrong: Wrong) -> Response:
    """Give the answer that says what is wrong."""
    kind = KINDS[wrong.code]
    says = Problem(
        title=kind.title,
        status=int(kind.status),
        code=wrong.code,
        mend=wrong.mend or kind.mend,
        faults=wrong.faults,
    )
    found = Response(says.model_dump_json(exclude_defaults=True), int(kind.status), SAFE, PROBLEM)
    for name, value in wrong.headers:
        found.headers.append(name, value)
    return found
