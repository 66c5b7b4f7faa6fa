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
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
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
        self._path: Path | None = None

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
        if self._descriptor is None:
            self._path = Path(f"{self._beside}.fetches-{secrets.token_hex(8)}")
            self._descriptor = os.open(self._path, _FLAGS, 0o600)
            fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        return self._descriptor

    def cut(self) -> None:
        """Let go of the file: the next request is counted in another one."""
        if self._descriptor is not None:
            with suppress(OSError):
                os.fsync(self._descriptor)
            os.close(self._descriptor)
        self._descriptor = self._path = None

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
    lines: dict[str, list[Fetch]] = {}
    for path in _files(beside):
        with suppress(OSError):
            lines[_batch(path)] = list(_read(path.read_text("utf-8", "replace")))
    known, batches = store.fetches()
    more = [one for batch, some in lines.items() if batch not in batches for one in some]
    return (*known, *folded(more))


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
        asked = list(_read(file.read()))
        added = store.add_fetches(_batch(path), folded(asked))
        path.unlink(missing_ok=True)
    return len(asked) if added else 0


def _read(text: str) -> Iterator[Fetch]:
    """Give the requests of a file; a line that is not whole is none."""
    for line in text.splitlines():
        with suppress(ValueError, TypeError):
            at, credential, partner, feed, name, sequence, fetched = json.loads(line)
            texts = (credential, partner, feed, name)
            if all(isinstance(one, str) for one in texts) and isinstance(sequence, int):
                yield Fetch(datetime.fromisoformat(at), *texts, sequence, bool(fetched))
