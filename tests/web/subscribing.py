"""A desk that is served as a hub, a key to it, and a host with subscribers."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import NamedTuple

from syndicate import wiring
from tests.cli.running import data
from tests.web.serving import Said, Server
from tests.web.websub import Callback, based_at, free_port, post, until

RSS = "/fenwold/fenwold-text.rss"
OPEN = "/civic-shelf/civic-shelf-open.atom"
OUTSIDE = "https://hub.example/"


class Side(NamedTuple):
    """A desk that is served, a key to it, and a host with subscribers."""

    desk: Path
    server: Server
    there: Callback
    base: str
    key: str

    def ask(self, path: str, topic: str = RSS, mode: str = "subscribe", **more: str) -> Said:
        """Ask the hub for a topic, with the key of fenwold."""
        fields = {
            "hub.mode": mode,
            "hub.topic": f"{self.base}{topic}",
            "hub.callback": self.there.url(path),
            **{name.replace("hub_", "hub."): value for name, value in more.items()},
        }
        return post(self.server, fields, authorization=f"Bearer {self.key}")

    def subscribe(self, path: str, topic: str = RSS, **more: str) -> None:
        """Subscribe, and wait for the first edition."""
        assert self.ask(path, topic, **more).status == 202
        until(lambda: self.there.sent(path.partition("?")[0]))


def prepared(published: Path, folder: Path, there: Callback) -> tuple[Path, int]:
    """Give a copy of a published desk that may call a host, and a port for it."""
    desk = Path(shutil.copytree(published, folder / "desk", symlinks=True))
    port = free_port()
    based_at(desk, port, f'inside = ["{there.place}"]', f'hub = "{OUTSIDE}"')
    return desk, port


def side_of(desk: Path, port: int, server: Server, there: Callback, key: str) -> Side:
    server.until(200, RSS, authorization=f"Bearer {key}")
    return Side(desk, server, there, f"http://127.0.0.1:{port}", key)


def kept(side: Side) -> dict[str, dict[str, object]]:
    """Give what is kept of subscriptions, by the path of their callback."""
    with wiring.opened_store(side.desk, wiring.load_desk(side.desk)) as store:
        found = [one.model_dump() for one in store.subscriptions()]
    return {str(one["callback"]).removeprefix(f"http://{side.there.place}"): one for one in found}


def name_of(side: Side, path: str) -> str:
    with wiring.opened_store(side.desk, wiring.load_desk(side.desk)) as store:
        return next(o.id for o in store.subscriptions() if o.callback == side.there.url(path))


def progress(side: Side, name: str) -> dict[str, object]:
    found = data("hub", "list", "--desk", side.desk)
    return next((dict(one) for one in found if one["id"] == name), {})
