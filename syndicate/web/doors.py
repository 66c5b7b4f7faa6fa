"""Addresses of single articles, of their pictures, and of licences that only some may read.

Whether anything is shown is decided at the moment of the answer (`syndicate.pipeline.doors`), in
the thread that asks the store. What a feed never gave out is answered byte for byte as what does
not exist. Sunset: RFC 8594; 451 and its Link: RFC 7725; problems: RFC 9457.
"""

from __future__ import annotations

import gzip
import hashlib
import math
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import partial
from http import HTTPStatus
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import quote

from syndicate.formats.base import Format
from syndicate.licensing.terms import SUFFIXES
from syndicate.model.errors import SyndicateError
from syndicate.pipeline.catalog import Catalog, Listed
from syndicate.pipeline.doors import Doors, Ground, Seen, Wants
from syndicate.pipeline.ports import Store
from syndicate.pipeline.standings import Standing
from syndicate.web.answer import FRESH, admitted, answered, is_sent_right, terms_document
from syndicate.web.asked import IDENTITY, Asked, best_coding, matches
from syndicate.web.held import Shelf
from syndicate.web.record import Record
from syndicate.web.refusals import AWAY, CHANGED, METHOD, NOTHING, SAFE, Answer, Wrong, refused

_FEED = r"/(?P<partner>[a-z0-9-]{1,64})/(?P<feed>[a-z0-9-]{1,64})"
_ITEM = re.compile(rf"{_FEED}/items/(?P<name>[0-9a-f]{{32}})\.(?P<ending>[a-z0-9.]{{1,20}})")
_MEDIA = re.compile(rf"{_FEED}/media/(?P<name>[0-9a-f]{{32}})/(?P<part>[a-z][a-z0-9-]{{0,63}})")
_TERMS = re.compile(
    rf"/licences/(?P<id>[a-z0-9-]{{1,64}})/v(?P<version>[0-9]{{1,9}})\.({'|'.join(SUFFIXES)})"
)
PAGE = "html"
"""The ending of an article as a page to copy from."""
_TAKE_DOWN = "take down what you have of it; the feed's notices say more"
_LATER = "ask again later"
_WRONGS: Mapping[Standing, Wrong] = MappingProxyType(
    {
        Standing.GONE: Wrong(HTTPStatus.GONE, "gone", "It was withdrawn.", _TAKE_DOWN),
        Standing.ORDERED: Wrong(
            HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS,
            "legal-order",
            "It is kept back for legal reasons.",
            _TAKE_DOWN,
        ),
        Standing.NOT_COVERED: Wrong(
            HTTPStatus.FORBIDDEN,
            "not-covered",
            "It is not covered for you now.",
            "ask the publisher; what copies you may keep is said in your licence",
        ),
        Standing.DUE: Wrong(
            HTTPStatus.PAYMENT_REQUIRED,
            "payment-due",
            "A payment is due.",
            "ask the publisher; it opens again once that is paid",
        ),
        Standing.BEHIND: Wrong(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "record-behind",
            "It has just changed, and is published anew first.",
            _LATER,
        ),
    }
)
_PAGE_POLICY = "default-src 'none'; img-src http: https:; media-src http: https:; sandbox"


class Door(NamedTuple):
    """What an address leads to."""

    partner: str = ""
    feed: str = ""
    name: str = ""
    """Of the article."""
    ending: str = ""
    """How the article is shown; empty for a part of it."""
    part: str = ""
    licence: str = ""
    """A licence version instead of all that: full-web/v2."""


def door_in(path: str) -> Door | None:
    """Give what a path leads to, unless it is a document of a feed, or of nothing."""
    if found := _ITEM.fullmatch(path):
        return Door(found["partner"], found["feed"], found["name"], ending=found["ending"])
    if found := _MEDIA.fullmatch(path):
        return Door(found["partner"], found["feed"], found["name"], part=found["part"])
    if found := _TERMS.fullmatch(path):
        return Door(licence=f"{found['id']}/v{found['version']}")
    return None


