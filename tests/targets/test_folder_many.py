"""Many documents at once: the promises of one, whoever of them fails, whenever it dies."""

from __future__ import annotations

import gzip
import os
import resource
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import pytest

from syndicate.model.document import Document
from syndicate.model.errors import TargetFailed
from syndicate.targets._batch import BYTES, DOCUMENTS
from syndicate.targets._files import FEW
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

PATHS = ("gazette/all.rss", "herald/all.rss", "herald/all.atom", "new/deep/all.rss")


@pytest.fixture
def target(tmp_path: Path) -> FolderTarget:
    return FolderTarget(tmp_path / "public")


def some(data: bytes, paths: Sequence[str] = PATHS) -> list[Document]:
    return [a_document(data, path) for path in paths]


def zipped(data: bytes, path: str) -> Document:
    return a_document(data, path)._replace(encodings=(("gzip", gzip.compress(data, mtime=0)),))


def put_locked(target: FolderTarget, documents: Sequence[Document]) -> list[bool]:
    with target.lock():
        return list(target.put_all(documents))


def answers(target: FolderTarget, documents: Sequence[Document]) -> tuple[list[bool], str]:
    """Give the answers until something failed, and what was told then."""
    given: list[bool] = []
    with pytest.raises(TargetFailed) as told:
        given.extend(_each(target, documents, given))
    return given, str(told.value)


def _each(
    target: FolderTarget, documents: Sequence[Document], given: list[bool]
) -> Iterator[bool]:
    for one in target.put_all(documents):
        given.append(one)
    yield from ()


def test_every_document_gets_an_answer_in_its_order(target: FolderTarget) -> None:
    assert list(target.put_all([])) == []
    target.put(a_document(b"one", PATHS[1]))
    assert list(target.put_all(some(b"one"))) == [True, False, True, True]
    assert [target.get(path) for path in PATHS] == [b"one"] * 4
    assert target.paths() == tuple(sorted(PATHS))


def test_the_same_bytes_again_touch_nothing(target: FolderTarget, tmp_path: Path) -> None:
    documents = [zipped(b"one", path) for path in PATHS]
    put_locked(target, documents)
    there = [tmp_path / "public", *(tmp_path / "public").rglob("*")]
    for one in there:
        os.utime(one, ns=(1, 1))
    inodes = [one.stat().st_ino for one in there]
    assert put_locked(target, documents) == [False] * 4
    assert [one.stat().st_mtime_ns for one in there] == [1] * len(there)
    assert [one.stat().st_ino for one in there] == inodes


def test_other_bytes_of_the_same_length_are_seen(target: FolderTarget) -> None:
    list(target.put_all(some(b"one")))
    assert list(target.put_all(some(b"two"))) == [True] * 4


def test_only_what_changed_is_written(target: FolderTarget, tmp_path: Path) -> None:
    target.put(zipped(b"one", "all.rss"))
    plain = (tmp_path / "public" / "all.rss").stat().st_ino
    changed = a_document(b"one", "all.rss")._replace(encodings=(("gzip", b"other"),))
    assert target.put(changed) is True
    assert (tmp_path / "public" / "all.rss").stat().st_ino == plain
    assert (tmp_path / "public" / "all.rss.gz").read_bytes() == b"other"


def test_the_last_of_the_same_path_wins(target: FolderTarget) -> None:
    target.put(a_document(b"one"))
    documents = [a_document(b"two"), a_document(b"one"), a_document(b"one")]
    assert list(target.put_all(documents)) == [True, True, False]
    assert target.get("gazette/all.rss") == b"one"


