"""Publish what was just changed, as far as it goes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

from syndicate import wiring
from syndicate.model.desk import DeskFiles
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
    basis = _basis_of(desk, found, store)
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
        renewed=partial(_renewed, desk, store, found),
    )


def _renewed(desk: Path, store: Store, before: Read) -> Basis | None:
    found = wiring.read_again(desk, before)
    return _basis_of(desk, found, store) if found else None


def _basis_of(desk: Path, found: Read, store: Store) -> Basis:
    if found.files is None:
        raise BadDesk("the desk cannot be used", where=str(desk), mend="see: syndicate check")
    unsound = bool(found.unsound or found.errors or lost_partners(found, store))
    return Basis(found.files, unsound, found.digest)


def lost_partners(found: Read, store: Store) -> tuple[str, ...]:
    """Give a line where no partner is left of a desk that published for some.

    A folder that was not mounted is empty, so nobody is told that all agreements are over.
    """
    if not found.files or found.files.outlines or found.unsound or found.errors:
        return ()
    if not store.published_feeds():
        return ()
    says = "partners: holds no file, and feeds were published"
    return (f"{says}. Mend: put the files back; who leaves last ends by its agreement.",)


def publish_change(desk: Path, store: Store, moment: datetime, now: datetime) -> Attempt:
    """Publish what was just changed.

    What fails for one feed, a partner's file or folder, keeps nobody else from being told.
    """
    try:
        found = _in_need(desk, now)
        run = run_of(desk, found, store, moment)
        feeds = [feed for _, feed, _ in run.files.feed_names()]
        feeds += [feed for _, feed, _ in store.published_feeds() if feed not in feeds]
    except SyndicateError as met:
        return Attempt((), (str(met),))
    done: dict[str, Published] = {}
    failures = [*found.errors, *lost_partners(found, store)]
    if not _tried(run, None, done, failures):
        for feed in feeds:
            _tried(run, feed, done, failures)
    told = (f"{one.path}: {one.failure}" for one in done.values() if one.failure)
    bad = (f"{one.path}: {bad.reason}" for one in done.values() for bad in one.quarantined)
    return Attempt(tuple(done.values()), tuple(dict.fromkeys((*failures, *told, *bad))))


def _in_need(desk: Path, now: datetime) -> Read:
    """Give what is sound of a desk; without a sound desk.toml nothing but who it was, so that all
    feeds go on out of the record. Raises BadDesk."""
    try:
        kept = wiring.kept_toml(desk, now)
        found = wiring.load_sound(desk, kept)
        kept.keep()
    except BadDesk as met:
        files = DeskFiles(wiring.desk_in_need(desk), (), ())
        return Read(files, (str(met),), (), looks=wiring.looks_of(desk))
    return found


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
