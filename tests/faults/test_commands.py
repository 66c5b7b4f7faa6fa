"""The forked command of these tests is the installed command."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.faults.commands import installed, run
from tests.faults.holding import Undisturbed, assert_heals, assert_sound, documents
from tests.faults.story import AFTER


def test_the_installed_command_does_the_same(tmp_path: Path, undisturbed: Undisturbed) -> None:
    arguments = ["regenerate", "--at", AFTER, "--desk"]
    ours, theirs = (undisturbed.copy(tmp_path / name) for name in ("ours", "theirs"))
    here = run(*arguments, ours)
    there = subprocess.run(
        [installed(), *arguments, theirs], capture_output=True, text=True, check=True
    )
    assert here.err == there.stderr
    assert here.out.splitlines()[-1] == there.stdout.splitlines()[-1]
    assert documents(ours) == documents(theirs) == undisturbed.published


def test_an_undisturbed_desk_is_sound(
    tmp_path: Path, undisturbed: Undisturbed, undisturbed_first_run: Undisturbed
) -> None:
    for name, one in {"next": undisturbed, "first": undisturbed_first_run}.items():
        desk = one.copy(tmp_path / name)
        assert_sound(desk, one)
        assert_heals(desk, one)
        assert_sound(desk, one)
