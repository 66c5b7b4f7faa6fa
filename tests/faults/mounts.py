"""Small and read-only file systems that nobody else sees and that vanish with the test.

The test's body runs in a child with a mount namespace of its own (unshare(2)); that needs root.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
import traceback
from collections.abc import Callable
from functools import cache
from pathlib import Path

_CLONE_NEWNS = 0x00020000


@cache
def missing() -> str:
    """Say why nothing can be mounted here; empty where it can."""
    try:
        in_own_mounts(lambda: small(Path("/mnt"), 64))
    except AssertionError as err:
        return f"cannot mount here, root can: {str(err).strip().splitlines()[-1]}"
    return ""


def in_own_mounts(body: Callable[[], object]) -> None:
    """Run a body where mounts are its own. Raises AssertionError with what it raised."""
    reads, writes = os.pipe()
    child = os.fork()
    if child == 0:
        told = b""
        try:
            _unshare()
            body()
        except BaseException:
            told = traceback.format_exc().encode()
        finally:
            with open(writes, "wb") as pipe:
                pipe.write(told)
            os._exit(0)
    os.close(writes)
    with open(reads, "rb") as pipe:
        told = pipe.read()
    os.waitpid(child, 0)
    assert not told, told.decode()


def _unshare() -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWNS):
        raise OSError(ctypes.get_errno(), "unshare")
    _mount("--make-rprivate", "/")


def small(folder: Path, kilobytes: int) -> None:
    """Put a folder, with what it holds, on a file system of a few kilobytes of its own."""
    folder.mkdir(exist_ok=True)
    held = {one: one.read_bytes() for one in folder.rglob("*") if one.is_file()}
    _mount("-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(folder))
    for path, data in held.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def resize(folder: Path, kilobytes: int) -> None:
    """Change the size of a small file system."""
    _mount("-o", f"remount,size={kilobytes}k", str(folder))


def used(folder: Path) -> int:
    """Give how many kilobytes of a small file system are taken."""
    found = os.statvfs(folder)
    return (found.f_blocks - found.f_bfree) * found.f_frsize // 1024


def read_only(folder: Path) -> None:
    """Make a folder read-only, for root too."""
    _mount("--bind", str(folder), str(folder))
    _mount("-o", "remount,bind,ro", str(folder))


def writable(folder: Path) -> None:
    """Take `read_only` back."""
    _mount("-o", "remount,bind,rw", str(folder))


def _mount(*arguments: str) -> None:
    done = subprocess.run(["mount", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(f"mount {' '.join(arguments)}: {done.stderr}")
