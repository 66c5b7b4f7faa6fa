"""Counts what partners fetch, without making them wait, and without losing a count in a crash.

Each answer is a line that is added to a file before it is sent, those that are sent together in
one write: what was added outlives the process. Now and then the file is closed and its lines are
added up in the store, in one step with the name of the file; so a file that is found again after a
crash is counted once. A file that a living server writes is locked; whoever wants to know more
than the store does reads it.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import chain
from pathlib import Path

from syndicate.model.usage import Fetch, Fetches
from syndicate.pipeline.ports import Store
from syndicate.pipeline.usage import folded

_FLAGS = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW


class Tally:
    """The counts of a server."""

    def __init__(self, beside: Path) -> None:
        """Count in files beside another one, which they are named after."""
        self._beside = beside
        self._descriptor: int | None = None

    def add(self, one: Fetch) -> None:
        """Count a request. One that cannot be counted is answered all the same."""
        self.add_all(one.at, [tail_of(one)])

    def add_all(self, at: datetime, tails: Sequence[str]) -> None:
        """Count requests that are answered together, by what `tail_of` gives for each."""
        if tails:
            begun = f'["{at.isoformat()}", '
            with suppress(OSError):
                os.write(self._open(), "".join(f"{begun}{one}\n" for one in tails).encode())

    def _open(self) -> int:
        while self._descriptor is None:
            path = f"{self._beside}.fetches-{secrets.token_hex(8)}"
            made = os.open(path, _FLAGS, 0o600)
            fcntl.flock(made, fcntl.LOCK_EX)
            if os.fstat(made).st_nlink:
                self._descriptor = made
            else:  # somebody added it up, empty, and took it away before it was locked
                os.close(made)
        return self._descriptor

    def cut(self) -> None:
        """Let go of the file: the next request is counted in another one."""
        if self._descriptor is not None:
            with suppress(OSError):
                os.fsync(self._descriptor)
            os.close(self._descriptor)
        self._descriptor = None

    def fold(self, store: Store) -> int:
        """Add up in the store what lies in files that nobody writes; give how many lines.

        Raises:
            StoreFailed: the store cannot be written; the files stay.
        """
        return sum(_folded(store, path) for path in _files(self._beside))


def tail_of(one: Fetch) -> str:
    """Give the line of a request without its moment."""
    return json.dumps(one[1:])[1:]


def counted(beside: Path, store: Store) -> tuple[Fetches, ...]:
    """Give all that was counted: in the store, and in files that are written still.

    Raises StoreFailed.
    """
    found: dict[str, tuple[Fetches, ...]] = {}
    for path in _files(beside):
        with suppress(OSError), path.open(encoding="utf-8", errors="replace") as file:
            found[_batch(path)] = folded(_read(file))
    known, batches = store.fetches()
    more = (some for batch, some in found.items() if batch not in batches)
    return (*known, *chain.from_iterable(more))


def _files(beside: Path) -> list[Path]:
    return sorted(beside.parent.glob(f"{beside.name}.fetches-*"))


def _batch(path: Path) -> str:
    return path.name.rpartition("-")[2]


def _folded(store: Store, path: Path) -> int:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:  # another one was faster
        return 0
    with open(descriptor, encoding="utf-8", errors="replace") as file:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:  # a living server writes it
            return 0
        if not path.exists():
            return 0
        asked = folded(_read(file))
        added = store.add_fetches(_batch(path), asked)
        path.unlink(missing_ok=True)
    return sum(one.fetched + one.polled for one in asked) if added else 0


def _read(lines: Iterable[str]) -> Iterator[Fetch]:
    """Give the requests of a file, one by one; a line that is not whole is none."""
    for line in lines:
        with suppress(ValueError, TypeError):
            at, credential, partner, feed, name, sequence, fetched, *more = json.loads(line)
            texts, numbers = (credential, partner, feed, name), (sequence, *more)
            if all(isinstance(one, str) for one in texts) and all(map(_is_number, numbers)):
                moment = datetime.fromisoformat(at)
                yield Fetch(moment, *texts, sequence, bool(fetched), *more)


def _is_number(found: object) -> bool:
    """Say whether it is the number of an edition, or none."""
    return type(found) is int and 0 <= found < 1 << 31
