"""`syndicate serve` beside nginx: the same files, both loaded in turn, over 127.0.0.1.

nginx has one worker, sends files with sendfile and writes its log as it does by default; it asks
nobody who may read what. The server is one process; it checks the key, counts and logs.
"""

from __future__ import annotations

import http.client
import json
import re
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from bench.corpus import NOW, TWO, Size
from bench.desk import ROOT, BenchDesk, Watch, answered
from bench.measure import Row

SMALL, LARGE = 10, 100
"""Articles of a short feed, and of one of the usual length."""
CLIENTS = 36
STALLED = 4
"""Beside them: a tenth of all. Half of them never end a request, half take no answer."""
MANY = 50
"""Answers that no buffer of the system holds."""
SETTLED = 1.0
"""Seconds until they stall."""
SECONDS = 2
TURNS = 3
PATIENCE = 60.0
NAMES = ("serve-304", "serve-200", "serve-304-large", "serve-200-large", "serve-stalled")
TOOLS = ("nginx", "wrk")
_UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0}
_NGINX = """
{user}
daemon off;
worker_processes 1;
pid {folder}/pid;
error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
    access_log {folder}/access.log;
    client_body_temp_path {folder}/1;
    proxy_temp_path {folder}/2;
    fastcgi_temp_path {folder}/3;
    uwsgi_temp_path {folder}/4;
    scgi_temp_path {folder}/5;
    sendfile on;
    tcp_nopush on;
    gzip_static on;
    keepalive_requests 1000000000;
    default_type application/rss+xml;
    server {{ listen 127.0.0.1:{port}; root {root}; }}
}}
"""


def rows(folder: Path, watch: Watch, wanted: frozenset[str]) -> Iterator[Row]:
    """Load both in turn, with a short feed and with a usual one."""
    if not all(shutil.which(one) for one in TOOLS):
        print(f"{' and '.join(TOOLS)} are needed to measure serving", file=sys.stderr)
        return
    if wanted & {*NAMES[:2]}:
        yield from _beside(folder / "small", SMALL, watch, NAMES[:2])
    if wanted & {*NAMES[2:]}:
        yield from _beside(folder / "large", LARGE, watch, NAMES[2:])


def _beside(folder: Path, entries: int, watch: Watch, names: Sequence[str]) -> Iterator[Row]:
    """Give the rates of both for one feed."""
    size = Size(entries, 1, TWO, entries, ("plain", "gzip"))
    with closing(BenchDesk(folder / "desk", size, watch)) as desk:
        desk.run(NOW)
        path = next(path for path, _ in desk.documents() if path.endswith(".rss"))
        partner = desk.files.partners[0].id
    home = folder / "desk"
    command = ["partners", "key", "issue", partner, "--desk", str(home), "--json"]
    said = json.loads(answered([sys.executable, "-m", "syndicate", *command]))
    stated = {"Authorization": f"Bearer {said['secret']}", "Accept-Encoding": "gzip"}
    kilobytes = (home / "public" / f"{path}.gz").stat().st_size / 1e3
    with (
        served(home, folder, free_port()) as ours,
        _nginx(home / "public", folder / "nginx") as theirs,
    ):
        ends = [(f"http://127.0.0.1:{port}/{path}", stated) for port in (ours, theirs)]
        known = [(url, stated | {"If-None-Match": _tag(url, stated)}) for url, _ in ends]
        for name, both, what in (
            (names[0], known, "304"),
            (names[1], ends, f"200, {kilobytes:.0f} KB gzip"),
        ):
            pairs = [[_load(*one)[0] for one in both] for _ in range(TURNS)]
            ratios = tuple(one / other for one, other in pairs)
            seconds = 1 / statistics.median(one for one, _ in pairs)
            least = "≥ 0.35" if both is known else "≥ 0.8"
            says = f"answers a second of one process: {what}"
            yield Row(name, says, "nginx, one worker", ratios, least, seconds=seconds)
        if len(names) > len(ends):
            yield _stalled(names[-1], ends[0], ours)


