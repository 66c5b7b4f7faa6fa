"""`partners key`: what partners prove themselves with, given out, renewed, taken back."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

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
from syndicate.formats.all import FORMATS
from syndicate.model.credential import RANDOM_BYTES, Credential, Kind
from syndicate.model.desk import DeskFiles
from syndicate.model.partner import Partner
from syndicate.pipeline import keys
from syndicate.pipeline.explain import find_partner
from syndicate.pipeline.heads import path_of
from syndicate.pipeline.ports import Store
from syndicate.web.tally import counted


@click.group()
def key() -> None:
    """Give partners keys to their feeds; renew them; take them back.

    A key goes into a header (Basic or Bearer) and opens all feeds of a partner, or those of one
    property. A token goes into the address of one feed, for readers that can send no header.
    """


class _Opened(NamedTuple):
    files: DeskFiles
    store: Store


@contextmanager
def _opened(desk: Path) -> Iterator[_Opened]:
    files = wiring.load(desk)
    with wiring.opened_store(desk, files.desk) as store:
        yield _Opened(files, store)


def chance() -> bytes:
    """Give the random bytes of a secret."""
    return secrets.token_bytes(RANDOM_BYTES)


@key.command("issue")
@click.argument("partner")
@click.option("--property", "place", help="Only for the feeds of this property.")
@click.option("--feed", help="Only for this feed.")
@click.option("--token", is_flag=True, help="For the address of a feed instead of a header.")
@click.option("--note", default="", help="What it is for, in your words.")
@desk_option
@json_option
def issue_key(
    partner: str,
    place: str | None,
    feed: str | None,
    note: str,
    desk: Path,
    *,
    token: bool,
    as_json: bool,
) -> None:
    """Make a key for a partner. Its secret is shown once, here, and kept nowhere.

    \b
    syndicate partners key issue fenwold
    syndicate partners key issue worldfold --property worldfold-app
    syndicate partners key issue fenwold --token --feed fenwold-text
    """
    with _opened(desk) as (files, store):
        found = find_partner(files, partner)
        wanted = keys.Wanted(Kind.TOKEN if token else Kind.KEY, place, feed, note)
        made = keys.issue(store, found, wanted, now(), chance)
        _print(files, found, made, as_json=as_json)


@key.command("rotate")
@click.argument("name", metavar="KEY")
@click.option(
    "--overlap",
    type=click.FloatRange(0, 90),
    default=keys.OVERLAP.days,
    show_default=True,
    help="Days for which the key before goes on.",
)
@desk_option
@json_option
def rotate_key(name: str, overlap: float, desk: Path, *, as_json: bool) -> None:
    """Make a new key in the place of one; both open for a while, so that nothing stands still.

    Where two for the same live already, end the other one first, once nothing uses it.

    \b
    syndicate partners key rotate k3v5n2aq
    syndicate partners key rotate k3v5n2aq --overlap 0
    """
    with _opened(desk) as (files, store):
        before = keys.find(store.credentials(), name)
        found = find_partner(files, before.partner)
        length = timedelta(days=overlap)
        made = keys.rotate(store, found, before, now(), chance, length)
        _print(files, found, made, as_json=as_json)


@key.command("revoke")
@click.argument("name", metavar="KEY")
@desk_option
def revoke_key(name: str, desk: Path) -> None:
    """End a key at once: a running server knows within seconds.

    \b
    syndicate partners key revoke k3v5n2aq
    """
    known = wiring.load_desk(desk)
    with wiring.opened_store(desk, known) as store:
        before = keys.find(store.credentials(), name)
        over = keys.revoke(store, before, now())
    since = "" if before is not over else f"; it was over since {shown(over.ends_at)}"
    click.echo(f"{over.kind} {over.id} of {over.partner} opens nothing{since}")


@key.command("list")
@click.argument("partner", required=False)
@click.option("--all", "all_", is_flag=True, help="Those that are over, too.")
@desk_option
@json_option
def list_keys(partner: str | None, desk: Path, *, all_: bool, as_json: bool) -> None:
    """List the keys of a partner, or of all.

    \b
    syndicate partners key list
    syndicate partners key list fenwold --all
    """
    known = wiring.load_desk(desk)
    with wiring.opened_store(desk, known) as store:
        found = [one for one in store.credentials(partner) if all_ or one.is_live(now())]
        used: dict[str, datetime] = {}
        for fetches in counted(wiring.store_file(desk), store):
            last = used.get(fetches.credential, fetches.last_at)
            used[fetches.credential] = max(last, fetches.last_at)
    if as_json:
        print_json([{**_told(one), "last_used": used.get(one.id)} for one in found])
        return
    columns = ("key", "kind", "partner", "opens", "since", "until", "last used", "note")
    print_table(columns, [_row(one, used.get(one.id)) for one in found])
    click.echo(f"{len(found)} keys")


def _told(one: Credential) -> dict[str, Any]:
    return one.model_dump(mode="json", exclude={"digest"})


def _row(one: Credential, used: datetime | None) -> tuple[object, ...]:
    until = shown(one.ends_at) if one.ends_at else ""
    last = shown(used) if used else "never"
    scope = _scope(one)
    return one.id, one.kind, one.partner, scope, shown(one.issued_at), until, last, one.note


def _scope(one: Credential) -> str:
    if one.feed:
        return f"feed {one.feed}"
    return f"property {one.property}" if one.property else "all its feeds"


def _print(files: DeskFiles, partner: Partner, made: keys.Issued, *, as_json: bool) -> None:
    urls = list(_urls(files, partner, made))
    if as_json:
        print_json({**_told(made.credential), "secret": made.secret, "urls": urls})
        return
    one = made.credential
    click.echo(f"{one.kind} {one.id} of {one.partner}, for {_scope(one)}")
    click.echo(made.secret)
    tell("Shown this once: give it to the partner by a way that nobody else reads.")
    for before in made.ended:
        click.echo(f"{before.kind} {before.id} opens until {shown(before.ends_at)}")
    for url in urls:
        click.echo(f"  {url}" if one.kind is Kind.TOKEN else f"  curl -u {partner.id} {url}")


def _urls(files: DeskFiles, partner: Partner, made: keys.Issued) -> Iterable[str]:
    """Give the addresses that it opens."""
    one = made.credential
    for feed in partner.feeds:
        if one.opens(partner.id, partner.property_of(feed).id, feed.id):
            for name in feed.formats:
                path = path_of(partner.id, feed.id, FORMATS[name])
                yield files.desk.url_of(
                    f"t/{made.secret}/{path}" if one.kind is Kind.TOKEN else path
                )
