"""Against a real server on this machine."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from syndicate.checks.official import OfficialSchema
from syndicate.sources import schema_fetch
from syndicate.sources.schema_fetch import Outcome, State, careful_opener, fetch

RIGHT = b"<schema/>"


class Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        kind = self.path.rpartition("/")[2]
        if kind.startswith("to-"):
            self.send_response(302)
            self.send_header("Location", TARGETS[kind].format(self.headers["Host"]))
            self.end_headers()
        elif kind == "right":
            self._send(200, RIGHT)
        elif kind == "short":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(RIGHT)
        elif kind == "wrong":
            self._send(200, b"<html>404, but with code 200</html>")
        else:
            self._send(404, b"no")

    def _send(self, code: int, data: bytes) -> None:
        self.send_response(code)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        pass


TARGETS = {
    "to-right": "http://{}/right",
    "to-file": "file:///etc/hostname",
    "to-ftp": "ftp://127.0.0.1/right",
    "to-plain-http": "http://192.0.2.1/right",
    "to-loop": "/to-loop",
}


@pytest.fixture
def base() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        server.daemon_threads = True
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def an_entry(url: str, **changes: Any) -> OfficialSchema:
    return OfficialSchema.model_validate(
        {
            "file": "std/one.xsd",
            "standard": "A standard",
            "version": "1",
            "publisher": "A body",
            "licence": "CC BY 4.0",
            "url": url,
            "sha256": hashlib.sha256(RIGHT).hexdigest(),
            **changes,
        }
    )


def fetched(into: Path, *entries: OfficialSchema) -> list[Outcome]:
    return fetch(entries, into, careful_opener(loopback_http=True))


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(one.relative_to(folder)): one.read_bytes()
        for one in folder.rglob("*")
        if one.is_file()
    }


def test_the_right_file_is_put_in_place(base: str, tmp_path: Path) -> None:
    outcomes = fetched(tmp_path, an_entry(f"{base}/right"))
    assert [str(one) for one in outcomes] == ["std/one.xsd: fetched"]
    assert files(tmp_path) == {"std/one.xsd": RIGHT}


def test_a_file_that_is_there_is_not_asked_for(tmp_path: Path) -> None:
    (tmp_path / "std").mkdir()
    (tmp_path / "std" / "one.xsd").write_bytes(RIGHT)
    outcomes = fetched(tmp_path, an_entry("http://127.0.0.1:1/never-asked"))
    assert [one.state for one in outcomes] == [State.PRESENT]


def test_other_content_is_told_and_never_placed(base: str, tmp_path: Path) -> None:
    (outcome,) = fetched(tmp_path, an_entry(f"{base}/wrong"))
    assert (outcome.state, outcome.good) == (State.MISMATCH, False)
    assert outcome.says == f"{base}/wrong: other content, 35 bytes"
    assert files(tmp_path) == {}


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("missing", "Not Found"),
        ("to-file", "not allowed"),
        ("to-ftp", "ftp is not https"),
        ("to-plain-http", "http is not https: http://192.0.2.1/right"),
        ("to-loop", "infinite loop"),
    ],
)
def test_a_failing_address_is_told_in_one_line_and_loses_nothing(
    base: str, tmp_path: Path, kind: str, says: str
) -> None:
    (tmp_path / "std").mkdir()
    (tmp_path / "std" / "one.xsd").write_bytes(b"an older one")
    (outcome,) = fetched(tmp_path, an_entry(f"{base}/{kind}"))
    assert outcome.state is State.UNREACHABLE
    assert says in str(outcome)
    assert "\n" not in str(outcome)
    assert files(tmp_path) == {"std/one.xsd": b"an older one"}


def test_a_right_file_replaces_an_older_one(base: str, tmp_path: Path) -> None:
    (tmp_path / "std").mkdir()
    (tmp_path / "std" / "one.xsd").write_bytes(b"an older one")
    (outcome,) = fetched(tmp_path, an_entry(f"{base}/right"))
    assert outcome.state is State.FETCHED
    assert files(tmp_path) == {"std/one.xsd": RIGHT}


def test_a_redirect_to_an_allowed_address_is_followed(base: str, tmp_path: Path) -> None:
    (outcome,) = fetched(tmp_path, an_entry(f"{base}/to-right"))
    assert outcome.state is State.FETCHED


@pytest.mark.parametrize("kind", ["wrong", "missing", "short"])
def test_the_mirror_helps_where_the_first_address_fails(
    base: str, tmp_path: Path, kind: str
) -> None:
    entry = an_entry(f"{base}/{kind}", mirror=f"{base}/right")
    assert [one.state for one in fetched(tmp_path, entry)] == [State.FETCHED]


def test_an_answer_that_breaks_off_is_no_file(base: str, tmp_path: Path) -> None:
    entry = an_entry(f"{base}/short", sha256="0" * 64)
    (outcome,) = fetched(tmp_path, entry)
    assert not outcome.good
    assert files(tmp_path) == {}


def test_offline_gives_one_line_for_each_and_goes_on(tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/x"
    outcomes = fetched(tmp_path, an_entry(url), an_entry(url, file="std/two.xsd"))
    assert [one.state for one in outcomes] == [State.UNREACHABLE] * 2
    assert all("Connection refused" in str(one) for one in outcomes)
    assert files(tmp_path) == {}


def test_http_is_refused_where_nothing_else_was_said(base: str, tmp_path: Path) -> None:
    (outcome,) = fetch([an_entry(f"{base}/right")], tmp_path)
    assert outcome.state is State.UNREACHABLE
    assert "http is not https" in outcome.says
    assert files(tmp_path) == {}


def test_too_much_is_not_read(base: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema_fetch, "MAX_BYTES", 5)
    (outcome,) = fetched(tmp_path, an_entry(f"{base}/right"))
    assert outcome.state is State.MISMATCH
    assert "more than 5" in outcome.says


def test_what_is_not_published_as_a_file_is_not_asked_for(tmp_path: Path) -> None:
    entry = an_entry("http://127.0.0.1:1/never-asked", fetch=False, note="inside the RFC")
    (outcome,) = fetched(tmp_path, entry)
    assert str(outcome) == "std/one.xsd: not published as a file, inside the RFC"
    assert outcome.good


def test_a_folder_that_cannot_be_written_is_told(base: str, tmp_path: Path) -> None:
    (tmp_path / "std").write_bytes(b"a file in the way")
    (outcome,) = fetched(tmp_path, an_entry(f"{base}/right"))
    assert outcome.state is State.UNWRITABLE
    assert "\n" not in str(outcome)


@pytest.mark.parametrize("file", ["../one.xsd", "/etc/one.xsd", "a/../b", "a/b/c", "one.xsd"])
def test_an_entry_names_a_file_in_one_folder(file: str) -> None:
    with pytest.raises(ValueError, match="pattern"):
        an_entry("https://std.example/x", file=file)
