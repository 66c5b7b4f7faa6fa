from __future__ import annotations

import os
import resource
from pathlib import Path

import pytest

from syndicate.model.errors import TargetFailed
from syndicate.targets.folder import FolderTarget
from tests.targets.putting import a_document, everything, in_a_child


@pytest.fixture
def target(tmp_path: Path) -> FolderTarget:
    return FolderTarget(tmp_path / "public")


def test_what_is_put_is_got(target: FolderTarget) -> None:
    assert target.get("gazette/all.rss") is None
    assert target.put(a_document()) is True
    assert target.get("gazette/all.rss") == b"new"
    assert target.put(a_document(b"newer")) is True
    assert target.get("gazette/all.rss") == b"newer"


def test_the_same_bytes_again_touch_nothing(target: FolderTarget, tmp_path: Path) -> None:
    target.put(a_document())
    file = tmp_path / "public" / "gazette" / "all.rss"
    for one in (file, file.parent):
        os.utime(one, ns=(1, 1))
    inode = file.stat().st_ino
    assert target.put(a_document()) is False
    assert [one.stat().st_mtime_ns for one in (file, file.parent)] == [1, 1]
    assert file.stat().st_ino == inode


def test_files_can_be_read_by_a_web_server(target: FolderTarget, tmp_path: Path) -> None:
    old = os.umask(0o022)
    try:
        target.put(a_document())
    finally:
        os.umask(old)
    file = tmp_path / "public" / "gazette" / "all.rss"
    assert file.stat().st_mode & 0o777 == 0o644
    assert file.parent.stat().st_mode & 0o777 == 0o755


def test_a_reader_of_the_old_file_keeps_the_old_bytes(
    target: FolderTarget, tmp_path: Path
) -> None:
    target.put(a_document(b"old"))
    with (tmp_path / "public" / "gazette" / "all.rss").open("rb") as reader:
        target.put(a_document(b"new"))
        assert reader.read() == b"old"


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/etc/passwd",
        "../out.rss",
        "a/../../out.rss",
        "a/./b",
        "a//b",
        "a/",
        ".hidden",
        "a/.lock",
        "-rf",
        "Upper.rss",
        "a b",
        "a\\b",
        "a\n",
        "a\0b",
        "ä.rss",
        "a" * 122,
        "~root",
    ],
)
def test_a_path_that_is_not_plain_is_refused(
    target: FolderTarget, tmp_path: Path, path: str
) -> None:
    for act in (target.get, target.remove, lambda one: target.put(a_document(path=one))):
        with pytest.raises(TargetFailed, match="is no path that can be published"):
            act(path)
    assert everything(tmp_path) == set()


def test_the_longest_name_can_be_published(target: FolderTarget) -> None:
    name = "a" * 121
    assert target.put(a_document(path=f"{name}/{name}")) is True
    assert target.paths() == (f"{name}/{name}",)


def test_remove_takes_the_file_and_the_folders_it_leaves_empty(
    target: FolderTarget, tmp_path: Path
) -> None:
    target.put(a_document(path="a/b/c/one.rss"))
    target.put(a_document(path="a/two.rss"))
    assert target.remove("a/b/c/one.rss") is True
    assert not (tmp_path / "public" / "a" / "b").exists()
    assert target.paths() == ("a/two.rss",)
    assert target.remove("a/two.rss") is True
    assert list((tmp_path / "public").iterdir()) == []


def test_removing_what_is_not_there_gives_false(target: FolderTarget) -> None:
    assert target.remove("a/b/none.rss") is False
    target.put(a_document())
    assert target.remove("gazette/none.rss") is False
    assert target.paths() == ("gazette/all.rss",)


def test_paths_are_sorted_and_only_what_was_published(
    target: FolderTarget, tmp_path: Path
) -> None:
    assert target.paths() == ()
    root = tmp_path / "public"
    with target.lock():
        for path in ("b/x.atom", "a.rss", "b/a.rss"):
            target.put(a_document(path=path))
        (root / "b" / ".x.atom.0123456789abcdef.tmp").write_bytes(b"half")
        (root / "README.txt").touch()
        (root / ".git").mkdir()
        (root / ".git" / "config").touch()
        (root / "link").symlink_to(root / "a.rss")
        (root / "folder").symlink_to(root / "b")
        assert target.paths() == ("a.rss", "b/a.rss", "b/x.atom")


