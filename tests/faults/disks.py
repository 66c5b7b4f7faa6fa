"""Disks that are full or read-only: the last good documents stay, and it heals with room."""

from __future__ import annotations

from pathlib import Path

from tests.faults import mounts
from tests.faults.holding import (
    Undisturbed,
    assert_heals,
    assert_sound,
    assert_told,
    documents,
    publish,
)

ROOM = 4096
PLACES = {"target": ("public",), "store": (".syndicate",), "both": ("public", ".syndicate")}


def full_disk(one: Undisturbed, place: Path, which: str, spare: int) -> str:
    """Regenerate with a few kilobytes to spare; give what was told where it failed."""

    def body() -> None:
        desk = one.copy(place)
        for name in PLACES[which]:
            mounts.small(desk / name, ROOM)
            mounts.resize(desk / name, mounts.used(desk / name) + spare)
        ended = publish(desk, code=None)
        assert_told(ended)
        assert_sound(desk, one)
        if ended.code == 0:
            assert documents(desk) == one.published
        else:
            assert "Mend: " in ended.err, ended
        for name in PLACES[which]:
            mounts.resize(desk / name, ROOM)
        assert_heals(desk, one)
        (place / "told").write_text(ended.err if ended.code else "")

    mounts.in_own_mounts(body)
    return (place / "told").read_text()


def read_only(one: Undisturbed, place: Path, which: str) -> None:
    """Regenerate with a read-only target, store or both."""

    def body() -> None:
        desk = one.copy(place)
        before = documents(desk)
        for name in PLACES[which]:
            mounts.read_only(desk / name)
        ended = publish(desk, code=1)
        assert_told(ended)
        assert "Mend: " in ended.err, ended
        assert "writ" in ended.err, ended
        assert documents(desk) == before
        assert_sound(desk, one)
        for name in PLACES[which]:
            mounts.writable(desk / name)
        assert_heals(desk, one)

    mounts.in_own_mounts(body)
