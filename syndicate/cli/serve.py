"""`serve`: let partners fetch their feeds."""

from __future__ import annotations

import json
import logging
import secrets
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import click
import uvicorn

from syndicate import wiring
from syndicate.cli.common import Refused, desk_option, json_option, now, shown, tell
from syndicate.cli.keys import chance
from syndicate.formats.all import FORMATS
from syndicate.model.credential import SECRET
from syndicate.web.answer import Answer
from syndicate.web.app import App, Pages
from syndicate.web.archives import ArchiveDesk
from syndicate.web.courier import Said
from syndicate.web.doors import Porter
from syndicate.web.held import Shelf
from syndicate.web.keeper import Keeper
from syndicate.web.metrics import Metrics
from syndicate.web.pages.room import Room
from syndicate.web.pages.session import SECRET_BYTES, kept_secret
from syndicate.web.pages.site import FIRST, site
from syndicate.web.pushing import Pushing
from syndicate.web.record import Record
from syndicate.web.tally import Tally


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=8_017,
    show_default=True,
    help="Port to listen at; 0 for any that is free.",
)
@click.option(
    "--metrics-port",
    type=click.IntRange(0, 65_535),
    help="Port for Prometheus, at the same address; nobody but the desk should reach it.",
)
@desk_option
@json_option
def serve(host: str, port: int, metrics_port: int | None, desk: Path, *, as_json: bool) -> None:
    """Serve the published feeds to partners, each its own, by the keys that they were given.

    Reads what `regenerate` or `watch` published, and follows them; publishes nothing itself. It is
    a WebSub hub too: what is new is sent to who subscribed (`syndicate hub list`). Put a server
    that speaks TLS in front of it: keys must not travel in the clear. --json writes the log as
    JSON lines; no secret stands in it either way.

    \b
    syndicate partners key issue fenwold --desk feeds
    syndicate serve --desk feeds
    """
    catalogs = wiring.Catalogs(desk)
    beside = wiring.store_file(desk)
    keeper = Keeper(lambda: catalogs.made(now()), catalogs.looks, Path(f"{beside}.catalog"), tell)
    metrics = Metrics(keeper)
    log = _Log(as_json=as_json)

    def told(method: str, path: str, answer: Answer) -> None:
        metrics.count(answer)
        log.write(method, path, answer)

    def pushed(said: Said) -> None:
        metrics.count_push(said)
        log.push(said)

    opened = partial(wiring.store_of, desk)
    record, tally = Record(opened, beside), Tally(beside)
    shelf, pages = Shelf(wiring.target_folder(desk)), _pages(desk, catalogs, keeper, record)
    archives = ArchiveDesk(record, catalogs.archive)
    porter = Porter(record, shelf, lambda: catalogs.ground, FORMATS)
    pushing = Pushing(keeper, shelf, tally, opened, beside, now, pushed, tell)
    metrics.watch_pushes(pushing.sender)
    app = App(keeper, shelf, record, archives, porter, tally, pushing, now, told, pages)
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        log_level=logging.WARNING,
        access_log=False,
        server_header=False,
        date_header=True,
        timeout_keep_alive=15,
        h11_max_incomplete_event_size=16_384,
    )
    with suppress(KeyboardInterrupt), _measured(metrics, host, metrics_port):
        signal.signal(signal.SIGTERM, _stop)
        config.load()
        listening = config.bind_socket()
        listening.listen(config.backlog)  # who comes before all is ready waits
        documents, (_, bound) = len(keeper.catalog.feeds), listening.getsockname()[:2]
        tell(f"serving {documents} documents at http://{host}:{bound}; Ctrl-C stops it")
        uvicorn.Server(config).run([listening])
    tell(f"stopped {shown(now())}")


def _pages(desk: Path, catalogs: wiring.Catalogs, keeper: Keeper, record: Record) -> Pages:
    """Give the pages for people."""
    beside = wiring.store_file(desk)
    room = Room(
        desk,
        lambda: catalogs.files(now()),
        record,
        lambda: keeper.catalog,
        beside,
        now,
        chance,
    )
    try:
        secret = kept_secret(Path(f"{beside}.secret"), secrets.token_bytes(SECRET_BYTES))
    except OSError as err:
        tell(f"nobody stays signed in after this server ends: {err}")
        secret = secrets.token_bytes(SECRET_BYTES)
    return Pages(site(room, secret), FIRST)


@contextmanager
def _measured(metrics: Metrics, host: str, port: int | None) -> Iterator[None]:
    """Let a Prometheus server ask meanwhile, where that is wanted."""
    stop: Callable[[], None] = lambda: None  # noqa: E731
    if port is not None:
        try:
            bound, stop = metrics.serve(host, port)
        except OSError as err:
            says = f"cannot listen at port {port} ({err.strerror})"
            raise Refused(says, mend="choose another --metrics-port") from err
        tell(f"metrics at http://{host}:{bound}/metrics")
    try:
        yield
    finally:
        stop()


def _stop(*_: object) -> None:
    """End before the server takes signals itself, and when it raises the one that ended it."""
    raise KeyboardInterrupt


class _Log:
    """A line for each answer."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json

    def write(self, method: str, path: str, answer: Answer) -> None:
        """Write a line; that nobody takes it is no reason to serve nobody."""
        named = SECRET.sub("syn_…", path)
        who = answer.who
        facts = {
            "at": shown(now()),
            "method": method,
            "path": named,
            "status": int(answer.status),
            "code": answer.code,
            "partner": who.partner if who else "",
            "key": who.id if who else "",
            "bytes": len(answer.body),
        }
        self._write(json.dumps(facts) if self._as_json else _line(facts))

    def push(self, said: Said) -> None:
        """Write a line about what the hub did."""
        if self._as_json:
            self._write(json.dumps({"at": shown(now()), "method": "PUSH", **said._asdict()}))
            return
        where = f"{said.partner}/{said.feed}.{said.format}" if said.feed else "-"
        which = f"edition {said.edition} " if said.edition else ""
        why = f": {said.why}" if said.why else ""
        head = f"{shown(now())} PUSH {said.what} {said.name}"
        self._write(f"{head} {where} {which}to {said.host!r}{why}")

    def _write(self, line: str) -> None:
        with suppress(OSError, ValueError):
            sys.stderr.write(f"{line}\n")


def _line(facts: dict[str, object]) -> str:
    """Give a line for people; what stands in a path never breaks out of it."""
    who = f"{facts['partner']}/{facts['key']}" if facts["key"] else "-"
    asked = f"{facts['at']} {facts['method']} {facts['path']!r}"
    return f"{asked} {facts['status']} {facts['code'] or '-'} {who} {facts['bytes']}"
