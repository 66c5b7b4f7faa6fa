"""strace on a command: which system calls it makes, and what happens when one of them fails.

https://man7.org/linux/man-pages/man1/strace.1.html (TAMPERING). The tracer is attached before the
command begins, so the nth call is the nth call of the command.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

from syndicate.targets import _files
from tests.faults.commands import Ended, Running

CHANGING = (
    *("openat", "write", "pwrite64", "ftruncate", "fsync", "fdatasync"),
    *("rename", "renameat", "renameat2", "unlink", "unlinkat", "mkdir", "mkdirat"),
)
_CALL = re.compile(r"^(?:\d+\s+)?(?P<name>\w+)\((?P<rest>.*)$")


class Call(NamedTuple):
    """One system call: the nth of its name."""

    name: str
    number: int
    reads_input: bool = False
    """Whether it opens what a person wrote: the desk's files and its inbox."""


INPUTS = ("desk.toml", "partners", "licences", "articles")


@cache
def missing() -> str:
    """Say why nothing can be traced here; empty where it can."""
    if not shutil.which("strace"):
        return "strace is not installed"
    running = Running("--version")
    with _Attached(running, "-e", "trace=none") as told:
        running.go().wait()
    return "" if "attached" in told else f"strace cannot attach here: {told}"


class _Attached:
    """A tracer on a process, until the process ends."""

    def __init__(self, running: Running, *options: str) -> None:
        self._tracer = subprocess.Popen(
            ["strace", "-f", *options, "-p", str(running.pid)],
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
        )
        assert self._tracer.stderr
        self.told = self._tracer.stderr.readline().strip()

    def __enter__(self) -> str:
        return self.told

    def __exit__(self, *_: object) -> None:
        self._tracer.communicate()


def traced(*arguments: object, options: tuple[str, ...] = ()) -> tuple[Ended, str]:
    """Run a command under strace; give how it ended and what strace wrote.

    Documents are put by one thread, so that the nth call of a run is the nth of every run.
    """
    with tempfile.NamedTemporaryFile("r", errors="surrogateescape") as log:
        with patch.object(_files, "FEW", sys.maxsize):
            running = Running(*arguments)
        with _Attached(running, "-o", log.name, *options) as told:
            assert "attached" in told, told
            ended = running.go().wait()
        return ended, log.read()


def calls_below(desk: Path, log: str) -> Iterator[Call]:
    """Give every traced call on a file or folder of a desk, and the how manyeth it is."""
    counted: Counter[str] = Counter()
    for line in log.splitlines():
        found = _CALL.match(line)
        if found:
            name = found["name"]
            counted[name] += 1
            if str(desk) in found["rest"]:
                reads = any(f"{desk}/{one}" in found["rest"] for one in INPUTS)
                yield Call(name, counted[name], reads)


def count(desk: Path, *arguments: object) -> list[Call]:
    """Run a command and give its calls that read or change the desk, in order."""
    ended, log = traced(*arguments, options=("-y", "-e", f"trace={','.join(CHANGING)}"))
    assert ended.code == 0, ended
    return list(calls_below(desk, log))


def run_with_fault(call: Call, fault: str, *arguments: object) -> Ended:
    """Run a command in which one call fails: fault is signal=KILL or error=ENOSPC."""
    inject = f"inject={call.name}:{fault}:when={call.number}"
    return traced(*arguments, options=("-e", f"trace={call.name}", "-e", inject))[0]


def first_opening(desk: Path, path: Path, *arguments: object) -> Call:
    """Run a command and give its first call that opens a path."""
    _, log = traced(*arguments, options=("-y", "-e", "trace=openat"))
    openings = [line for line in log.splitlines() if " openat(" in line]
    number = next(n for n, line in enumerate(openings, 1) if f'"{path}"' in line)
    return Call("openat", number, reads_input=True)
