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
from syndicate.pipeline.publish import Published


@click.command()
@desk_option
@at_option
@click.option("--feed", "only", help="Only this feed.")
@click.option(
    "--dry-run", is_flag=True, help="Show what would change for each partner; write nothing."
)
@json_option
def regenerate(
    desk: Path, at: datetime | None, only: str | None, *, dry_run: bool, as_json: bool
) -> None:
    """Publish the feeds of a desk: exactly what each agreement allows at this moment.

    Takes the inbox (articles/) in first. Writes nothing where nothing changed. A bad article costs
    only itself; a document that fails its check never replaces the last good one.

    \b
    syndicate regenerate --desk feeds
    syndicate regenerate --desk feeds --dry-run
    syndicate regenerate --desk feeds --at 2026-11-20T06:00:00Z
    """
    files = wiring.load(desk)
    known = [feed.id for _, feed in files.feed_list()]
    if only is not None and only not in known:
        raise NotFound(f"no feed {only!r}", mend=f"use one of: {', '.join(known)}")
    opened = wiring.scratch_store if dry_run else wiring.opened_store
    with opened(desk, files.desk) as store:
        refused = _take_inbox(desk, files, store)
        run = wiring.regeneration(desk, files, store, at or now(), dry_run=dry_run)
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
    if refused or any(one.failure or one.quarantined for one in done):
        raise Refused("something was refused; the lines above say what")


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
    changes = [one.next_change for one in done if one.next_change]
    written = sum(one.written for one in done)
    verb = "would be written" if dry_run else "written"
    click.echo(
        f"{len(done)} documents, {written} {verb}; next change by time alone: "
        f"{shown(min(changes, default=None))}"
    )


def _row(one: Published, *, dry_run: bool) -> tuple[object, ...]:
    state = "unchanged"
    if one.failure:
        state = "refused"
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
