"""What a request for a document is answered with: the whole of it, without a database.

Who asks is settled before anything else; a document that is not there and one that is somebody
else's are answered alike. Then the representation is chosen, then what the reader has already
(RFC 9110, sections 12 and 13; RFC 9457 for what is wrong).
"""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from http import HTTPStatus
from typing import NamedTuple, Protocol

from syndicate.model.credential import Credential
from syndicate.model.document import ENDINGS
from syndicate.pipeline.catalog import Catalog, Listed
from syndicate.pipeline.delta import Changes
from syndicate.web.asked import IDENTITY, Asked, best_coding, matches, moment
from syndicate.web.challenge import challenges
from syndicate.web.held import Held

FRESH = 300
"""Seconds for which a reader may use what it has without asking, at most."""
OPEN_FRESH = 3_600
"""The same for what anybody may read."""
RETRY = 60
"""Seconds after which to ask again what cannot be told now."""
BY_NGINX = "/.published/"
"""The location in nginx of what is published; nobody can ask for it."""
SECOND = timedelta(seconds=1)
SAFE = (
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
)
_LICENCE_TYPES = {
    "html": "text/html; charset=utf-8",
    "jsonld": "application/ld+json",
    "rsl": "application/rsl+xml",
}


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


_NO_KEY = Wrong(
    HTTPStatus.UNAUTHORIZED, "key-missing", "A key is needed.", "send it as Basic or Bearer"
)
_BAD_KEY = Wrong(
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
_CODING = Wrong(
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
AWAY = Wrong(
    HTTPStatus.SERVICE_UNAVAILABLE,
    "record-away",
    "The record cannot be asked now.",
    "ask again later; the feed itself is there",
)


def answered(asked: Asked, catalog: Catalog, shelf: Shown, now: datetime) -> Answer:
    """Give the answer to a request for a document."""
    path = asked.path.removeprefix("/")
    if path in catalog.open and not asked.token:
        return document(asked, catalog, shelf, path, None, now)
    listed = catalog.feeds.get(path)
    who, wrong = admitted(asked, catalog, listed, now)
    if who and is_sent_right(who, asked) and who.partner in catalog.lent.get(path, ()):
        wrong = None
    return (wrong or document(asked, catalog, shelf, path, listed, now))._replace(who=who)


def admitted(
    asked: Asked, catalog: Catalog, listed: Listed | None, now: datetime
) -> tuple[Credential | None, Answer | None]:
    """Give who asks, and the refusal where a feed's document is not for it."""
    if listed and listed.public and not asked.token:
        return None, None
    name, secret = asked.secret()
    who = catalog.proved(secret, now) if secret else None
    if who is None or (name and name != who.partner):
        return None, refused(asked, catalog, _BAD_KEY if asked.states_secret else _NO_KEY)
    if listed is None or not _opens(who, listed, asked):
        return who, refused(asked, catalog, NOTHING)._replace(who=who)
    return who, None


def terms_document(asked: Asked, catalog: Catalog, shelf: Shown, now: datetime) -> Answer:
    """Give the answer with a licence document to who may read it."""
    return document(asked, catalog, shelf, asked.path.removeprefix("/"), None, now)


def is_sent_right(who: Credential, asked: Asked) -> bool:
    """Say whether a credential came by its own way: a token in a header opens nothing, nor does a
    key in an address."""
    return who.kind == ("token" if asked.token else "key")


def _opens(who: Credential, listed: Listed, asked: Asked) -> bool:
    """Say whether a credential is for a document, by the way it came."""
    return is_sent_right(who, asked) and who.opens(listed.partner, listed.place, listed.feed)


class Shown(Protocol):
    """Where the bytes of documents are."""

    def codings(self, path: str) -> tuple[str, ...]:
        """Give the codings a document is there in, best first; none where it is not there."""

    def get(self, path: str, coding: str) -> Held | None:
        """Give a representation."""


def document(
    asked: Asked,
    catalog: Catalog,
    shelf: Shown,
    path: str,
    listed: Listed | None,
    now: datetime,
) -> Answer:
    """Give the answer to who may have a document."""
    if asked.method not in {"GET", "HEAD"}:
        return refused(asked, catalog, METHOD)
    there = shelf.codings(path)
    coding = best_coding(asked.codings(), there)
    if there and coding is None:
        return refused(asked, catalog, _CODING)
    held = shelf.get(path, coding) if coding else None
    if held is None:
        return refused(asked, catalog, NOTHING)
    headers = (
        *_kept(held, listed, catalog, now, path),
        *_says(catalog.url, path, listed, hub_links(catalog, path)),
    )
    status = _condition(asked, held)
    if status is HTTPStatus.PRECONDITION_FAILED:
        return refused(asked, catalog, CHANGED)
    if status is HTTPStatus.NOT_MODIFIED:
        return Answer(
            HTTPStatus.NOT_MODIFIED, headers, path=path, tag=held.tag, coding=held.coding
        )
    media_type = listed.media_type if listed else _LICENCE_TYPES[path.rpartition(".")[2]]
    described = [("content-type", typed(media_type)), ("content-length", str(len(held.data)))]
    if held.coding != IDENTITY:
        described.append(("content-encoding", held.coding))
    body = held.data if asked.method == "GET" else b""
    whole = (*headers, *described)
    return Answer(HTTPStatus.OK, whole, body, path=path, tag=held.tag, coding=held.coding)


def typed(media_type: str) -> str:
    """Give a media type with its charset, where it has that parameter (RFC 7303, section 3)."""
    return (
        media_type
        if "charset" in media_type or "json" in media_type
        else f"{media_type}; charset=utf-8"
    )


def _condition(asked: Asked, held: Held) -> HTTPStatus:
    """Give 304 or 412 where a condition says so, else 200, in the order of RFC 9110, 13.2.2."""
    if tags := asked.header("if-match"):
        if not matches(tags, held.tag, weak=False):
            return HTTPStatus.PRECONDITION_FAILED
    elif (since := moment(asked.header("if-unmodified-since"))) and held.changed > since:
        return HTTPStatus.PRECONDITION_FAILED
    if tags := asked.header("if-none-match"):
        return HTTPStatus.NOT_MODIFIED if matches(tags, held.tag, weak=True) else HTTPStatus.OK
    since = moment(asked.header("if-modified-since"))
    return HTTPStatus.NOT_MODIFIED if since and held.changed <= since else HTTPStatus.OK


def _kept(
    held: Held, listed: Listed | None, catalog: Catalog, now: datetime, path: str
) -> Iterator[tuple[str, str]]:
    """Give what a cache needs: nobody may use a document beyond the moment that changes it.

    What was put after the catalog was read may have another such moment.
    """
    yield "etag", held.tag
    yield "last-modified", held.modified
    if listed is None:
        is_open = path in catalog.open
        yield "cache-control", f"{'public' if is_open else 'private'}, max-age={OPEN_FRESH}"
        yield "vary", "Accept-Encoding" if is_open else "Authorization, Accept-Encoding"
        return
    scope = "public" if listed.public else "private"
    left = math.floor((listed.due - now).total_seconds()) if listed.due else FRESH
    left = 0 if held.changed >= catalog.at - SECOND else left
    yield "cache-control", f"{scope}, max-age={max(0, min(FRESH, left))}, must-revalidate"
    yield "vary", "Accept-Encoding" if listed.public else "Authorization, Accept-Encoding"


@lru_cache(10_000)
def _says(
    url: str, path: str, listed: Listed | None, hubs: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    return tuple(_said(url, path, listed, hubs))


def hub_links(catalog: Catalog, path: str) -> tuple[str, ...]:
    """Give where a document is, and the hubs that tell of it (WebSub, sections 4 and 7): of feeds
    alone, and a hub of somebody else cannot read what is not public."""
    listed, here = catalog.feeds.get(path), f'<{catalog.url}/{path}>; rel="self"'
    if listed is None:
        return (here,)
    links = here, f'<{catalog.url}/hub>; rel="hub"'
    return (*links, f'<{catalog.hub}>; rel="hub"') if listed.public and catalog.hub else links


def _said(
    url: str, path: str, listed: Listed | None, hubs: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    """Give what travels with every document: where it is, who tells of it, and its terms.

    Web Linking (RFC 8288); WebSub; TDM Reservation Protocol, HTTP header fields.
    """
    yield from SAFE
    if listed is None:
        yield "link", f'<{url}/{path}>; rel="self"'
        yield "content-security-policy", "default-src 'none'; style-src 'unsafe-inline'"
        return
    links = list(hubs)
    for one in listed.licences:
        kind = _LICENCE_TYPES[one.rpartition(".")[2]].partition(";")[0]
        links.append(f'<{url}/{one}>; rel="license"; type="{kind}"')
    if listed.put:
        says = "what changes from here on"
        links.append(f'<{url}/{path}?since={listed.put}>; rel="next"; title="{says}"')
    yield "link", ", ".join(links)
    yield "tdm-reservation", "1"
    policy = next((one for one in listed.licences if one.endswith(".jsonld")), None)
    if policy:
        yield "tdm-policy", f"{url}/{policy}"


def changed(asked: Asked, whole: Answer, changes: Changes, catalog: Catalog) -> Answer:
    """Give the answer that has only what changed, in the place of the whole document.

    226 where a reader named by its tag what it has (RFC 3229), 200 where it asked from an edition
    on, 204 where nothing changed since.
    """
    dropped = {
        "content-length",
        "content-encoding",
        "last-modified",
        "etag",
        "cache-control",
        "link",
    }
    headers = [(name, text) for name, text in whole.headers if name not in dropped]
    cursor = f"{catalog.url}/{whole.path}?since={changes.upto}"
    headers += [("cache-control", "private, no-store"), ("link", f'<{cursor}>; rel="next"')]
    if not changes.data:
        headers = [(name, text) for name, text in headers if name != "content-type"]
        return whole._replace(status=HTTPStatus.NO_CONTENT, headers=tuple(headers), body=b"")
    data = changes.data
    if best_coding(asked.codings(), ("gzip", IDENTITY)) == "gzip":
        data = gzip.compress(data, 6, mtime=0)
        headers.append(("content-encoding", "gzip"))
    headers.append(("content-length", str(len(data))))
    body = data if asked.method == "GET" else b""
    whole = whole._replace(body=body, coding="")
    if asked.since is not None:
        return whole._replace(status=HTTPStatus.OK, headers=tuple(headers))
    headers += [("im", "feed"), ("etag", whole.tag)]
    return whole._replace(status=HTTPStatus.IM_USED, headers=tuple(headers))


def too_often(asked: Asked, catalog: Catalog, wait: int) -> Answer:
    """Refuse what was asked too often; wait so many seconds (RFC 6585, section 4)."""
    found = refused(asked, catalog, TOO_OFTEN)
    return found._replace(headers=(*found.headers, ("retry-after", str(wait))))


def away(asked: Asked, catalog: Catalog) -> Answer:
    """Refuse what only the record could tell, while it cannot be asked."""
    return refused(asked, catalog, AWAY)


def handed(found: Answer) -> Answer:
    """Give the answer that lets nginx send the file of a document, with all that is said here.

    X-Accel-Redirect: https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_ignore_headers
    """
    if not found.coding or not found.body:
        return found
    place = f"{BY_NGINX}{found.path}{ENDINGS.get(found.coding, '')}"
    headers = [one for one in found.headers if one[0] != "content-length"]
    headers += [("content-length", "0"), ("x-accel-redirect", place)]
    return found._replace(headers=tuple(headers), body=b"")


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
