"""`staff`: who works at the desk and may sign in to its pages."""

from __future__ import annotations

from pathlib import Path

import click

from syndicate import wiring
from syndicate.cli.common import (
    desk_option,
    json_option,
    now,
    print_json,
    print_table,
    shown,
    tell,
)
from syndicate.cli.keys import chance
from syndicate.model.credential import DESK, Kind
from syndicate.pipeline import keys


@click.group()
def staff() -> None:
    """Let people sign in to the desk's pages, each with a key of their own."""


@staff.command()
@click.argument("name")
@desk_option
@json_option
def add(name: str, desk: Path, *, as_json: bool) -> None:
    """Give somebody a key to the desk's pages: to see all articles, to kill, to accept requests.

    \b
    syndicate staff add "Night desk"
    """
    with wiring.opened_store(desk, wiring.load_desk(desk)) as store:
        made = keys.employ(store, name, now(), chance)
    if as_json:
        print_json({"id": made.credential.id, "name": name, "secret": made.secret})
        return
    click.echo(made.secret)
    tell("Shown this once: give it to the person by a way that nobody else reads.")


@staff.command("list")
@desk_option
@json_option
def list_staff(desk: Path, *, as_json: bool) -> None:
    """List who may sign in, and who could."""
    with wiring.opened_store(desk, wiring.load_desk(desk)) as store:
        found = store.credentials(DESK)
    if as_json:
        print_json([one.model_dump(mode="json", exclude={"digest"}) for one in found])
        return
    rows = [(one.id, one.note, shown(one.issued_at), shown(one.ends_at)) for one in found]
    print_table(("key", "who", "since", "ended"), rows)


@staff.command()
@click.argument("key")
@desk_option
def remove(key: str, desk: Path) -> None:
    """End somebody's key, and every session that began with it.

    \b
    syndicate staff remove k3v5n2aq
    """
    with wiring.opened_store(desk, wiring.load_desk(desk)) as store:
        known = [one for one in store.credentials(DESK) if one.kind is Kind.DESK]
        done = keys.revoke(store, keys.find(known, key), now())
    click.echo(f"{done.id} of {done.note}: ended {shown(done.ends_at)}")
