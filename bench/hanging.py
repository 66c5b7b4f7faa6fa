"""Pushes of `syndicate serve` while some subscribers hang: what the others notice of it.

Each partner of a desk has one feed, one key and one subscriber at a port of its own on 127.0.0.1.
An article that stands in every feed is changed and published by the command; each edition is timed
from when its bytes stood in the target to when its subscriber had all of them. Then the same again
while a tenth of the subscribers take what is sent and never answer.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import re
import statistics
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

from bench.corpus import Size
from bench.desk import BenchDesk, Watch, answered
from bench.measure import Row
from bench.serve import PATIENCE, free_port, served

PARTNERS = 20
HANGING = 2
CHANGES = 12
SIZE = Size(articles=20, partners=PARTNERS, formats=("rss",), entries=20)
IN_FEW = 5
"""The newest articles are in few feeds; the others in all."""
NAMES = ("serve-hanging",)
_FORM = "application/x-www-form-urlencoded"


class Subscribers:
    """Callbacks, each at a port of its own, served by one thread."""

    def __init__(self, count: int) -> None:
        self.hangs: set[int] = set()
        """Who takes what is sent and never answers."""
        self.came: list[list[float]] = [[] for _ in range(count)]
        """When editions had come, whole, in seconds since 1970."""
        self._loop = asyncio.new_event_loop()
        starts = (asyncio.start_server(self._at(n), "127.0.0.1", 0) for n in range(count))
        self._servers = [self._loop.run_until_complete(one) for one in starts]
        self.ports: list[int] = [one.sockets[0].getsockname()[1] for one in self._servers]
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def _at(self, number: int) -> Callable[..., Awaitable[None]]:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            method, target, _ = head.split(" ", 2)
            size = re.search(r"(?i)content-length: (\d+)", head)
            await reader.readexactly(int(size[1]) if size else 0)
            if method == "POST" and number in self.hangs:
                await reader.read()  # until the other side goes away
            else:
                says = parse_qs(urlsplit(target).query).get("hub.challenge", [""])[0]
                said = f"HTTP/1.1 200 OK\r\nContent-Length: {len(says)}\r\n\r\n{says}"
                writer.write(said.encode())
                await writer.drain()
                if method == "POST":
                    self.came[number].append(time.time())
            writer.close()

        return answer

    def close(self) -> None:
        """Stop the thread; what is open ends with the process."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)


def rows(folder: Path, watch: Watch) -> Iterator[Row]:
    """Time editions to those that answer, first while all do."""
    port = free_port()
    home = folder / "desk"
    with (
        closing(Subscribers(PARTNERS)) as there,
        closing(BenchDesk(home, SIZE, watch)) as desk,
    ):
        _based_at(home, port, there.ports)
        desk.command()
        keys = [_key(home, number) for number in range(PARTNERS)]
        with served(home, folder, port):
            for number, key in enumerate(keys):
                _subscribe(port, number, key, there.ports[number])
            _wait(lambda: all(there.came), "the first editions")
            before = _late(desk, there)
            there.hangs = set(range(HANGING))
            after = _late(desk, there)
    what = f"p99 of {PARTNERS - HANGING} subscribers, {HANGING} others hang"
    yield Row(NAMES[0], what, "nobody hangs", (after / before,), "< 2", "less", after)


def _late(desk: BenchDesk, there: Subscribers) -> float:
    """Give the seconds in which 99 of 100 editions reached those that answer."""
    took = []
    healthy = range(HANGING, PARTNERS)
    for change in range(CHANGES):
        seen = [len(one) for one in there.came]
        desk.reopen()
        desk.change(change % (SIZE.articles - IN_FEW))
        desk.command()
        _wait(partial(_is_more, there, healthy, seen), "an edition")
        for number in healthy:
            put = (desk.folder / "public" / _path(number)).stat().st_mtime
            took.append(there.came[number][-1] - put)
    return statistics.quantiles(took, n=100)[98]


def _is_more(there: Subscribers, healthy: range, seen: list[int]) -> bool:
    """Say whether something came to everybody since it was counted."""
    return all(len(there.came[number]) > seen[number] for number in healthy)


def _path(number: int) -> str:
    return f"partner-{number}/feed-{number}.rss"


def _based_at(home: Path, port: int, inside: list[int]) -> None:
    """Let the desk be served at a port of this machine, and call others there."""
    file = home / "desk.toml"
    text = file.read_text("utf-8")
    text = text.replace("https://feeds.bench.example/", f"http://127.0.0.1:{port}/")
    hosts = ", ".join(f'"127.0.0.1:{one}"' for one in inside)
    file.write_text(f"{text}\n[push]\ninside = [{hosts}]\n", "utf-8")


def _key(home: Path, number: int) -> str:
    command = ["partners", "key", "issue", f"partner-{number}", "--desk", str(home), "--json"]
    said = answered([sys.executable, "-m", "syndicate", *command])
    return str(json.loads(said)["secret"])


def _subscribe(port: int, number: int, key: str, callback: int) -> None:
    fields = {
        "hub.mode": "subscribe",
        "hub.topic": f"http://127.0.0.1:{port}/{_path(number)}",
        "hub.callback": f"http://127.0.0.1:{callback}/in",
    }
    stated = {"content-type": _FORM, "authorization": f"Bearer {key}"}
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as one:
        one.request("POST", "/hub", urlencode(fields), stated)
        found = one.getresponse()
        if found.status != http.HTTPStatus.ACCEPTED:
            raise RuntimeError(found.read())


def _wait(what: Callable[[], bool], which: str) -> None:
    ends = time.monotonic() + PATIENCE
    while not what():
        if time.monotonic() > ends:
            raise RuntimeError(f"{which} did not come")
        time.sleep(0.01)
