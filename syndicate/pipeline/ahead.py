"""Many groups prepared ahead by processes of their own: decided, rendered, checked, packed.

A worker writes nothing but work that is kept to be done once; the run then finds it done, group
by group, and alone records and puts. So a worker that dies costs time and nothing else. Workers
are processes, because the work is Python's own.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from datetime import datetime
from multiprocessing import get_all_start_methods, get_context
from typing import NamedTuple

from syndicate.formats.base import Format
from syndicate.model.errors import SyndicateError
from syndicate.pipeline.plan import Arrived, Group
from syndicate.pipeline.ports import Store

PAYS = 1_500
"""So many articles in so many formats, nothing of them known, keep a core busy for longer than a
worker takes to begin."""
MOST = 8
"""Workers, however many cores there are: the one that records and puts could not follow more."""

Prepare = Callable[[Group], None]
Preparing = Callable[["Errand"], Prepare]


class Errand(NamedTuple):
    """What a worker needs to know."""

    preparing: Preparing
    """Gives what prepares a group; a function of a module."""
    store: Callable[[], Store]
    """Opens the store once more."""
    formats: Mapping[str, Format]
    now: datetime
    arrived: Arrived


def cores() -> int:
    """Give how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1


def new_work(store: Store, groups: Sequence[Group]) -> int:
    """Give how many articles, once for each format, may have to be rendered for some groups."""
    asked = {one.asked.key: one for one in groups}
    fresh = asked.keys() - store.shelves(asked)
    formats = {key: {m.turn.format for m in one.members} for key, one in asked.items()}
    work = sum(asked[key].asked.feed.limit * len(formats[key]) for key in fresh)
    if work < PAYS:
        return work
    most = store.count()
    return sum(min(asked[key].asked.feed.limit, most) * len(formats[key]) for key in fresh)


@contextmanager
def prepared(errand: Errand, groups: Sequence[Group], workers: int) -> Iterator[Iterator[Group]]:
    """Give groups in their order, each when a worker has done with it."""
    pool = ProcessPoolExecutor(workers, get_context(_way()), _begin, (errand,))
    try:
        yield _one_by_one(pool, groups, workers)
    finally:
        pool.shutdown(cancel_futures=True)


def _way() -> str:
    """Say how to begin a process: as a copy of this one, unless a copy could hold a lock that some
    other thread never lets go there."""
    copies = "fork" in get_all_start_methods() and threading.active_count() == 1
    return "fork" if copies else "spawn"


def _one_by_one(
    pool: ProcessPoolExecutor, groups: Sequence[Group], workers: int
) -> Iterator[Group]:
    """Keep a few errands ahead of the run, so that what they keep is still at hand."""
    waiting: list[Future[None]] = []
    ahead = 2 * workers
    for place, group in enumerate(groups):
        with suppress(BrokenProcessPool):
            while len(waiting) < min(place + ahead, len(groups)):
                waiting.append(pool.submit(_prepare, groups[len(waiting)].lean()))
        if place < len(waiting):
            with suppress(Exception):  # whatever it is, the run meets it itself and tells it
                waiting[place].result()
        yield group


_prepare_here: Prepare | None = None


def _begin(errand: Errand) -> None:
    """Begin a worker; whoever interrupts the run is answered by the run."""
    global _prepare_here  # noqa: PLW0603  a worker has one errand
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _prepare_here = errand.preparing(errand)


def _prepare(group: Group) -> None:
    """Prepare a group; what goes wrong goes wrong again in the run, which tells it."""
    with suppress(SyndicateError):
        if _prepare_here is not None:
            _prepare_here(group)
