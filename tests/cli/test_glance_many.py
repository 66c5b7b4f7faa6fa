"""Where documents are many, several processes look at them, and miss none."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from syndicate import glance
from tests.builders import article_data
from tests.cli.running import run

FOLDERS, EACH = 50, 70
ONE = Path("public", "more-7", "42.txt")


def recalled(desk: Path) -> glance.Seen | None:
    return glance.recall(desk, datetime.now(UTC))


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A desk with nothing to do, and with thousands of files beside its documents."""
    folder = tmp_path_factory.mktemp("many") / "desk"
    name = ("--name", "Harbour Post", "--domain", "harbour.example")
    run("init", folder, *name, "--contact", "a@harbour.example")
    partner = folder / "partners" / "first-partner.toml"
    partner.write_text(partner.read_text().replace('state = "draft"', 'state = "active"'))
    (folder / "articles" / "wall.json").write_text(json.dumps(article_data()))
    old = datetime.now(UTC).timestamp() - 3600
    for path in folder.rglob("*"):
        os.utime(path, (old, old))
    run("regenerate", "--desk", folder)
    for number in range(FOLDERS):
        below = folder / "public" / f"more-{number}"
        below.mkdir()
        for one in range(EACH):
            (below / f"{one}.txt").write_bytes(b"as it was")
    run("regenerate", "--desk", folder)
    return folder


@pytest.fixture(params=[1, 2, 4])
def processors(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many processors as said."""
    monkeypatch.setattr(os, "cpu_count", lambda: request.param)


@pytest.mark.usefixtures("processors")
def test_a_change_of_any_of_many_documents_is_seen(desk: Path) -> None:
    found = sorted(path for path in (desk / "public").rglob("*"))
    for path in [*found[::211], found[-1]]:
        state = path.lstat()
        os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns + 1))
        assert recalled(desk) is None, path
        os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
        assert recalled(desk), path


def longer(path: Path) -> None:
    state = path.stat()
    path.write_bytes(path.read_bytes() + b"!")
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))


def gone(path: Path) -> None:
    path.unlink()


def renamed(path: Path) -> None:
    path.rename(path.with_suffix(".other"))


def added(path: Path) -> None:
    path.with_suffix(".other").write_bytes(b"new")


def linked(path: Path) -> None:
    kept = path.rename(path.parents[2] / "elsewhere.txt")
    path.symlink_to(kept)


@pytest.mark.usefixtures("processors")
@pytest.mark.parametrize("change", [longer, gone, renamed, added, linked])
def test_whatever_becomes_of_one_document_is_seen(
    desk: Path, change: Callable[[Path], None]
) -> None:
    path = desk / ONE
    folder, file = path.parent.stat(), path.stat()
    assert recalled(desk)
    change(path)
    assert recalled(desk) is None
    for one in (path, path.with_suffix(".other"), desk / "elsewhere.txt"):
        one.unlink(missing_ok=True)
    path.write_bytes(b"as it was")
    os.utime(path, ns=(file.st_atime_ns, file.st_mtime_ns))
    os.utime(path.parent, ns=(folder.st_atime_ns, folder.st_mtime_ns))


def test_where_no_process_can_be_begun_one_looks_at_all(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused() -> int:
        raise BlockingIOError(errno.EAGAIN, "no more processes")

    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    monkeypatch.setattr(os, "fork", refused)
    assert recalled(desk)


def test_parts_that_are_missing_are_not_taken_for_seen(desk: Path) -> None:
    kept = desk / ".syndicate" / "desk.db.glance"
    whole = kept.read_bytes()
    assert whole.count(b"\n") > 2
    kept.write_bytes(whole.rpartition(b"\n")[0])
    assert recalled(desk) is None
    kept.write_bytes(whole)
    assert recalled(desk)


@pytest.mark.parametrize("words", [(), ("--desk", ".")])
def test_the_plain_command_answers_before_the_command_line_is_loaded(
    desk: Path, words: tuple[str, ...]
) -> None:
    def told(*options: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, *options, "-m", "syndicate", "regenerate", *words]
        clean = {name: value for name, value in os.environ.items() if name != "SYNDICATE_DESK"}
        return subprocess.run(
            command, cwd=desk, env=clean, check=True, capture_output=True, text=True
        )

    assert told().stdout == run("regenerate", "--desk", desk).stdout
    assert told().stderr == ""
    loaded = told("-X", "importtime").stderr
    assert "syndicate.glance" in loaded
    assert "click" not in loaded


def test_the_desk_of_the_environment_is_asked_for_by_the_plain_command(desk: Path) -> None:
    command = [sys.executable, "-m", "syndicate", "regenerate"]
    asked = {**os.environ, "SYNDICATE_DESK": str(desk)}
    found = subprocess.run(
        command, cwd=desk.parent, env=asked, check=True, capture_output=True, text=True
    )
    assert found.stdout == run("regenerate", "--desk", desk).stdout


LISTENING = """
import os, sys
from pathlib import Path

forked = os.fork

def telling():
    child = forked()
    if not child:
        names = [os.readlink(f"/proc/self/fd/{one}") for one in os.listdir("/proc/self/fd")[:-1]]
        Path(sys.argv[0] + f".{os.getpid()}").write_text("\\n".join(names))
    return child

os.fork, os.cpu_count, sys.argv = telling, lambda: 4, sys.argv[1:]
from syndicate.__main__ import main
main()
"""


@pytest.mark.parametrize("words", [("--desk", "{}"), ("--desk={}",)])
def test_the_processes_that_look_hold_no_lock_and_no_database(
    desk: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    """However they end, and whatever becomes of the run: nobody waits for them."""
    asked = [one.format(desk) for one in words]
    command = [sys.executable, "-c", LISTENING, str(tmp_path / "held"), "regenerate", *asked]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stdout == run("regenerate", "--desk", desk).stdout
    told = [one.read_text().splitlines() for one in tmp_path.glob("held.*")]
    assert told
    for names in told:
        assert [one for one in names if one.startswith(str(desk))] == [str(desk / "public")]
