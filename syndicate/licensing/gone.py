"""Addresses of files that may not go out: no text, link or attribute may lead to them.

Addresses are compared by what they lead to, not by how they are spelled: without scheme, port,
query and fragment, host in small letters, percent-encoding and dots resolved (RFC 3986, 6.2).
"""

from __future__ import annotations

import html
import posixpath
import re
from collections.abc import Iterable
from typing import TypeVar
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel

_HREF = re.compile(r' (?:href|title)="([^"]*)"')
_ADDRESS = re.compile(r"(?:https?:)?//[^\s<>\"']+", re.IGNORECASE)
_Holder = TypeVar("_Holder", bound=BaseModel)
ELLIPSIS = "…"


def key(url: str) -> str:
    """Give what an address leads to, however it is spelled; empty for what is no address."""
    try:
        parts = urlsplit(html.unescape(url).strip())
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return ""
    path = posixpath.normpath(unquote(parts.path) or "/")
    return f"{host}{path}" if path != "/" else f"{host}?{parts.query}"


class Gone:
    """The files that may not go out."""

    def __init__(self, urls: Iterable[str]) -> None:
        self._keys = frozenset(key(url) for url in urls)

    def holds(self, url: str | None) -> bool:
        """Say whether an address leads to one of them."""
        return bool(url and self._keys) and key(url or "") in self._keys

    def inline(self, run: str) -> str:
        """Give a run of inline HTML without links to them and without their addresses in words."""
        if not self._keys or "//" not in run:
            return run
        run = _HREF.sub(lambda m: "" if self._named_in(html.unescape(m[1])) else m[0], run)
        return _ADDRESS.sub(lambda m: ELLIPSIS if self.holds(m[0].rstrip(".,;:)")) else m[0], run)

    def text(self, text: str) -> str:
        """Give a plain text without their addresses."""
        if not self._keys or "//" not in text:
            return text
        return _ADDRESS.sub(lambda m: ELLIPSIS if self.holds(m[0].rstrip(".,;:)")) else m[0], text)

    def texts(self, model: _Holder, inline: Iterable[str], plain: Iterable[str]) -> _Holder:
        """Give a copy of a model with its inline and plain text fields cleaned."""
        if not self._keys:
            return model
        changes = {name: _each(getattr(model, name), self.inline) for name in inline}
        changes |= {name: _each(getattr(model, name), self.text) for name in plain}
        return model.model_copy(update=changes)

    def _named_in(self, value: str) -> bool:
        return self.holds(value) or any(self.holds(one) for one in _ADDRESS.findall(value))


def _each(value: object, clean: object) -> object:
    """Clean a text, or every text of a tuple of any depth."""
    if isinstance(value, tuple):
        return tuple(_each(one, clean) for one in value)
    return clean(value) if isinstance(value, str) and callable(clean) else value
