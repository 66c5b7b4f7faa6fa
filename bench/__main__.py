"""`python -m bench`: how much work publishing is, each figure as a ratio within this run.

Prints one table; `--json` gives the same for programs. Sizes are the caller's: the smallest says
little, the whole (`--articles 10000 --feeds 1000`) takes minutes.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from bench import desk, yardstick
from bench.corpus import A_PRODUCT, NOW, Size, article
from syndicate.formats.all import FORMATS
from syndicate.model.desk import DeskFiles
from syndicate.model.entry import Entry
from syndicate.pipeline.compose import compose, request_of
from syndicate.pipeline.pool import Everything
from syndicate.pipeline.publish import Regeneration
from syndicate.stores.sql import SqlStore
from syndicate.targets.folder import FolderTarget

SAMPLE = 10
"""Feeds that feedgen builds; the rest is worked out from them."""


class Row(NamedTuple):
    """One figure."""

    what: str
    against: str
    ratios: tuple[float, ...]
    """Of each round; larger is better."""
    wanted: str
    seconds: float
    """Ours, in the median round."""


def main() -> int:
    """Measure and print."""
    asked = _asked()
    size = Size(asked.articles, asked.feeds)
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as name,
        Progress(
            console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()
        ) as progress,
    ):
        task = progress.add_task("measuring", total=asked.rounds)
        rounds = []
        for number in range(asked.rounds):
            rounds.append(list(_round(Path(name) / str(number), size)))
            progress.advance(task)
    rows = [_merged(rows) for rows in zip(*rounds, strict=True)]
    if asked.json:
        print(json.dumps([row._asdict() for row in rows], indent=2))
    else:
        _print(rows, size, asked.rounds)
    return 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--articles", type=int, default=1_000)
    parser.add_argument("--feeds", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _round(folder: Path, size: Size) -> Iterator[Row]:
    folder.mkdir()
    files = desk.written(folder, size)
    with closing(desk.opened(folder)) as store:
        desk.filled(store, size)
        target = FolderTarget(folder / "public")
        entries = _entries(files, size)
        fed = _timed(lambda: [yardstick.feedgen_bytes("Feed", entries) for _ in range(SAMPLE)])
        fed *= size.partners / SAMPLE
        made = [data for _ in range(SAMPLE) for data in yardstick.feedgen_bytes("Feed", entries)]
        zipped = _timed(lambda: [yardstick.gzipped(data) for data in made])
        zipped *= size.partners / SAMPLE

        cold = _timed(lambda: _run(files, store, target, NOW))
        yield Row("cold build, three formats", "feedgen RSS + Atom", (fed / cold,), "≥ 10", cold)

        touched = _change(store, size, 2)
        later = NOW + timedelta(seconds=1)
        warm = _timed(lambda: _run(files, store, target, later))
        share = touched / size.partners
        one = (fed + zipped) * share
        says = f"one article changes, {touched} feeds, warm"
        yield Row(says, "feedgen + gzip -6", (one / warm,), "≥ 50", warm)

        nothing = _timed(lambda: _run(files, store, target, later))
        yield Row("nothing changed, warm", "cold build", (cold / nothing,), "–", nothing)

        documents = [(folder / "public" / path).read_bytes() for path in _some(target)]
        bare = folder / "bare"
        bare.mkdir()
        written = _timed(lambda: yardstick.bare_write(bare, documents))
        total = sum(len(one) for one in documents)
        yield Row(
            f"bytes of {len(documents)} documents, bare write and rename",
            "MB/s",
            (total / written / 1e6,),
            "–",
            written,
        )
    _change_and_close(folder, size, 3)
    fresh = _timed(lambda: _command(folder))
    yield Row("the same from a fresh command", "feedgen + gzip -6", (one / fresh,), "≥ 20", fresh)
    idle = _timed(lambda: _command(folder))
    yield Row("nothing changed, fresh command", "1 / seconds", (1 / idle,), "≥ 3.3", idle)


def _entries(files: DeskFiles, size: Size) -> tuple[Entry, ...]:
    """Give the articles of one feed as they go out."""
    partner, feed = next(iter(files.feed_list()))
    histories = [(article(number, size),) for number in range(A_PRODUCT)]
    request = request_of(files, partner, feed, frozenset())
    return compose(request, feed, Everything(histories, NOW), NOW).entries


def _run(files: DeskFiles, store: SqlStore, target: FolderTarget, now: object) -> None:
    run = Regeneration(files, store, target, FORMATS, now)  # type: ignore[arg-type]
    for one in run.run():
        if one.failure or one.quarantined:
            raise RuntimeError(f"{one.path}: {one.failure or one.quarantined}")


def _change(store: SqlStore, size: Size, version: int) -> int:
    """Change one article of the first product; give how many feeds hold it."""
    store.put(article(A_PRODUCT - 1, size, version), None, NOW)
    return len([n for n in range(size.partners) if n % size.products == 0])


def _change_and_close(folder: Path, size: Size, version: int) -> None:
    with closing(desk.opened(folder)) as store:
        _change(store, size, version)


def _command(folder: Path) -> None:
    command = Path(sys.executable).parent / "syndicate"
    subprocess.run([command, "regenerate", "--desk", folder], check=True, capture_output=True)


def _some(target: FolderTarget) -> list[str]:
    return [path for path in target.paths() if path.startswith("partner-")][:300]


def _merged(rows: tuple[Row, ...]) -> Row:
    ratios = tuple(sorted(ratio for row in rows for ratio in row.ratios))
    return rows[0]._replace(ratios=ratios, seconds=statistics.median(row.seconds for row in rows))


def _print(rows: list[Row], size: Size, rounds: int) -> None:
    table = Table(title=f"{size.articles} articles, {size.partners} feeds, {rounds} rounds")
    for column in ("work", "against", "median", "least", "most", "wanted", "seconds"):
        table.add_column(column)
    for row in rows:
        figures = (statistics.median(row.ratios), min(row.ratios), max(row.ratios))
        shown = (f"{one:.2f}" for one in figures)
        table.add_row(row.what, row.against, *shown, row.wanted, f"{row.seconds:.3f}")
    Console().print(table)


if __name__ == "__main__":
    sys.exit(main())
