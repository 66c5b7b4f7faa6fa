"""The files below a folder, and folders that cannot be listed."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

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