def test_a_target_may_be_a_link_itself(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    target = FolderTarget(tmp_path / "link")
    target.put(a_document())
    assert target.paths() == ("gazette/all.rss",)
    assert everything(tmp_path / "real") == {"gazette/all.rss"}


@pytest.mark.parametrize("depth", [0, 1])
def test_a_link_in_place_of_a_folder_leads_nowhere(
    target: FolderTarget, tmp_path: Path, depth: int
) -> None:
    outside = tmp_path / "outside"
    (outside / "gazette").mkdir(parents=True)
    (outside / "all.rss").write_bytes(b"secret")
    path = "gazette/all.rss" if depth == 0 else "top/gazette/all.rss"
    link = tmp_path / "public" / path.removesuffix("/all.rss")
    link.parent.mkdir(parents=True)
    link.symlink_to(outside)
    for act in (target.get, target.remove, lambda one: target.put(a_document(path=one))):
        with pytest.raises(TargetFailed, match=r"all\.rss: .* Mend: take"):
            act(path)
    assert (outside / "all.rss").read_bytes() == b"secret"
    assert everything(outside) == {"all.rss"}


def test_a_link_in_place_of_a_file_is_refused(target: FolderTarget, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"secret")
    target.put(a_document(path="gazette/other.rss"))
    link = tmp_path / "public" / "gazette" / "all.rss"
    link.symlink_to(secret)
    for act in (target.get, target.remove, lambda one: target.put(a_document(path=one))):
        with pytest.raises(TargetFailed, match="symbolic link"):
            act("gazette/all.rss")
    assert link.is_symlink()
    assert secret.read_bytes() == b"secret"


def test_a_link_in_place_of_the_lock_is_refused(target: FolderTarget, tmp_path: Path) -> None:
    (tmp_path / "public").mkdir()
    (tmp_path / "victim").write_bytes(b"precious")
    (tmp_path / "public" / ".lock").symlink_to(tmp_path / "victim")
    with pytest.raises(TargetFailed, match="symbolic link"), target.lock():
        pass
    assert (tmp_path / "victim").read_bytes() == b"precious"


def test_a_folder_in_place_of_a_file_is_told(target: FolderTarget) -> None:
    target.put(a_document(path="gazette/all.rss/inner"))
    for act in (target.get, target.remove, lambda one: target.put(a_document(path=one))):
        with pytest.raises(TargetFailed, match=r"all\.rss: is a directory\.? Mend: take away"):
            act("gazette/all.rss")
    assert target.paths() == ("gazette/all.rss/inner",)


def test_a_file_in_place_of_a_folder_is_told(target: FolderTarget) -> None:
    target.put(a_document(path="gazette"))
    with pytest.raises(TargetFailed, match=r"not a directory\.? Mend: take away the file"):
        target.put(a_document(path="gazette/all.rss"))
    assert target.get("gazette") == b"new"


def test_a_file_in_place_of_the_target_is_told(tmp_path: Path) -> None:
    (tmp_path / "public").write_bytes(b"a file")
    target = FolderTarget(tmp_path / "public")
    with pytest.raises(TargetFailed, match="Mend: take away the file"):
        target.put(a_document())
    with pytest.raises(TargetFailed, match="Mend: take away the file"), target.lock():
        pass


def test_a_full_disk_leaves_the_old_bytes_and_no_rest(
    target: FolderTarget, tmp_path: Path
) -> None:
    target.put(a_document(b"old"))

    def put_too_much() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        target.put(a_document(b"n" * 1_000_000))

    assert in_a_child(put_too_much) == 2
    assert target.get("gazette/all.rss") == b"old"
    assert everything(tmp_path) == {"public/gazette/all.rss"}
