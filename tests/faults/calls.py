"""Let one system call of a regeneration fail, or kill the run in it."""

from __future__ import annotations

from pathlib import Path

from tests.faults.holding import (
    Undisturbed,
    assert_heals,
    assert_sound,
    assert_told,
    assert_whole,
    documents,
    kept,
)
from tests.faults.kills import arguments
from tests.faults.tracing import Call, count, run_with_fault

FAULTS = ("signal=KILL", "error=ENOSPC", "error=EIO")


def calls_of(one: Undisturbed, place: Path, command: str) -> list[Call]:
    """Give the calls of a command that read or change the desk, in order."""
    desk = one.copy(place / f"counted-{command}")
    return count(desk, *arguments(command, desk))


def fault_at(one: Undisturbed, place: Path, command: str, call: Call, fault: str) -> None:
    """Let one call fail and check what must hold."""
    desk = one.copy(place / f"{command}-{call.name}-{call.number}-{fault}")
    ended = run_with_fault(call, fault, *arguments(command, desk))
    if fault == "signal=KILL":
        assert ended.code == -9, ended
    else:
        assert_told(ended)
    if ended.code == 0:
        assert kept(desk).articles == kept(one.desk).articles, "accepted, but not there"
        assert command == "ingest" or documents(desk) == one.published
    if call.reads_input and fault != "signal=KILL":
        assert_whole(desk)  # it may publish what it could read
    else:
        assert_sound(desk, one)
    assert_heals(desk, one)
