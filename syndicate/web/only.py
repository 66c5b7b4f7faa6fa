"""One process of many: the one that holds a file locked, until it ends, however it ends."""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

_FLAGS = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW


@asynccontextmanager
async def only_one(path: Path, turn: float) -> AsyncIterator[None]:
    """Wait until no other process is in here; `turn` is the time between two tries, in seconds.

    A file that cannot be made is tried again too: a full disk is no reason for two at a time.
    """
    while (descriptor := _locked(path)) is None:
        await asyncio.sleep(turn)
    try:
        yield
    finally:
        os.close(descriptor)


def _locked(path: Path) -> int | None:
    with suppress(OSError):
        descriptor = os.open(path, _FLAGS, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
        else:
            return descriptor
    return None
