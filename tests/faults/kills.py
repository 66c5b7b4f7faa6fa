"""Kill a command at a random instant."""

from __future__ import annotations

import random
import time
from functools import cache
from pathlib import Path

from tests.faults import story
from tests.faults.commands import run, run_killed
from tests.faults.holding import Undisturbed, assert_heals, assert_sound, kept


def arguments(command: str, desk: Path) -> list[object]:
    """Give a command that takes in what changed."""
    if command == "ingest":
        return ["ingest", desk / "articles", "--desk", desk, "--at", story.AFTER]
    return ["regenerate", "--desk", desk, "--at", story.AFTER]


@cache
def _lasts(one: Undisturbed, command: str, place: Path) -> float:
    """Give how long a command takes when nobody kills it."""
    desk = one.copy(place / f"lasts-{command}")
    begun = time.monotonic()
    run(*arguments(command, desk))
    return time.monotonic() - begun


def kill_one(one: Undisturbed, place: Path, command: str, seed: int) -> bool:
    """Kill a command at an instant that follows from the seed; say whether it was killed."""
    desk = one.copy(place / f"{command}-{seed}")
    after = random.Random(seed).uniform(0, 1.05) * _lasts(one, command, place)  # noqa: S311
    ended = run_killed(after, *arguments(command, desk))
    assert ended.code in {0, -9}, ended
    assert_sound(desk, one)
    if ended.code == 0:
        assert kept(desk).articles == kept(one.desk).articles, "accepted, but not there"
    assert_heals(desk, one)
    return ended.code == -9
