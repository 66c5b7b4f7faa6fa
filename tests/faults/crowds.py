"""Eight regenerations at once with an ingest beside them."""

from __future__ import annotations

from pathlib import Path

from tests.faults.commands import Running
from tests.faults.holding import Undisturbed, assert_heals, assert_sound, documents
from tests.faults.kills import arguments

EIGHT = 8


def crowd(one: Undisturbed, place: Path) -> None:
    """Start all at once; all succeed, and the result is that of one."""
    desk = one.copy(place)
    running = [Running(*arguments("regenerate", desk)) for _ in range(EIGHT)]
    running.insert(EIGHT // 2, Running(*arguments("ingest", desk)))
    for each in running:
        each.go()
    ended = [each.wait() for each in running]
    assert [each.code for each in ended] == [0] * (EIGHT + 1), ended
    assert documents(desk) == one.published
    assert_sound(desk, one)
    assert_heals(desk, one)


def open_new_store(one: Undisturbed, place: Path) -> None:
    """Let many processes make one store at the same instant."""
    desk = one.copy(place)
    running = [Running("articles", "list", "--desk", desk) for _ in range(EIGHT)]
    for each in running:
        each.go()
    ended = [each.wait() for each in running]
    assert [each.code for each in ended] == [0] * EIGHT, ended
