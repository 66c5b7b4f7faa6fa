"""`syndicate regenerate`: the main job, and how it sees that there is nothing to do.

Only where there is something to do is the rest of the program loaded.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from syndicate import glance
from syndicate.cli.common import at_option, desk_option, json_option, now, tell
from syndicate.pipeline.garbage import seldom_sought


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
    only itself, a bad partner file only that partner, a bad licence the partners that name it
    (a public one all); their feeds get nothing new, but lose what is killed or over. A document
    that fails its check never replaces the last good one. --at looks ahead or back with --dry-run.

    \b
    syndicate regenerate --desk feeds
    syndicate regenerate --desk feeds --due
    syndicate regenerate --desk feeds --dry-run
    syndicate regenerate --desk feeds --dry-run --at 2026-11-20T06:00:00Z
    """
    is_whole = at is None and only is None and not (due or dry_run or rewind)
    seen = glance.recall(desk, now()) if is_whole and not as_json else None
    if seen:
        for line in seen.told:
            tell(line)
        click.echo(seen.said)
        return
    with seldom_sought():
        from syndicate.cli.publish import Asked, published  # noqa: PLC0415  most of a second

        asked = Asked(at, only, due=due, dry_run=dry_run, rewind=rewind, is_whole=is_whole)
        published(desk, asked, as_json=as_json)
