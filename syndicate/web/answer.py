"""What a request for a document is answered with: the whole of it, without a database.

Who asks is settled before anything else; a document that is not there and one that is somebody
else's are answered alike. Then the representation is chosen, then what the reader has already
(RFC 9110, sections 12 and 13; RFC 9457 for what is wrong).
"""

from __future__ import annotations

import gzip
import math
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from http import HTTPStatus
from typing import Protocol

from syndicate.model.credential import Credential
from syndicate.model.document import ENDINGS
from syndicate.pipeline.catalog import Catalog, Listed
from syndicate.pipeline.delta import Changes
from syndicate.web.asked import IDENTITY, Asked, best_coding, matches, moment
from syndicate.web.held import Held
from syndicate.web.refusals import (
    BAD_KEY,
    CHANGED,
    CODING,
    METHOD,
    NO_KEY,
    NOTHING,
    SAFE,
    UNREAD,
    Answer,
    Wrong,
    refused,
)

FRESH = 300
"""Seconds for which a reader may use what it has without asking, at most."""
OPEN_FRESH = 3_600
"""The same for what anybody may read."""
BY_NGINX = "/.published/"
"""The location in nginx of what is published; nobody can ask for it."""
SECOND = timedelta(seconds=1)
SETTLED = 2 * SECOND
"""How old bytes are before their date is told: what is put in the same second has the same one."""
_LICENCE_TYPES = {
    "html": "text/html; charset=utf-8",
    "jsonld": "application/ld+json",
    "rsl": "application/rsl+xml",
}


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
        return None, refused(asked, catalog, BAD_KEY if asked.states_secret else NO_KEY)
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
    held = _representation(asked, shelf, path)
    if isinstance(held, Wrong):
        return refused(asked, catalog, held)
    if held is None:
        return refused(asked, catalog, UNREAD if is_out(catalog, path, listed) else NOTHING)
    headers = (
        *_dated(held, now),
        *_kept(held, listed, catalog, now, path),
        *_says(catalog.url, path, listed, hub_links(catalog, path)),
    )
    status = _condition(asked, held, now)
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


def _representation(asked: Asked, shelf: Shown, path: str) -> Held | Wrong | None:
    """Give what suits the reader best; None where nothing is there that can be read.

    What is gone is looked for once more: it may have been put in other codings since.
    """
    for _ in range(2):
        there = shelf.codings(path)
        coding = best_coding(asked.codings(), there)
        if there and coding is None:
            return CODING._replace(mend=f"accept {' or '.join(there)}")
        held = shelf.get(path, coding) if coding else None
        if held or not there:
            return held
    return None


def is_out(catalog: Catalog, path: str, listed: Listed | None) -> bool:
    """Say whether bytes of a document are known to be out. Of a feed that left the desk nobody
    knows: where it never held anything, its document was taken away."""
    if listed is None:
        return path in catalog.open or path in catalog.lent
    return bool(listed.place and listed.put)


def typed(media_type: str) -> str:
    """Give a media type with its charset, where it has that parameter (RFC 7303, section 3)."""
    return (
        media_type
        if "charset" in media_type or "json" in media_type
        else f"{media_type}; charset=utf-8"
    )


def is_settled(held: Held, now: datetime) -> bool:
    """Say whether a date names these bytes alone: it does once its second is over, because what is
    put within it has the same one (RFC 9110, section 8.8.2.2)."""
    return now >= held.changed + SETTLED


def _dated(held: Held, now: datetime) -> Iterator[tuple[str, str]]:
    """Give by what a reader can say later what it has."""
    yield "etag", held.tag
    if is_settled(held, now):
        yield "last-modified", held.modified


def _condition(asked: Asked, held: Held, now: datetime) -> HTTPStatus:
    """Give 304 or 412 where a condition says so, else 200, in the order of RFC 9110, 13.2.2.

    A date says that nothing is new only where it is the very date of these bytes: what is put back
    or put by a clock that was wrong is older, and other bytes all the same.
    """
    if tags := asked.header("if-match"):
        if not matches(tags, held.tag, weak=False):
            return HTTPStatus.PRECONDITION_FAILED
    elif (since := moment(asked.header("if-unmodified-since"))) and held.changed > since:
        return HTTPStatus.PRECONDITION_FAILED
    if asked.since is not None:  # it says by that what it has
        return HTTPStatus.OK
    if tags := asked.header("if-none-match"):
        return HTTPStatus.NOT_MODIFIED if matches(tags, held.tag, weak=True) else HTTPStatus.OK
    since = moment(asked.header("if-modified-since"))
    has_it = since == held.changed and is_settled(held, now)
    return HTTPStatus.NOT_MODIFIED if has_it else HTTPStatus.OK


def _kept(
    held: Held, listed: Listed | None, catalog: Catalog, now: datetime, path: str
) -> Iterator[tuple[str, str]]:
    """Give what a cache needs: nobody may use a document beyond the moment that changes it.

    What was put after the catalog was read may have another such moment.
    """
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
