"""`syndicate regenerate`: the main job."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import click

from syndicate import wiring
from syndicate.cli.articles import told_refusals
from syndicate.cli.common import (
    Refused,
    at_option,
    desk_option,
    json_option,
    now,
    print_json,
    print_table,
    shown,
    tell,
    watched,
)
from syndicate.model.desk import DeskFiles
from syndicate.model.errors import NotFound, SyndicateError
from syndicate.pipeline.ingest import ingest
from syndicate.pipeline.made import Published
from syndicate.pipeline.ports import Store
from syndicate.pipeline.publish import Regeneration, newest_edition
from syndicate.pipeline.quarantine import isolating
from syndicate.pipeline.versions import CLOCKS_APART
from syndicate.sources.desk_folder import Read


@click.command()
@desk_option
@at_option
@click.option("--feed", "only", help="Only this feed.")
@click.option("--due", is_flag=True, help="Only feeds whose moment has come; leaves the inbox.")
@click.option(
    "--dry-run", is_flag=True, help="Show what would change for each partner; write nothing."
)
@click.option(
    "--rewind", is_flag=True, help="Publish a moment that has passed once more, on purpose."
)
@json_option
def regenerate(
    desk: Path,
    at: datetime | None,
    only: str | None,
    *,
    due: bool,
    dry_run: bool,
    rewind: bool,
    as_json: bool,
) -> None:
    """Publish the feeds of a desk: exactly what each agreement allows at this moment.

    Takes the inbox (articles/) in first. Writes nothing where nothing changed. A bad article costs
    only itself, a bad partner file only that partner; a document that fails its check never
    replaces the last good one. --at looks ahead or back with --dry-run.

    \b
    syndicate regenerate --desk feeds
    syndicate regenerate --desk feeds --due
    syndicate regenerate --desk feeds --dry-run
    syndicate regenerate --desk feeds --dry-run --at 2026-11-20T06:00:00Z
    """
    found = wiring.load_sound(desk)
    for line in (*found.errors, *(f"warning: {text}" for text in found.warnings)):
        tell(line)
    files = found.files
    if files is None:
        raise Refused("the desk cannot be used; the lines above say why")
    known = [feed.id for _, feed in files.feed_list()]
    if only is not None and only not in known:
        raise NotFound(f"no feed {only!r}", mend=f"use one of: {', '.join(known)}")
    opened = wiring.scratch_store if dry_run else wiring.opened_store
    with opened(desk, files.desk) as store:
        newest = newest_edition(files, store)
        moment = moment_of(at, newest, free=dry_run, rewind=rewind)
        refused = 0 if due else take_inbox(desk, files, store)
        done = publish_now(desk, found, store, moment, only, dry_run=dry_run, due=due)
        planned = store.planned() if due else {}
        headlines = {one.guid: one.headline for one in store.current()} if dry_run else {}
    if as_json:
        print_json([one._asdict() for one in done])
    else:
        _print(done, [*planned.values()], dry_run=dry_run)
        for line in _differences(done, headlines) if dry_run else ():
            click.echo(line)
    if refused or found.errors or any(one.failure or one.quarantined for one in done):
        raise Refused("something was refused; the lines above say what")


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
    run = _run(desk, found, store, moment, dry_run=dry_run, due=due)
    wanted = [feed for _, feed in run.files.feed_list() if only in (None, feed.id)]
    documents = sum(len(feed.formats) for feed in wanted)
    done = list(watched(run.run(only), "publishing", documents))
    feeds = [feed.id for _, feed in run.files.feed_list()]
    places = {feed: place for place, feed in enumerate(feeds)}
    return sorted(done, key=lambda one: places.get(one.feed, len(places)))


class Attempt(NamedTuple):
    """What became of publishing a change, and everything that stood in its way."""

    done: tuple[Published, ...]
    failures: tuple[str, ...]


def present(store: Store) -> datetime:
    """Give the moment to act at: now, or the newest edition's where the clock was set back."""
    last = (store.last_edition(feed, name) for _, feed, name in store.published_feeds())
    newest = max((edition.at for edition in last if edition), default=None)
    return moment_of(None, newest, free=False, rewind=False)


def publish_change(desk: Path, store: Store, moment: datetime) -> Attempt:
    """Publish what was just changed, as far as it goes.

    What fails for one feed, a partner's file or folder, keeps nobody else from being told.
    """
    try:
        found = wiring.load_sound(desk)
        run = _run(desk, found, store, moment)
        feeds = [feed.id for _, feed in run.files.feed_list()]
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


def _run(
    desk: Path,
    found: Read,
    store: Store,
    moment: datetime,
    *,
    dry_run: bool = False,
    due: bool = False,
) -> Regeneration:
    if found.files is None:
        raise Refused("the desk cannot be used; the lines above say why")
    unsound = bool(found.unsound or found.errors)
    return wiring.regeneration(
        desk, found.files, store, moment, dry_run=dry_run, unsound=unsound, due=due
    )


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


def take_inbox(desk: Path, files: DeskFiles, store: Store) -> int:
    """Take in what lies in the inbox; give how much was refused. That goes into quarantine."""
    inbox = desk / files.desk.inbox
    drafts = watched(wiring.collect_inbox(inbox, files.desk), "taking in")
    return told_refusals(isolating(ingest(drafts, files, store, now()), store, now()))


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
    if done:
        print_table(columns, (_row(one, dry_run=dry_run) for one in done))
    for one in done:
        for bad in one.quarantined:
            tell(f"quarantined {bad.guid} in {one.path}: {bad.reason}")
        if one.failure:
            tell(f"not published {one.path}: {one.failure} The last good document stays.")
    former = dict.fromkeys(one.feed for one in done if one.former)
    for feed in former:
        tell(f"{feed} is no longer on the desk: its documents go on with notices only")
    changes = [one for one in (*planned, *(one.next_change for one in done)) if one]
    alive = [one for one in done if not one.deleted]
    written = sum(one.written for one in alive)
    verb = "would be written" if dry_run else "written"
    gone = f", {len(done) - len(alive)} deleted" if len(done) > len(alive) else ""
    click.echo(
        f"{len(alive)} documents, {written} {verb}{gone}; next change by time alone: "
        f"{shown(min(changes, default=None))}"
    )


def _row(one: Published, *, dry_run: bool) -> tuple[object, ...]:
    state = "unchanged"
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
