"""`quarantine`: what is kept out and why, and trying it again."""

from __future__ import annotations

from pathlib import Path

import click

from syndicate import wiring
from syndicate.cli.common import Refused, desk_option, json_option, print_json, print_table, shown
from syndicate.cli.publish import present, publish_now, take_inbox
from syndicate.model.receipt import Isolated

COLUMNS = ("what", "kept out of", "since", "code", "why, and how to mend it")


@click.group()
def quarantine() -> None:
    """List what is kept out, with the reason; try it again once it is mended."""


@quarantine.command("list")
@desk_option
@json_option
def list_quarantine(desk: Path, *, as_json: bool) -> None:
    """List the articles and files that are kept out. Everything beside them is published.

    \b
    syndicate quarantine list --desk feeds
    """
    known = wiring.load_desk(desk)
    with wiring.opened_store(desk, known) as store:
        found = store.isolated()
    if as_json:
        print_json(list(found))
        return
    print_table(COLUMNS, [_row(one) for one in found], (3, 2, None, None, 5))
    click.echo(f"{len(found)} kept out")


def _row(one: Isolated) -> tuple[object, ...]:
    return (one.subject, one.place, shown(one.since), one.code, one.reason)


@quarantine.command()
@desk_option
def retry(desk: Path) -> None:
    """Take the inbox in and publish once more; say what came free and what did not.

    \b
    syndicate quarantine retry --desk feeds
    """
    found = wiring.load_sound(desk)
    if found.files is None:
        raise Refused("the desk cannot be used", mend="see: syndicate check")
    with wiring.opened_store(desk, found.files.desk) as store:
        before = {(one.subject, one.place) for one in store.isolated()}
        take_inbox(desk, found.files, store)
        publish_now(desk, found, store, present(store))
        after = store.isolated()
    left = {(one.subject, one.place) for one in after}
    for subject, place in sorted(before - left):
        click.echo(f"free: {subject}, {place}")
    if after:
        print_table(COLUMNS, [_row(one) for one in after], (3, 2, None, None, 5))
        raise Refused(f"{len(after)} kept out still", mend="mend what the table says")
    click.echo("nothing is kept out")
