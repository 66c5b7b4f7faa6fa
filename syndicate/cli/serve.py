"""`serve`: let partners fetch their feeds."""

from __future__ import annotations

import logging
import signal
import sys
from contextlib import suppress
from pathlib import Path

import click

from syndicate import wiring
from syndicate.cli.common import desk_option, now, shown, tell
from syndicate.model.credential import SECRET


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=8_017,
    show_default=True,
    help="Port to listen at; 0 for any that is free.",
)
@desk_option
def serve(host: str, port: int, desk: Path) -> None:
    """Serve the published feeds to partners, each its own, by the keys that they were given.

    Reads what `regenerate` or `watch` published, and follows them; publishes nothing itself. Put
    a server that speaks TLS in front of it: keys must not travel in the clear.

    \b
    syndicate partners key issue fenwold --desk feeds
    syndicate serve --desk feeds
    """
    import uvicorn  # noqa: PLC0415  only this command needs it

    from syndicate.web.answer import Answer  # noqa: PLC0415
    from syndicate.web.app import App  # noqa: PLC0415
    from syndicate.web.held import Shelf  # noqa: PLC0415
    from syndicate.web.keeper import Keeper  # noqa: PLC0415
    from syndicate.web.record import Record  # noqa: PLC0415
    from syndicate.web.tally import Tally  # noqa: PLC0415

    def told(method: str, path: str, answer: Answer) -> None:
        who = f"{answer.who.partner}/{answer.who.id}" if answer.who else "-"
        size = len(answer.body)
        named = SECRET.sub("syn_…", path)
        why = answer.code or "-"
        line = f"{shown(now())} {method} {named!r} {answer.status} {why} {who} {size}\n"
        with suppress(OSError):  # that nobody takes the log is no reason to serve nobody
            sys.stderr.write(line)

    catalogs = wiring.Catalogs(desk)
    keeper = Keeper(
        lambda: catalogs.made(now()),
        catalogs.looks,
        Path(f"{wiring.store_file(desk)}.catalog"),
        tell,
    )
    record = Record(lambda: wiring.store_of(desk))
    tally = Tally(wiring.store_file(desk))
    app = App(keeper, Shelf(wiring.target_folder(desk)), record, tally, now, told)
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
    with suppress(KeyboardInterrupt):
        signal.signal(signal.SIGTERM, _stop)
        config.load()
        listening = config.bind_socket()
        listening.listen(config.backlog)  # who comes before all is ready waits
        documents, (_, bound) = len(keeper.catalog.feeds), listening.getsockname()[:2]
        tell(f"serving {documents} documents at http://{host}:{bound}; Ctrl-C stops it")
        uvicorn.Server(config).run([listening])
    tell(f"stopped {shown(now())}")


def _stop(*_: object) -> None:
    """End before the server takes signals itself, and when it raises the one that ended it."""
    raise KeyboardInterrupt
