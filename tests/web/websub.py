"""The other sides of WebSub, over real sockets: Flask-WebSub as subscriber and as hub, and a
subscriber of our own that can be told to misbehave."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch
from urllib.parse import parse_qs, urlencode, urlsplit

import flask
from flask_websub.hub import Hub, SQLite3HubStorage
from flask_websub.subscriber import (
    SQLite3SubscriberStorage,
    SQLite3TempSubscriberStorage,
    Subscriber,
)
from werkzeug.serving import make_server

from tests.web.serving import PATIENCE, Said, Server

FORM = {"content-type": "application/x-www-form-urlencoded"}


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def until(what: Callable[[], Any]) -> Any:
    """Give what comes once it is there."""
    ends = time.monotonic() + PATIENCE
    while not (found := what()):
        assert time.monotonic() < ends
        time.sleep(0.02)
    return found


def based_at(desk: Path, port: int, *push: str) -> None:
    """Let a desk be served at a port of this machine; `push` are lines of its table."""
    file = desk / "desk.toml"
    text = file.read_text("utf-8")
    text = text.replace('"https://feeds.longshore.example/"', f'"http://127.0.0.1:{port}/"')
    file.write_text(text + "\n[push]\n" + "\n".join(push) + "\n", "utf-8")


def post(server: Server, fields: Mapping[str, str], path: str = "/hub", **headers: str) -> Said:
    """Ask a hub."""
    body = urlencode(fields).encode()
    stated = {name.replace("_", "-"): value for name, value in headers.items()}
    return server.send(path, "POST", {**FORM, **stated}, body)


class Got(NamedTuple):
    """A request that came to a callback."""

    method: str
    path: str
    """With its query."""
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes


class Callback:
    """A host with many subscribers: each path confirms, takes, and answers as it is told to."""

    def __init__(self) -> None:
        self.got: list[Got] = []
        self.status: dict[str, int] = {}
        """What a path answers to a question; 200 where nothing is said."""
        self.takes: dict[str, int] = {}
        """What it answers to an edition."""
        self.later: dict[str, str] = {}
        """When it wants to be asked again."""
        self.says: dict[str, bytes] = {}
        """What a path says; the challenge where nothing is said."""
        self.held: set[str] = set()
        """Paths that take an edition and say nothing until `goes_on`."""
        self.goes_on = threading.Event()
        mine = self

        class _Answers(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                mine._answer(self, b"")

            def do_POST(self) -> None:
                size = int(self.headers["content-length"] or 0)
                mine._answer(self, self.rfile.read(size))

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self.place = f"127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True
        )
        self._thread.start()

    def _answer(self, request: BaseHTTPRequestHandler, body: bytes) -> None:
        url = urlsplit(request.path)
        query = parse_qs(url.query, keep_blank_values=True)
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.got.append(Got(str(request.command), request.path, query, headers, body))
        if request.command == "POST" and url.path in self.held:
            self.goes_on.wait(PATIENCE)
        challenge = query.get("hub.challenge", [""])[0].encode()
        says = self.says.get(url.path, challenge)
        answers = self.takes if request.command == "POST" else self.status
        with suppress(OSError):  # whoever asked is gone
            request.send_response(answers.get(url.path, 200))
            request.send_header("content-length", str(len(says)))
            request.send_header("location", "/elsewhere")
            if url.path in self.later:
                request.send_header("Retry-After", self.later[url.path])
            request.end_headers()
            request.wfile.write(says)

    def url(self, path: str) -> str:
        return f"http://{self.place}{path}"

    def asked(self, path: str, mode: str = "subscribe") -> list[Got]:
        """Give the questions to a path."""
        return [o for o in self._at(path, "GET") if o.query.get("hub.mode") == [mode]]

    def sent(self, path: str) -> list[Got]:
        """Give the editions that came to a path."""
        return self._at(path, "POST")

    def _at(self, path: str, method: str) -> list[Got]:
        found = (o for o in tuple(self.got) if o.method == method)
        return [one for one in found if urlsplit(one.path).path == path]

    def close(self) -> None:
        self.goes_on.set()
        self._server.shutdown()
        self._thread.join(PATIENCE)
        self._server.server_close()


class Deaf:
    """Many hosts that take whatever comes, and never answer."""

    def __init__(self, count: int) -> None:
        self.places: list[str] = []
        self.came = 0
        """How many requests came."""
        self._loop = asyncio.new_event_loop()
        self._servers = [
            self._loop.run_until_complete(asyncio.start_server(self._take, "127.0.0.1", 0))
            for _ in range(count)
        ]
        for one in self._servers:
            host, port = one.sockets[0].getsockname()
            self.places.append(f"{host}:{port}")
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, OSError):
            await reader.readuntil(b"\r\n\r\n")
            self.came += 1
            await reader.read()  # until the other side goes away
        writer.close()

    def close(self) -> None:
        for one in self._servers:
            self._loop.call_soon_threadsafe(one.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0.01))
        self._loop.close()


@contextmanager
def deaf(count: int) -> Iterator[Deaf]:
    made = Deaf(count)
    try:
        yield made
    finally:
        made.close()


@contextmanager
def callback() -> Iterator[Callback]:
    made = Callback()
    try:
        yield made
    finally:
        made.close()


class FlaskSide:
    """A Flask application that is served by a thread."""

    def __init__(self, app: flask.Flask) -> None:
        self.app = app
        self._server = make_server("127.0.0.1", 0, app, threaded=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self.place = f"127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join(PATIENCE)
        self._server.server_close()


class FlaskSubscriber(FlaskSide):
    """Flask-WebSub as a subscriber."""

    def __init__(self, folder: Path) -> None:
        kept = str(folder / "subscriber.db")
        self.side = Subscriber(SQLite3SubscriberStorage(kept), SQLite3TempSubscriberStorage(kept))
        self.taken: list[tuple[str, bytes]] = []
        self.confirmed: list[tuple[str, str]] = []
        self.denied: list[str] = []
        self.side.add_listener(lambda topic, _, body: self.taken.append((topic, body)))
        self.side.add_success_handler(lambda t, _, mode: self.confirmed.append((mode, t)))
        self.side.add_error_handler(lambda topic, *_: self.denied.append(topic))
        app = flask.Flask(__name__)
        app.register_blueprint(self.side.build_blueprint(url_prefix="/callbacks"))
        super().__init__(app)

    def subscribe(self, hub: str, topic: str, **facts: Any) -> str:
        with self._asking():
            return str(self.side.subscribe(hub_url=hub, topic_url=topic, **facts))

    def unsubscribe(self, name: str) -> None:
        with self._asking():
            self.side.unsubscribe(name)

    def renew(self, name: str) -> None:
        with self._asking():
            self.side.renew(name)

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """It gives no secret to a hub without TLS, and there is none on this machine."""
        with (
            patch("flask_websub.subscriber.is_secure", lambda _: True),
            self.app.test_request_context(base_url=self.url),
        ):
            self.app.config["AUTO_SET_SECRET"] = False
            yield


class _Now:
    """Does at once what Celery would do later."""

    def task(self, **_: Any) -> Callable[[Callable[..., Any]], Any]:
        def made(work: Callable[..., Any]) -> Any:
            work.delay = work  # type: ignore[attr-defined]
            return work

        return made


class FlaskHub(FlaskSide):
    """Flask-WebSub as a hub that a publisher tells."""

    def __init__(self, folder: Path) -> None:
        self.told: list[str] = []
        hub = Hub(SQLite3HubStorage(str(folder / "hub.db")), celery=_Now())
        hub.send_change = type("Told", (), {"delay": staticmethod(self.told.append)})
        app = flask.Flask(__name__)
        app.config["PUBLISH_SUPPORTED"] = True
        app.register_blueprint(hub.build_blueprint(url_prefix="/hub"))
        super().__init__(app)
