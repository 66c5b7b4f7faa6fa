"""What is measured: each scene makes its desks, publishes them, and gives the rows it is for."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import timedelta
from functools import partial
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from bench import desk as desks
from bench import hanging, serve
from bench.bulk import keep_all
from bench.corpus import LICENCES, NOW, THREE, TWO, Size, archive
from bench.desk import BenchDesk, Nowhere, Watch
from bench.measure import MOST_BYTES, Disk, Row, Yard, timed

SECOND = timedelta(seconds=1)
CHANGES = 3
"""Feeds that are changed one by one."""
IDLE = 0.3
"""Seconds that a command may take when nothing changed."""


class Plan(NamedTuple):
    """How large everything is."""

    size: Size
    few: int
    """Partners, to compare with many."""
    many: int
    short: int
    """Entries in each of their feeds: few, so that writing the bytes is not all there is."""
    stored: int
    """Articles in a store, to compare with a larger one."""
    growth: int
    """How many times as many that one holds."""


class Round(NamedTuple):
    """One round of one scene."""

    folder: Path
    plan: Plan
    watch: Watch
    wanted: frozenset[str]
    """The names of the rows that are asked for."""


Scene = Callable[[Round], Iterator[Row]]


def one_desk(formats: tuple[str, ...], encodings: tuple[str, ...], mark: str) -> Scene:
    """Give the scene of one desk: built, one hot article changed, nothing changed."""
    says = f"{' + '.join(formats)} as {' and '.join(encodings)}"

    def rows(asked: Round) -> Iterator[Row]:
        size = asked.plan.size._replace(formats=formats, encodings=encodings)
        with closing(BenchDesk(asked.folder / "desk", size, asked.watch)) as desk:
            yard = Yard(desk)
            ours, feedgen = yard.beside(lambda: desk.run(NOW))
            ratio = feedgen.build * size.partners / ours
            what = f"cold build, {size.partners} feeds, {says}"
            yield Row(f"cold{mark}", what, "feedgen RSS + Atom", (ratio,), "≥ 10", seconds=ours)
            cold, changed = ours, f"one hot article changes, {size.hot_feeds} feeds, {says}"

            desk.change_hot()
            warm = partial(desk.run, NOW + SECOND)
            ours, feedgen = yard.beside(lambda: _must_write(warm, size, size.hot_feeds))
            hot = size.hot_feeds / ours
            ratio = hot * (feedgen.build + feedgen.pack)
            against = "feedgen RSS + Atom, gzip -6"
            what = f"{changed}, warm"
            yield Row(f"hot{mark}", what, against, (ratio,), "≥ 50", seconds=ours)
            ratio, against = hot * feedgen.build, "feedgen RSS + Atom, no gzip"
            yield Row(f"hot-plain{mark}", what, against, (ratio,), "–", seconds=ours)
            if not mark:
                yield from _idle(desk, cold, lambda: desk.run(NOW + SECOND), "idle", "warm")

            if asked.wanted & {f"hot-fresh{mark}", "idle-fresh", f"few-fresh{mark}"}:
                desk.command()
                desk.reopen()
                desk.change_hot()
                ours, feedgen = yard.beside(
                    lambda: _must_write(desk.command, size, size.hot_feeds)
                )
                ratio = size.hot_feeds / ours * (feedgen.build + feedgen.pack)
                against = "feedgen RSS + Atom, gzip -6"
                what = f"{changed}, fresh command"
                yield Row(f"hot-fresh{mark}", what, against, (ratio,), "≥ 20", seconds=ours)
                if not mark:
                    yield from _idle(desk, cold, desk.command, "idle-fresh", "fresh command")
            if asked.wanted & {f"few-fresh{mark}"}:
                desk.reopen()
                desk.change_few()
                few = size.few_feeds
                ours, feedgen = yard.beside(lambda: _must_write(desk.command, size, few))
                ratio = few / ours * (feedgen.build + feedgen.pack)
                what = (
                    f"an article changes that {few} feeds of {size.partners} hold, fresh command"
                )
                against = "feedgen RSS + Atom of those, gzip -6"
                yield Row(f"few-fresh{mark}", what, against, (ratio,), "–", seconds=ours)
            if not mark and asked.wanted & {"publish", "publish-durable"}:
                yield from _publish(asked.folder, desk)

    return rows


def _must_write(run: Callable[[], int], size: Size, feeds: int) -> None:
    """Publish; raises RuntimeError where not just so many feeds are written, in each format."""
    written = run()
    if written != feeds * len(size.formats):
        raise RuntimeError(f"{written} documents were written, and {feeds} feeds changed")


def _idle(
    desk: BenchDesk, cold: float, run: Callable[[], object], name: str, how: str
) -> Iterator[Row]:
    """Time a run that has nothing to do, and make sure that it does nothing."""
    before = desk.looks()
    ours = timed(run)
    if desk.looks() != before:
        raise RuntimeError("nothing changed, and files were touched")
    what = f"nothing changed, {desk.size.partners} feeds, {how}; no file touched"
    yield Row(name, what, f"{IDLE} s", (IDLE / ours,), "≥ 1", seconds=ours)
    yield Row(f"{name}-cold", what, "cold build", (cold / ours,), "–", seconds=ours)


def _publish(folder: Path, desk: BenchDesk) -> Iterator[Row]:
    """Put the documents of a run, between two bare writes of the same bytes."""
    documents = desk.documents(MOST_BYTES)
    disk = Disk(folder, documents)
    before, durable_before = disk.bare(), disk.bare(durable=True)
    ours = disk.put()
    durable, bare = disk.bare(durable=True), disk.bare()
    what = f"publish phase: {len(documents)} documents, {disk.size / 1e6:.0f} MB, durable"
    ratio = (before + bare) / 2 / ours
    yield Row("publish", what, "bare write + rename", (ratio,), "≥ 0.7", seconds=ours)
    ratio = (durable_before + durable) / 2 / ours
    against = "bare write + fsync + rename"
    yield Row("publish-durable", what, against, (ratio,), "–", seconds=ours)


class _Cost(NamedTuple):
    """What a desk's regenerations take, but for writing the bytes."""

    cold: float
    hot: float


