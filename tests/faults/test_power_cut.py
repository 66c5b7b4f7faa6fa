"""A power cut keeps what was synced, and of the rest whatever it likes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults import cuts, tracing
from tests.faults.holding import Undisturbed
from tests.faults.power import Luck

pytestmark = pytest.mark.skipif(bool(tracing.missing()), reason=tracing.missing() or "it is there")

SEED = 20260501


def test_a_power_cut_at_some_instants(tmp_path: Path, undisturbed: Undisturbed) -> None:
    made = cuts.record_run(undisturbed, tmp_path)
    cuts.assert_model_is_right(made, tmp_path / "model")
    for step, kind, seed in cuts.some_cuts(made, 10, SEED):
        print(f"after step {step} of {len(made.steps)}, luck {kind}, seed {seed}")
        cuts.cut_at(made, tmp_path / "cut", step, Luck(kind, seed))


def test_a_power_cut_in_the_first_run(tmp_path: Path, undisturbed_first_run: Undisturbed) -> None:
    made = cuts.record_run(undisturbed_first_run, tmp_path)
    for step, kind, seed in cuts.some_cuts(made, 6, SEED):
        print(f"after step {step} of {len(made.steps)}, luck {kind}, seed {seed}")
        cuts.cut_at(made, tmp_path / "cut", step, Luck(kind, seed))
    cuts.assert_durable(made, tmp_path / "end")


@pytest.mark.parametrize("command", ["regenerate", "ingest"])
def test_what_exited_with_0_outlives_a_power_cut(
    tmp_path: Path, undisturbed: Undisturbed, command: str
) -> None:
    made = cuts.record_run(undisturbed, tmp_path, command)
    cuts.assert_durable(made, tmp_path / "end", published=command == "regenerate")


def test_what_heals_a_killed_first_run_outlives_a_power_cut(
    tmp_path: Path, undisturbed_first_run: Undisturbed
) -> None:
    """Folders that a killed run made may look durable and be none."""
    found = [one for one in cuts.syncs(undisturbed_first_run, tmp_path) if one.name == "fsync"]
    for call in found[:5]:
        place = tmp_path / str(call.number)
        print(f"killed at {call}")
        made = cuts.record_killed_run(undisturbed_first_run, place, call)
        cuts.assert_durable(made, place / "end")


def test_a_receipt_that_a_killed_run_wrote_is_synced_before_the_bytes_go_out(
    tmp_path: Path, undisturbed: Undisturbed
) -> None:
    """A commit that was written but not synced when the process died counts for the next run."""
    logs = [one for one in cuts.syncs(undisturbed, tmp_path) if one.name == "fdatasync"]
    for call in logs[-5:-2]:
        place = tmp_path / str(call.number)
        print(f"killed at {call}")
        made = cuts.record_killed_run(undisturbed, place, call)
        cuts.assert_receipts_first(made, place)
