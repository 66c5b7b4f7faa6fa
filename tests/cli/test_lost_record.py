"""A database that is gone, or older than what was published, publishes nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.running import a_copy, run

KILLED = "Nobody touched it again"
"""Words of an article that is killed."""


def documents(desk: Path) -> dict[str, bytes]:
    found = (desk / "public").rglob("*.atom")
    return {path.name: path.read_bytes() for path in found}


def gone(store: Path, _older: Path) -> None:
    for path in store.glob("desk.db*"):
        if path.name != "desk.db.head":
            path.unlink()


def put_back(store: Path, older: Path) -> None:
    gone(store, older)
    shutil.copy(older, store / "desk.db")


@pytest.fixture(params=[gone, put_back])
def lost(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A desk that killed an article since its database was as it is now."""
    lose: Callable[[Path, Path], None] = request.param
    desk = a_copy(tmp_path)
    run("regenerate", "--desk", desk)
    assert any(KILLED.encode() in one for one in documents(desk).values())
    shutil.copy(desk / ".syndicate" / "desk.db", tmp_path / "older")
    run("kill", "tell-rumaysa-kiln", "--reason", "error", "--desk", desk)
    lose(desk / ".syndicate", tmp_path / "older")
    return desk


@pytest.mark.parametrize(
    "command",
    [
        ("regenerate",),
        ("regenerate", "--dry-run"),
        ("kill", "seagrass-study", "--reason", "error"),
        ("holders", "tell-rumaysa-kiln"),
    ],
)
def test_what_the_record_no_longer_knows_is_not_brought_back(
    lost: Path, command: tuple[str, ...]
) -> None:
    before = documents(lost)
    told = run(*command, "--desk", lost, code=1).stderr.splitlines()[-1]
    assert "restore a backup" in told
    assert "desk.db.head" in told
    assert documents(lost) == before
    assert not any(KILLED.encode() in one for one in before.values())


def test_a_gone_database_is_not_made_anew(lost: Path) -> None:
    there = (lost / ".syndicate" / "desk.db").exists()
    for command in (("audit", "verify"), ("backup", lost.parent / "copy"), ("regenerate",)):
        run(*command, "--desk", lost, code=0 if there and command[0] == "backup" else 1)
    assert (lost / ".syndicate" / "desk.db").exists() == there


def test_an_older_database_can_still_be_looked_into(lost: Path) -> None:
    if (lost / ".syndicate" / "desk.db").exists():
        assert "log-cut" in run("audit", "verify", "--desk", lost, code=1).output
        assert "article" in run("audit", "log", "--desk", lost).stdout


def test_a_desk_begins_anew_on_purpose(lost: Path) -> None:
    for path in (lost / ".syndicate").glob("desk.db*"):
        path.unlink()
    assert "written" in run("regenerate", "--desk", lost).stdout
