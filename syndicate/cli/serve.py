"""`serve`: let partners fetch their feeds."""

from __future__ import annotations

import logging
import resource
import secrets
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import click
import uvicorn

from syndicate import wiring
from syndicate.cli.common import Refused, desk_option, now, shown, tell
from syndicate.cli.keys import chance
from syndicate.formats.all import FORMATS
from syndicate.pipeline.doors import Doors
from syndicate.web.api.site import FIRST as INTERFACE
from syndicate.web.api.site import OFTEN, interface
from syndicate.web.app import App, Others, Pages
from syndicate.web.archives import ArchiveDesk
from syndicate.web.connection import FILES, MOST, Connection
from syndicate.web.courier import Said
from syndicate.web.doors import Porter
from syndicate.web.held import Shelf
from syndicate.web.keeper import Keeper
from syndicate.web.log import Log
from syndicate.web.metrics import Metrics
from syndicate.web.pages.room import Room
from syndicate.web.pages.session import SECRET_BYTES, kept_secret
from syndicate.web.pages.site import FIRST, site
from syndicate.web.pushing import Pushing
from syndicate.web.record import Record
from syndicate.web.tally import Tally

GRACE = 10
"""Seconds for answers that are under way when the server is told to stop."""


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
@click.option(
    "--files-by-nginx",
    is_flag=True,
    help="nginx stands in front and sends the files itself: deploy/nginx.conf.template.",
)
@click.option(
    "--api-rate",
    type=click.IntRange(1, 1_000_000),
    default=OFTEN,
    show_default=True,
    help="Requests a minute that a key, or an address, may make of the JSON interface.",
)
@desk_option
@click.option("--json", "as_json", is_flag=True, help="Write the log as JSON lines.")
def serve(
    host: str,
    port: int,
    metrics_port: int | None,
    api_rate: int,
    desk: Path,
    *,
    files_by_nginx: bool,
    as_json: bool,
) -> None:
    """Serve the published feeds to partners, each its own, by the keys that they were given.

    Reads what `regenerate` or `watch` published, and follows them; publishes only what somebody
    orders on the desk's pages. It is a WebSub hub too: what is new is sent to who subscribed
    (`syndicate hub list`). Put a server that speaks TLS in front of it: keys must not travel in
    the clear. --json writes the log as JSON lines; no secret stands in it either way.

    \b
    syndicate partners key issue fenwold --desk feeds
    syndicate serve --desk feeds
    """
    catalogs = wiring.Catalogs(desk)
    beside = wiring.store_file(desk)
    kept = Path(f"{beside}.catalog")
    keeper = Keeper(lambda: catalogs.made(now()), catalogs.looks, catalogs.credentials, kept, tell)
    metrics = Metrics(keeper)
    log = Log(lambda: shown(now()), metrics.count, as_json=as_json)

    def pushed(said: Said) -> None:
        metrics.count_push(said)
        log.push(said)

    opened = partial(wiring.store_of, desk)
    record, aside = Record(opened, beside), Record(opened, beside)
    shelf, tally = Shelf(wiring.target_folder(desk)), Tally(beside)
    pushing = Pushing(keeper, shelf, tally, opened, beside, now, pushed, tell)
    metrics.watch_pushes(pushing.sender)
    others = Others(
        ArchiveDesk(record, catalogs.archive),
        Porter(record, shelf, lambda: catalogs.ground, FORMATS),
        _pages(desk, catalogs, keeper, (record, aside), api_rate),
        pushing,
    )
    app = App(keeper, shelf, record, others, tally, now, log, by_nginx=files_by_nginx)
    metrics.watch_health(app.health)
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        http=Connection,
        ws="none",
        log_config=None,
        log_level=logging.ERROR,
        access_log=False,
        server_header=False,
        date_header=True,
        timeout_graceful_shutdown=GRACE,
    )
    _allow_files()
    with suppress(KeyboardInterrupt), _measured(metrics, host, metrics_port):
        signal.signal(signal.SIGTERM, _stop)
        config.load()
        listening = config.bind_socket()
        listening.listen(config.backlog)  # who comes before all is ready waits
        documents, (_, bound) = len(keeper.catalog.feeds), listening.getsockname()[:2]
        tell(f"serving {documents} documents at http://{host}:{bound}; Ctrl-C stops it")
        try:
            uvicorn.Server(config).run([listening])
        finally:
            aside.close()
    tell(f"stopped {shown(now())}")


def _pages(
    desk: Path,
    catalogs: wiring.Catalogs,
    keeper: Keeper,
    records: tuple[Record, Record],
    often: int,
) -> Pages:
    """Give the pages for people and the interface for programs; the second of the records is for
    what takes longer."""
    beside = wiring.store_file(desk)
    room = Room(
        desk,
        lambda: catalogs.files(now()),
        *records,
        lambda: keeper.catalog,
        beside,
        now,
        chance,
        catalogs.at_hand,
        Doors(FORMATS),
    )
    try:
        secret = kept_secret(Path(f"{beside}.secret"), secrets.token_bytes(SECRET_BYTES))
    except OSError as err:
        tell(f"nobody stays signed in after this server ends: {err}")
        secret = secrets.token_bytes(SECRET_BYTES)
    pages = site(room, secret)
    programs = interface(room, pages.state.limits, often)
    return {**dict.fromkeys(FIRST, pages), INTERFACE: programs}


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


def _allow_files() -> None:
    """Let as many connections be open as may be."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST + FILES if hard == resource.RLIM_INFINITY else min(MOST + FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _stop(*_: object) -> None:
    """End before the server takes signals itself, and when it raises the one that ended it."""
    raise KeyboardInterrupt
