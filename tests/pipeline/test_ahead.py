"""Groups that other processes prepare: the same documents, whatever becomes of the processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from bench.corpus import NOW, THREE, Size
from bench.desk import BenchDesk, opened, regenerate
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
    tmp_path: Path, plain: dict[str, bytes], again: Callable[[], Store]
) -> None:
    with closing(made(tmp_path)) as desk:
        run(desk, again)
    assert documents(tmp_path) == plain


def test_little_work_is_done_by_the_run_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plain: dict[str, bytes]
) -> None:
    monkeypatch.setattr(publish, "cores", lambda: 2)
    with closing(made(tmp_path)) as desk:
        run(desk, dying)
    assert documents(tmp_path) == plain


def test_a_run_that_is_interrupted_leaves_all_whole_and_goes_on(tmp_path: Path) -> None:
    made(tmp_path, LARGE).close()
    command = regenerate(tmp_path)
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        while process.poll() is None and not list(tmp_path.glob("public/partner-*/*.rss")):
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    finally:
        process.kill()
    assert (process.returncode, said) == (1, "\nAborted!\n")
    before = documents(tmp_path)
    assert before
    done = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "15 documents" in done
    after = documents(tmp_path)
    assert {path: after[path] for path in before} == before
    assert len([path for path in after if path.startswith("partner-")]) == 30
    with closing(opened(tmp_path)) as store:
        assert len({(one.feed, one.format) for one in store.ways()}) == 15
    audit = [sys.executable, "-m", "syndicate", "audit", "verify", "--desk", str(tmp_path)]
    assert subprocess.run(audit, capture_output=True, check=False).returncode == 0
