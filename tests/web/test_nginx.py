"""A real nginx in front: the same rules, no secret in its log, nothing of a partner in a cache."""

from __future__ import annotations

import base64
import gzip
import http.client
import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote

import pytest

from syndicate.model.credential import SECRET
from tests.cli.running import a_copy, run
from tests.web.serving import PATIENCE, Said, Server, bearer, secret, served

pytestmark = pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed")

ROOT = Path(__file__).parents[2]
RSS = "/fenwold/fenwold-text.rss"
FOREIGN = "/worldfold/worldfold-all.rss"
OPEN = "/civic-shelf/civic-shelf-open.atom"
TERMS = "/licences/full-web/v2.html"
TEMPLATE = ROOT / "deploy" / "nginx.conf.template"
OWN = {"date", "server", "connection", "transfer-encoding"}
"""Fields that each server has of its own."""
LONG_AGO = 1_000_000_000
MAIN = """
user USER;
daemon off;
worker_processes 1;
pid FOLDER/pid;
error_log FOLDER/error.log;
events { worker_connections 256; }
http {
    client_body_temp_path FOLDER/body;
    proxy_temp_path FOLDER/proxy;
    fastcgi_temp_path FOLDER/fastcgi;
    uwsgi_temp_path FOLDER/uwsgi;
    scgi_temp_path FOLDER/scgi;
SERVERS
}
"""
CACHE = """
    access_log off;
    proxy_cache_path FOLDER/cache keys_zone=shared:1m;
    server {
        listen 127.0.0.1:PORT;
        location / {
            proxy_pass http://127.0.0.1:BEHIND;
            proxy_http_version 1.1;
            proxy_cache shared;
            add_header X-Cache $upstream_cache_status always;
        }
    }
"""


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Nginx:
    """An nginx of a test's own."""

    def __init__(self, folder: Path, servers: str, facts: Mapping[str, object]) -> None:
        self.port = free_port()
        user = pwd.getpwuid(os.getuid()).pw_name
        told = {"PORT": self.port, "FOLDER": folder, "USER": user, **facts}
        text = MAIN.replace("SERVERS", servers)
        for name, value in told.items():
            text = text.replace(name, str(value))
        config = folder / "nginx.conf"
        config.write_text(text)
        command = ["nginx", "-c", str(config), "-e", str(folder / "error.log")]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        ends = time.monotonic() + PATIENCE
        while not self._listens():
            assert self.process.poll() is None, self.process.communicate()
            assert time.monotonic() < ends
            time.sleep(0.02)

    def _listens(self) -> bool:
        with socket.socket() as one:
            return one.connect_ex(("127.0.0.1", self.port)) == 0

    def ask(self, path: str, method: str = "GET", **headers: str) -> Said:
        return asked(self.port, path, method, headers)

    def stop(self) -> None:
        self.process.terminate()
        self.process.communicate(timeout=PATIENCE)


def asked(port: int, path: str, method: str, headers: Mapping[str, str]) -> Said:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        stated = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, headers=stated)
        found = connection.getresponse()
        return Said(found.status, found.headers, found.read())
    finally:
        connection.close()


@contextmanager
def started(folder: Path, servers: str, **facts: object) -> Iterator[Nginx]:
    folder.mkdir()
    nginx = Nginx(folder, servers, facts)
    try:
        yield nginx
    finally:
        nginx.stop()


@contextmanager
def in_front(folder: Path, server: Server, desk: Path) -> Iterator[Nginx]:
    """Start nginx as deploy/nginx.conf.template has it."""
    wanted = {
        "${SYNDICATE_LISTEN}": "127.0.0.1:PORT",
        "${SYNDICATE_SERVER}": f"127.0.0.1:{server.port}",
        "${SYNDICATE_PUBLISHED}": str(desk / "public"),
        "${SYNDICATE_LOG}": str(folder / "access.log"),
    }
    text = TEMPLATE.read_text("utf-8")
    for name, value in wanted.items():
        text = text.replace(name, value)
    with started(folder, text) as nginx:
        yield nginx


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = a_copy(tmp_path_factory.mktemp("desk"))
    run("regenerate", "--desk", made)
    for one in (made / "public").rglob("*"):  # what was just put may not be kept by a cache
        os.utime(one, (LONG_AGO, LONG_AGO), follow_symlinks=False)
    return made


