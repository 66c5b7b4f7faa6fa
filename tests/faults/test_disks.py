"""A full or read-only disk under the target, the store or both."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults import disks, mounts
from tests.faults.holding import Undisturbed

pytestmark = pytest.mark.skipif(bool(mounts.missing()), reason=mounts.missing() or "it can")


@pytest.mark.parametrize("which", disks.PLACES)
def test_a_full_disk_keeps_the_last_good_documents(
    tmp_path: Path, undisturbed: Undisturbed, which: str
) -> None:
    told = [
        disks.full_disk(undisturbed, tmp_path / str(spare), which, spare)
        for spare in (0, 24, 48, 1024)
    ]
    assert all("make room on the disk" in one for one in told[:-1]), told
    assert not told[-1], "room enough"


@pytest.mark.parametrize("which", disks.PLACES)
def test_a_read_only_disk_keeps_the_last_good_documents(
    tmp_path: Path, undisturbed: Undisturbed, which: str
) -> None:
    disks.read_only(undisturbed, tmp_path / "desk", which)
