"""The main job: publish a desk, tell what became of it, and keep how all looked then."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import click

from syndicate import wiring
from syndicate.acts.publishing import lost_partners, run_of
from syndicate.cli.articles import told_refusals
from syndicate.cli.common import (
    Refused,
    now,
    print_json,
    print_table,
    shown,
    tell,
    watched,
)
from syndicate.cli.glancing import Glancing
from syndicate.model.desk import DeskFiles
from syndicate.model.errors import NotFound
from syndicate.pipeline.ingest import Taken, ingest
from syndicate.pipeline.made import Published
from syndicate.pipeline.ports import Store
from syndicate.pipeline.publish import Regeneration
from syndicate.pipeline.quarantine import isolating
from syndicate.pipeline.versions import CLOCKS_APART
from syndicate.sources import collecting
from syndicate.sources.desk_folder import Read


class Asked(NamedTuple):
    """What `regenerate` is asked for."""

    at: datetime | None
    only: str | None
    due: bool
    dry_run: bool
    rewind: bool
    is_whole: bool
    """Whether none of these is stated: the present, in all feeds."""


def published(desk: Path, asked: Asked, *, as_json: bool) -> None:
    """Publish a desk as it is asked for.

    Raises:
        Refused: something was refused, which was told.
        SyndicateError: it cannot be done.
    """
    glancing = Glancing(desk)
    kept = wiring.kept_toml(desk, now(), glancing.files)
    found = wiring.load_sound(desk, kept)
    warnings = tuple(f"warning: {text}" for text in found.warnings)
    _told((*found.errors, *warnings))
    files = _files(found, asked.only)
    if asked.is_whole:
        glancing.begin(files.desk)
    opened = wiring.scratch_store if asked.dry_run else wiring.opened_store
    with opened(desk, files.desk) as store:
        if not asked.dry_run:
            kept.keep()
        moment = moment_of(asked.at, store.newest_at(), free=asked.dry_run, rewind=asked.rewind)
        lost = _told(lost_partners(found, store))
        inbox = Inbox() if asked.due else take_inbox(desk, files, store)
        run = run_of(
            desk,
            found,
            store,
            moment,
            dry_run=asked.dry_run,
            due=asked.due,
            rewind=asked.rewind,
        )
        done = _done(run, asked.only)
        planned = store.planned() if asked.due else {}
        headlines = {one.guid: one.headline for one in store.current()} if asked.dry_run else {}
    if as_json:
        print_json([one._asdict() for one in done])
    else:
        _print(done, [*planned.values()], dry_run=asked.dry_run)
        for line in _differences(done, headlines) if asked.dry_run else ():
            click.echo(line)
    faults = (*found.errors, *lost)
    if inbox.refused or faults or any(one.failure or one.quarantined for one in done):
        raise Refused("something was refused; the lines above say what")
    if asked.is_whole and not inbox.taken:
        stays = [one for one in done if not one.deleted]
        glancing.keep(run, (*warnings, *_told_again(done)), _summary(stays, written=0))


def _told(lines: Sequence[str]) -> Sequence[str]:
    for line in lines:
        tell(line)
    return lines


def _files(found: Read, only: str | None) -> DeskFiles:
    """Give the files of a desk that can be used, and that has the feed that is asked for."""
    if found.files is None:
        raise Refused("the desk cannot be used; the lines above say why")
    known = [feed for _, feed, _ in found.files.feed_names()]
    if only is not None and only not in known:
        raise NotFound(f"no feed {only!r}", mend=f"use one of: {', '.join(known)}")
    return found.files


def publish_now(
    desk: Path,
    found: Read,
    store: Store,
    moment: datetime,
    only: str | None = None,
    *,
    dry_run: bool = False,
    due: bool = False,
) -> list[Published]:
    """Publish a desk as far as it is sound, or one of its feeds; give each document.

    Raises:
        StoreFailed: the store cannot be read or written.
        TargetFailed: the target cannot be written; the last good documents stay.
    """
    return _done(run_of(desk, found, store, moment, dry_run=dry_run, due=due), only)


def _done(run: Regeneration, only: str | None) -> list[Published]:
    listed = list(run.files.feed_names())
    documents = sum(len(formats) for _, feed, formats in listed if only in (None, feed))
    done = list(watched(run.run(only), "publishing", lambda: documents))
    places = {feed: place for place, (_, feed, _) in enumerate(listed)}
    return sorted(done, key=lambda one: places.get(one.feed, len(places)))


def present(store: Store) -> datetime:
    """Give the moment to act at: now, or the newest edition's where the clock was set back."""
    return moment_of(None, store.newest_at(), free=False, rewind=False)