@pytest.fixture(scope="module")
def key(desk: Path) -> str:
    return secret(desk, "fenwold")


@pytest.fixture(scope="module")
def token(desk: Path) -> str:
    return secret(desk, "fenwold", "--token", "--feed", "fenwold-text")


def test_nginx_sends_the_files_and_says_what_the_server_says(
    desk: Path, key: str, token: str, tmp_path: Path
) -> None:
    mine = {"authorization": f"Bearer {key}"}
    basic = {"authorization": "Basic " + base64.b64encode(f"fenwold:{key}".encode()).decode()}
    packed = {"accept_encoding": "gzip"}
    with (
        served(desk) as server,
        served(desk, "--files-by-nginx") as behind,
        in_front(tmp_path / "nginx", behind, desk) as nginx,
    ):
        tag = server.until(200, RSS, **mine, **packed).headers["etag"]
        behind.until(200, RSS, **mine)
        asks: list[tuple[str, str, dict[str, str]]] = [
            (RSS, "GET", mine),
            (RSS, "GET", basic),
            (RSS, "GET", mine | packed),
            (RSS, "HEAD", mine | packed),
            (RSS, "GET", mine | packed | {"if_none_match": tag}),
            (RSS, "GET", mine | {"if_none_match": tag}),
            (RSS, "GET", mine | {"if_none_match": "*"}),
            (RSS, "GET", mine | packed | {"if_match": tag}),
            (RSS, "GET", mine | {"if_match": tag}),
            (RSS, "GET", mine | {"if_modified_since": "Sun, 09 Sep 2001 01:46:40 GMT"}),
            (RSS, "GET", mine | {"if_modified_since": "Sun, 09 Sep 2001 01:46:39 GMT"}),
            (RSS, "GET", mine | {"range": "bytes=0-9"}),
            (RSS, "GET", mine | {"accept_encoding": "identity;q=0, br"}),
            (f"{RSS}?since=1", "GET", mine),
            (f"{RSS}?since=99", "GET", mine),
            (RSS, "POST", mine),
            (RSS, "GET", {}),
            (RSS, "GET", {"authorization": "Bearer nonsense"}),
            (FOREIGN, "GET", mine),
            ("/nothing/at-all.rss", "GET", mine),
            ("/nothing/at-all.rss", "GET", {}),
            (f"{RSS}.gz", "GET", mine),
            ("/desk.toml", "GET", mine),
            (f"/t/{token}{RSS}", "GET", packed),
            (f"/t/{token}{FOREIGN}", "GET", {}),
            (f"/t/{token[:-1]}x{RSS}", "GET", {}),
            (f"/t/{key}{RSS}", "GET", {}),
            (f"/%74/{token}{RSS}", "GET", {}),
            (f"/t/{token.replace('_', '%5F')}{RSS}", "GET", {}),
            (f"/x/{token}?{token}", "GET", {}),
            (OPEN, "GET", packed),
            (TERMS, "GET", {}),
            (TERMS, "GET", packed),
            ("/healthz", "GET", {}),
        ]
        for path, method, headers in [*asks, *asks]:
            straight, through = (one.ask(path, method, **headers) for one in (server, nginx))
            assert through.status == straight.status, (path, method, headers)
            assert through.body == straight.body
            assert fields(through) == fields(straight), (path, method, headers)
        assert nginx.ask(f"/.published{RSS}", **mine).status == 404
        handed = behind.ask(RSS, **mine)
        assert handed.body == b""
        assert handed.headers["x-accel-redirect"] == f"/.published{RSS}"
        told = (tmp_path / "nginx" / "access.log").read_text()
        assert f'GET "/t/...{RSS}" 200 ' in told
        assert len(told.splitlines()) == 2 * len(asks) + 1
        assert not SECRET.search(unquote(told))
        assert not SECRET.search((tmp_path / "nginx" / "error.log").read_text())
        size = (desk / "public" / RSS[1:]).stat().st_size
        behind.line(f"GET '{RSS}' 200 - fenwold/{SECRET.fullmatch(key)[1]} {size}")  # type: ignore[index]


