"""A desk as one file: what is restored publishes the same bytes; what is not whole is no desk."""

from __future__ import annotations

import gzip
import io
import json
import shutil
import stat
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.running import a_copy, data, run

Members = dict[str, bytes]


def documents(desk: Path) -> dict[str, bytes]:
    public = desk / "public"
    return {
        path.relative_to(public).as_posix(): path.read_bytes()
        for path in public.rglob("*")
        if path.is_file() and path.name != ".lock"
    }


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A desk with a history: published, corrected, a kill, a key."""
    made = a_copy(tmp_path_factory.mktemp("desk"))
    run("regenerate", "--desk", made)
    run("kill", "seagrass-study", "--reason", "error", "--desk", made)
    run("partners", "key", "issue", "fenwold", "--desk", made)
    return made


@pytest.fixture(scope="module")
def file(desk: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("backup") / "desk.tar.gz"
    run("backup", path, "--desk", desk)
    return path


def test_a_restored_desk_publishes_the_same_bytes(desk: Path, file: Path, tmp_path: Path) -> None:
    again = tmp_path / "deep" / "again"
    run("restore", file, again)
    assert run("regenerate", "--desk", again)
    assert documents(again) == documents(desk)
    assert " 0 written" in run("regenerate", "--desk", again).stdout
    assert " 0 faults" in run("audit", "verify", "--desk", again).output
    keys = [data("partners", "key", "list", "--desk", one) for one in (desk, again)]
    assert keys[0] == keys[1] != []


def test_it_is_for_its_owner_alone(file: Path, tmp_path: Path) -> None:
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    run("restore", file, tmp_path / "again")
    store = tmp_path / "again" / ".syndicate" / "desk.db"
    assert stat.S_IMODE(store.stat().st_mode) == 0o600
    assert sorted(one.name for one in tmp_path.iterdir()) == ["again"]


def test_nothing_is_written_over(desk: Path, file: Path, tmp_path: Path) -> None:
    before = file.read_bytes()
    told = run("backup", file, "--desk", desk, code=1)
    assert "is there already" in told.output
    assert file.read_bytes() == before
    (tmp_path / "mine").write_text("mine")
    assert "is not empty" in run("restore", file, tmp_path, code=1).output
    assert [one.name for one in tmp_path.iterdir()] == ["mine"]
    assert list(file.parent.iterdir()) == [file]


def test_a_desk_whose_parts_lie_elsewhere_comes_back_so(desk: Path, tmp_path: Path) -> None:
    moved = Path(shutil.copytree(desk, tmp_path / "moved"))
    (moved / "articles").rename(moved / "inbox")
    (moved / ".syndicate").rename(moved / "state")
    toml = moved / "desk.toml"
    text = 'store = "sqlite:///state/desk.db"\ninbox = "inbox"\n'
    toml.write_text(text + toml.read_text("utf-8"), "utf-8")
    run("backup", tmp_path / "b.tar.gz", "--desk", moved)
    run("restore", tmp_path / "b.tar.gz", tmp_path / "again")
    run("regenerate", "--desk", tmp_path / "again")
    assert documents(tmp_path / "again") == documents(desk)
    assert not (tmp_path / "again" / ".syndicate").exists()


def test_a_database_outside_of_the_desk_is_not_touched(desk: Path, tmp_path: Path) -> None:
    moved = Path(shutil.copytree(desk, tmp_path / "moved"))
    (moved / ".syndicate").rename(tmp_path / "state")
    toml = moved / "desk.toml"
    text = f'store = "sqlite:///{tmp_path}/state/desk.db"\n'
    toml.write_text(text + toml.read_text("utf-8"), "utf-8")
    run("backup", tmp_path / "b.tar.gz", "--desk", moved)
    told = run("restore", tmp_path / "b.tar.gz", tmp_path / "again", code=1)
    assert "outside of the desk" in told.output
    assert not (tmp_path / "again").exists()


def members(file: Path) -> Members:
    with tarfile.open(file) as tar:
        return {one.name: tar.extractfile(one).read() for one in tar}  # type: ignore[union-attr]


def written(path: Path, found: Members, odd: tarfile.TarInfo | None = None) -> Path:
    with tarfile.open(path, "w:gz") as tar:
        for name, content in found.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
        if odd:
            tar.addfile(odd)
    return path


def with_list(found: Members) -> Members:
    """Say of what was added that it belongs there."""
    told = json.loads(found.pop("backup.json"))
    told["files"].update(dict.fromkeys(found.keys() - told["files"].keys(), "0" * 64))
    return {**found, "backup.json": json.dumps(told).encode()}


CHANGES: list[Callable[[Members], Members]] = [
    lambda m: {**m, "desk.toml": m["desk.toml"] + b"\n"},
    lambda m: {name: text for name, text in m.items() if name != "store/desk.db"},
    lambda m: {name: text for name, text in m.items() if name != "backup.json"},
    lambda m: {**m, "partners/late.toml": b"x"},
    lambda m: with_list({**m, "../evil": b"x"}),
    lambda m: with_list({**m, "inbox/../../evil": b"x"}),
    lambda m: with_list({**m, "/tmp/evil": b"x"}),  # noqa: S108
    lambda m: with_list({**m, "public/evil.rss": b"x"}),
    lambda m: {**m, "backup.json": b"[]"},
    lambda m: {**m, "backup.json": b'{"kind": "syndicate desk", "files": []}'},
]


@pytest.mark.parametrize("change", CHANGES)
def test_what_was_changed_is_no_backup(
    file: Path, tmp_path: Path, change: Callable[[Members], Members]
) -> None:
    odd = written(tmp_path / "odd.tar.gz", change(members(file)))
    told = run("restore", odd, tmp_path / "inner" / "again", code=1)
    assert "is no whole backup" in told.output
    assert list((tmp_path / "inner").iterdir()) == []
    assert not (tmp_path / "evil").exists()


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE]
)
def test_only_files_are_restored(file: Path, tmp_path: Path, kind: bytes) -> None:
    odd = tarfile.TarInfo("licences/odd.toml")
    odd.type, odd.linkname = kind, "/etc/passwd"
    told = run("restore", written(tmp_path / "odd.gz", members(file), odd), tmp_path / "a", code=1)
    assert "is no whole backup" in told.output


@pytest.mark.parametrize("size", [0, 1, 100, 5_000, -200])
def test_half_a_backup_is_none(file: Path, tmp_path: Path, size: int) -> None:
    half = tmp_path / "half.tar.gz"
    half.write_bytes(file.read_bytes()[:size])
    assert "Mend" in run("restore", half, tmp_path / "again", code=1).output
    assert [one.name for one in tmp_path.iterdir()] == ["half.tar.gz"]
    half.write_bytes(gzip.compress(b"no tar at all" * 100))
    assert "is no whole backup" in run("restore", half, tmp_path / "again", code=1).output
