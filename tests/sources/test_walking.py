"""The files below a folder, and folders that cannot be listed."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from syndicate import looking
from syndicate.pipeline.incoming import Hints, Refusal
from syndicate.sources import collecting
from syndicate.sources.walking import below
from tests.builders import a_desk


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    for name in ("b/a.json", "a.json", "b/c/d.md", ".hidden/x.json", "b/.x.json"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{")
    return tmp_path


@pytest.fixture
def unlistable(inbox: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a folder that nobody may list, whoever runs the tests."""
    listed = os.scandir

    def scandir(path: Any) -> Any:
        if str(path).endswith(("/b", "/.hidden")):
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))
        return listed(path)

    monkeypatch.setattr(os, "scandir", scandir)
    return inbox / "b"


def test_files_come_in_the_order_of_names_without_hidden_ones(inbox: Path) -> None:
    found = below(inbox)
    assert [str(one.relative_to(inbox)) for one in found.files] == [
        "a.json",
        "b/a.json",
        "b/c/d.md",
    ]
    assert found.refused == ()


def test_links_and_pipes_are_given_and_circles_not_followed(inbox: Path) -> None:
    (inbox / "circle").symlink_to(".")
    (inbox / "loop.json").symlink_to("loop.json")
    os.mkfifo(inbox / "pipe.json")
    names = [one.name for one in below(inbox).files]
    assert names == ["a.json", "a.json", "d.md", "loop.json", "pipe.json"]


@pytest.fixture
def deep(inbox: Path) -> Iterator[Path]:
    """A file in more folders, one in the other, than Python calls functions in each other."""
    places = [inbox]
    for _ in range(sys.getrecursionlimit() + 200):
        places.append(places[-1] / "d")
        places[-1].mkdir()
    file = places[-1] / "z.json"
    file.write_text("{")
    yield file
    file.unlink()
    for place in reversed(places[1:]):  # pytest would take them away in a call for each
        place.rmdir()


def test_however_deep_folders_lie_their_files_are_found(inbox: Path, deep: Path) -> None:
    found = below(inbox)
    assert found.files == (inbox / "a.json", inbox / "b/a.json", inbox / "b/c/d.md", deep)
    assert found.refused == ()


def test_however_deep_folders_lie_a_change_in_them_is_seen(inbox: Path, deep: Path) -> None:
    before = looking.inbox(inbox)
    assert len(before.lines) == 4
    deep.write_text("{}")
    after = looking.inbox(inbox)
    assert len({*before.lines} ^ {*after.lines}) == 2


def test_folders_too_deep_for_the_system_cost_themselves(inbox: Path) -> None:
    name = "n" * 200
    above = os.open(inbox, os.O_RDONLY)
    for _ in range(25):  # 5,000 characters
        os.mkdir(name, dir_fd=above)
        folder = os.open(name, os.O_RDONLY, dir_fd=above)
        os.close(above)
        above = folder
    os.close(above)
    found = below(inbox)
    assert len(found.files) == 3
    assert [one.says for one in found.refused] == ["cannot be listed: File name too long"]
    assert [one for one in looking.inbox(inbox).lines if one.endswith(f" {errno.ENAMETOOLONG}")]


def test_a_folder_that_cannot_be_listed_costs_itself(inbox: Path, unlistable: Path) -> None:
    found = below(inbox)
    assert [one.name for one in found.files] == ["a.json"]
    (refusal,) = found.refused
    assert refusal.where == str(unlistable)
    assert (refusal.code, refusal.says) == (
        "unreadable-folder",
        "cannot be listed: Input/output error",
    )


def test_collecting_goes_on_beside_a_folder_that_cannot_be_listed(
    inbox: Path, unlistable: Path
) -> None:
    found = list(collecting.collect([inbox], a_desk(), Hints()))
    assert [(Path(one.where).name, one.code) for one in found if isinstance(one, Refusal)] == [
        ("b", "unreadable-folder"),
        ("a.json", "bad-json"),
    ]


def test_an_inbox_may_be_absent_but_not_a_file(tmp_path: Path) -> None:
    assert list(collecting.collect_inbox(tmp_path / "articles", a_desk())) == []
    (tmp_path / "articles").write_text("")
    (one,) = collecting.collect_inbox(tmp_path / "articles", a_desk())
    assert isinstance(one, Refusal)
    assert (one.code, one.says) == ("no-folder", "is no folder")


def test_a_source_that_raises_costs_its_file_only(
    inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def collect(*_: object) -> Any:
        raise RuntimeError

    monkeypatch.setattr(collecting.SOURCES[".md"], "collect", collect, raising=False)
    found = [
        one for one in collecting.collect([inbox], a_desk(), Hints()) if isinstance(one, Refusal)
    ]
    assert [one.code for one in found] == ["bad-json", "bad-json", "unreadable"]
    assert found[-1].says == "cannot be read: RuntimeError"
