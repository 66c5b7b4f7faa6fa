"""Watching a desk: to the second, through clock steps, failures, files half written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from syndicate.model.errors import StoreFailed
from syndicate.pipeline.made import Published
from syndicate.pipeline.watch import Turn, turns
from tests.builders import at

START = at("2026-05-01T12:00Z")
POLL = timedelta(seconds=1)


class FakeClock:
    """A clock that steps where the test says: after so many waits, by so much."""

    def __init__(self, waits: int, steps: dict[int, timedelta] | None = None) -> None:
        self.moment, self.left, self.count = START, waits, 0
        self.steps = steps or {}
        self.waited: list[timedelta] = []

    def now(self) -> datetime:
        return self.moment

    def wait(self, length: timedelta) -> bool:
        self.waited.append(length)
        self.moment += length + self.steps.get(self.count, timedelta())
        self.count += 1
        return self.count <= self.left


class FakeDesk:
    """A desk with moments at which a feed changes, and a fingerprint for every look."""

    def __init__(self, moments: list[datetime], looks: list[str] | None = None) -> None:
        self.moments = moments
        self.looks = looks or ["same"]
        self.runs: list[tuple[datetime, bool]] = []
        self.fails = 0

    def fingerprint(self) -> str:
        return self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]

    def soonest(self) -> datetime | None:
        return min(self.moments, default=None)

    def publish(self, now: datetime, *, due: bool) -> Sequence[Published]:
        self.runs.append((now, due))
        if self.fails:
            self.fails -= 1
            raise StoreFailed("the disk is full")
        self.moments = [one for one in self.moments if one > now]
        return ()


def told(desk: FakeDesk, clock: FakeClock) -> list[Turn]:
    return list(turns(desk, clock, POLL))


def whys(found: list[Turn]) -> list[str]:
    return [turn.why for turn in found]


def test_it_acts_at_the_moment_itself() -> None:
    moment = START + timedelta(seconds=3, milliseconds=250)
    desk = FakeDesk([moment])
    found = told(desk, FakeClock(8))
    assert whys(found) == ["start", "time"]
    assert found[1].at == moment
    assert desk.runs[1] == (moment, True)


def test_a_step_forward_makes_due_what_was_passed_over() -> None:
    moment = START + timedelta(hours=2)
    found = told(FakeDesk([moment]), FakeClock(6, {2: timedelta(hours=5)}))
    assert whys(found) == ["start", "time"]
    assert found[1].at >= moment


def test_a_step_back_makes_nothing_due_early() -> None:
    moment = START + timedelta(seconds=4)
    desk = FakeDesk([moment])
    found = told(desk, FakeClock(3, {1: timedelta(hours=-1)}))
    assert whys(found) == ["start"]
    assert all(now < moment for now, due in desk.runs if due)


def test_changed_files_are_taken_once_they_rest() -> None:
    looks = ["a", "a", "b", "c", "c", "c", "c"]
    desk = FakeDesk([], looks)
    found = told(desk, FakeClock(6))
    assert whys(found) == ["start", "files"]
    assert [due for _, due in desk.runs] == [False, False]


def test_a_failure_is_tried_again_later_and_later() -> None:
    desk = FakeDesk([])
    desk.fails = 3
    clock = FakeClock(6)
    found = told(desk, clock)
    assert whys(found) == ["start", "again", "again", "again"]
    assert [bool(turn.failure) for turn in found] == [True, True, True, False]
    assert [wait.total_seconds() for wait in clock.waited[:4]] == [2, 4, 8, 1]


def test_what_stays_due_is_not_tried_without_a_pause() -> None:
    class Stuck(FakeDesk):
        def soonest(self) -> datetime | None:
            return START

    clock = FakeClock(5)
    assert whys(told(Stuck([]), clock)) == ["start", *["time"] * 5]
    assert all(wait >= POLL for wait in clock.waited)
