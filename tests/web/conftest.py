"""A desk that is published once, copies of it, servers of these, and documents on a shelf."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from syndicate.web.held import Shelf
from tests.cli.running import a_published_copy
from tests.web.answering import shelf_in
from tests.web.browsing import Browser, browser
from tests.web.serving import Server, secret, served
from tests.web.subscribing import Side, prepared, side_of
from tests.web.websub import callback


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example desk, published; nobody changes it."""
    return a_published_copy(tmp_path_factory.mktemp("example"))


@pytest.fixture(scope="module")
def published(example: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy for a module: what the desks of its tests are copies of."""
    folder = tmp_path_factory.mktemp("published")
    return Path(shutil.copytree(example, folder / "desk", symlinks=True))


@pytest.fixture
def desk(published: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(published, tmp_path / "desk", symlinks=True))


@pytest.fixture
def server(desk: Path) -> Iterator[Server]:
    with served(desk) as made:
        yield made


@pytest.fixture
def guest(server: Server) -> Iterator[Browser]:
    with browser(server) as made:
        yield made


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    return shelf_in(tmp_path_factory.mktemp("public"))


@pytest.fixture(scope="module")
def side(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Side]:
    """A hub for a module: its tests subscribe with paths of their own."""
    with callback() as there:
        desk, port = prepared(published, tmp_path_factory.mktemp("served"), there)
        key = secret(desk, "fenwold")
        with served(desk, "--port", str(port)) as server:
            yield side_of(desk, port, server, there, key)
