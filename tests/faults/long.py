"""`python -m tests.faults.long`: the long lane, every fault at every place.

Prints what it does, the seed with it, and every failure; exit 1 where there was one.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from tests.faults import calls, crowds, cuts, disks, kills, mounts, tracing
from tests.faults.holding import Undisturbed
from tests.faults.power import Luck

COMMANDS = ("regenerate", "ingest")
SPARE = range(0, 200, 4)


class Case(NamedTuple):
    """One fault."""

    lane: str
    first_run: bool
    facts: tuple[object, ...]


def main() -> int:
    """Run the lanes; give 1 if anything failed."""
    asked = _asked()
    print(f"seed {asked.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="faults-") as tempfile.tempdir:
        failed = _run_lanes(asked)
    return 1 if failed else 0


def _run_lanes(asked: argparse.Namespace) -> int:
    failed = 0
    for lane in asked.only or LANES:
        reason = _missing(lane)
        if reason:
            print(f"{lane}: skipped, {reason}")
            continue
        begun = time.monotonic()
        cases = list(LANES[lane].cases(asked))  # what it prepares, the workers inherit
        for first_run in {case.first_run for case in cases}:
            _undisturbed(first_run)
        with multiprocessing.get_context("fork").Pool(asked.workers) as pool:
            told = pool.imap_unordered(_run, cases, chunksize=1)
            outcomes = Counter(_printed(one) for one in told)
        failed += outcomes[True]
        seconds = time.monotonic() - begun
        print(
            f"{lane}: {outcomes.total()} cases, {outcomes[True]} failed, {seconds:.0f} s",
            flush=True,
        )
    return failed


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.long", description=__doc__)
    parser.add_argument("--only", action="append", choices=LANES, help="run this lane; repeat")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))  # noqa: S311
    parser.add_argument("--workers", type=int, default=multiprocessing.cpu_count())
    parser.add_argument("--kills", type=int, default=2000, help="kills at random instants")
    parser.add_argument("--every", type=int, default=1, help="take every nth call only")
    parser.add_argument("--cuts", type=int, default=300, help="power cuts of each kind")
    parser.add_argument("--rounds", type=int, default=500, help="rounds of eight at once")
    return parser.parse_args()


def _missing(lane: str) -> str:
    if lane in {"calls", "cuts", "killed-cuts"}:
        return tracing.missing()
    return mounts.missing() if lane in {"full", "read-only"} else ""


def _printed(told: str) -> bool:
    if told:
        print(told, flush=True)
    return bool(told)


def _run(case: Case) -> str:
    """Run one case; give what went wrong."""
    place = Path(tempfile.mkdtemp(prefix="faults-"))
    try:
        LANES[case.lane].run(case, _undisturbed(case.first_run), place)
    except Exception:
        return f"FAILED {case}\n{traceback.format_exc(limit=-4)}"
    finally:
        shutil.rmtree(place, ignore_errors=True)
    return ""


@cache
def _undisturbed(first_run: bool) -> Undisturbed:
    place = Path(tempfile.mkdtemp(prefix="faults-undisturbed-"))
    return Undisturbed(place, first_run=first_run)


def _kill_cases(asked: argparse.Namespace) -> Iterator[Case]:
    for seed in range(asked.seed, asked.seed + asked.kills):
        yield Case("kills", seed % 4 == 3, (COMMANDS[seed % 2], seed))


def _kill(case: Case, one: Undisturbed, place: Path) -> None:
    command, seed = case.facts
    assert isinstance(seed, int)
    kills.kill_one(one, place, str(command), seed)


def _found(first_run: bool, command: str) -> list[tracing.Call]:
    with tempfile.TemporaryDirectory() as place:
        return calls.calls_of(_undisturbed(first_run), Path(place), command)


def _call_cases(asked: argparse.Namespace) -> Iterator[Case]:
    for first_run in (False, True):
        for command in COMMANDS:
            for call in _found(first_run, command)[:: asked.every]:
                for fault in calls.FAULTS:
                    yield Case("calls", first_run, (command, call, fault))


def _call(case: Case, one: Undisturbed, place: Path) -> None:
    command, call, fault = case.facts
    assert isinstance(call, tracing.Call)
    calls.fault_at(one, place, str(command), call, str(fault))


@cache
def _recording(first_run: bool) -> cuts.Recording:
    place = Path(tempfile.mkdtemp(prefix="faults-recording-"))
    return cuts.record_run(_undisturbed(first_run), place)


def _cut_cases(asked: argparse.Namespace) -> Iterator[Case]:
    for first_run in (False, True):
        for cut in cuts.some_cuts(_recording(first_run), asked.cuts, asked.seed):
            yield Case("cuts", first_run, cut)


def _cut(case: Case, _one: Undisturbed, place: Path) -> None:
    step, kind, seed = case.facts
    assert isinstance(step, int)
    assert isinstance(seed, int)
    cuts.cut_at(_recording(case.first_run), place / "cut", step, Luck(str(kind), seed))


def _killed_cut_cases(asked: argparse.Namespace) -> Iterator[Case]:
    for first_run in (False, True):
        for call in _found(first_run, "regenerate")[:: asked.every]:
            if call.name != "openat":
                yield Case("killed-cuts", first_run, (call, asked.seed))


def _killed_cut(case: Case, one: Undisturbed, place: Path) -> None:
    call, seed = case.facts
    assert isinstance(call, tracing.Call)
    assert isinstance(seed, int)
    made = cuts.record_killed_run(one, place, call)
    cuts.assert_durable(made, place / "end")
    cuts.assert_receipts_first(made, place)
    for step, kind, luck in cuts.some_cuts(made, 2, seed + call.number):
        cuts.cut_at(made, place / "cut", step, Luck(kind, luck))


def _full_cases(_: argparse.Namespace) -> Iterator[Case]:
    for which in disks.PLACES:
        for spare in SPARE:
            yield Case("full", False, (which, spare))


def _full(case: Case, one: Undisturbed, place: Path) -> None:
    which, spare = case.facts
    assert isinstance(spare, int)
    disks.full_disk(one, place / "desk", str(which), spare)


def _read_only_cases(_: argparse.Namespace) -> Iterator[Case]:
    for which in disks.PLACES:
        yield Case("read-only", False, (which,))


def _read_only(case: Case, one: Undisturbed, place: Path) -> None:
    disks.read_only(one, place / "desk", str(case.facts[0]))


def _crowd_cases(asked: argparse.Namespace) -> Iterator[Case]:
    for n in range(asked.rounds):
        yield Case("together", n % 4 == 3, (n,))


def _crowd(_: Case, one: Undisturbed, place: Path) -> None:
    crowds.crowd(one, place / "desk")


class Lane(NamedTuple):
    """A kind of fault: its cases, and how one is run."""

    cases: Callable[[argparse.Namespace], Iterator[Case]]
    run: Callable[[Case, Undisturbed, Path], None]


LANES = {
    "kills": Lane(_kill_cases, _kill),
    "calls": Lane(_call_cases, _call),
    "cuts": Lane(_cut_cases, _cut),
    "killed-cuts": Lane(_killed_cut_cases, _killed_cut),
    "full": Lane(_full_cases, _full),
    "read-only": Lane(_read_only_cases, _read_only),
    "together": Lane(_crowd_cases, _crowd),
}


if __name__ == "__main__":
    sys.exit(main())
