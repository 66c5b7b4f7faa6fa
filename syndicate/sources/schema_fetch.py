"""Downloads the official schemas: https only, capped, placed only with the right checksum."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable
from enum import StrEnum
from http.client import HTTPException
from pathlib import Path
from typing import NamedTuple
from urllib import request
from urllib.error import URLError
from urllib.parse import urlsplit

from syndicate.checks.official import OfficialSchema

MAX_BYTES = 16 * 1024 * 1024
TIMEOUT_SECONDS = 30

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class State(StrEnum):
    """How it went with one file."""

    FETCHED = "fetched"
    PRESENT = "already there"
    MISMATCH = "mismatch"
    UNREACHABLE = "unreachable"
    UNWRITABLE = "unwritable"
    NOT_PUBLISHED = "not published as a file"


class Outcome(NamedTuple):
    """What became of one entry."""

    entry: OfficialSchema
    state: State
    says: str = ""

    @property
    def good(self) -> bool:
        """Whether nothing went wrong."""
        return self.state in {State.FETCHED, State.PRESENT, State.NOT_PUBLISHED}

    def __str__(self) -> str:
        """One line."""
        return f"{self.entry.file}: {self.state}{f', {self.says}' if self.says else ''}"


class _Guard(request.BaseHandler):
    """Refuses every address but https before it is opened, those of redirects too."""

    handler_order = 0

    def __init__(self, *, loopback_http: bool) -> None:
        self._loopback_http = loopback_http

    def default_open(self, asked: request.Request) -> None:
        """Let https pass, and http to this machine where that was said to be right."""
        parts = urlsplit(asked.full_url)
        near = self._loopback_http and parts.hostname in _LOOPBACK
        if parts.scheme != "https" and not (parts.scheme == "http" and near):
            raise URLError(f"{parts.scheme} is not https: {asked.full_url}")


def careful_opener(*, loopback_http: bool = False) -> request.OpenerDirector:
    """Give an opener for https alone; tests may add http on this machine."""
    opener = request.OpenerDirector()
    for handler in (
        _Guard(loopback_http=loopback_http),
        request.ProxyHandler({} if loopback_http else None),
        request.HTTPHandler(),
        request.HTTPSHandler(),
        request.HTTPRedirectHandler(),
        request.HTTPDefaultErrorHandler(),
        request.HTTPErrorProcessor(),
        request.UnknownHandler(),
    ):
        opener.add_handler(handler)
    return opener


def fetch(
    entries: Iterable[OfficialSchema], into: Path, opener: request.OpenerDirector | None = None
) -> list[Outcome]:
    """Give what became of every entry; a file that is there stays unless a right one replaces it.

    Never raises for network or disk: each entry is tried and reported by itself.
    """
    careful = opener or careful_opener()
    return [_fetched(entry, into / entry.file, careful) for entry in entries]


def _fetched(entry: OfficialSchema, file: Path, opener: request.OpenerDirector) -> Outcome:
    try:
        if file.is_file() and _checksum(file.read_bytes()) == entry.sha256:
            return Outcome(entry, State.PRESENT)
        if not entry.fetch:
            return Outcome(entry, State.NOT_PUBLISHED, entry.note)
        data, failures = _download(entry, opener)
        if data is None:
            state = State.MISMATCH if State.MISMATCH in dict(failures) else State.UNREACHABLE
            return Outcome(entry, state, "; ".join(says for _, says in failures))
        _place(data, file)
    except OSError as err:
        return Outcome(entry, State.UNWRITABLE, f"{err.filename or file}: {err.strerror}")
    return Outcome(entry, State.FETCHED)


def _download(
    entry: OfficialSchema, opener: request.OpenerDirector
) -> tuple[bytes | None, list[tuple[State, str]]]:
    """Give the right bytes, from the mirror where the first address fails, and all failures."""
    failures = []
    for url in filter(None, (entry.url, entry.mirror)):
        try:
            with opener.open(url, timeout=TIMEOUT_SECONDS) as answer:
                data = answer.read(MAX_BYTES + 1)
        except (OSError, HTTPException, ValueError) as err:
            failures.append((State.UNREACHABLE, f"{url}: {_why(err)}"))
            continue
        if _checksum(data) == entry.sha256:
            return data, failures
        size = f"more than {MAX_BYTES:,}" if len(data) > MAX_BYTES else f"{len(data):,}"
        failures.append((State.MISMATCH, f"{url}: other content, {size} bytes"))
    return None, failures


def _why(error: Exception) -> str:
    reason = getattr(error, "reason", None) or error
    return " ".join(str(reason).split()) or type(error).__name__


def _checksum(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _place(data: bytes, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with open(descriptor, "wb") as temporary:
            temporary.write(data)
        os.chmod(name, 0o644)
        os.replace(name, file)
    except BaseException:
        os.unlink(name)
        raise
