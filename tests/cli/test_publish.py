"""What `regenerate` prints: a table that can be read, whatever the size of the desk."""

from __future__ import annotations

from pathlib import Path

import pytest

from syndicate.cli import publish
from tests.cli.running import a_copy, data, run


def test_a_long_table_is_cut_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = a_copy(tmp_path)
    whole = run("regenerate", "--dry-run", "--desk", desk).stdout.splitlines()
    monkeypatch.setattr(publish, "SHOWN", 5)
    cut = run("regenerate", "--desk", desk).stdout.splitlines()
    rows = [
        line for line in cut if line.rstrip().endswith(tuple("0123456789")) and "written" in line
    ]
    documents = int(cut[-1].split()[0])
    assert f"{documents} documents, {documents} written" in cut[-1]
    assert len([row for row in rows if " documents, " not in row]) <= 5
    assert f"and {documents - 5} more, which --json lists" in cut
    assert len(whole) > len(cut)


def test_json_lists_every_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publish, "SHOWN", 5)
    found = data("regenerate", "--desk", a_copy(tmp_path))
    assert sum(one["written"] for one in found) == len(found) > 5