def moment_of(
    at: datetime | None, newest: datetime | None, *, free: bool, rewind: bool
) -> datetime:
    """Give the moment to decide for; what is published never runs ahead of the clock, nor back.

    Raises:
        Refused: the stated moment would break embargoes or bring back what was withdrawn.
    """
    clock = now()
    if at is None:
        if newest and newest > clock + CLOCKS_APART:
            tell(f"warning: the newest edition is of {shown(newest)}, later than the clock")
        return max(clock, newest or clock)
    if free:
        return at
    if at > clock + CLOCKS_APART:
        raise Refused(f"{shown(at)} is in the future", mend="add --dry-run to look ahead")
    if newest and at < newest and not rewind:
        raise Refused(
            f"{shown(at)} is before the newest edition, {shown(newest)}",
            mend="add --dry-run to look back, or --rewind to publish that moment again",
        )
    return at


class Inbox(NamedTuple):
    """What became of an inbox."""

    refused: int = 0
    taken: int = 0
    """How many articles were added or updated."""


def take_inbox(desk: Path, files: DeskFiles, store: Store) -> Inbox:
    """Take in what lies in the inbox; what is refused goes into quarantine."""
    inbox = desk / files.desk.inbox
    drafts = watched(
        collecting.collect_inbox(inbox, files.desk), "taking in", lambda: collecting.count([inbox])
    )
    outcomes = list(isolating(ingest(drafts, files, store, now()), store, now()))
    taken = sum(one.taken in {Taken.ADDED, Taken.UPDATED} for one in outcomes)
    return Inbox(told_refusals(outcomes), taken)


def _print(done: list[Published], planned: Sequence[datetime | None], *, dry_run: bool) -> None:
    columns = (
        "partner",
        "feed",
        "format",
        "articles",
        "notices",
        "file",
        "added",
        "changed",
        "removed",
    )
    rows = [row for row in (_row(one, dry_run=dry_run) for one in done) if UNCHANGED not in row]
    if rows:
        print_table(columns, rows[:SHOWN])
    if len(rows) > SHOWN:
        click.echo(f"and {len(rows) - SHOWN} more, which --json lists")
    for one in done:
        for bad in one.quarantined:
            tell(f"quarantined {bad.guid} in {one.path}: {bad.reason}")
        if one.failure:
            tell(f"not published {one.path}: {one.failure} The last good document stays.")
    for line in _told_again(done):
        tell(line)
    click.echo(_summary(done, planned, dry_run=dry_run))


def _told_again(done: list[Published]) -> tuple[str, ...]:
    """Give what is told in every run."""
    former = dict.fromkeys(one.feed for one in done if one.former)
    says = "is no longer on the desk: its documents go on with notices only"
    return tuple(f"{feed} {says}" for feed in former)


def _summary(
    done: list[Published],
    planned: Sequence[datetime | None] = (),
    *,
    written: int | None = None,
    dry_run: bool = False,
) -> str:
    changes = [one for one in (*planned, *(one.next_change for one in done)) if one]
    alive = [one for one in done if not one.deleted]
    if written is None:
        written = sum(one.written for one in alive)
    verb = "would be written" if dry_run else "written"
    gone = f", {len(done) - len(alive)} deleted" if len(done) > len(alive) else ""
    return (
        f"{len(alive)} documents, {written} {verb}{gone}; next change by time alone: "
        f"{shown(min(changes, default=None))}"
    )


UNCHANGED = "unchanged"
SHOWN = 50
"""Rows of the table, at most: nobody reads more, and laying out thousands takes long."""


def _row(one: Published, *, dry_run: bool) -> tuple[object, ...]:
    state = UNCHANGED
    if one.failure:
        state = "refused"
    elif one.deleted:
        state = "would be deleted" if dry_run else "deleted"
    elif one.written:
        state = "would change" if dry_run else "written"
    numbers = (len(one.added) or "", len(one.changed) or "", len(one.removed) or "")
    return (one.partner, one.feed, one.format, one.entries, one.tombstones or "", state, *numbers)


def _differences(done: list[Published], headlines: dict[str, str]) -> list[str]:
    """Give a line for each article that a feed would gain (+), change (~) or lose (-)."""
    lines = [
        f"{one.feed} {mark} {guid}, {headlines.get(guid, '')}"
        for one in done
        for mark, guids in (("+", one.added), ("~", one.changed), ("-", one.removed))
        for guid in guids
    ]
    return list(dict.fromkeys(lines))
