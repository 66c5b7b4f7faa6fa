"""How time is taken: ours between two samples of the yardstick, since machines drift."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from bench import yardstick
from bench.corpus import NOW
from bench.desk import BenchDesk
from syndicate.model.document import Document
from syndicate.pipeline.compose import compose, request_of
from syndicate.pipeline.pool import Indexed
from syndicate.targets.folder import FolderTarget

SAMPLE = 10
"""Feeds that feedgen builds; what all would take is worked out from them."""
MOST_BYTES = 400_000_000
"""How much is written at most to see how fast it can be."""


class Row(NamedTuple):
    """One figure."""

    name: str
    """How it is asked for."""
    what: str
    against: str
    ratios: tuple[float, ...]
    """Of each round."""
    wanted: str
    better: str = "more"
    """more, or less."""
    seconds: float = 0.0
    """Ours, in the median round."""


def timed(work: Callable[[], object]) -> float:
    """Give the seconds that something takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


class Yards(NamedTuple):
    """What feedgen takes for one feed, in seconds."""

    build: float
    """RSS and Atom."""
    pack: float
    """gzip -6 of both."""


class Yard:
    """Feeds of a desk, spread over all of it, for feedgen to build as often as it is asked."""

    def __init__(self, desk: BenchDesk) -> None:
        feeds = desk.files.feed_list()
        pool = Indexed(desk.store, NOW)
        self._feeds = []
        for number in range(SAMPLE):
            partner, feed = feeds[number * len(feeds) // SAMPLE]
            request = request_of(desk.files, partner, feed, frozenset())
            composed = compose(request, feed, pool, NOW)
            self._feeds.append((feed.title, yardstick.ready(composed.entries)))

    def sample(self) -> Yards:
        """Build every feed of the sample once."""
        made: list[bytes] = []
        build = timed(lambda: self._build(made))
        pack = timed(lambda: [yardstick.gzipped(data) for data in made])
        return Yards(build / SAMPLE, pack / SAMPLE)

    def _build(self, made: list[bytes]) -> None:
        for title, entries in self._feeds:
            made += yardstick.feedgen_bytes(title, entries)

    def beside(self, work: Callable[[], object]) -> tuple[float, Yards]:
        """Give our seconds, and what feedgen takes for one feed before and after, on average."""
        before = self.sample()
        ours = timed(work)
        after = self.sample()
        return ours, Yards((before.build + after.build) / 2, (before.pack + after.pack) / 2)


class Disk:
    """A folder in which the same documents replace others, in more than one way."""

    def __init__(self, folder: Path, documents: Sequence[tuple[str, bytes]]) -> None:
        self._folder = folder
        self._documents = documents
        self.size = sum(len(data) for _, data in documents)

    def bare(self, *, durable: bool = False) -> float:
        """Give the seconds of a bare write and rename."""
        return self._replacing(
            lambda place: yardstick.bare_write(place, self._documents, durable=durable)
        )

    def put(self) -> float:
        """Give the seconds of the target."""
        made = [Document(path, "application/xml", data) for path, data in self._documents]
        return self._replacing(lambda place: list(FolderTarget(place).put_all(made)))

    def _replacing(self, work: Callable[[Path], object]) -> float:
        """Time something in a folder in which other bytes of the same length stand."""
        place = self._folder / "disk"
        for path, data in self._documents:
            (place / path).parent.mkdir(parents=True, exist_ok=True)
            (place / path).write_bytes(b" " + data[1:])
        os.sync()
        seconds = timed(lambda: work(place))
        shutil.rmtree(place)
        return seconds
