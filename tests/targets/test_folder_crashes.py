"""Whatever fails or dies in the middle: the old bytes or the new ones, and nothing left over."""

from __future__ import annotations

import fcntl
import subprocess
import sys
from pathlib import Path

import pytest

from syndicate.model.document import Document
from syndicate.model.errors import TargetFailed
from syndicate.targets.folder import FolderTarget
from tests.targets.putting import (
    a_document,
    everything,
    in_a_child,
    kill,
    no_space,
    outcome,
    trap,
)


@pytest.fixture
def target(tmp_path: Path) -> FolderTarget:
    return FolderTarget(tmp_path / "public")


def put_locked(target: FolderTarget, document: Document) -> None:
    with target.lock():
        target.put(document)


@pytest.mark.parametrize("path", ["gazette/all.rss", "new/folder/all.rss"])
def test_whichever_call_fails_the_document_is_old_or_new_and_nothing_is_left(
    target: FolderTarget, tmp_path: Path, path: str
) -> None:
    failed = 0
    for at_call in range(1, 100):
        target.put(a_document(b"old", "gazette/all.rss"))
        old = target.get(path)
        with pytest.MonkeyPatch.context() as monkeypatch:
            made = trap(monkeypatch, at_call, no_space)
            ended = outcome(lambda: put_locked(target, a_document(b"new", path)))
        if len(made) < at_call:
            break
        failed += 1
        assert "make room on the disk" in ended
        renamed = "rename" in made[: at_call - 1]
        assert target.get(path) == (b"new" if renamed else old)
        assert everything(tmp_path) == {f"public/{one}" for one in target.paths()}
        target.remove(path)
    assert failed >= 8
    assert target.get(path) == b"new"


def test_killed_at_any_call_the_document_is_old_or_new_and_the_next_run_clears_up(
    target: FolderTarget, tmp_path: Path
) -> None:
    target.put(a_document(b"old"))
    killed = 0
    for at_call in range(1, 100):
        data = b"%d" % at_call * 100_000
        before = target.get("gazette/all.rss")

        def put_trapped(at_call: int = at_call, data: bytes = data) -> None:
            with pytest.MonkeyPatch.context() as monkeypatch:
                trap(monkeypatch, at_call, kill)
                put_locked(target, a_document(data))

        end = in_a_child(put_trapped)
        assert target.get("gazette/all.rss") in {before, data}
        if end == 0:
            break
        assert end == -9
        killed += 1
        with target.lock():
            assert everything(tmp_path) == {"public/gazette/all.rss"}
    assert killed >= 8
    assert target.get("gazette/all.rss") == data


def test_folders_are_synced_after_a_run_that_died(
    target: FolderTarget, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die() -> None:
        with target.lock():
            target.put(a_document())
            kill()

    assert in_a_child(die) == -9
    made = trap(monkeypatch, 0, kill)
    with target.lock():
        assert made.count("fsync") == 2
    made.clear()
    with target.lock():
        assert made.count("fsync") == 0


def test_clearing_up_takes_only_temporary_files(target: FolderTarget, tmp_path: Path) -> None:
    target.put(a_document())
    left = tmp_path / "public" / "gazette" / ".all.rss.0123456789abcdef.tmp"
    left.write_bytes(b"half")
    kept = [tmp_path / "public" / "gazette" / name for name in (".htaccess", "x.tmp", ".note.tmp")]
    for one in kept:
        one.touch()
    with target.lock():
        assert not left.exists()
        assert all(one.exists() for one in kept)


COUNT_UP = """
import sys
from pathlib import Path
from syndicate.model.document import Document
from syndicate.targets.folder import FolderTarget
target = FolderTarget(Path(sys.argv[1]))
for _ in range(50):
    with target.lock():
        count = int(target.get("count.txt") or b"0")
        target.put(Document("count.txt", "text/plain", b"%d" % (count + 1)))
"""


def test_runs_started_together_take_turns(target: FolderTarget, tmp_path: Path) -> None:
    runs = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", COUNT_UP, str(tmp_path / "public")],
            cwd=Path(__file__).parents[2],
        )
        for _ in range(2)
    ]
    assert [run.wait() for run in runs] == [0, 0]
    assert target.get("count.txt") == b"100"


def held_by_others(lock: Path) -> bool:
    with lock.open() as rival:
        try:
            fcntl.flock(rival, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def test_the_lock_is_held_inside_and_free_after_a_failure(
    target: FolderTarget, tmp_path: Path
) -> None:
    seen = []

    def fail() -> None:
        with target.lock():
            seen.append(held_by_others(tmp_path / "public" / ".lock"))
            target.put(a_document(path="No"))

    with pytest.raises(TargetFailed):
        fail()
    assert seen == [True]
    assert not held_by_others(tmp_path / "public" / ".lock")
