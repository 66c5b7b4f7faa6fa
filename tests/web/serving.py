"""A server of our own, started as a user starts it, and asked over a socket."""

from __future__ import annotations

import http.client
import json
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.cli.running import data

PATIENCE = 60.0
"""Seconds until a test gives up: no measure of anything."""


class Said(NamedTuple):
    """An answer."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def code(self) -> str:
        return str(json.loads(self.body)["code"])


class Server:
    """A running `syndicate serve`."""

    def __init__(self, desk: Path, *options: str) -> None:
        command = [sys.executable, "-m", "syndicate", "serve", "--port", "0", "--desk", str(desk)]
        command += options
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        self.lines: list[str] = []
        self._came = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        found = re.search(r"http://127\.0\.0\.1:(\d+)", self.line("serving "))
        assert found
        self.port = int(found[1])

    def _read(self) -> None:
        assert self.process.stderr
        for line in self.process.stderr:
            with self._came:
                self.lines.append(line.rstrip("\n"))
                self._came.notify_all()

    def line(self, text: str) -> str:
        """Wait for a line of its log."""

        def found() -> str | None:
            return next((one for one in self.lines if text in one), None)

        with self._came:
            told = self._came.wait_for(found, PATIENCE)
        assert told, self.lines
        return str(told)

    def ask(self, path: str, method: str = "GET", **headers: str) -> Said:
        stated = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.send(path, method, stated)

    def send(
        self, path: str, method: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> Said:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body, dict(headers))
            found = connection.getresponse()
            return Said(found.status, found.headers, found.read())
        finally:
            connection.close()

    def until(self, status: int, path: str, **headers: str) -> Said:
        """Ask until an answer has a status."""
        return self._asked_until(lambda found: found.status == status, path, headers)

    def until_has(self, field: str, path: str, **headers: str) -> Said:
        """Ask until an answer has a field."""
        return self._asked_until(lambda found: field in found.headers, path, headers)

    def _asked_until(
        self, is_it: Callable[[Said], bool], path: str, headers: Mapping[str, str]
    ) -> Said:
        ends = time.monotonic() + PATIENCE
        while not is_it(found := self.ask(path, **headers)):
            assert time.monotonic() < ends, found
            time.sleep(0.05)
        return found

    def stop(self, name: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(name)
        code = self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        if self.process.stderr:
            self.process.stderr.close()
        return code


@contextmanager
def served(desk: Path, *options: str) -> Iterator[Server]:
    server = Server(desk, *options)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.stop()


def bearer(desk: Path, *options: str) -> dict[str, str]:
    """Give a new key as a header."""
    return {"authorization": f"Bearer {secret(desk, *options)}"}


def secret(desk: Path, *options: str) -> str:
    return str(data("partners", "key", "issue", *options, "--desk", desk)["secret"])
