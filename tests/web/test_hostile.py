"""What strangers send to a server: refused or let go of, never an error, nobody else is hurt."""

from __future__ import annotations

import json
import re
import select
import socket
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from http.client import parse_headers
from pathlib import Path
from typing import BinaryIO

import pytest

from tests.cli.running import a_copy, run
from tests.web.serving import PATIENCE, Server, bearer, secret, served

RSS = "/fenwold/fenwold-text.rss"
REFUSED = {0, 400}
"""0: the connection ended while it was still being written to."""
NOTHING = {404}
HALVES, DEAF = 40, 10
MANY = 100
"""Answers that no buffer of the system holds."""


def asks(*fields: bytes, path: bytes = RSS.encode(), line: bytes = b"GET %b HTTP/1.1") -> bytes:
    """Give the head of a request that states KEY."""
    stated = [line.replace(b"%b", path), b"Host: a", b"Authorization: KEY", *fields]
    return b"".join(one + b"\r\n" for one in (*stated, b""))


CHUNKED = b"GET %b HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" % RSS.encode()
ODD: dict[str, tuple[bytes, set[int]]] = {
    "no host": (b"GET / HTTP/1.1\r\n\r\n", REFUSED),
    "two hosts": (asks(b"Host: b"), REFUSED),
    "an empty host": (b"GET / HTTP/1.1\r\nHost:\r\n\r\n", REFUSED),
    "a host that is none": (b"GET / HTTP/1.1\r\nHost: a b/\\\r\n\r\n", REFUSED),
    "a host of brackets": (b"GET / HTTP/1.0\r\nHost: [x]:80\r\n\r\n", REFUSED),
    "a host of numbers": (asks().replace(b"Host: a", b"Host: [::1]:8017"), {200}),
    "a folded field": (asks(b"X: a\r\n b"), REFUSED),
    "a folded key": (
        b"GET / HTTP/1.1\r\nHost: a\r\nAuthorization:\r\n KEY\r\n\r\n", REFUSED | {401, 404}
    ),
    "a key twice": (asks(b"Authorization: Bearer x"), {401}),
    "a nul in a field": (asks(b"X: a\0b"), REFUSED),
    "a return in a field": (asks(b"X: a\rb"), REFUSED),
    "a space behind a name": (asks(b"X : a"), REFUSED),
    "lines that end with a line feed": (asks().replace(b"\r\n", b"\n"), REFUSED),
    "an old version": (b"GET /\r\n\r\n", REFUSED),
    "a version there is not": (asks(line=b"GET %b HTTP/9.9"), REFUSED),
    "the start of HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", REFUSED),
    "HTTP/2 without its start": (asks(line=b"GET %b HTTP/2.0"), REFUSED),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", REFUSED),
    "no words": (b"G" * 1_000_000, REFUSED),
    "a method of its own": (asks(line=b"STEAL %b HTTP/1.1"), REFUSED),
    "a tunnel": (b"CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n", REFUSED),
    "bytes in the path": (asks(path=b"/\xff\xfe"), REFUSED),
    "a control in the path": (asks(path=b"/\x01"), REFUSED),
    "a long key": (asks(b"X: a", b"Authorization: Bearer " + b"x" * 100_000), {431}),
    "a long field": (asks(b"X: " + b"a" * 70_000), {431}),
    "a long field without an end": (b"GET / HTTP/1.1\r\nX: " + b"a" * 1_000_000, {0, 431}),
    "many fields": (asks(*(b"X%d: a" % number for number in range(200))), {431}),
    "a long path": (asks(path=b"/" + b"a" * 9_000), {414}),
    "a very long path": (asks(path=b"/" + b"a" * 1_000_000), {0, 414}),
    "chunks that are none": (asks(b"Transfer-Encoding: chunked") + b"ZZZ\r\n", REFUSED),
    "chunks and a length": (
        asks(b"Content-Length: 3", b"Transfer-Encoding: chunked") + b"0\r\n\r\n", REFUSED
    ),
    "a key behind a body": (
        CHUNKED + b"0\r\nAuthorization: KEY\r\n\r\n", {401}
    ),
    "a host behind a body": (CHUNKED + b"0\r\nHost: b\r\n\r\n", {401}),
    "a long field behind a body": (
        CHUNKED + b"0\r\nX: " + b"a" * 70_000 + b"\r\n\r\n", {0, 401, 431}
    ),
    "a field behind a body without an end": (
        CHUNKED + b"0\r\nX: " + b"a" * 1_000_000, {0, 401, 431}
    ),
    "two lengths": (asks(b"Content-Length: 3", b"Content-Length: 4") + b"abc", REFUSED),
    "a negative length": (asks(b"Content-Length: -3"), REFUSED),
    "a length of words": (asks(b"Content-Length: three"), REFUSED),
    "a huge body": (
        asks(b"Content-Length: 99999999999", line=b"POST %b HTTP/1.1") + b"abc", {405}
    ),
    "two slashes": (asks(path=b"/" + RSS.encode()), NOTHING),
    "the folder above": (asks(path=b"/fenwold/.." + RSS.encode()), NOTHING),
    "the folder above, encoded": (asks(path=b"/%2e%2e" + RSS.encode()), NOTHING),
    "the folder above, too long": (asks(path=b"/%c0%ae%c0%ae" + RSS.encode()), NOTHING),
    "an encoded slash": (asks(path=RSS.encode().replace(b"/fenwold-", b"%2ffenwold-")), {200}),
    "a nul behind a path": (asks(path=RSS.encode() + b"%00"), NOTHING),
    "lines in a path": (asks(path=RSS.encode() + b"%0d%0aX:%20y%e2%80%a8%0a"), NOTHING),
    "a file that is not published": (asks(path=b"/../.syndicate/desk.db"), NOTHING),
    "a file beside": (asks(path=RSS.encode() + b".gz"), NOTHING),
    "an address of another host": (asks(path=b"http://other.example" + RSS.encode()), {200}),
    "a body where none belongs": (asks(b"Content-Length: 3") + b"abc", {200}),
    "HTTP/1.0": (asks(line=b"GET %b HTTP/1.0"), {200}),
    "another protocol": (asks(b"Connection: Upgrade", b"Upgrade: h2c"), {200}),
    "web sockets": (asks(b"Connection: Upgrade", b"Upgrade: websocket"), {200}),
    "all of the server": (b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", {401}),
    "empty lines before": (b"\r\n\r\n" + asks(), {200}),
}  # fmt: skip
"""Requests by name, and what they may be answered with."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = a_copy(tmp_path_factory.mktemp("desk"))
    run("regenerate", "--desk", made)
    return made


@pytest.fixture(scope="module")
def key(desk: Path) -> str:
    return bearer(desk, "fenwold")["authorization"]


@pytest.fixture(scope="module")
def server(desk: Path, key: str) -> Iterator[Server]:
    with served(desk) as made:
        made.until(200, RSS, authorization=key)
        yield made


def connected(server: Server) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), PATIENCE)


def answer(lines: BinaryIO) -> tuple[int, bytes]:
    """Read one answer: its status and body; (0, nothing) where there is none."""
    try:
        first = lines.readline().split()
        fields = parse_headers(lines)
        return int(first[1]), lines.read(int(fields["content-length"]))
    except (OSError, LookupError):
        return 0, b""


def answers_to(server: Server, data: bytes, times: int = 1) -> list[tuple[int, bytes]]:
    with connected(server) as odd, odd.makefile("rb") as lines:
        with suppress(OSError):
            odd.sendall(data)
        return [answer(lines) for _ in range(times)]


def status_of(server: Server, data: bytes, key: str) -> int:
    return answers_to(server, data.replace(b"KEY", key.encode()))[0][0]


@pytest.mark.parametrize("name", ODD)
def test_an_odd_request_is_refused_or_understood(server: Server, key: str, name: str) -> None:
    data, expected = ODD[name]
    assert status_of(server, data, key) in expected
    assert server.ask(RSS, authorization=key).status == 200


def test_nothing_that_is_sent_breaks_a_line_of_the_log(desk: Path, key: str) -> None:
    said = re.compile(r"\S+ \S+Z ([A-Z]+|-) '.*' [1-4]\d\d [a-z-]+ (-|fenwold/\w{8}) \d+")
    for options in ((), ("--json",)):
        with served(desk, *options) as server:
            for data, _ in ODD.values():
                status_of(server, data, key)
            assert server.stop() == 0
        lines = server.lines[1:-1]
        assert len(lines) == len(ODD)
        for line in lines:
            if options:
                assert json.loads(line)["status"] < 500
            else:
                assert said.fullmatch(line)


def test_requests_that_come_together_are_answered_in_their_order(
    server: Server, key: str, desk: Path
) -> None:
    wanted = (desk / "public" / RSS[1:]).read_bytes()
    one = asks().replace(b"KEY", key.encode())
    other = b"GET /licences/full-web/v2.html HTTP/1.1\r\nHost: a\r\n\r\n"
    terms = (desk / "public" / "licences/full-web/v2.html").read_bytes()
    assert answers_to(server, one + other + one, 3) == [(200, wanted), (200, terms), (200, wanted)]
    assert answers_to(server, one + b"\0\r\n\r\n", 2) == [(200, wanted), (0, b"")]


def test_the_same_request_in_pieces_gets_the_same(server: Server, key: str) -> None:
    one = asks().replace(b"KEY", key.encode())
    whole = answers_to(server, one)
    with connected(server) as slow, slow.makefile("rb") as lines:
        slow.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for place in range(len(one)):
            slow.sendall(one[place : place + 1])
        assert answer(lines) == whole[0]
        assert whole[0][0] == 200


def test_a_head_is_as_long_as_it_is_however_it_comes(server: Server, key: str) -> None:
    for fields, expected in ((24, 200), (31, 200), (33, 431)):
        lines = asks(*(b"X%d: " % number + b"a" * 1_000 for number in range(fields)))
        head = lines.replace(b"KEY", key.encode())
        with connected(server) as slow, slow.makefile("rb") as found:
            slow.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with suppress(OSError):
                for start in range(0, len(head), 700):
                    slow.sendall(head[start : start + 700])
            assert answer(found)[0] == expected
        assert status_of(server, head, key) == expected


def test_who_asks_for_another_protocol_is_told_that_nothing_more_is_read(
    server: Server, key: str
) -> None:
    one = asks(b"Connection: Upgrade", b"Upgrade: h2c").replace(b"KEY", key.encode())
    with connected(server) as odd, odd.makefile("rb") as lines:
        odd.sendall(one + asks().replace(b"KEY", key.encode()))
        assert lines.readline().split()[1] == b"200"
        fields = parse_headers(lines)
        assert fields["connection"] == "close"
        assert len(lines.read()) == int(fields["content-length"])


def test_a_key_does_not_outlive_its_connection_or_its_answer(
    server: Server, desk: Path, key: str
) -> None:
    """What was answered with a key is never the answer to a request without it."""
    one = asks().replace(b"KEY", key.encode())
    without = one.replace(b"Authorization", b"Authorizatiom")
    changed = one.replace(key.encode(), key.encode()[:-1] + b"2")
    with connected(server) as same, same.makefile("rb") as lines:
        found = []
        for data in (one, without, one, changed, one):
            same.sendall(data)
            found.append(answer(lines)[0])
    assert found == [200, 401, 200, 401, 200]


def test_who_stalls_hurts_nobody_else_and_is_let_go_of(desk: Path, key: str) -> None:
    token = secret(desk, "fenwold", "--token", "--feed", "fenwold-text")
    with served(desk) as server, ExitStack() as stack:
        server.until(200, f"/t/{token}{RSS}")
        halves, deaf = [], []
        for _ in range(HALVES):
            halves.append(stack.enter_context(connected(server)))
            halves[-1].sendall(asks()[:-2])
        for _ in range(DEAF):
            deaf.append(stack.enter_context(socket.socket()))
            deaf[-1].setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            deaf[-1].connect(("127.0.0.1", server.port))
            deaf[-1].sendall(asks().replace(b"KEY", key.encode()) * MANY)
        assert server.ask(RSS, authorization=key).status == 200
        assert server.ask(f"/t/{token}{RSS}").status == 200
        for half in halves:
            assert half.recv(100) == b""
        for one in deaf:
            gone = select.poll()
            gone.register(one, select.POLLHUP)
            assert gone.poll(PATIENCE * 1_000)
        assert server.ask(RSS, authorization=key).status == 200
        assert server.stop() == 0


def test_a_reader_that_takes_nothing_does_not_keep_a_server_from_ending(
    desk: Path, key: str
) -> None:
    with served(desk) as server, socket.socket() as deaf:
        server.until(200, RSS, authorization=key)
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        deaf.connect(("127.0.0.1", server.port))
        deaf.sendall(asks().replace(b"KEY", key.encode()) * MANY)
        assert server.ask(RSS, authorization=key).status == 200
        assert server.stop() == 0
        assert "stopped" in server.lines[-1]
