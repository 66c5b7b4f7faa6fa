"""Groups that other processes prepare: the same documents, whatever becomes of the processes."""

from __future__ import annotations

import fcntl
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path

import pytest

from bench.corpus import NOW, THREE, Size
from bench.desk import BenchDesk, opened
from syndicate.formats.all import FORMATS
from syndicate.model.errors import StoreFailed
from syndicate.pipeline import ahead, press, publish
from syndicate.pipeline.ports import Store
from syndicate.stores.sql import SqlStore

SMALL = Size(60, 6, THREE, 10)
LARGE = Size(500, 5)


def made(folder: Path, size: Size = SMALL) -> BenchDesk:
    return BenchDesk(folder, size, lambda _, things, __: things)


def documents(folder: Path) -> dict[str, bytes]:
    public = folder / "public"
    found = (path for path in sorted(public.rglob("*")) if path.is_file())
    return {str(p.relative_to(public)): p.read_bytes() for p in found if p.name[0] != "."}


def run(desk: BenchDesk, again: Callable[[], Store] | None) -> None:
    made = publish.Regeneration(desk.files, desk.store, desk.target, FORMATS, NOW, again=again)
    assert not [one for one in made.run() if one.failure or one.quarantined]


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("alone")
    with closing(made(folder)) as desk:
        run(desk, None)
    return documents(folder)


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publish, "PAYS", 1)
    monkeypatch.setattr(ahead, "PAYS", 1)
    monkeypatch.setattr(publish, "cores", lambda: 2)


@pytest.mark.usefixtures("eager")
def test_processes_leave_nothing_to_render(
    tmp_path: Path, plain: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    def rendered(*_: object) -> bytes:
        raise AssertionError("it was prepared")

    with closing(made(tmp_path)) as desk:
        url = f"sqlite:///{tmp_path / '.syndicate' / 'desk.db'}"
        mine = os.getpid()
        real = press._rendered
        monkeypatch.setattr(
            press, "_rendered", lambda *a: rendered() if os.getpid() == mine else real(*a)
        )
        run(desk, partial(SqlStore.open, url))
    assert documents(tmp_path) == plain


def unable() -> Store:
    raise StoreFailed("the disk is gone")


def dying() -> Store:
    os._exit(9)


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("again", [unable, dying])
def test_processes_that_fail_cost_nothing_but_time(
    tmp_path: Path,
    plain: dict[str, bytes],
    again: Callable[[], Store],
    capfd: pytest.CaptureFixture[str],
) -> None:
    with closing(made(tmp_path)) as desk:
        run(desk, again)
    assert documents(tmp_path) == plain
    assert capfd.readouterr() == ("", "")


def test_little_work_is_done_by_the_run_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plain: dict[str, bytes]
) -> None:
    monkeypatch.setattr(publish, "cores", lambda: 2)
    with closing(made(tmp_path)) as desk:
        run(desk, dying)
    assert documents(tmp_path) == plain


EAGERLY = """
from syndicate.pipeline import ahead, publish
ahead.PAYS = publish.PAYS = 1
publish.cores = lambda: 2
from syndicate.__main__ import main
main()
"""


def command(folder: Path) -> list[str]:
    """The real command, for which workers pay at once."""
    words = ["regenerate", "--desk", str(folder), "--at", NOW.isoformat()]
    return [sys.executable, "-c", EAGERLY, *words]


@contextmanager
def running(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A run in a process group of its own, as a shell starts it."""
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command(folder), stdout=pipe, stderr=pipe, text=True, start_new_session=True
    ) as run:
        try:
            yield run
        finally:
            with suppress(ProcessLookupError):
                os.killpg(run.pid, signal.SIGKILL)


def waited(find: Callable[[], list[Path]], run: subprocess.Popen[str]) -> list[Path]:
    """What is found as soon as something is, while the run goes on."""
    while not (found := find()):
        assert run.poll() is None, run.communicate()
        time.sleep(0.01)
    return found


def living(run: subprocess.Popen[str]) -> list[Path]:
    """The processes of a run's group, itself left out."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            state, _, group, *_ = (place / "stat").read_text().rpartition(") ")[2].split()
            if int(group) == run.pid != int(place.name) and state not in "ZX":
                found.append(place)
    return found


def holding(name: str, run: subprocess.Popen[str]) -> list[Path]:
    """Those that have a file open."""
    found = []
    for place in living(run):
        with suppress(OSError):
            names = {os.readlink(one).rpartition("/")[2] for one in (place / "fd").iterdir()}
            found += [place] if name in names else []
    return found


def beginning(run: subprocess.Popen[str]) -> list[Path]:
    """Those that are workers, as soon as they are there."""
    found = []
    for place in living(run):
        with suppress(OSError):
            found += [place] if b"spawn_main" in (place / "cmdline").read_bytes() else []
    return found


def is_whole(folder: Path) -> bool:
    """Whether the record is."""
    audit = [sys.executable, "-m", "syndicate", "audit", "verify", "--desk", str(folder)]
    return subprocess.run(audit, capture_output=True, check=False).returncode == 0


def test_a_run_that_is_killed_takes_its_processes_with_it_and_the_next_one_heals(
    tmp_path: Path, plain: dict[str, bytes]
) -> None:
    made(tmp_path).close()
    with (
        running(tmp_path) as run,
        closing(sqlite3.connect(tmp_path / ".syndicate" / "desk.db")) as rival,
    ):
        waited(lambda: living(run), run)
        rival.execute("BEGIN IMMEDIATE")  # whoever prepares waits here to keep it
        waited(lambda: holding("desk.db", run), run)
        locked = holding(".lock", run)
        run.kill()
        run.wait()
        with (tmp_path / "public" / ".lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        assert locked == []
        by = time.monotonic() + 20  # less than they would wait for the database
        while left := living(run):
            assert time.monotonic() < by, left
            time.sleep(0.01)
    subprocess.run(command(tmp_path), capture_output=True, check=True, timeout=120)
    assert documents(tmp_path) == plain
    assert is_whole(tmp_path)


@pytest.mark.parametrize("when", ["as they begin", "as they prepare"])
def test_whoever_interrupts_a_run_is_answered_by_the_run_alone(tmp_path: Path, when: str) -> None:
    made(tmp_path).close()
    with running(tmp_path) as run:
        if when == "as they begin":
            waited(lambda: beginning(run), run)
        else:
            waited(lambda: holding("desk.db", run), run)
        os.killpg(run.pid, signal.SIGINT)
        _, said = run.communicate(timeout=60)
        assert (run.returncode, said) == (1, "\nAborted!\n")
        assert living(run) == []


def test_a_run_that_is_interrupted_leaves_all_whole_and_goes_on(tmp_path: Path) -> None:
    made(tmp_path, LARGE).close()
    with running(tmp_path) as run:
        waited(lambda: list(tmp_path.glob("public/partner-*/*.rss")), run)
        run.send_signal(signal.SIGINT)
        _, said = run.communicate(timeout=60)
        assert (run.returncode, said) == (1, "\nAborted!\n")
    before = documents(tmp_path)
    assert before
    done = subprocess.run(command(tmp_path), capture_output=True, text=True, check=True).stdout
    assert "15 documents" in done
    after = documents(tmp_path)
    assert {path: after[path] for path in before} == before
    assert len([path for path in after if path.startswith("partner-")]) == 30
    with closing(opened(tmp_path)) as store:
        assert len({(one.feed, one.format) for one in store.ways()}) == 15
    assert is_whole(tmp_path)
