"""An interrupt from the keyboard while something is kept: it is kept, and nobody waits."""

from __future__ import annotations

import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from syndicate.stores.sql import SqlStore
from tests.builders import NOW, an_article


@contextmanager
def at(store: SqlStore, begins: str, act: Callable[[], None]) -> Iterator[None]:
    """Act in the middle of a statement."""

    def acting(_: Any, __: Any, statement: str, *___: Any) -> None:
        if statement.startswith(begins):
            act()

    sa.event.listen(store._engine, "after_cursor_execute", acting)
    try:
        yield
    finally:
        sa.event.remove(store._engine, "after_cursor_execute", acting)


def interrupt() -> None:
    signal.raise_signal(signal.SIGINT)


STEPS = ("BEGIN", "SELECT max(arrivals.serial)", "INSERT INTO articles", "SELECT events")


@pytest.mark.parametrize("begins", STEPS)
def test_what_was_begun_is_kept_and_the_database_is_free(tmp_path: Path, begins: str) -> None:
    path = tmp_path / "desk.db"
    with closing(SqlStore.open(f"sqlite:///{path}")) as store:
        with pytest.raises(KeyboardInterrupt) as told, at(store, begins, interrupt):
            store.put(an_article(), None, NOW)
        with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as rival:
            rival.execute("BEGIN IMMEDIATE")
            assert rival.execute("SELECT count(*) FROM articles").fetchone() == (1,)
        assert told.tb is not None, "held until here, with all that it passed"
        store.put(an_article(), None, NOW)
        assert store.history(an_article().guid) == (an_article(),)


def test_what_fails_is_told_with_the_interrupt(tmp_path: Path) -> None:
    def fail() -> None:
        interrupt()
        raise RuntimeError("and it failed")

    with (
        closing(SqlStore.open(f"sqlite:///{tmp_path / 'desk.db'}")) as store,
        pytest.raises(KeyboardInterrupt) as told,
        at(store, "INSERT INTO articles", fail),
    ):
        store.put(an_article(), None, NOW)
    assert isinstance(told.value.__context__, RuntimeError)


def test_who_interrupts_is_answered_as_before(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGINT)
    with closing(SqlStore.open(f"sqlite:///{tmp_path / 'desk.db'}")) as store:
        store.put(an_article(), None, NOW)
    assert signal.getsignal(signal.SIGINT) is before