def test_groups_are_small_enough_to_be_held(target: FolderTarget) -> None:
    asked = 0

    def one_by_one(data: bytes) -> Iterator[Document]:
        nonlocal asked
        for number in range(3 * DOCUMENTS):
            asked += 1
            yield a_document(data, f"p{number}/all.rss")

    assert next(target.put_all(one_by_one(b"small"))) is True
    assert asked == DOCUMENTS + 1
    asked = 0
    assert next(target.put_all(one_by_one(b"l" * (BYTES // 4)))) is True
    assert asked == 5


def test_many_are_put_by_threads(target: FolderTarget, tmp_path: Path) -> None:
    documents = [zipped(b"%d" % n, f"p{n % 50}/d{n}.rss") for n in range(4 * FEW)]
    assert put_locked(target, documents) == [True] * len(documents)
    assert [target.get(one.path) for one in documents] == [one.data for one in documents]
    assert len(everything(tmp_path)) == 2 * len(documents)
    assert put_locked(target, documents) == [False] * len(documents)


def test_each_is_synced_then_renamed_then_each_folder_synced_once(
    target: FolderTarget, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_locked(target, some(b"old"))
    made = trap(monkeypatch, 0, kill)
    list(target.put_all(some(b"new")))
    steps = [name for name in made if name in {"fsync", "rename"}]
    assert steps == ["fsync", "rename"] * 4 + ["fsync"] * 3
    made.clear()
    list(target.put_all(some(b"new", ["fresh/one.rss", "fresh/deep/two.rss", "top.rss"])))
    steps = [name for name in made if name in {"fsync", "rename"}]
    assert steps == ["fsync", "rename"] * 3 + ["fsync"] * 3, "each and what it is in"


def test_no_file_takes_its_name_before_all_of_its_document_are_on_the_disk(
    target: FolderTarget, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_locked(target, [zipped(b"old", "p1/all.rss")])
    made = trap(monkeypatch, 0, kill)
    list(target.put_all([zipped(b"new", "p1/all.rss")]))
    steps = [name for name in made if name in {"fsync", "rename"}]
    assert steps[:4] == ["fsync", "fsync", "rename", "rename"]


@pytest.mark.parametrize("where", [0, 1, 3])
@pytest.mark.parametrize("fault", ["folder", "file", "link", "path"])
def test_one_that_fails_leaves_the_others_whole(
    target: FolderTarget, tmp_path: Path, fault: str, where: int
) -> None:
    root = tmp_path / "public"
    bad = "Not-A-Path" if fault == "path" else "bad/all.rss"
    if fault == "folder":
        (root / "bad" / "all.rss").mkdir(parents=True)
    elif fault == "file":
        root.mkdir()
        (root / "bad").write_bytes(b"in the way")
    elif fault == "link":
        (root / "bad").mkdir(parents=True)
        (root / "bad" / "all.rss").symlink_to(tmp_path / "secret")
    documents = some(b"new", PATHS[:3])
    documents.insert(where, a_document(b"new", bad))
    given, told = answers(target, documents)
    assert given == [True] * where
    assert "Mend: " in told
    assert [target.get(path) for path in PATHS[:3]] == [b"new"] * 3
    assert not [one for one in everything(root) if one.endswith(".tmp")]


def test_a_group_after_the_one_that_failed_is_left(target: FolderTarget, tmp_path: Path) -> None:
    (tmp_path / "public" / "p1" / "all.rss").mkdir(parents=True)
    documents = some(b"new", [f"p{n}/all.rss" for n in range(DOCUMENTS + 5)])
    given, told = answers(target, documents)
    assert given == [True]
    assert "p1/all.rss: is a directory" in told
    assert len(target.paths()) == DOCUMENTS - 1


def test_a_file_too_large_fails_alone(target: FolderTarget, tmp_path: Path) -> None:
    list(target.put_all(some(b"old")))
    documents = some(b"new")
    documents[1] = a_document(b"n" * 1_000_000, PATHS[1])

    def put_too_much() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        list(target.put_all(documents))

    assert in_a_child(put_too_much) == 2
    assert [target.get(path) for path in PATHS] == [b"new", b"old", b"new", b"new"]
    assert len(everything(tmp_path)) == 4


def test_whichever_call_fails_each_is_old_or_new_and_nothing_is_left(
    target: FolderTarget, tmp_path: Path
) -> None:
    failed = 0
    for at_call in range(1, 200):
        for path in target.paths():
            target.remove(path)
        olds = some(b"old", PATHS[:3])
        list(target.put_all(olds))
        news = [zipped(b"new", path) for path in PATHS]
        with pytest.MonkeyPatch.context() as monkeypatch:
            made = trap(monkeypatch, at_call, no_space)
            ended = outcome(partial(put_locked, target, news))
        if len(made) < at_call:
            break
        failed += 1
        assert "make room on the disk" in ended, made[at_call - 1]
        got = [target.get(path) for path in PATHS]
        assert set(got[:3]) <= {b"old", b"new"}
        assert got[3] in {None, b"new"}
        if made[at_call - 1] == "rename" or "rename" not in made[:at_call]:
            assert got.count(b"new") in {0, 3, 4}, "it failed alone, or the lock did"
        assert not [one for one in everything(tmp_path) if one.endswith(".tmp")]
        assert put_locked(target, news)
    assert failed >= 20
    assert [target.get(path) for path in PATHS] == [b"new"] * 4


def test_killed_at_any_call_each_is_old_or_new_and_the_next_run_clears_up(
    target: FolderTarget, tmp_path: Path
) -> None:
    killed = 0
    for at_call in range(1, 200):
        data = b"%d" % at_call * 10_000
        before = [target.get(path) for path in PATHS]
        documents = [zipped(data, path) for path in PATHS]

        def put_trapped(at_call: int = at_call, news: Sequence[Document] = documents) -> None:
            with pytest.MonkeyPatch.context() as monkeypatch:
                trap(monkeypatch, at_call, kill)
                put_locked(target, news)

        end = in_a_child(put_trapped)
        for path, old in zip(PATHS, before, strict=True):
            assert target.get(path) in {old, data}
            packed = tmp_path / "public" / f"{path}.gz"
            if target.get(path) == data:
                assert gzip.decompress(packed.read_bytes()) == data, "the plain file is the last"
        if end == 0:
            break
        assert end == -9
        killed += 1
        with target.lock():
            assert not [one for one in everything(tmp_path) if one.endswith(".tmp")]
    assert killed >= 20
