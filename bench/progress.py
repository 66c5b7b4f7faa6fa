"""How far a measurement is, told on a terminal: with the rate, and the time that is left."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.progress import Progress

from syndicate.cli.progress import columns


class Told:
    """Bars on stderr, where that is a terminal; nothing elsewhere."""

    def __init__(self, scenes: int) -> None:
        self._bars = Progress(
            *columns(),
            console=Console(stderr=True),
            transient=True,
            refresh_per_second=2,
            disable=not sys.stderr.isatty(),
        )
        self._whole = self._bars.add_task("scenes", total=scenes)

    def __enter__(self) -> Self:
        """Begin to tell."""
        self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        met: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take the bars away."""
        self._bars.stop()

    def scene(self) -> None:
        """Tell that a scene is done."""
        self._bars.advance(self._whole)

    def watch(self, what: str, things: Iterable[Any], total: int) -> Iterator[Any]:
        """Give things one by one, and tell how many were given."""
        bar = self._bars.add_task(what, total=total)
        try:
            for one in things:
                yield one
                self._bars.advance(bar)
        finally:
            self._bars.remove_task(bar)