class Porter:
    """Answers at such addresses."""

    def __init__(
        self,
        record: Record,
        shelf: Shelf,
        ground: Callable[[], Ground | None],
        formats: Mapping[str, Format],
    ) -> None:
        """`ground` gives the desk's files as they were read last; None where they never were."""
        self._record = record
        self._shelf = shelf
        self._ground = ground
        self._formats = formats
        self._doors = Doors(formats)

    async def answer(self, asked: Asked, door: Door, catalog: Catalog, now: datetime) -> Answer:
        """Give the answer to a request."""
        if door.licence:
            return await self._terms(asked, door, catalog, now)
        listed = self._listed(catalog, door)
        who, wrong = admitted(asked, catalog, listed[0] if listed else None, now)
        if wrong is None and asked.method not in {"GET", "HEAD"}:
            wrong = refused(asked, catalog, METHOD)
        return (wrong or await self._opened(asked, door, catalog, listed, now))._replace(who=who)

    def _listed(self, catalog: Catalog, door: Door) -> list[Listed]:
        """Give the documents of the feed that decide: of that format, else all of them."""
        feed = f"{door.partner}/{door.feed}"
        endings = [door.ending]
        if door.ending in {"", PAGE}:
            endings = [one.suffix for one in self._formats.values()]
        found = (catalog.feeds.get(f"{feed}.{one}") for one in endings)
        return [one for one in found if one and one.format]

    async def _opened(
        self, asked: Asked, door: Door, catalog: Catalog, listed: list[Listed], now: datetime
    ) -> Answer:
        ground = self._ground()
        if ground is None:
            return refused(asked, catalog, AWAY)
        try:
            seen = await self._record.ask(partial(self._look, ground, door, listed, now))
        except (SyndicateError, ValueError):  # ValueError: another version's, unreadable by this
            return refused(asked, catalog, AWAY)
        if seen is None:
            return refused(asked, catalog, NOTHING)
        publisher = ground.files.desk.url
        if door.part:
            return _part(asked, door, catalog, seen, publisher)
        if seen.entry is None:
            return _closed(asked, catalog, seen.standing, publisher)
        media_type = "text/html" if door.ending == PAGE else listed[0].media_type
        headers = tuple(_shown(asked, catalog, listed[0], seen, now, media_type))
        return _document(asked, catalog, seen, headers)

    def _look(
        self,
        ground: Ground,
        door: Door,
        listed: list[Listed],
        now: datetime,
        store: Store,
    ) -> Seen | None:
        """Look an article up, in the first format that shows it."""
        wants: Wants = "page" if door.ending == PAGE else "document" if door.ending else "nothing"
        first = None
        for one in listed:
            place = one.feed, one.format
            seen = self._doors.seen(store, ground, place, door.name, now, wants)
            if seen and seen.entry:
                return seen
            first = first or seen
        return first

    async def _terms(self, asked: Asked, door: Door, catalog: Catalog, now: datetime) -> Answer:
        """Give a licence document also to who once had something under that licence."""
        found = answered(asked, catalog, self._shelf, now)
        who = found.who
        if found.code != NOTHING.code or who is None or not is_sent_right(who, asked):
            return found
        try:
            had = await self._record.ask(lambda store: store.was_under(who.partner, door.licence))
        except SyndicateError:
            return refused(asked, catalog, AWAY)._replace(who=who)
        given = terms_document(asked, catalog, self._shelf, now) if had else found
        return given._replace(who=who)


def _closed(asked: Asked, catalog: Catalog, standing: Standing, publisher: str) -> Answer:
    """Give the refusal of what went out once."""
    if standing is Standing.BEHIND:
        return refused(asked, catalog, _WRONGS[standing])
    answer = refused(asked, catalog, _WRONGS[standing])
    if standing is not Standing.ORDERED:
        return answer
    blocked = ("link", f'<{_ascii(publisher)}>; rel="blocked-by"')
    return answer._replace(headers=(*answer.headers, blocked))


