"""Every system call that reads or changes the desk may fail, or be the last one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults import calls, kills, tracing
from tests.faults.holding import Undisturbed

pytestmark = pytest.mark.skipif(bool(tracing.missing()), reason=tracing.missing() or "it is there")


@pytest.mark.parametrize("fault", calls.FAULTS)
@pytest.mark.parametrize(("command", "every"), [("regenerate", 19), ("ingest", 31)])
def test_a_fault_at_every_so_manyeth_call(
    tmp_path: Path, undisturbed: Undisturbed, command: str, every: int, fault: str
) -> None:
    found = [one for one in _calls(undisturbed, tmp_path, command) if not one.reads_input]
    offset = calls.FAULTS.index(fault) * every // 3
    for call in found[offset::every]:
        print(command, fault, call)
        calls.fault_at(undisturbed, tmp_path, command, call, fault)


def test_a_fault_at_every_so_manyeth_call_of_the_first_run(
    tmp_path: Path, undisturbed_first_run: Undisturbed
) -> None:
    found = _calls(undisturbed_first_run, tmp_path, "regenerate")
    for number, call in enumerate(one for one in found[::29] if not one.reads_input):
        fault = calls.FAULTS[number % 3]
        print(fault, call)
        calls.fault_at(undisturbed_first_run, tmp_path, "regenerate", call, fault)


@pytest.mark.parametrize(
    "input_",
    [
        "desk.toml",
        "partners/gazette.toml",
        "articles/wall.json",
        "articles",
    ],
)
def test_an_input_that_cannot_be_read(
    tmp_path: Path, undisturbed: Undisturbed, input_: str
) -> None:
    desk = undisturbed.copy(tmp_path / "counted")
    call = tracing.first_opening(desk, desk / input_, *kills.arguments("regenerate", desk))
    calls.fault_at(undisturbed, tmp_path, "regenerate", call, "error=EIO")


def _calls(one: Undisturbed, place: Path, command: str) -> list[tracing.Call]:
    found = calls.calls_of(one, place, command)
    assert {"pwrite64", "fdatasync"} <= {call.name for call in found}
    return found
