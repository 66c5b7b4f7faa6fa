"""The published bytes at hand: read once, looked at before every answer, never half of them.

A document is replaced by renaming, so a file that is open is one whole version.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import stat
import time
from collections import OrderedDict
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import NamedTuple

from syndicate.model.document import ENDINGS
from syndicate.web.asked import IDENTITY

AT_HAND = 256 << 20
"""Bytes of documents that are held, at most."""
LATELY = 1.0
"""Seconds for which it stays known in which codings a document is there."""
_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
_SUFFIXES = {**ENDINGS, IDENTITY: ""}


class Held(NamedTuple):
    """One representation of a document (RFC 9110, section 3.2)."""

    data: bytes
    coding: str
    tag: str
    """Strong entity-tag, quotes and all: it follows from the bytes."""
    changed: datetime
    """When it was put, to the second."""
    modified: str
    """The same as an HTTP-date."""


def held(data: bytes, coding: str, changed: datetime) -> Held:
    """Give a representation of bytes that were put at a moment."""
    to_the_second = changed.replace(microsecond=0)
    digest = hashlib.blake2b(data, digest_size=16).hexdigest()
    modified = format_datetime(to_the_second, usegmt=True)
    return Held(data, coding, f'"{digest}"', to_the_second, modified)


_Look = tuple[int, int, int]


class Shelf:
    """Documents of a folder, by path and coding."""

    def __init__(self, root: Path, most: int = AT_HAND) -> None:
        self._root = str(root)
        self._most = most
        self._size = 0
        self._there: dict[str, tuple[float, tuple[str, ...]]] = {}
        self._known: OrderedDict[tuple[str, str], tuple[_Look, Held]] = OrderedDict()

    def codings(self, path: str) -> tuple[str, ...]:
        """Give the codings a document is there in, smallest first, plain last.

        As they were found lately: they change only with the desk's `encodings`.
        """
        at = time.monotonic()
        seen, found = self._there.get(path, (-LATELY, ()))
        if not found or at - seen > LATELY:
            found = tuple(one for one in _SUFFIXES if self._look(path, one))
            if found:
                self._there[path] = at, found
            else:
                self._there.pop(path, None)
        return found

    def get(self, path: str, coding: str) -> Held | None:
        """Give a representation; None where it is not there, or is no file of ours."""
        look = self._look(path, coding)
        if look is None:
            self._there.pop(path, None)
            return None
        key = path, coding
        known = self._known.get(key)
        if known and known[0] == look:
            self._known.move_to_end(key)
            return known[1]
        made = self._read(path, coding)
        if made is None:
            return None
        self._keep(key, *made)
        return made[1]

    def can_read(self, path: str) -> bool:
        """Say whether a document can be read in some coding now."""
        there = [one for one in _SUFFIXES if self._look(path, one)]
        return any(os.access(self._file(path, one), os.R_OK) for one in there)

    def plain(self, path: str) -> bytes | None:
        """Give the plain bytes of a document, unpacked where only its gzip is there."""
        found = self.get(path, IDENTITY)
        if found is not None:
            return found.data
        packed = self.get(path, "gzip")
        return gzip.decompress(packed.data) if packed else None

    def _file(self, path: str, coding: str) -> str:
        return f"{self._root}/{path}{_SUFFIXES[coding]}"

    def _look(self, path: str, coding: str) -> _Look | None:
        with suppress(OSError, ValueError):
            return _look(os.stat(self._file(path, coding), follow_symlinks=False))
        return None

    def _read(self, path: str, coding: str) -> tuple[_Look, Held] | None:
        with (
            suppress(OSError, ValueError),
            open(os.open(self._file(path, coding), _FLAGS), "rb") as file,
        ):
            state = os.fstat(file.fileno())
            look = _look(state)
            if look is None:
                return None
            data = file.read()
            changed = datetime.fromtimestamp(int(state.st_mtime), UTC)
            return look, held(data, coding, changed)
        return None

    def _keep(self, key: tuple[str, str], look: _Look, held: Held) -> None:
        before = self._known.pop(key, None)
        self._size -= len(before[1].data) if before else 0
        self._known[key] = look, held
        self._size += len(held.data)
        while self._size > self._most and len(self._known) > 1:
            _, (_, gone) = self._known.popitem(last=False)
            self._size -= len(gone.data)


def _look(state: os.stat_result) -> _Look | None:
    if not stat.S_ISREG(state.st_mode):
        return None
    return state.st_ino, state.st_size, state.st_mtime_ns
