"""What the tests of the folder target share."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from syndicate.model.document import Document
from syndicate.model.errors import TargetFailed


def a_document(data: bytes = b"new", path: str = "gazette/all.rss") -> Document:
    return Document(path, "application/rss+xml", data)


def everything(folder: Path) -> set[str]:
    """Every file below a folder, hidden ones too, without the lock."""
    return {
        str(one.relative_to(folder))
        for one in folder.rglob("*")
        if one.is_file() and one.name != ".lock"
    }


def in_a_child(act: Callable[[], object]) -> int:
    """Give how a forked child ended: 0 done, -9 killed, 2 TargetFailed."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            act()
            code = 0
        except TargetFailed:
            code = 2
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


CALLS = ("open", "mkdir", "fsync", "rename", "write", "ftruncate", "unlink", "rmdir")


def trap(monkeypatch: pytest.MonkeyPatch, at_call: int, act: Callable[[], None]) -> list[str]:
    """Let the nth system call that changes something `act` instead; give the calls made."""
    made: list[str] = []

    def trapped(name: str) -> Callable[..., object]:
        real = getattr(os, name)

        def call(*arguments: object, **named: object) -> object:
            made.append(name)
            if len(made) == at_call:
                act()
            return real(*arguments, **named)

        return call

    for name in CALLS:
        monkeypatch.setattr(os, name, trapped(name))
    return made


def no_space() -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def kill() -> None:
    os.kill(os.getpid(), 9)


def outcome(act: Callable[[], object]) -> str:
    try:
        act()
    except TargetFailed as told:
        return str(told)
    return "done"
