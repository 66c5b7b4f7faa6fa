"""As often and as many at once as one likes: one result."""

from __future__ import annotations

from pathlib import Path

from tests.faults.crowds import crowd, open_new_store
from tests.faults.holding import Undisturbed


def test_eight_regenerations_at_once_with_an_ingest_beside_them(
    tmp_path: Path, undisturbed: Undisturbed, undisturbed_first_run: Undisturbed
) -> None:
    crowd(undisturbed, tmp_path / "next")
    crowd(undisturbed_first_run, tmp_path / "first")


def test_a_store_that_many_processes_make_at_once(
    tmp_path: Path, undisturbed_first_run: Undisturbed
) -> None:
    for n in range(6):
        open_new_store(undisturbed_first_run, tmp_path / str(n))
