"""A desk with a killed article, keys of each sort to it, and a server of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.cli.running import run
from tests.web.serving import Server, bearer, served


@pytest.fixture(scope="module")
def published(published: Path) -> Path:
    """The example desk, published, and one article killed after that."""
    run("kill", "seagrass-study", "--reason", "error", "--desk", published)
    return published


@pytest.fixture(scope="module")
def keys(published: Path) -> dict[str, dict[str, str]]:
    """A header for each sort of key."""
    return {
        "fenwold": bearer(published, "fenwold"),
        "worldfold": bearer(published, "worldfold"),
        "app": bearer(published, "worldfold", "--property", "app"),
        "coasts": bearer(published, "fenwold", "--feed", "fenwold-coasts"),
    }


@pytest.fixture(scope="module")
def server(published: Path, keys: Mapping[str, dict[str, str]]) -> Iterator[Server]:
    """A server of which nobody changes anything but acknowledgements and requests."""
    with served(published) as made:
        for one in keys.values():
            made.until(200, "/api/feeds", **one)
        yield made
