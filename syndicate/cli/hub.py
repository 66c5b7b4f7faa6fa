"""`hub`: who has new editions pushed, and how far they have come."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import click

from syndicate import wiring
from syndicate.cli.common import desk_option, json_option, now, print_json, print_table, shown
from syndicate.model.errors import NotFound
from syndicate.model.subscription import Progress, Subscription


@click.group()
def hub() -> None:
    """See who has new editions pushed (WebSub); end a subscription.

    `serve` is the hub: it takes subscriptions, and sends what is published.
    """


class _Line(NamedTuple):
    """A subscription and how far it has come."""

    one: Subscription
    progress: Progress

    @property
    def host(self) -> str:
        """The host alone: whoever knows the whole address can pretend to be us."""
        return urlsplit(self.one.callback).netloc

    @property
    def state(self) -> str:
        progress = self.progress
        if progress.failures and progress.given_up == progress.tried:
            return f"edition {progress.given_up} given up"
        return f"{progress.failures} tries failed" if progress.failures else "well"


@hub.command("list")
@click.option("--failing", is_flag=True, help="Only those where the last try failed.")
@desk_option
@json_option
def list_subscriptions(desk: Path, *, failing: bool, as_json: bool) -> None:
    """List subscriptions: whose, what, where to, until when, and how far they have come.

    \b
    syndicate hub list
    syndicate hub list --failing --json
    """
    found = [one for one in _lines(desk) if one.progress.failures or not failing]
    if as_json:
        print_json([_told(one) for one in found])
        return
    columns = ("id", "partner", "feed", "to", "until", "sent", "at", "state", "next try")
    print_table(columns, [_row(one) for one in found])
    click.echo(f"{len(found)} subscriptions")


@hub.command("end")
@click.argument("name", metavar="SUBSCRIPTION")
@desk_option
def end_subscription(name: str, desk: Path) -> None:
    """End a subscription: a running server sends nothing more to it within seconds.

    \b
    syndicate hub end 5f0c9a1be27d4413
    """
    known = wiring.load_desk(desk)
    with wiring.opened_store(desk, known) as store:
        found = next((one for one in store.subscriptions() if one.id == name), None)
        if not (found and store.end_subscription(found, "the desk ended it", now())):
            raise NotFound(f"no subscription {name!r}", mend="see: syndicate hub list")
    click.echo(f"subscription {name} has ended")


def _lines(desk: Path) -> Iterator[_Line]:
    known = wiring.load_desk(desk)
    with wiring.opened_store(desk, known) as store:
        progress = {one.id: one for one in store.progress()}
        for one in store.subscriptions():
            yield _Line(one, progress.get(one.id) or Progress(id=one.id))


def _told(line: _Line) -> dict[str, Any]:
    secrets = {"secret", "callback", "topic"}
    return {
        "id": line.one.id,
        **line.one.model_dump(mode="json", exclude=secrets),
        "to": line.host,
        "signed": bool(line.one.secret),
        **line.progress.model_dump(mode="json", exclude={"id"}),
    }


def _row(line: _Line) -> tuple[object, ...]:
    one, progress = line
    sent = progress.sent or "–"
    at, until, then = (shown(m) for m in (progress.sent_at, one.until, progress.next_at))
    feed = f"{one.feed}.{one.format}"
    return one.id, one.partner, feed, line.host, until, sent, at, line.state, then
