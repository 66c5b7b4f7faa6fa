"""Counts: none lost in a crash, none counted twice, nobody made to wait for them."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.model.errors import StoreFailed
from syndicate.model.usage import Fetch, Fetches
from syndicate.pipeline.usage import folded
from syndicate.stores.sql import SqlStore
from syndicate.web.tally import Tally, counted, tail_of

NOW = datetime(2026, 5, 1, 23, 59, 59, tzinfo=UTC)
ONE = Fetch(NOW, "aaaaaaaa", "gazette", "gazette-all", "rss", 7, fetched=True)
FILES = "*.fetches-*"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "desk.db"


@pytest.fixture
def store(place: Path) -> Iterator[SqlStore]:
    made = SqlStore.open(f"sqlite:///{place}")
    yield made
    made.close()


def numbers(fetches: tuple[Fetches, ...]) -> list[tuple[int, int]]:
    return [(one.fetched, one.polled) for one in fetches]


def test_requests_are_counted_by_day_credential_and_edition() -> None:
    asked = [
        ONE,
        ONE._replace(at=NOW - timedelta(hours=1)),
        ONE._replace(fetched=False, at=NOW - timedelta(hours=2)),
        ONE._replace(at=NOW + timedelta(seconds=1)),
        ONE._replace(sequence=8),
        ONE._replace(since=6),
        ONE._replace(credential="bbbbbbbb", fetched=False),
    ]
    found = folded(asked)
    assert numbers(found) == [(2, 1), (1, 0), (1, 0), (1, 0), (0, 1)]
    assert (found[0].first_at, found[0].last_at) == (NOW - timedelta(hours=2), NOW)
    assert found[-1].first_at == NOW, "it was there by then: sent before the edition was known"
    assert {one.day.day for one in found} == {1, 2}


def test_what_a_reader_says_it_has_is_no_proof_that_it_came() -> None:
    [claimed] = folded([ONE._replace(fetched=False, since=7)])
    assert (claimed.first_at, claimed.polled) == (None, 1)


def test_what_is_counted_is_told_before_it_is_added_up_and_after(
    place: Path, store: SqlStore
) -> None:
    tally = Tally(place)
    tally.add(ONE)
    tally.add(ONE._replace(fetched=False))
    assert numbers(counted(place, store)) == [(1, 1)]
    assert tally.fold(store) == 0  # a living server writes it
    tally.cut()
    assert tally.fold(store) == 2
    assert list(place.parent.glob(FILES)) == []
    tally.add(ONE)
    tally.cut()
    tally.fold(store)
    assert numbers(counted(place, store)) == [(2, 1)]


def test_a_file_that_an_earlier_version_wrote_is_added_up(place: Path, store: SqlStore) -> None:
    line = '["2026-05-01T23:59:59+00:00", "aaaaaaaa", "gazette", "gazette-all", "rss", 7, true]'
    Path(f"{place}.fetches-aa").write_text(f"{line}\n")
    assert Tally(place).fold(store) == 1
    assert counted(place, store) == folded([ONE])


def test_what_was_sent_in_part_is_kept_apart(place: Path, store: SqlStore) -> None:
    tally = Tally(place)
    for since in (0, 6, 6):
        tally.add(ONE._replace(since=since))
    tally.cut()
    tally.fold(store)
    assert [(one.since, one.fetched) for one in counted(place, store)] == [(0, 1), (6, 2)]


def test_a_file_that_is_found_again_after_a_crash_is_counted_once(
    place: Path, store: SqlStore
) -> None:
    tally = Tally(place)
    tally.add(ONE)
    tally.cut()
    [path] = place.parent.glob(FILES)
    data = path.read_bytes()
    tally.fold(store)
    path.write_bytes(data)  # it died between adding up and taking the file away
    assert numbers(counted(place, store)) == [(1, 0)]
    assert Tally(place).fold(store) == 0
    assert not path.exists()
    assert numbers(counted(place, store)) == [(1, 0)]


def test_counts_outlive_a_process_that_is_killed(place: Path, store: SqlStore) -> None:
    script = (
        "import os, signal, sys; from pathlib import Path; from tests.web.test_tally import *\n"
        "t = Tally(Path(sys.argv[1])); [t.add(ONE) for _ in range(50)]\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", script, str(place)], check=False)
    assert done.returncode == -9
    assert Tally(place).fold(store) == 50
    assert numbers(counted(place, store)) == [(50, 0)]


def test_a_file_that_another_adds_up_before_it_is_locked_is_not_written(
    place: Path, store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, between, real = Tally(place), [True], fcntl.flock

    def flock(descriptor: int, how: int) -> None:
        if how == fcntl.LOCK_EX and between:
            between.clear()
            Tally(place).fold(store)
        real(descriptor, how)

    monkeypatch.setattr(fcntl, "flock", flock)
    made.add(ONE)
    made.add(ONE)
    assert numbers(counted(place, store)) == [(2, 0)]
    made.cut()
    assert made.fold(store) == 2


def test_what_adding_up_needs_does_not_grow_with_the_lines(place: Path, store: SqlStore) -> None:
    path = Path(f"{place}.fetches-aa")
    path.write_text(f'["{NOW.isoformat()}", {tail_of(ONE)}\n' * 20_000)
    size = path.stat().st_size
    for step in (lambda: counted(place, store), lambda: Tally(place).fold(store)):
        tracemalloc.start()
        step()
        assert tracemalloc.get_traced_memory()[1] < size / 2
        tracemalloc.stop()
    assert numbers(counted(place, store)) == [(20_000, 0)]


def test_where_the_store_cannot_be_written_the_file_stays(place: Path) -> None:
    tally = Tally(place)
    tally.add(ONE)
    tally.cut()
    broken = SqlStore.open("sqlite://")
    with broken._changing() as connection:
        connection.exec_driver_sql("DROP TABLE batches")
    with pytest.raises(StoreFailed):
        tally.fold(broken)
    broken.close()
    assert len(list(place.parent.glob(FILES))) == 1


def test_a_request_that_cannot_be_counted_is_none_the_worse(tmp_path: Path) -> None:
    Tally(tmp_path / "nowhere" / "desk.db").add(ONE)


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_what_is_no_count_is_passed_over(data: bytes) -> None:
    store = SqlStore.open("sqlite://")
    try:
        place = Path(os.devnull).parent / "shm" if Path("/dev/shm").is_dir() else Path("/tmp")  # noqa: S108
        path = place / f"desk-{os.getpid()}.fetches-aa"
        tally = Tally(place / f"desk-{os.getpid()}")
        path.write_bytes(data + b"\n")
        tally.fold(store)
        assert not path.exists()
    finally:
        store.close()
