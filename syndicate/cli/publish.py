"""`syndicate regenerate`: the main job."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

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
from syndicate.model.errors import NotFound
from syndicate.pipeline.ingest import ingest
from syndicate.pipeline.ports import Hints, Store
from syndicate.pipeline.publish import Published, newest_edition
from syndicate.pipeline.versions import CLOCKS_APART


@click.command()
@desk_option
@at_option
@click.option("--feed", "only", help="Only this feed.")
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
        moment = _moment(at, newest, free=dry_run, rewind=rewind)
        refused = _take_inbox(desk, files, store)
        unsound = bool(found.unsound or found.errors)
        run = wiring.regeneration(desk, files, store, moment, dry_run=dry_run, unsound=unsound)
        wanted = [feed for _, feed in files.feed_list() if only in (None, feed.id)]
        documents = sum(len(feed.formats) for feed in wanted)
        done = list(watched(run.run(only), "publishing", documents))
        headlines = {one.guid: one.headline for one in store.current()} if dry_run else {}
    if as_json:
        print_json([one._asdict() for one in done])
    else:
        _print(done, dry_run=dry_run)
        for line in _differences(done, headlines) if dry_run else ():
            click.echo(line)
    if refused or found.errors or any(one.failure or one.quarantined for one in done):
        raise Refused("something was refused; the lines above say what")


def _moment(at: datetime | None, newest: datetime | None, *, free: bool, rewind: bool) -> datetime:
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


def _take_inbox(desk: Path, files: DeskFiles, store: Store) -> int:
    inbox = desk / files.desk.inbox
    if not inbox.is_dir():
        return 0
    drafts = watched(wiring.collect([inbox], files.desk, Hints()), "taking in")
    return told_refusals(ingest(drafts, files, store, now()))


def _print(done: list[Published], *, dry_run: bool) -> None:
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
    print_table(columns, (_row(one, dry_run=dry_run) for one in done))
    for one in done:
        for bad in one.quarantined:
            tell(f"quarantined {bad.guid} in {one.path}: {bad.reason}")
        if one.failure:
            tell(f"not published {one.path}: {one.failure} The last good document stays.")
        if one.deleted:
            verb = "would be" if dry_run else "was"
            tell(
                f"warning: {one.path} {verb} deleted: its subscribers get no further notices. "
                "Mend: keep the partner and end its agreement instead."
            )
    changes = [one.next_change for one in done if one.next_change]
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
