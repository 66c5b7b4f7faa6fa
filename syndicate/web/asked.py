"""What a request says: its path, who asks, which codings it takes, what it knows already.

HTTP Semantics (RFC 9110). Nothing here trusts what it reads: what is not well-formed says nothing.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple

IDENTITY = "identity"
_CODINGS = {"x-gzip": "gzip"}
"""Other names of codings (RFC 9110, section 8.4.1.3)."""
LONGEST_HEADER = 8_192
"""Bytes of a header's value; a longer one says nothing."""
_TOKEN_PATH = re.compile(r"/t/([A-Za-z0-9_]{1,200})(/.*)", re.DOTALL)
_SINCE = re.compile(rb"since=([0-9]{1,9})")
_QVALUE = re.compile(r"0(\.[0-9]{0,3})?|1(\.0{0,3})?")
_FEEDPARSER = "application/x-netcdf,application/xml;"
"""How feedparser alone says what it takes."""
_TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"')


class Asked(NamedTuple):
    """A request, as far as it matters."""

    method: str
    path: str
    """Without a token that stood in it."""
    token: str
    """The token that stood in the path; empty where none did."""
    headers: Mapping[str, str]
    """By name in small letters; several of a name are joined by commas."""
    since: int | None = None
    """The edition from which on changes are asked for."""

    def header(self, name: str) -> str:
        """Give a header's value; empty where it is missing or too long."""
        value = self.headers.get(name, "")
        return value if len(value) <= LONGEST_HEADER else ""

    def secret(self) -> tuple[str, str]:
        """Give (who, secret) as the request states them; who is empty for a Bearer.

        Basic: RFC 7617; Bearer: RFC 6750, section 2.1.
        """
        if self.token:
            return "", self.token
        scheme, _, value = self.header("authorization").partition(" ")
        if scheme.lower() == "bearer":
            return "", value.strip()
        if scheme.lower() != "basic":
            return "", ""
        try:
            name, _, password = (
                base64.b64decode(value.strip(), validate=True).decode().partition(":")
            )
        except (binascii.Error, ValueError):
            return "", ""
        return name, password

    @property
    def states_secret(self) -> bool:
        """Whether it tries to prove who asks."""
        return bool(self.token or self.headers.get("authorization"))

    def takes_changes(self) -> bool:
        """Say whether changes alone will do: A-IM, RFC 3229, with its manipulation `feed`.

        feedparser sends that for every program, and rss2email, which is one, takes 226 for a
        failure: it would not hear of a kill. So to feedparser the whole is sent.
        """
        if _FEEDPARSER in self.header("accept"):
            return False
        return any(name == "feed" and weight for name, weight in _weighed(self.header("a-im")))

    @property
    def asks_changes(self) -> bool:
        """Whether less than the whole document may be the answer."""
        return self.since is not None or "a-im" in self.headers

    def codings(self) -> dict[str, float]:
        """Give the content codings it takes, with their weights (RFC 9110, section 12.5.3).

        Nothing where it states nothing; who states an empty list wants none.
        """
        stated = self.headers.get("accept-encoding")
        if stated is None or len(stated) > LONGEST_HEADER:
            return {}
        found = {_CODINGS.get(name, name): weight for name, weight in _weighed(stated)}
        return found or {IDENTITY: 1.0}


def _weighed(stated: str) -> Iterator[tuple[str, float]]:
    """Give the parts of a list with their weights (RFC 9110, section 12.4.2)."""
    for part in stated.split(","):
        name, *parameters = (one.strip().lower() for one in part.split(";"))
        weight = 1.0
        for one in parameters:
            if one.startswith("q="):
                weight = float(one[2:]) if _QVALUE.fullmatch(one[2:]) else 0.0
        if name:
            yield name, weight


def asked(method: str, path: str, headers: list[tuple[bytes, bytes]], query: bytes = b"") -> Asked:
    """Give what a request says."""
    found: dict[str, str] = {}
    for raw, value in headers:
        name = raw.decode("latin-1").lower()
        text = value.decode("latin-1")
        found[name] = f"{found[name]}, {text}" if name in found else text
    token = _TOKEN_PATH.fullmatch(path)
    since = _SINCE.fullmatch(query)
    return Asked(
        method,
        token[2] if token else path,
        token[1] if token else "",
        found,
        int(since[1]) if since else None,
    )


def best_coding(codings: Mapping[str, float], there: tuple[str, ...]) -> str | None:
    """Give the coding that suits best among those that are there, best first; None for none.

    Without a statement anything will do (RFC 9110, section 12.5.3); it is the plain bytes where
    they are there, else gzip, because some who say nothing can read nothing else.
    """
    if not codings:
        return next((one for one in (IDENTITY, "gzip", *there) if one in there), None)
    other = codings.get("*")
    weights = {}
    for place, one in enumerate(there):
        weight = codings.get(one, other)
        if weight is None:
            weight = 0.001 if one == IDENTITY else 0.0
        if weight > 0:
            weights[one] = (weight, -place)
    return max(weights, key=lambda one: weights[one], default=None)


def matches(stated: str, tag: str, *, weak: bool) -> bool:
    """Say whether a list of entity-tags holds one (RFC 9110, sections 8.8.3.2, 13.1.1, 13.1.2)."""
    if stated.strip() == "*":
        return True
    found = _TAG.findall(stated)
    if weak:
        return any(one.removeprefix("W/") == tag for one in found)
    return tag in found


def moment(stated: str) -> datetime | None:
    """Give the moment of an HTTP-date (RFC 9110, section 5.6.7); None where it is none."""
    try:
        found = parsedate_to_datetime(stated)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found
