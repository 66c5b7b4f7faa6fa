"""Answers, and those that refuse: problems (RFC 9457), with a code and what to do about it."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import NamedTuple

from syndicate.model.credential import Credential
from syndicate.pipeline.catalog import Catalog
from syndicate.web.asked import Asked
from syndicate.web.challenge import challenges

RETRY = 60
"""Seconds after which to ask again what cannot be told now."""
SAFE = (
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
)


class Answer(NamedTuple):
    """Status, headers in their order, body."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""
    code: str = ""
    """Of what is wrong; empty where nothing is."""
    who: Credential | None = None
    """Who proved to be who."""
    path: str = ""
    """The document that was answered with."""
    tag: str = ""
    """Its entity-tag."""
    coding: str = ""
    """The coding of its representation."""


class Wrong(NamedTuple):
    """A refusal: its stable code, and what to do about it."""

    status: HTTPStatus
    code: str
    title: str
    mend: str
    allow: str = "GET, HEAD"
    """The methods that are there."""


NO_KEY = Wrong(
    HTTPStatus.UNAUTHORIZED, "key-missing", "A key is needed.", "send it as Basic or Bearer"
)
BAD_KEY = Wrong(
    HTTPStatus.UNAUTHORIZED,
    "key-unknown",
    "This key opens nothing.",
    "ask the publisher for another",
)
NOTHING = Wrong(
    HTTPStatus.NOT_FOUND,
    "not-found",
    "There is nothing for you here.",
    "look at the addresses you were given",
)
METHOD = Wrong(
    HTTPStatus.METHOD_NOT_ALLOWED,
    "method-not-allowed",
    "Documents are read only.",
    "use GET or HEAD",
)
CODING = Wrong(
    HTTPStatus.NOT_ACCEPTABLE,
    "no-such-coding",
    "It is not there in a coding you take.",
    "accept gzip or identity",
)
CHANGED = Wrong(
    HTTPStatus.PRECONDITION_FAILED,
    "precondition-failed",
    "It is not what you take it for.",
    "ask without the condition",
)
_UNREADABLE = {
    one.status: one
    for one in (
        Wrong(
            HTTPStatus.BAD_REQUEST,
            "malformed-request",
            "This is no request.",
            "send HTTP/1.1 with one Host",
        ),
        Wrong(
            HTTPStatus.REQUEST_URI_TOO_LONG,
            "address-too-long",
            "No address here is that long.",
            "look at the addresses you were given",
        ),
        Wrong(
            HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
            "head-too-large",
            "These are too many header fields, or too long ones.",
            "send fewer",
        ),
    )
}


TOO_OFTEN = Wrong(
    HTTPStatus.TOO_MANY_REQUESTS,
    "too-often",
    "That was asked too often.",
    "ask again after as many seconds as Retry-After says",
)
UNREAD = Wrong(
    HTTPStatus.SERVICE_UNAVAILABLE,
    "document-away",
    "It cannot be read now.",
    "ask again later",
)
AWAY = Wrong(
    HTTPStatus.SERVICE_UNAVAILABLE,
    "record-away",
    "The record cannot be asked now.",
    "ask again later; the feed itself is there",
)


def too_often(asked: Asked, catalog: Catalog, wait: int) -> Answer:
    """Refuse what was asked too often; wait so many seconds (RFC 6585, section 4)."""
    found = refused(asked, catalog, TOO_OFTEN)
    return found._replace(headers=(*found.headers, ("retry-after", str(wait))))


def away(asked: Asked, catalog: Catalog) -> Answer:
    """Refuse what only the record could tell, while it cannot be asked."""
    return refused(asked, catalog, AWAY)


def unreadable(status: HTTPStatus) -> Answer:
    """Give the answer to what is no request, or too large a one."""
    wrong = _UNREADABLE[status]
    return Answer(status, _described(_problem(wrong)), _problem(wrong), wrong.code)


def _problem(wrong: Wrong) -> bytes:
    """Give a problem (RFC 9457)."""
    says = {"title": wrong.title, "status": int(wrong.status)}
    return json.dumps({**says, "code": wrong.code, "mend": wrong.mend}).encode()


def _described(body: bytes) -> tuple[tuple[str, str], ...]:
    return (
        ("content-type", "application/problem+json"),
        ("content-length", str(len(body))),
        ("cache-control", "no-store"),
        ("vary", "Authorization, Accept-Encoding"),
        *SAFE,
    )


def refused(asked: Asked, catalog: Catalog, wrong: Wrong) -> Answer:
    """Give a refusal. It says nothing of what there is for others."""
    body = _problem(wrong)
    headers = [*_described(body)]
    if wrong.status is HTTPStatus.UNAUTHORIZED:
        headers.extend(challenges(catalog.name))
    if wrong.status is HTTPStatus.METHOD_NOT_ALLOWED:
        headers.append(("allow", wrong.allow))
    if wrong.status is HTTPStatus.SERVICE_UNAVAILABLE:
        headers.append(("retry-after", str(RETRY)))
    return Answer(
        wrong.status, tuple(headers), b"" if asked.method == "HEAD" else body, wrong.code
    )
