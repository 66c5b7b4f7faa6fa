"""`watch`: keep the feeds true by themselves."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import click

from syndicate import wiring
from syndicate.acts.publishing import lost_partners
from syndicate.cli.common import Refused, desk_option, json_option, now, shown, tell
from syndicate.cli.publish import present, publish_now, take_inbox
from syndicate.pipeline.made import Published
from syndicate.pipeline.watch import Turn, turns


@click.command()
@click.option(
    "--poll",
    type=click.FloatRange(0.1, 3600),
    default=1.0,
    show_default=True,
    help="Seconds between two looks at the desk's files.",
)
@desk_option
@json_option
def watch(poll: float, desk: Path, *, as_json: bool) -> None:
    """Publish at every moment that changes a feed, and whenever something on the desk changes.

    Picks up changed licences, partners and articles in the inbox; lets embargoes go and takes
    back what is over, to the second. Stops at Ctrl-C or SIGTERM, after what it is doing.

    \b
    syndicate watch --desk feeds
    """
    clock = _Clock()
    place = _Place(desk)
    tell(f"watching {desk.resolve().name}; Ctrl-C stops it")
    for turn in turns(place, clock, timedelta(seconds=poll)):
        _say(turn, as_json=as_json)
    tell(f"stopped {shown(clock.now())}; the feeds stay as they are until the next run")


class _Clock:
    """The clock of the machine; a signal ends the waiting."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: self._stop.set())

    def now(self) -> datetime:
        return now()

    def wait(self, length: timedelta) -> bool:
        return not self._stop.wait(length.total_seconds())


class _Place:
    """A desk in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._inbox = wiring.load_desk(folder).inbox

    def fingerprint(self) -> str:
        return wiring.fingerprint(self._folder, self._inbox)

    def soonest(self) -> datetime | None:
        with wiring.opened_store(self._folder, wiring.load_desk(self._folder)) as store:
            return min((one for one in store.planned().values() if one), default=None)

    def publish(self, now: datetime, *, due: bool) -> Sequence[Published]:
        kept = wiring.kept_toml(self._folder, now)
        found = wiring.load_sound(self._folder, kept)
        for line in () if due else found.errors:
            tell(line)
        if found.files is None:
            raise Refused("the desk cannot be used; the lines above say why")
        self._inbox = found.files.desk.inbox
        with wiring.opened_store(self._folder, found.files.desk) as store:
            kept.keep()
            if not due:
                for line in lost_partners(found, store):
                    tell(line)
                take_inbox(self._folder, found.files, store)
            return publish_now(self._folder, found, store, max(now, present(store)), due=due)


def _say(turn: Turn, *, as_json: bool) -> None:
    written = [one.path for one in turn.done if one.written]
    if as_json:
        click.echo(_line(turn, written))
        return
    for one in turn.done:
        for bad in one.quarantined:
            tell(f"quarantined {bad.guid} in {one.path}: {bad.reason}")
        if one.failure:
            tell(f"not published {one.path}: {one.failure} The last good document stays.")
    if turn.failure:
        tell(f"{shown(turn.at)} {turn.why}: {turn.failure}")
        return
    click.echo(
        f"{shown(turn.at)} {turn.why}: {len(turn.done)} documents, {len(written)} written"
        f"{': ' + ', '.join(written) if written else ''}; next change {shown(turn.soonest)}"
    )


def _line(turn: Turn, written: list[str]) -> str:
    said = {
        "at": turn.at.isoformat(),
        "why": turn.why,
        "written": written,
        "failure": turn.failure,
        "next_change": turn.soonest.isoformat() if turn.soonest else None,
    }
    return json.dumps(said, ensure_ascii=False)
