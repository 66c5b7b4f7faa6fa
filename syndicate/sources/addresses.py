"""Addresses on a page: made absolute, checked, and what kind of file they lead to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import quote, urljoin, urlsplit

from pydantic import TypeAdapter, ValidationError

from syndicate.model.base import Url, legal_text

_URL: TypeAdapter[str] = TypeAdapter(Url)
_MEANT_LITERALLY = "!#$%&'()*+,/:;=?@[]~"
_SUFFIX = re.compile(
    r"\b(avif|gif|jpe?g|png|svg|webp|mp4|m4v|webm|mov|mp3|m4a|ogg|wav)\b", re.IGNORECASE
)
_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "avif": "image/avif",
        "gif": "image/gif",
        "jpg": "image/jpeg",
        "jpeg": "image/jpeg",
        "png": "image/png",
        "svg": "image/svg+xml",
        "webp": "image/webp",
        "mp4": "video/mp4",
        "m4v": "video/mp4",
        "mov": "video/quicktime",
        "webm": "video/webm",
        "mp3": "audio/mpeg",
        "m4a": "audio/mp4",
        "ogg": "audio/ogg",
        "wav": "audio/wav",
    }
)


def absolute(address: str | None, base: str | None) -> str | None:
    """Give an absolute http(s) URL, None where there is none to be had."""
    if not address:
        return None
    try:
        joined = urljoin(base or "", legal_text(address).strip())
        return _URL.validate_python(quote(joined, safe=_MEANT_LITERALLY, encoding="utf-8"))
    except (ValueError, ValidationError):
        return None


def host_of(url: str | None) -> str:
    """Give the host name without www, empty where there is none."""
    try:
        return (urlsplit(url or "").hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def media_type(url: str, kind: str, stated: str = "") -> str:
    """Give the media type of a picture, video or sound: as stated, or by the address.

    Where nothing tells it, it is application/octet-stream (RFC 2046 section 4.5.1), not a guess.
    """
    if re.fullmatch(rf"{kind}/[a-z0-9.+-]+", stated.lower()):
        return stated.lower()
    path, _, query = url.partition("?")
    for text in (path.rpartition("/")[2], query):
        types = [_TYPES[suffix.lower()] for suffix in _SUFFIX.findall(text)]
        fitting = [one for one in types if one.startswith(kind)]
        if fitting:
            return fitting[-1]
    return "application/octet-stream"
