"""The folders below a root, each opened once from the one above it, and made where missing.

No symbolic link is followed below the root, so no path leads out of it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW

Above = tuple[str, ...]
"""The names of the folders above something, from the root down."""


class Folders:
    """Open folders; to be closed when done. Raises OSError."""

    def __init__(self, root: Path, before_making: Callable[[], None] = lambda: None) -> None:
        self.root = root
        self._before_making = before_making
        self._open: dict[Above, int] = {}
        self._made_in: set[Above] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for descriptor in self._open.values():
            os.close(descriptor)

    def open(self, above: Above) -> int:
        """Give the descriptor of a folder that is there."""
        if above not in self._open:
            self._open[above] = (
                os.open(above[-1], _FOLDER, dir_fd=self.open(above[:-1]))
                if above
                else os.open(self.root, os.O_RDONLY | os.O_DIRECTORY)
            )
        return self._open[above]

    def make(self, above: Above) -> int:
        """Give the descriptor of a folder, made where missing: its name is kept by `to_sync`."""
        if above not in self._open:
            if not above:
                make_durable(self.root)
            else:
                self._make(above[-1], self.make(above[:-1]), above[:-1])
        return self.open(above)

    def _make(self, name: str, folder: int, above: Above) -> None:
        try:
            os.stat(name, dir_fd=folder, follow_symlinks=False)
        except FileNotFoundError:
            self._before_making()
            self._made_in.add(above)
            with suppress(FileExistsError):
                os.mkdir(name, 0o755, dir_fd=folder)

    def to_sync(self, above: Above) -> Iterator[int]:
        """Give all that must be synced to keep the names in a folder: itself, and what made it."""
        yield self._open[above]
        for length in range(len(above)):
            if above[:length] in self._made_in:
                yield self._open[above[:length]]


def make_durable(folder: Path) -> None:
    """Make a folder and all that is missing above it, and keep their names."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    if missing:
        folder.mkdir(parents=True, exist_ok=True)
    for made in missing:
        _sync(made.parent)


def sync_above(folder: Path) -> None:
    """Keep the names of a folder and of all above it.

    A run that died may have made them and not got as far as syncing.
    """
    for above in folder.parents:
        with suppress(PermissionError):
            _sync(above)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
