"""`usage`: what partners were offered, fetched and received; how they are doing."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
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
)
from syndicate.model.errors import NotFound
from syndicate.model.usage import Fetches
from syndicate.pipeline.ports import Store
from syndicate.pipeline.usage import Health, ItemUse, Period, healths, item_uses
from syndicate.web.tally import counted

_DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def usage() -> None:
    """Say what partners fetched from the server, and who has stopped asking."""


class _Opened(NamedTuple):
    store: Store
    counted: tuple[Fetches, ...]


@contextmanager
def _opened(desk: Path) -> Iterator[_Opened]:
    with wiring.opened_store(desk, wiring.load_desk(desk)) as store:
        yield _Opened(store, counted(wiring.store_file(desk), store))


@usage.command()
@click.argument("partner", required=False)
@click.option("--since", type=_DAY, help="From this day on (UTC).")
@click.option("--until", type=_DAY, help="Until this day, it included (UTC).")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
@desk_option
@json_option
def report(
    partner: str | None,
    since: datetime | None,
    until: datetime | None,
    desk: Path,
    *,
    as_csv: bool,
    as_json: bool,
) -> None:
    """Say which version of which article each partner was offered, fetched and first received.

    Offered is what stood in an edition; fetched counts the documents that were sent (an answer
    that nothing is new sends none, a catch-up only what it has); received is when the first with
    this version in it was sent, or was there already.

    \b
    syndicate usage report --since 2026-11-01 --until 2026-11-30
    syndicate usage report fenwold --csv
    """
    period = Period(since and since.date(), until and until.date())
    with _opened(desk) as (store, fetches):
        known = _partners(desk, store)
        if partner is not None and partner not in known:
            raise NotFound(f"no partner {partner!r}", mend=f"use one of: {', '.join(known)}")
        found = list(item_uses(store, fetches, partner, period))
        headlines = {one.guid: one.headline for one in store.current()}
    rows = [_use(one, headlines) for one in found]
    if as_json:
        print_json(rows)
    elif as_csv:
        click.echo(_csv(rows), nl=False)
    else:
        columns = ("partner", "feed", "article", "version", "offered", "received", "fetched")
        print_table(columns, [_use_row(one, headlines) for one in found])
        click.echo(
            f"{len(found)} versions, {sum(o.received_at is not None for o in found)} received"
        )


def _partners(desk: Path, store: Store) -> list[str]:
    """Give the partners of the desk and of the record: who has left was offered things too."""
    listed = wiring.load_sound(desk).files
    now_there = [one.id for one in listed.outlines] if listed else []
    return sorted({*now_there, *(partner for partner, _, _ in store.published_feeds())})


def _use(one: ItemUse, headlines: dict[str, str]) -> dict[str, Any]:
    return {**one._asdict(), "headline": headlines.get(one.guid, "")}


def _use_row(one: ItemUse, headlines: dict[str, str]) -> tuple[object, ...]:
    taken = " (withdrawn)" if one.withdrawn else ""
    return (
        one.partner,
        one.feed,
        headlines.get(one.guid, one.guid),
        f"{one.version}{taken}",
        shown(one.offered_at),
        shown(one.received_at),
        one.fetched,
    )


_COLUMNS = (*ItemUse._fields, "headline")


def _csv(rows: list[dict[str, Any]]) -> str:
    """Write CSV (RFC 4180); no cell can be taken for a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    for row in rows:
        writer.writerow([_cell(row[name]) for name in _COLUMNS])
    return text.getvalue()


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


@usage.command()
@desk_option
@json_option
def health(desk: Path, *, as_json: bool) -> None:
    """Say who has stopped asking, and who still holds what was killed or corrected.

    \b
    syndicate usage health
    """
    moment = now()
    with _opened(desk) as (store, fetches):
        found = list(healths(store, fetches))
    if as_json:
        print_json([{**one._asdict(), "quiet": one.is_quiet(moment)} for one in found])
        return
    columns = ("partner", "feed", "last asked", "fetched", "not told yet of")
    print_table(columns, [_health_row(one, moment) for one in found])
    quiet, waiting = sum(o.is_quiet(moment) for o in found), sum(bool(o.waiting) for o in found)
    click.echo(f"{len(found)} feeds, {quiet} not asked for in a day, {waiting} with news to come")


def _health_row(one: Health, moment: datetime) -> tuple[object, ...]:
    asked = shown(one.asked_at) if one.asked_at else "never"
    quiet = " (quiet)" if one.is_quiet(moment) and one.asked_at else ""
    return one.partner, one.feed, f"{asked}{quiet}", one.fetched or "", "\n".join(one.waiting)
