"""Many groups prepared ahead by processes of their own: decided, rendered, checked, packed.

A worker writes nothing but work that is kept to be done once; the run then finds it done, group
by group, and alone records and puts. So a worker that dies costs time and nothing else. Workers
are processes, because the work is Python's own.

A worker begins with nothing of the run. A copy of it would go on holding the target's lock when
the run is killed, and would have a database that was opened before, which SQLite forbids
(https://www.sqlite.org/howtocorrupt.html, section 2.6). It ends when the run ends.
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
from multiprocessing import get_context, parent_process
from typing import NamedTuple

from syndicate.formats.base import Format
from syndicate.model.errors import SyndicateError
from syndicate.pipeline.garbage import seldom_sought
from syndicate.pipeline.plan import Arrived, Group
from syndicate.pipeline.ports import Store

PAYS = 3_000
"""So many articles in so many formats, nothing of them known, keep a core busy for several times
as long as a worker takes to begin, which imports all anew."""
MOST = 8
"""Workers, however many cores there are: the one that records and puts could not follow more."""

Prepare = Callable[[Group], None]
Preparing = Callable[["Errand"], Prepare]


class Errand(NamedTuple):
    """What a worker needs to know; it is sent there, as groups are."""

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
    pool = ProcessPoolExecutor(workers, get_context("spawn"), _begin, (errand,))
    try:
        yield _one_by_one(pool, groups, workers)
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Begin processes that no interrupt from the keyboard reaches: the run answers it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _one_by_one(
    pool: ProcessPoolExecutor, groups: Sequence[Group], workers: int
) -> Iterator[Group]:
    """Keep a few errands ahead of the run, so that what they keep is still at hand."""
    waiting: list[Future[None]] = []
    ahead = 2 * workers
    for place, group in enumerate(groups):
        with suppress(BrokenProcessPool), _uninterrupted():
            while len(waiting) < min(place + ahead, len(groups)):
                waiting.append(pool.submit(_prepare, groups[len(waiting)].lean()))
        if place < len(waiting):
            with suppress(Exception):  # whatever it is, the run meets it itself and tells it
                waiting[place].result()
        yield group


_prepare_here: Prepare | None = None


def _begin(errand: Errand) -> None:
    """Begin a worker; where it cannot, it prepares nothing, and the run meets and tells why."""
    global _prepare_here  # noqa: PLW0603  a worker has one errand
    threading.Thread(target=_end_with_the_run, daemon=True).start()
    with suppress(SyndicateError):
        _prepare_here = errand.preparing(errand)


def _end_with_the_run() -> None:
    """End this process as soon as the run has ended, even by a kill: nobody wants its work."""
    run = parent_process()
    if run is not None:
        run.join()
        os._exit(1)


def _prepare(group: Group) -> None:
    """Prepare a group; what goes wrong goes wrong again in the run, which tells it."""
    with suppress(SyndicateError), seldom_sought():
        if _prepare_here is not None:
            _prepare_here(group)