def partners(asked: Round) -> Iterator[Row]:
    """Compare many partners on twenty licences with few on the same. Their documents are made and
    recorded, and put nowhere: what putting them takes is a row of its own. Nor are those that
    are out looked at, which takes some 25 µs for each document of the desk."""
    plan = asked.plan
    found = {}
    for number in (plan.few, plan.many):
        size = Size(LICENCES * plan.short, number, THREE, plan.short, plan.size.encodings)
        folder = asked.folder / f"partners-{number}"
        with closing(BenchDesk(folder, size, asked.watch, target=Nowhere)) as desk:
            cold = timed(lambda desk=desk: desk.run(NOW))  # type: ignore[misc]
            desk.change_hot()
            warm = partial(desk.run, NOW + SECOND)
            hot = timed(partial(_must_write, warm, size, size.hot_feeds))
            found[number] = _Cost(cold, hot)
            if number == plan.many and asked.wanted & {"idle-many", "idle-many-cold"}:
                desk.command()
                yield from _idle(desk, cold, desk.command, "idle-many", "fresh command")
    what = f"{plan.many} partners on {LICENCES} licences, {plan.short} entries, {{}}; beyond bytes"
    against = f"{plan.few} partners on the same licences"
    few, many = found[plan.few], found[plan.many]
    rows = (
        ("partners-cold", "cold", many.cold, few.cold),
        ("partners-hot", "one hot article changes", many.hot, few.hot),
    )
    for name, how, ours, theirs in rows:
        yield Row(name, what.format(how), against, (ours / theirs,), "≤ 2", "less", ours)


def growth(asked: Round) -> Iterator[Row]:
    """Compare one changed feed out of a large store with one out of a small store."""
    plan, watch = asked.plan, asked.watch
    size = Size(plan.stored, 1, THREE, min(plan.size.entries, plan.stored // 2))
    size = size._replace(partners=size.products)
    more = plan.stored * (plan.growth - 1)
    with (
        closing(BenchDesk(asked.folder / "small", size, watch)) as small,
        closing(BenchDesk(asked.folder / "large", size, watch)) as large,
    ):
        keep_all(large.store, watch("archive", archive(more, size), more), NOW)
        times: dict[str, list[float]] = {"small": [], "large": []}
        moments = (NOW + SECOND * n for n in count(1))
        for desk in (small, large):
            desk.run(NOW)
        for number in range(CHANGES + 1):
            moment = next(moments)
            for name, desk in (("small", small), ("large", large)):
                desk.change(number % max(1, size.products - 1) * size.entries)
                seconds = timed(lambda desk=desk, at=moment: desk.run(at))  # type: ignore[misc]
                times[name] += [seconds] if number else []
    ours, theirs = statistics.median(times["large"]), statistics.median(times["small"])
    what = f"one changed feed of {size.entries} entries, {plan.stored * plan.growth} articles"
    against = f"{plan.stored} articles"
    yield Row("growth", what, against, (ours / theirs,), "< 1.2", "less", ours)


def memory(asked: Round) -> Iterator[Row]:
    """Publish a desk for the first time in a process of its own, and see what it needs."""
    size = asked.plan.size
    BenchDesk(asked.folder / "desk", size, asked.watch).close()
    command = [sys.executable, "-S", "-E", str(desks.ROOT / "bench" / "peak.py")]
    command += desks.regenerate(asked.folder / "desk")
    what = f"most memory of a cold command, {size.partners} feeds, {size.articles} articles"
    yield Row("memory", what, "1 MB", (int(desks.answered(command)) / 1e6,), "–", "less")


def serving(asked: Round) -> Iterator[Row]:
    """Load the server beside nginx."""
    yield from serve.rows(asked.folder, asked.watch, asked.wanted)


def pushing(asked: Round) -> Iterator[Row]:
    """Let some subscribers hang."""
    yield from hanging.rows(asked.folder, asked.watch)


_DESK = (
    *("cold", "hot", "hot-plain", "idle", "idle-cold", "hot-fresh", "idle-fresh"),
    *("idle-fresh-cold", "few-fresh", "publish", "publish-durable"),
)

SCENES: Mapping[tuple[str, ...], Scene] = MappingProxyType(
    {
        _DESK: one_desk(THREE, ("plain", "gzip"), ""),
        ("cold-2", "hot-2", "hot-plain-2", "hot-fresh-2", "few-fresh-2"): one_desk(
            TWO, ("gzip",), "-2"
        ),
        ("memory",): memory,
        ("partners-cold", "partners-hot", "idle-many", "idle-many-cold"): partners,
        ("growth",): growth,
        serve.NAMES: serving,
        hanging.NAMES: pushing,
    }
)
"""The scenes, by the names of their rows."""

GROUPS = {"serve": (*serve.NAMES, *hanging.NAMES)}
"""Names for several rows."""

NAMES = tuple(name for names in SCENES for name in names)
