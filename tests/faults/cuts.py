"""Cut the power in the middle of a run, or in the run that heals a killed one."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.faults.calls import calls_of
from tests.faults.holding import Undisturbed, assert_heals, assert_sound, documents, files, kept
from tests.faults.kills import arguments
from tests.faults.power import Disk, Luck, Step, record
from tests.faults.tracing import Call


class Recording(NamedTuple):
    """What one or more runs did to a desk."""

    one: Undisturbed
    start: Path
    """The desk before."""
    desk: Path
    """The desk after, and where it stood while the runs ran."""
    steps: list[Step]
    first: int = 0
    """From which step on cuts are of interest."""

    def disk(self, steps: int | None = None) -> Disk:
        """Give the disk after so many steps."""
        return Disk(self.start, self.desk).apply(self.steps[:steps])


def record_run(one: Undisturbed, place: Path, command: str = "regenerate") -> Recording:
    """Record a run that nothing disturbs."""
    desk = one.copy(place / "recorded")
    start = shutil.copytree(desk, place / "start")
    ended, steps = record(*arguments(command, desk))
    assert ended.code == 0, ended
    return Recording(one, start, desk, steps)


def record_killed_run(one: Undisturbed, place: Path, call: Call) -> Recording:
    """Record a run that is killed at a call, and the run that heals it."""
    desk = one.copy(place / "recorded")
    start = shutil.copytree(desk, place / "start")
    killed, steps = record(*arguments("regenerate", desk), killed_at=call)
    assert killed.code == -9, killed
    ended, healing = record(*arguments("regenerate", desk))
    assert ended.code == 0, ended
    return Recording(one, start, desk, steps + healing, first=len(steps))


def assert_model_is_right(made: Recording, place: Path) -> None:
    """Check that the model ends with the very files that are there."""
    disk = made.disk().after_cut(place, Luck("all"))
    assert files(disk) == files(made.desk)
    for name in files(disk):
        assert (disk / name).read_bytes() == (made.desk / name).read_bytes(), name


def assert_durable(made: Recording, place: Path, *, published: bool = True) -> None:
    """Check that after exit 0 nothing depends on luck."""
    disk = made.disk().after_cut(place, Luck("none"))
    assert kept(disk).articles == kept(made.one.desk).articles
    if published:
        assert documents(disk) == made.one.published
        assert kept(disk).editions == kept(made.one.desk).editions
    assert_sound(disk, made.one)
    assert_heals(disk, made.one)


def cut_at(made: Recording, place: Path, step: int, luck: Luck) -> None:
    """Cut the power after a step and check what must hold."""
    disk = made.disk(step).after_cut(place, luck)
    assert_sound(disk, made.one)
    assert_heals(disk, made.one)
    shutil.rmtree(disk)


def some_cuts(made: Recording, number: int, seed: int) -> Iterator[tuple[int, str, int]]:
    """Give instants spread over a run with a kind of luck each: (step, kind, seed)."""
    choose = random.Random(seed)  # noqa: S311
    room = len(made.steps) - made.first
    for n in range(number):
        step = made.first + choose.randrange(n * room // number, (n + 1) * room // number) + 1
        yield step, choose.choice(("none", "some", "some", "all")), choose.randrange(10**9)


def syncs(one: Undisturbed, place: Path) -> list[Call]:
    """Give the calls at which a killed run leaves something that is there but not synced."""
    return [call for call in calls_of(one, place, "regenerate") if call.name in _SYNCS]


_SYNCS = ("fsync", "fdatasync")


def published_steps(made: Recording) -> Iterator[int]:
    """Give the steps after which a document has just become durable, in the steps of interest."""
    renamed = False
    for number, step in enumerate(made.steps, 1):
        renamed = renamed or step.name.startswith("rename")
        if renamed and step.name == "fsync":
            renamed = False
            if number > made.first:
                yield number


def assert_receipts_first(made: Recording, place: Path) -> None:
    """Check that whenever a document has just become durable, its receipt is so already."""
    for step in published_steps(made):
        disk = made.disk(step).after_cut(place / f"published-{step}", Luck("none"))
        assert_sound(disk, made.one)
        shutil.rmtree(disk)
