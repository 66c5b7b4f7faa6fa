"""`python -m bench` at its smallest: what it prints, never how fast it was."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bench.measure import Row
from bench.serve import TOOLS, TURNS

ROOT = Path(__file__).parents[2]
SIZES = {"articles": 40, "feeds": 5, "entries": 5, "few": 2, "many": 4, "short": 2}
ROWS = ("cold", "hot", "idle", "publish", "growth")


def test_it_gives_ratios_of_every_row_it_is_asked_for() -> None:
    sizes = [text for name, value in SIZES.items() for text in (f"--{name}", str(value))]
    more = ["--stored", "20", "--growth", "3", "--rounds", "1", "--only", *ROWS]
    command = [sys.executable, "-m", "bench", *sizes, *more, "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    told = json.loads(done.stdout)
    assert told["rounds"] == 1
    assert told["sizes"]["size"]["articles"] == SIZES["articles"]
    assert {one["name"] for one in told["rows"]} == {*ROWS}
    for one in told["rows"]:
        assert one.keys() == {*Row._fields, "median"}
        assert one["better"] in {"more", "less"}
        assert one["what"]
        assert one["against"]
        assert len(one["ratios"]) == 1
        assert all(ratio > 0 for ratio in one["ratios"])


@pytest.mark.skipif(
    not all(shutil.which(one) for one in TOOLS), reason="nginx or wrk is not installed"
)
def test_serving_is_measured_beside_nginx() -> None:
    command = [sys.executable, "-m", "bench", "--rounds", "1", "--only", "serve-304", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    [row] = json.loads(done.stdout)["rows"]
    assert (row["name"], row["against"]) == ("serve-304", "nginx, one worker")
    assert len(row["ratios"]) == TURNS
    assert all(ratio > 0 for ratio in row["ratios"])
