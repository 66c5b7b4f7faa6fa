"""`python -m bench`: how much work publishing is, each figure as a ratio within this run.

Prints one table; `--json` gives the same for programs. `--sizes small` takes some minutes and says
little, `full` takes long, `large` takes hours and tens of gigabytes of disk.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.corpus import Size
from bench.measure import Row
from bench.progress import Told
from bench.scenes import GROUPS, NAMES, SCENES, Plan, Round

SIZES = {
    "small": Plan(Size(500, 50), few=20, many=200, short=5, stored=200, growth=20),
    "full": Plan(Size(10_000, 1_000), few=100, many=1_000, short=10, stored=1_000, growth=100),
    "large": Plan(Size(10_000, 1_000), few=100, many=10_000, short=10, stored=10_000, growth=100),
}

WIDTH = 130
"""Of the table, where the terminal is narrower or none."""

_SAYS = ", ".join((*NAMES, *GROUPS))


def main() -> int:
    """Measure and print."""
    asked = _asked()
    plan = _plan(asked)
    wanted = frozenset(name for one in asked.only or NAMES for name in GROUPS.get(one, (one,)))
    scenes = [scene for names, scene in SCENES.items() if wanted & {*names}]
    found: dict[str, list[Row]] = {}
    with Told(len(scenes) * asked.rounds) as told:
        for _ in range(asked.rounds):
            for scene in scenes:
                with tempfile.TemporaryDirectory(prefix="bench-", dir=asked.folder) as name:
                    for row in scene(Round(Path(name), plan, told.watch, wanted)):
                        found.setdefault(row.name, []).append(row)
                told.scene()
    rows = [_merged(found[name]) for name in NAMES if name in found and name in wanted]
    if asked.json:
        print(json.dumps(_data(rows, plan, asked.rounds), indent=2))
    else:
        _print(rows, plan.size, asked.rounds)
    return 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--sizes", choices=sorted(SIZES), default="small")
    for name, says in (
        ("articles", "articles of the desk"),
        ("feeds", "feeds of the desk, one a partner"),
        ("entries", "articles in a feed"),
        ("few", "partners that many are compared with"),
        ("many", "partners that are compared with few"),
        ("short", "articles in each of their feeds"),
        ("stored", "articles in the small store"),
        ("growth", "how many times as many the large store holds"),
    ):
        parser.add_argument(f"--{name}", type=_number, metavar="N", help=f"instead: {says}")
    parser.add_argument("--rounds", type=_number, default=3, metavar="N")
    parser.add_argument("--only", nargs="+", choices=(*NAMES, *GROUPS), metavar="ROW", help=_SAYS)
    parser.add_argument("--folder", type=Path, help="where the desks are made, for a while")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def _number(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def _plan(asked: argparse.Namespace) -> Plan:
    """Give the sizes that were chosen, with those that were stated one by one in their place."""
    plan = SIZES[asked.sizes]
    whole = {"articles": asked.articles, "partners": asked.feeds, "entries": asked.entries}
    size = plan.size._replace(**{name: value for name, value in whole.items() if value})
    own = {name: getattr(asked, name) for name in ("few", "many", "short", "stored", "growth")}
    return plan._replace(size=size, **{name: value for name, value in own.items() if value})


def _merged(rows: list[Row]) -> Row:
    ratios = tuple(ratio for row in rows for ratio in row.ratios)
    return rows[0]._replace(ratios=ratios, seconds=statistics.median(row.seconds for row in rows))


def _data(rows: list[Row], plan: Plan, rounds: int) -> dict[str, Any]:
    """Give all for programs."""
    sizes = {**plan._asdict(), "size": plan.size._asdict()}
    figures = [{**one._asdict(), "median": statistics.median(one.ratios)} for one in rows]
    return {"sizes": sizes, "rounds": rounds, "rows": figures}


def _print(rows: list[Row], size: Size, rounds: int) -> None:
    title = f"{size.articles} articles, {size.partners} feeds × {size.entries}, {rounds} rounds"
    table = Table(title=title)
    for column in ("row", "work", "against"):
        table.add_column(column, no_wrap=column == "row")
    for column in ("median", "least", "most", "wanted", "seconds"):
        table.add_column(column, no_wrap=True, justify="right")
    for row in rows:
        figures = (statistics.median(row.ratios), min(row.ratios), max(row.ratios))
        shown = (f"{one:.2f}" for one in figures)
        table.add_row(row.name, row.what, row.against, *shown, row.wanted, f"{row.seconds:.3f}")
    console = Console()
    console.width = max(console.width, WIDTH)
    console.print(table)


if __name__ == "__main__":
    sys.exit(main())
