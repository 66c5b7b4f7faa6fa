"""Keep feeds true by themselves: at their moments, and when something on the desk changes.

The clock is asked again and again in short waits, never trusted to run evenly: what is due is due
as soon as the clock says so, also after a step forward; after a step back nothing is undone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from syndicate.model.errors import SyndicateError
from syndicate.pipeline.made import Published


class Clock(Protocol):
    """The time, and waiting for it."""

    def now(self) -> datetime:
        """Give the present moment."""

    def wait(self, length: timedelta) -> bool:
        """Wait so long; False when it is time to stop."""


class Desk(Protocol):
    """What is watched."""

    def fingerprint(self) -> str:
        """Give something that changes when a file of the desk or its inbox does."""

    def soonest(self) -> datetime | None:
        """Give when time alone changes the next feed.

        Raises:
            SyndicateError: the store cannot be read.
        """

    def publish(self, now: datetime, *, due: bool) -> Sequence[Published]:
        """Publish everything, or what is due; take the inbox in first where everything is.

        Raises:
            SyndicateError: it cannot be done now.
        """


class Turn(NamedTuple):
    """One time that something was done."""

    at: datetime
    why: str
    """start, files (something changed), time (a moment has come), again (after a failure)."""
    done: Sequence[Published]
    failure: str = ""
    soonest: datetime | None = None
    """When time alone changes the next feed."""


LONGEST_PAUSE = timedelta(seconds=60)


def turns(desk: Desk, clock: Clock, poll: timedelta) -> Iterator[Turn]:
    """Give every time that something was done; a failure is tried again, later and later."""
    done_with, seen, failing = "", "", False
    soonest: datetime | None = None
    pause = poll
    while True:
        # A file that is being written changes from look to look: it is left alone until it rests.
        before, seen = seen, desk.fingerprint()
        why = _reason(
            failing=failing,
            first=not done_with,
            changed=seen != done_with and seen == before,
            come=soonest is not None and soonest <= clock.now(),
        )
        if why:
            turn = _turn(desk, clock, why)
            yield turn
            failing, soonest = bool(turn.failure), turn.soonest
            stuck = failing or (soonest is not None and soonest <= turn.at)
            pause = min(pause * 2, LONGEST_PAUSE) if stuck else poll
            if not failing and why != "time":
                done_with = seen
        if not clock.wait(_until(clock.now(), soonest, pause)):
            return


def _reason(*, failing: bool, first: bool, changed: bool, come: bool) -> str:
    reasons = {"again": failing, "start": first, "files": changed, "time": come}
    return next((name for name, holds in reasons.items() if holds), "")


def _until(now: datetime, soonest: datetime | None, pause: timedelta) -> timedelta:
    """Give how long to wait: to the moment itself, or until the next look."""
    if soonest is None or soonest <= now:
        return pause
    return min(pause, soonest - now)


def _turn(desk: Desk, clock: Clock, why: str) -> Turn:
    now = clock.now()
    try:
        done = desk.publish(now, due=why == "time")
        return Turn(now, why, done, soonest=desk.soonest())
    except SyndicateError as err:
        return Turn(now, why, (), failure=str(err))