def _part(asked: Asked, door: Door, catalog: Catalog, seen: Seen, publisher: str) -> Answer:
    """Say where a picture, video or sound is (307: it may be elsewhere the next time)."""
    if door.part in seen.lost:
        return _closed(asked, catalog, seen.lost[door.part], publisher)
    media = seen.entry.media() if seen.entry else ()
    found = next((one for one in media if one.id == door.part and one.renditions), None)
    if found is None:
        return refused(asked, catalog, NOTHING)
    headers = [
        ("location", _ascii(found.renditions[0].url)),
        ("content-length", "0"),
        ("cache-control", "private, no-store"),
        ("vary", "Authorization"),
        *SAFE,
        *_sunset(seen.part_ends(door.part)),
    ]
    return Answer(HTTPStatus.TEMPORARY_REDIRECT, tuple(headers))


def _ascii(url: str) -> str:
    """Give an address as a header takes it; what is encoded already stays (RFC 3986)."""
    return quote(url, safe="%:/?#[]@!$&'()*+,;=-._~")


def _sunset(ends: datetime | None) -> Iterator[tuple[str, str]]:
    if ends:
        yield "sunset", format_datetime(ends.astimezone(UTC), usegmt=True)


def _shown(
    asked: Asked, catalog: Catalog, listed: Listed, seen: Seen, now: datetime, media_type: str
) -> Iterator[tuple[str, str]]:
    """Give what travels with an article: how long it may be used, where it is, its terms."""
    scope, vary = ("public", "") if listed.public else ("private", "Authorization, ")
    ends = [one for one in (seen.due, seen.ends) if one]
    left = math.floor((min(ends) - now).total_seconds()) if ends else FRESH
    yield "cache-control", f"{scope}, max-age={max(0, min(FRESH, left))}, must-revalidate"
    yield "vary", f"{vary}Accept-Encoding"
    yield from SAFE
    yield from _sunset(seen.ends)
    links = [f'<{catalog.url}{asked.path}>; rel="self"']
    terms = seen.entry.terms if seen.entry else None
    if terms:
        links.append(f'<{_ascii(terms.url)}>; rel="license"; type="text/html"')
    if terms and terms.jsonld_url:
        policy = _ascii(terms.jsonld_url)
        links.append(f'<{policy}>; rel="license"; type="application/ld+json"')
        yield "tdm-policy", policy
    yield "tdm-reservation", "1"
    yield "link", ", ".join(links)
    typed = media_type if "charset" in media_type else f"{media_type}; charset=utf-8"
    yield "content-type", typed
    if media_type == "text/html":
        yield "content-security-policy", _PAGE_POLICY


def _document(
    asked: Asked, catalog: Catalog, seen: Seen, headers: tuple[tuple[str, str], ...]
) -> Answer:
    """Give the document, packed where that is taken, or that the reader has it already."""
    coding = best_coding(asked.codings(), ("gzip", IDENTITY)) or IDENTITY
    data = gzip.compress(seen.data, 6, mtime=0) if coding == "gzip" else seen.data
    tag = f'"{hashlib.blake2b(data, digest_size=16).hexdigest()}"'
    headers = (("etag", tag), *headers)
    stated = asked.header("if-match")
    if stated and not matches(stated, tag, weak=False):
        return refused(asked, catalog, CHANGED)
    if matches(asked.header("if-none-match"), tag, weak=True):
        kept = tuple(one for one in headers if not one[0].startswith("content-"))
        return Answer(HTTPStatus.NOT_MODIFIED, kept, tag=tag)
    packed = (("content-encoding", coding),) if coding != IDENTITY else ()
    length = ("content-length", str(len(data)))
    body = b"" if asked.method == "HEAD" else data
    return Answer(HTTPStatus.OK, (*headers, *packed, length), body, tag=tag)