def test_nginx_gives_no_date_that_the_server_does_not_give(
    desk: Path, key: str, tmp_path: Path
) -> None:
    mine = {"authorization": f"Bearer {key}"}
    soon = time.time() + 3_600
    os.utime(desk / "public" / RSS[1:], (soon, soon))
    try:
        with (
            served(desk, "--files-by-nginx") as behind,
            in_front(tmp_path / "nginx", behind, desk) as nginx,
        ):
            behind.until(200, RSS, **mine)
            found = nginx.ask(RSS, **mine)
            assert (found.status, found.headers["last-modified"]) == (200, None)
            assert nginx.ask(TERMS).headers["last-modified"] == "Sun, 09 Sep 2001 01:46:40 GMT"
    finally:
        os.utime(desk / "public" / RSS[1:], (LONG_AGO, LONG_AGO))


def test_nginx_takes_as_many_links_as_a_feed_has(desk: Path, key: str, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(desk, tmp_path / "desk", symlinks=True))
    text, at = (copy / "desk.toml").read_text("utf-8"), "https://feeds.longshore.example"
    assert at in text
    (copy / "desk.toml").write_text(text.replace(at, f"{at}/{'a' * 1_500}"), "utf-8")
    mine = {"authorization": f"Bearer {key}"}
    with (
        served(copy, "--files-by-nginx") as behind,
        in_front(tmp_path / "nginx", behind, copy) as nginx,
    ):
        straight = behind.until(200, RSS, **mine)
        found = nginx.ask(RSS, **mine)
        assert found.status == 200
        assert len(found.headers["link"]) > 6_000
        assert found.headers["link"] == straight.headers["link"]


def fields(said: Said) -> list[tuple[str, str]]:
    named = ((name.lower(), value) for name, value in said.headers.items())
    return sorted(one for one in named if one[0] not in OWN)


def test_a_cache_that_is_shared_gives_no_partner_what_another_got(
    desk: Path, key: str, token: str, tmp_path: Path
) -> None:
    mine, other = {"authorization": f"Bearer {key}"}, bearer(desk, "worldfold")
    with (
        served(desk) as server,
        started(tmp_path / "cache", CACHE, BEHIND=server.port) as shared,
    ):
        wanted = server.until(200, RSS, **mine).body
        foreign = server.until(200, FOREIGN, **other).body
        server.until(200, f"/t/{token}{RSS}")
        for _ in range(2):
            for packed in ({}, {"accept_encoding": "gzip"}):
                found = shared.ask(RSS, **mine, **packed)
                assert found.headers["x-cache"] == "MISS"
                assert (gzip.decompress(found.body) if packed else found.body) == wanted
                assert shared.ask(RSS, **other, **packed).code == "not-found"
                assert shared.ask(RSS, **packed).code == "key-missing"
                assert shared.ask(RSS, authorization="Bearer x", **packed).code == "key-unknown"
                assert shared.ask(FOREIGN, **mine, **packed).code == "not-found"
            assert shared.ask(FOREIGN, **other).body == foreign
            assert shared.ask(f"/t/{token}{RSS}").body == wanted
            assert shared.ask(f"{RSS}?since=1", **other).code == "not-found"
            assert shared.ask(f"{RSS}?since=1", **mine).headers["x-cache"] == "MISS"


def test_a_cache_that_is_shared_keeps_what_is_for_all(
    desk: Path, key: str, tmp_path: Path
) -> None:
    mine = {"authorization": f"Bearer {key}"}
    with (
        served(desk) as server,
        started(tmp_path / "cache", CACHE, BEHIND=server.port) as shared,
    ):
        for path in (OPEN, TERMS):
            wanted = (desk / "public" / path[1:]).read_bytes()
            for packed in ({}, {"accept_encoding": "gzip"}):
                found = [shared.ask(path, **packed, **who) for who in ({}, mine, {})]
                assert [one.headers["x-cache"] for one in found] == ["MISS", "HIT", "HIT"]
                coded = found[0].headers["content-encoding"] == "gzip"
                assert {gzip.decompress(one.body) if coded else one.body for one in found} == {
                    wanted
                }


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    text = (ROOT / "deploy" / "syndicate.service").read_text()
    program = "/opt/syndicate/bin/syndicate"
    assert f"ExecStart={program} serve " in text
    unit = tmp_path / "syndicate.service"
    unit.write_text(
        text.replace(program, shutil.which("true") or "").replace("User=syndicate", "")
    )
    done = subprocess.run(
        ["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False
    )
    assert "syndicate.service" not in done.stderr
    assert done.returncode == 0, done.stderr
