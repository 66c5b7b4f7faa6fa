"""A desk that is published once, a copy of it for each test, and a server of that copy."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.running import a_copy, run
from tests.web.browsing import Browser, browser
from tests.web.serving import Server, served


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example desk, published; nobody changes it."""
    made = a_copy(tmp_path_factory.mktemp("example"))
    run("regenerate", "--desk", made)
    return made


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
