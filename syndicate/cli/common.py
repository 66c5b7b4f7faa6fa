"""What every command shares: options, moments, tables, JSON.

What only some commands need of other libraries is loaded where they need it.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from syndicate.model.errors import SyndicateError

if TYPE_CHECKING:
    from rich.console import Console

_F = TypeVar("_F", bound=Callable[..., Any])
WIDE = 120


class Refused(SyndicateError):
    """Something was refused; the lines above say what."""


class Moment(click.ParamType[datetime]):
    """An instant with a zone, RFC 3339."""

    name = "instant"

    def convert(self, value: Any, param: Any, ctx: Any) -> datetime:
        """Read an instant; naive ones are a usage error."""
        from syndicate.model.moments import stated_instant  # noqa: PLC0415

        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is no instant; write 2026-05-01T12:00:00Z", param, ctx)
        if moment.tzinfo is None:
            self.fail(f"{value!r} has no time zone; add Z or an offset", param, ctx)
        try:
            return stated_instant(moment)
        except ValueError as err:
            self.fail(str(err).removeprefix("instant: "), param, ctx)


def desk_option(command: _F) -> _F:
    """Add --desk."""
    return click.option(
        "--desk",
        "desk",
        type=click.Path(path_type=Path),
        default=Path(),
        envvar="SYNDICATE_DESK",
        show_envvar=True,
        help="Folder of the desk; the current folder when not stated.",
    )(command)


def at_option(command: _F) -> _F:
    """Add --at."""
    return click.option(
        "--at",
        "at",
        type=Moment(),
        default=None,
        help="Decide for this instant (RFC 3339) instead of now.",
    )(command)


def json_option(command: _F) -> _F:
    """Add --json."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")(
        command
    )


def counted(number: int, what: str) -> str:
    """Write how many there are of something."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def now() -> datetime:
    """Give the present moment; the only clock of the project."""
    return datetime.now(UTC)


def shown(moment: datetime | None) -> str:
    """Write a moment for people: UTC, to the second."""
    return moment.strftime("%Y-%m-%d %H:%M:%SZ") if moment else "–"


def console() -> Console:
    """Give the console for results: colours on a terminal only, wide where it is none."""
    from rich.console import Console  # noqa: PLC0415

    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else WIDE
    return Console(width=width, highlight=False, soft_wrap=False)


def print_json(data: Any) -> None:
    """Print data as JSON."""
    click.echo(json.dumps(data, ensure_ascii=False, indent=2, default=_plain))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json", exclude_none=True)
    return str(value)


def print_table(
    columns: Sequence[str], rows: Iterable[Sequence[object]], ratios: Sequence[int | None] = ()
) -> None:
    """Print a table; with ratios, columns share the width. Cells are data, never markup."""
    from rich import box  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, expand=bool(ratios))
    for column, ratio in zip_longest(columns, ratios):
        table.add_column(column, overflow="fold", ratio=ratio)
    for row in rows:
        table.add_row(*(Text(str(cell), style=_STYLES.get(str(cell), "")) for cell in row))
    console().print(table)


_STYLES = {
    "allow": "green",
    "hold": "yellow",
    "deny": "red",
    "refused": "red",
    "added": "green",
    "updated": "green",
}


_T = TypeVar("_T")


def watched(
    work: Iterable[_T], doing: str, total: Callable[[], int | None] = lambda: None
) -> Iterable[_T]:
    """Give the same; where somebody watches a terminal, show how far it is, how fast, and what
    is left. `total` is asked only then."""
    if not sys.stderr.isatty():
        return work
    from syndicate.cli.progress import shown as shown_as_it_goes  # noqa: PLC0415

    return shown_as_it_goes(work, doing, total())


def tell(line: str) -> None:
    """Print one line of news to standard error."""
    click.echo(line, err=True)
