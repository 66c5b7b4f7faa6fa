"""Published bytes at hand: one whole version each time, never more than is allowed."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from syndicate.web.held import Shelf


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "a").write_bytes(b"one")
    return tmp_path


def replaced(path: Path, data: bytes) -> None:
    fresh = path.with_name(f"{path.name}.new")
    fresh.write_bytes(data)
    fresh.replace(path)


def test_a_new_version_is_seen_at_once(root: Path) -> None:
    shelf = Shelf(root)
    first = shelf.get("a", "identity")
    assert first is not None
    assert shelf.get("a", "identity") is first
    replaced(root / "a", b"two")
    second = shelf.get("a", "identity")
    assert second is not None
    assert (second.data, second.tag != first.tag) == (b"two", True)
    replaced(root / "a", b"one")
    assert shelf.get("a", "identity").tag == first.tag  # type: ignore[union-attr]
    (root / "a").unlink()
    assert shelf.get("a", "identity") is None


def test_only_files_of_ours_are_read(root: Path) -> None:
    shelf = Shelf(root)
    (root / "folder").mkdir()
    (root / "link").symlink_to(root / "a")
    os.mkfifo(root / "pipe")
    for name in ("folder", "link", "pipe", "nothing", "a\0", "x" * 5_000, "\udc80"):
        assert shelf.codings(name) == ()
        assert shelf.get(name, "identity") is None


def test_codings_are_told_smallest_first(root: Path) -> None:
    shelf = Shelf(root)
    assert shelf.codings("a") == ("identity",)
    for end in (".gz", ".zst", ".br"):
        (root / f"a{end}").write_bytes(b"x")
    assert Shelf(root).codings("a") == ("br", "zstd", "gzip", "identity")
    assert shelf.get("a", "gzip") is not None
    (root / "a.gz").unlink()
    assert shelf.get("a", "gzip") is None
    assert shelf.codings("a") == ("br", "zstd", "identity")


def test_no_more_is_held_than_is_allowed(root: Path) -> None:
    shelf = Shelf(root, 100)
    for number in range(30):
        (root / str(number)).write_bytes(b"x" * 30)
        assert shelf.get(str(number), "identity")
    assert shelf._size <= 100
    assert shelf._size == sum(len(held.data) for _, held in shelf._known.values())
    (root / "large").write_bytes(b"x" * 1_000)
    held = shelf.get("large", "identity")
    assert held is not None
    assert len(held.data) == 1_000


def test_nobody_ever_sees_half_a_document(root: Path) -> None:
    shelf, stop = Shelf(root), threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            replaced(root / "a", bytes([65 + number % 26]) * (1 + number % 5) * 50_000)

    replaced(root / "a", b"A" * 50_000)
    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(2_000):
            held = shelf.get("a", "identity")
            assert held is not None
            assert held.data == held.data[:1] * len(held.data)
    finally:
        stop.set()
        writer.join()
