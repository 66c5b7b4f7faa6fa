"""Publish what was just changed, as far as it goes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

from syndicate import wiring
from syndicate.model.errors import BadDesk, SyndicateError
from syndicate.pipeline.made import Published
from syndicate.pipeline.ports import Store
from syndicate.pipeline.publish import Basis, Regeneration
from syndicate.sources.desk_folder import Read

Clock = Callable[[], datetime]
"""Gives the present moment."""


class Attempt(NamedTuple):
    """What became of publishing a change, and everything that stood in its way."""

    done: tuple[Published, ...] = ()
    failures: tuple[str, ...] = ()


def present(store: Store, now: datetime) -> datetime:
    """Give the moment to act at: now, or the newest edition's where the clock was set back."""
    return max(now, store.newest_at() or now)


def run_of(
    desk: Path,
    found: Read,
    store: Store,
    moment: datetime,
    *,
    dry_run: bool = False,
    due: bool = False,
    rewind: bool = False,
) -> Regeneration:
    """Give a run over a desk as far as it is sound, and as its files are when its turn has come.

    Raises BadDesk.
    """
    basis = _basis_of(desk, found)
    return wiring.regeneration(
        desk,
        basis.files,
        store,
        moment,
        dry_run=dry_run,
        unsound=basis.unsound,
        due=due,
        rewind=rewind,
        digest=basis.digest,
        renewed=partial(_renewed, desk, found),
    )


def _renewed(desk: Path, before: Read) -> Basis | None:
    found = wiring.read_again(desk, before)
    return _basis_of(desk, found) if found else None


def _basis_of(desk: Path, found: Read) -> Basis:
    if found.files is None:
        raise BadDesk("the desk cannot be used", where=str(desk), mend="see: syndicate check")
    return Basis(found.files, bool(found.unsound or found.errors), found.digest)


def publish_change(desk: Path, store: Store, moment: datetime, now: datetime) -> Attempt:
    """Publish what was just changed.

    What fails for one feed, a partner's file or folder, keeps nobody else from being told.
    """
    try:
        kept = wiring.kept_toml(desk, now)
        found = wiring.load_sound(desk, kept)
        kept.keep()
        run = run_of(desk, found, store, moment)
        feeds = [feed for _, feed, _ in run.files.feed_names()]
        feeds += [feed for _, feed, _ in store.published_feeds() if feed not in feeds]
    except SyndicateError as met:
        return Attempt((), (str(met),))
    done: dict[str, Published] = {}
    failures = list(found.errors)
    if not _tried(run, None, done, failures):
        for feed in feeds:
            _tried(run, feed, done, failures)
    told = (f"{one.path}: {one.failure}" for one in done.values() if one.failure)
    bad = (f"{one.path}: {bad.reason}" for one in done.values() for bad in one.quarantined)
    return Attempt(tuple(done.values()), tuple(dict.fromkeys((*failures, *told, *bad))))


def _tried(
    run: Regeneration, only: str | None, done: dict[str, Published], failures: list[str]
) -> bool:
    """Publish all feeds or one; give whether nothing kept it from being tried to the end."""
    try:
        for one in run.run(only):
            done.setdefault(one.path, one)
    except SyndicateError as met:
        failures.append(str(met))
        return False
    return True
