"""Commands in processes of their own that can be killed, traced and started many at once.

A child is forked from this process, which has everything imported already, and runs the `main` of
`syndicate`: the same code and the same system calls as the installed command, without half a
second of imports each time. `test_commands.py` shows that both do the same.
"""

from __future__ import annotations

import os
import pkgutil
import signal
import sys
import tempfile
import time
import traceback
import warnings
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import NamedTuple, NoReturn

import syndicate
from syndicate.checks.findings import check_document
from syndicate.cli import main
from syndicate.formats.all import FORMATS

LATE = ("alembic.command", "alembic.config", "alembic.script", "sqlalchemy.dialects.sqlite")


class Ended(NamedTuple):
    """How a command ended."""

    code: int
    """Its exit code; -9 when it was killed."""
    out: str
    err: str


class Running:
    """A command that was started. It waits for `go` before it does anything."""

    def __init__(self, *arguments: object) -> None:
        _warm_up()
        self._told = [tempfile.TemporaryFile() for _ in range(2)]  # noqa: SIM115
        waits, self._go = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self._go)
            _run([str(one) for one in arguments], waits, [one.fileno() for one in self._told])
        os.close(waits)

    def go(self) -> Running:
        """Let it begin."""
        os.write(self._go, b".")
        os.close(self._go)
        return self

    def kill(self) -> None:
        """End it as a power switch would end the process; it may have ended already."""
        os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> Ended:
        """Give how it ended."""
        code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        words = []
        for file in self._told:
            file.seek(0)
            words.append(file.read().decode())
            file.close()
        return Ended(code, *words)


def run(*arguments: object, code: int | None = 0) -> Ended:
    """Run a command to its end."""
    ended = Running(*arguments).go().wait()
    assert code is None or ended.code == code, ended
    return ended


def run_killed(seconds: float, *arguments: object) -> Ended:
    """Run a command and kill it after some time."""
    running = Running(*arguments).go()
    time.sleep(seconds)
    running.kill()
    return running.wait()


@cache
def _warm_up() -> None:
    """Import what commands import late, and read the schemas, once for all children."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for found in pkgutil.walk_packages(syndicate.__path__, "syndicate."):
            if not {"migrations", "__main__"} & set(found.name.split(".")):
                import_module(found.name)
        for name in LATE:
            import_module(name)
        for name in FORMATS:
            check_document(b"<nothing/>", name)


def _run(arguments: list[str], waits: int, told: list[int]) -> NoReturn:
    code = 70
    try:
        os.dup2(told[0], 1)
        os.dup2(told[1], 2)
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
        os.read(waits, 1)
        code = _main(arguments)
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


def _main(arguments: list[str]) -> int:
    try:
        main(arguments, prog_name="syndicate")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 0
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def installed() -> Path:
    """Give the command as it is installed."""
    return Path(sys.executable).parent / "syndicate"
