"""Killed at any instant: whole documents, receipts, articles; and the next run heals."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.holding import Undisturbed
from tests.faults.kills import kill_one

SEED = 20260501


@pytest.mark.parametrize("command", ["regenerate", "ingest"])
def test_killed_at_random_instants(tmp_path: Path, undisturbed: Undisturbed, command: str) -> None:
    killed = 0
    for seed in range(SEED, SEED + 8):
        print(f"{command}, seed {seed}")
        killed += kill_one(undisturbed, tmp_path, command, seed)
    assert killed, "every run was faster than its kill"


def test_killed_in_its_first_run(tmp_path: Path, undisturbed_first_run: Undisturbed) -> None:
    killed = 0
    for seed in range(SEED, SEED + 6):
        print(f"first run, seed {seed}")
        killed += kill_one(undisturbed_first_run, tmp_path, "regenerate", seed)
    assert killed, "every run was faster than its kill"
