"""How far long work is, where somebody watches a terminal: how fast it goes, and what is left."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

_T = TypeVar("_T")


def columns() -> tuple[ProgressColumn, ...]:
    """Give what a bar says: what, how many of how many, how fast, how long still."""
    return (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(),
        TimeRemainingColumn(),
    )


def shown(
    work: Iterable[_T], doing: str, total: int | None, console: Console | None = None
) -> Iterator[_T]:
    """Give the same and show how it goes; `total` is how many there are, where that is known."""
    console = console or Console(stderr=True)
    with Progress(*columns(), console=console, transient=True) as progress:
        yield from progress.track(work, total, description=doing)


class _Rate(ProgressColumn):
    """How many there are in a second."""

    def render(self, task: Task) -> Text:
        """Give it once it is known."""
        speed = task.finished_speed or task.speed
        return Text(f"{speed:,.1f}/s" if speed else "")