def _stalled(name: str, end: tuple[str, Mapping[str, str]], port: int) -> Row:
    """Give how much longer others wait where a tenth of all clients stall."""
    ratios, waits = [], []
    for _ in range(TURNS):
        before = _load(*end)[1]
        with _stalling(port, end):
            waits.append(_load(*end)[1])
        ratios.append(waits[-1] / before)
    what = f"p99 of {CLIENTS} clients, {STALLED} others stall"
    seconds = statistics.median(waits)
    return Row(name, what, "nobody stalls", tuple(ratios), "< 2", "less", seconds)


@contextmanager
def _stalling(port: int, end: tuple[str, Mapping[str, str]]) -> Iterator[None]:
    """Let some clients stall meanwhile."""
    url, stated = end
    path = url.partition(str(port))[2]
    lines = (f"GET {path} HTTP/1.1", "Host: a", *(f"{k}: {v}" for k, v in stated.items()))
    head = "".join(f"{one}\r\n" for one in lines).encode()
    with ExitStack() as stack:
        for number in range(STALLED):
            one = stack.enter_context(socket.create_connection(("127.0.0.1", port), PATIENCE))
            one.sendall((head + b"\r\n") * MANY if number % 2 else head)
        time.sleep(SETTLED)
        yield


def _load(url: str, stated: Mapping[str, str]) -> tuple[float, float]:
    """Give answers a second, and the seconds that 99 of 100 took at most."""
    command = ["wrk", "-t1", f"-c{CLIENTS}", f"-d{SECONDS}s", "--latency"]
    command += [text for name, value in stated.items() for text in ("-H", f"{name}: {value}")]
    said = answered([*command, url])
    rate = re.search(r"Requests/sec: +([\d.]+)", said)
    late = re.search(r"99% +([\d.]+)(us|ms|s)", said)
    if not rate or not late or "Non-2xx" in said:
        raise RuntimeError(said)
    return float(rate[1]), float(late[1]) * _UNITS[late[2]]


def _tag(url: str, stated: Mapping[str, str]) -> str:
    """Ask until the key is known; give the entity-tag."""
    host, _, path = url.removeprefix("http://").partition("/")
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        with closing(http.client.HTTPConnection(host, timeout=PATIENCE)) as one:
            one.request("GET", f"/{path}", headers=dict(stated))
            found = one.getresponse()
            if found.status == http.HTTPStatus.OK:
                return found.headers["etag"]
        time.sleep(0.1)
    raise RuntimeError(f"{url} is not served")


@contextmanager
def served(desk: Path, folder: Path, port: int) -> Iterator[int]:
    """Run the server of a desk meanwhile; its log lies in a folder."""
    log = folder / "serve.log"
    command = [sys.executable, "-m", "syndicate", "serve", "--port", str(port)]
    with log.open("wb") as told:
        server = subprocess.Popen([*command, "--desk", str(desk)], cwd=ROOT, stderr=told)
        yield from _listening(server, port)


@contextmanager
def _nginx(root: Path, folder: Path) -> Iterator[int]:
    folder.mkdir()
    port, config = free_port(), folder / "nginx.conf"
    user = f"user {folder.owner()};"
    config.write_text(_NGINX.format(user=user, folder=folder, port=port, root=root))
    command = ["nginx", "-c", str(config), "-e", str(folder / "error.log")]
    yield from _listening(subprocess.Popen(command, stderr=subprocess.DEVNULL), port)


def _listening(server: subprocess.Popen[bytes], port: int) -> Iterator[int]:
    """Give the port of a server when it listens; end it afterwards."""
    try:
        with socket.socket() as one:
            ends = time.monotonic() + PATIENCE
            while one.connect_ex(("127.0.0.1", port)):
                if server.poll() is not None or time.monotonic() > ends:
                    raise RuntimeError(f"{server.args!r} does not listen")
                time.sleep(0.05)
        yield port
    finally:
        server.terminate()
        server.wait()


def free_port() -> int:
    """Give a port at which nobody listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
