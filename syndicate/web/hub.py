"""What is answered to whoever asks our hub (W3C WebSub, section 5.1).

https://www.w3.org/TR/websub/. A request is looked at and kept; the callback is asked later, by the
sender: so the answer says nothing about where the callback leads.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from syndicate.model.credential import Credential
from syndicate.model.errors import AccessRefused, SyndicateError
from syndicate.model.subscription import LONGEST_SECRET, Intent, Mode
from syndicate.pipeline.catalog import Catalog, Listed
from syndicate.pipeline.ports import Most
from syndicate.pipeline.push import Found, lease_of, topic_of
from syndicate.web.answer import admitted
from syndicate.web.asked import Asked
from syndicate.web.outgoing import Refused, address_of
from syndicate.web.record import Record
from syndicate.web.refusals import NOTHING, Answer, Wrong, refused

PATH = "/hub"
LONGEST_BODY = 16_384
"""Bytes of a request."""
MOST_FIELDS = 50
PATIENCE = 10.0
"""Seconds for a request to be there, and for the record to take it, each."""
MOST = Most(pending=200, held=2_000, of_host=20)
"""For one credential, and for all together who need none."""
LONGEST_TOPIC = LONGEST_CALLBACK = 2_000
_FORM = "application/x-www-form-urlencoded"
_STATED = ("hub.mode", "hub.topic", "hub.callback", "hub.lease_seconds", "hub.secret")
_BAD = HTTPStatus.BAD_REQUEST

_METHOD = Wrong(
    HTTPStatus.METHOD_NOT_ALLOWED,
    "method-not-allowed",
    "A hub takes requests only.",
    "use POST",
    "POST",
)
_FROM_A_PAGE = Wrong(
    HTTPStatus.FORBIDDEN,
    "from-a-page",
    "This came from a page in a browser.",
    "ask from a server",
)
_NO_FORM = Wrong(
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "no-form", "This is not a form.", f"send {_FORM}"
)
_TOO_LONG = Wrong(
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too-long", "The request is too long.", "say less"
)
_TOO_SLOW = Wrong(
    HTTPStatus.REQUEST_TIMEOUT, "too-slow", "The request did not come.", "send it at once"
)
_FIELDS = Wrong(
    _BAD,
    "hub-fields",
    "hub.mode, hub.topic and hub.callback are needed, once each.",
    "send them in UTF-8",
)
_MODE = Wrong(_BAD, "hub-mode", "There is no such mode.", "say subscribe or unsubscribe")
_LEASE = Wrong(_BAD, "hub-lease", "The lease is no number.", "give seconds, from 1 on")
_SECRET = Wrong(_BAD, "hub-secret", "The secret is too long.", "use less than 200 bytes")
_LONG_CALLBACK = Wrong(
    _BAD, "callback-address", "The address is too long.", f"use {LONGEST_CALLBACK} characters"
)
_MANY = Wrong(
    HTTPStatus.TOO_MANY_REQUESTS,
    "too-many",
    "There are too many subscriptions.",
    "end some of them first, or ask later",
)
_NOT_NOW = Wrong(
    HTTPStatus.SERVICE_UNAVAILABLE, "not-now", "It cannot be kept now.", "ask again in a minute"
)

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]


class _Refusal(Exception):
    """What is refused, or the whole refusal, and to whom."""

    def __init__(self, wrong: Wrong | Answer, who: Credential | None = None) -> None:
        super().__init__(wrong.code)
        self.wrong = wrong
        self.who = who


class Hub:
    """Takes requests for subscriptions."""

    def __init__(
        self,
        record: Record,
        now: Callable[[], datetime],
        number: Callable[[], str],
        nudge: Callable[[], None],
    ) -> None:
        """Keep what is asked for in the record; `nudge` tells who goes on with it."""
        self._record = record
        self._now = now
        self._number = number
        self._nudge = nudge

    async def answered(self, asked: Asked, receive: Receive, catalog: Catalog) -> Answer:
        """Give the answer to a request."""
        try:
            _look_at(asked)
            form = _form(await _body(receive))
            intent, who = _intent(asked, form, catalog, self._now(), self._number())
            is_kept = await self._keep(intent, who)
        except _Refusal as met:
            wrong = met.wrong
            answer = refused(asked, catalog, wrong) if isinstance(wrong, Wrong) else wrong
            return answer._replace(who=met.who)
        if is_kept:
            self._nudge()
        return _accepted(who)

    async def _keep(self, intent: Intent, who: Credential | None) -> bool:
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._record.ask(lambda store: store.intend(intent, MOST))
        except AccessRefused as err:
            raise _Refusal(_MANY, who) from err
        except (SyndicateError, TimeoutError) as err:
            raise _Refusal(_NOT_NOW, who) from err


def _look_at(asked: Asked) -> None:
    """Raise for what is no request of a subscriber.

    A browser sends what it knows of a partner's key along with the forms of any page; a page
    would get the partner's feed so. It always says where the form is from (Fetch, section 3.2).
    """
    if asked.method != "POST":
        raise _Refusal(_METHOD)
    if "origin" in asked.headers or "sec-fetch-site" in asked.headers:
        raise _Refusal(_FROM_A_PAGE)
    if asked.header("content-type").partition(";")[0].strip().lower() != _FORM:
        raise _Refusal(_NO_FORM)


async def _body(receive: Receive) -> bytes:
    found = bytearray()
    try:
        async with asyncio.timeout(PATIENCE):
            while True:
                message = await receive()
                found += message.get("body", b"")
                if len(found) > LONGEST_BODY:
                    raise _Refusal(_TOO_LONG)
                if not message.get("more_body"):
                    return bytes(found)
    except TimeoutError as err:
        raise _Refusal(_TOO_SLOW) from err


def _form(body: bytes) -> Mapping[str, str]:
    """Give the fields that a hub knows; others are passed over (section 5.1)."""
    try:
        pairs = parse_qsl(
            body.decode("utf-8"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError as err:
        raise _Refusal(_FIELDS) from err
    known = [(name, value) for name, value in pairs if name in _STATED]
    form = dict(known)
    if len(form) != len(known) or not all(form.get(name) for name in _STATED[:3]):
        raise _Refusal(_FIELDS)
    return form


def _intent(
    asked: Asked, form: Mapping[str, str], catalog: Catalog, now: datetime, number: str
) -> tuple[Intent, Credential | None]:
    """Give what is asked for, and who proved to be who."""
    mode, topic, callback = (form[name] for name in _STATED[:3])
    if mode not in set(Mode):
        raise _Refusal(_MODE)
    if mode == Mode.UNSUBSCRIBE:  # whose key has ended must be able to; the callback confirms it
        return Intent(mode=Mode(mode), topic=topic, callback=callback, at=now, number=number), None
    found, who = _allowed(asked, topic, catalog, now)
    lease, secret = _lease(form.get("hub.lease_seconds", "")), form.get("hub.secret", "")
    if len(secret.encode()) > LONGEST_SECRET:
        raise _Refusal(_SECRET, who)
    if len(callback) > LONGEST_CALLBACK:
        raise _Refusal(_LONG_CALLBACK, who)
    try:
        address_of(callback, catalog.inside)
    except Refused as err:
        raise _Refusal(Wrong(_BAD, err.code, err.says, err.mend), who) from err
    listed = found.listed
    intent = Intent(
        mode=Mode(mode),
        topic=topic,
        callback=callback,
        partner=listed.partner,
        feed=listed.feed,
        format=listed.format,
        credential=who.id if who else "",
        secret=secret,
        lease=lease_of(lease),
        at=now,
        number=number,
    )
    return intent, who


def _allowed(
    asked: Asked, topic: str, catalog: Catalog, now: datetime
) -> tuple[Found, Credential | None]:
    """Give the feed of a topic, where whoever asks may read it. What is not there and what is
    somebody else's are refused alike."""
    found = topic_of(catalog, topic) if len(topic) <= LONGEST_TOPIC else None
    who, wrong = admitted(asked, catalog, found.listed if found else None, now)
    if wrong is not None or found is None:
        raise _Refusal(wrong or refused(asked, catalog, NOTHING), who)
    return found, who or _own(asked, found.listed, catalog, now)


def _own(asked: Asked, listed: Listed, catalog: Catalog, now: datetime) -> Credential | None:
    """Give the key of the partner whose feed it is, where it is stated though none is needed: who
    has one is not counted with strangers."""
    key = catalog.proved(asked.secret()[1], now)
    return key if key and key.opens(listed.partner, listed.place, listed.feed) else None


def _lease(stated: str) -> int | None:
    """Give the seconds that are asked for: a positive decimal integer."""
    if not stated:
        return None
    if not (stated.isascii() and stated.isdecimal() and int(stated[:10])):
        raise _Refusal(_LEASE)
    return int(stated[:10])


def _accepted(who: Credential | None) -> Answer:
    body = b"The callback will be asked to confirm it.\n"
    headers = (
        ("content-type", "text/plain; charset=utf-8"),
        ("content-length", str(len(body))),
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
    )
    return Answer(HTTPStatus.ACCEPTED, headers, body, who=who)
