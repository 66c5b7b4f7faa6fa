"""Files of a folder that is open: named, read, compared and replaced, by its descriptor.

A name is replaced by a hidden file beside it that is written, synced and renamed (POSIX rename is
atomic, https://pubs.opengroup.org/onlinepubs/9799919799/functions/rename.html).
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import stat
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Self, TypeVar

from syndicate.model.document import ENDINGS
from syndicate.model.errors import TargetFailed

_T = TypeVar("_T")
_R = TypeVar("_R")

SEGMENT = re.compile(r"[a-z0-9][a-z0-9._-]{0,120}")
TEMPORARY = re.compile(r"\.[a-z0-9][a-z0-9._-]{0,124}\.[0-9a-f]{16}\.tmp")

FEW = 8
"""Up to so many documents are put one after the other."""
THREADS = 8
"""More are put by threads: a disk takes many flushes at once for little more than one."""
PART = 1 << 16
"""Bytes that are compared at once."""
LARGEST = 1 << 28
"""What a gzip may swell to."""

_MENDS = {
    errno.ENOSPC: "make room on the disk",
    errno.EDQUOT: "make room on the disk",
    errno.EFBIG: "make room on the disk",
    errno.EACCES: "make it writable for this user",
    errno.EPERM: "make it writable for this user",
    errno.EROFS: "make it writable for this user",
    errno.ELOOP: "take the symbolic link away; links are not followed",
    errno.ENOTDIR: "take away the file or link that stands where a folder is needed",
    errno.EISDIR: "take away the folder that stands where a file is needed",
    errno.EEXIST: "take away the file that stands where a folder is needed",
}


def failed(err: OSError, path: Path) -> TargetFailed:
    """Give what to tell of a system call that failed."""
    mend = _MENDS.get(err.errno or 0, "see to the disk and run again")
    told = TargetFailed((err.strerror or str(err)).lower(), where=str(path), mend=mend)
    told.__cause__ = err
    return told


def segments_of(path: str, root: Path) -> tuple[str, ...]:
    """Give the names in a path. Raises TargetFailed for one that cannot be published."""
    segments = tuple(path.split("/"))
    if not all(SEGMENT.fullmatch(one) for one in segments) or path.endswith(_COMPRESSED):
        raise TargetFailed(
            f"{path!r} is no path that can be published",
            where=str(root),
            mend="use small letters, digits, hyphens and dots, each name up to 121 characters, "
            f"and do not end in {', '.join(_COMPRESSED)}",
        )
    return segments


_COMPRESSED = tuple(ENDINGS.values())


def all_names(name: str) -> tuple[str, ...]:
    """Give the names of all files that a document can be, the plain one last."""
    return (*(name + end for end in _COMPRESSED), name)


def plain_name(name: str) -> str:
    """Give the name of the document that a file belongs to."""
    return next((name.removesuffix(end) for end in _COMPRESSED if name.endswith(end)), name)


class Temporary:
    """A hidden file beside a name, which it takes when it is whole; closed without, it goes."""

    def __init__(self, name: str, data: bytes, folder: int, mode: int | None = None) -> None:
        """Write it; who may read it is the usual, or as stated. Raises OSError."""
        self._name = name
        self._folder = folder
        self._hidden: str | None = f".{name}.{secrets.token_hex(8)}.tmp"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        made = 0o644 if mode is None else 0o600
        self.descriptor = os.open(self._hidden, flags, made, dir_fd=folder)
        try:
            if mode is not None:
                os.fchmod(self.descriptor, mode)
            with open(self.descriptor, "wb", closefd=False) as file:
                file.write(data)
        except BaseException:
            self.close()
            raise

    def rename(self) -> None:
        """Take the name. Raises OSError."""
        if self._hidden:
            os.rename(self._hidden, self._name, src_dir_fd=self._folder, dst_dir_fd=self._folder)
            self._hidden = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of it."""
        os.close(self.descriptor)
        if self._hidden:
            with suppress(OSError):
                os.unlink(self._hidden, dir_fd=self._folder)


def each(act: Callable[[_T], _R], things: Sequence[_T]) -> list[_R]:
    """Do something that waits for the disk with each of some things."""
    if len(things) <= FEW:
        return [act(one) for one in things]
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(act, things))


def synced(descriptor: int) -> OSError | None:
    """Bring a file or folder to the disk; give what went wrong."""
    try:
        os.fsync(descriptor)
    except OSError as err:
        return err
    return None


def replace_file(path: Path, data: bytes) -> None:
    """Replace a file whole or not at all, durable on return; who may read it stays as it was.

    A symbolic link is followed, so that it stays one. Raises TargetFailed.
    """
    path = Path(os.path.realpath(path))
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError as err:
        raise failed(err, path) from err
    write_file(path, data, mode)


def write_file(path: Path, data: bytes, mode: int | None = None) -> None:
    """Write a file whole or not at all, durable on return; who may read it is the usual, or as
    stated.

    Raises TargetFailed.
    """
    try:
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            with Temporary(path.name, data, folder, mode) as temporary:
                os.fsync(temporary.descriptor)
                temporary.rename()
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as err:
        raise failed(err, path) from err


def read(name: str, folder: int) -> bytes:
    """Give the bytes of a file. Raises OSError."""
    size_of(name, folder)
    with open(_opened(name, folder), "rb") as file:
        return file.read()


def _opened(name: str, folder: int) -> int:
    return os.open(name, os.O_RDONLY | os.O_NOFOLLOW, dir_fd=folder)


def holds(name: str, data: bytes, folder: int) -> bool:
    """Say whether a file is there with these bytes. Raises OSError where something else is."""
    try:
        if size_of(name, folder) != len(data):
            return False
        with open(_opened(name, folder), "rb") as file:
            # Bytes, no views: those are compared byte by byte, a hundred times as slowly.
            return all(file.read(PART) == data[at : at + PART] for at in range(0, len(data), PART))
    except FileNotFoundError:
        return False


def size_of(name: str, folder: int) -> int:
    """Give the size of a file. Raises OSError where something else stands, a link for example."""
    found = os.stat(name, dir_fd=folder, follow_symlinks=False)
    if not stat.S_ISREG(found.st_mode):
        code = errno.ELOOP if stat.S_ISLNK(found.st_mode) else errno.EISDIR
        raise OSError(code, os.strerror(code))
    return found.st_size


Looks = tuple[str, int, int]
"""A path, its size, and when it changed, in nanoseconds since 1970."""


def looks_of(name: str, folder: int) -> Iterator[Looks]:
    """Give how the files of a document look that are there. Raises OSError."""
    for one in all_names(name):
        with suppress(FileNotFoundError):
            state = os.stat(one, dir_fd=folder, follow_symlinks=False)
            yield one, state.st_size, state.st_mtime_ns


def stamps_in(looks: Iterable[Looks]) -> dict[str, str]:
    """Give how documents look by how their files do."""
    stamps: dict[str, str] = {}
    packed: dict[str, str] = {}
    for path, size, changed in looks:
        of = packed if path.endswith(_COMPRESSED) else stamps
        of[path] = f"{size}:{changed}"
    for path in {plain_name(one) for one in packed}:
        there = [packed.get(one) or stamps.get(one) for one in all_names(path)]
        stamps[path] = " ".join(one for one in there if one)
    return stamps


def looks_below(root: Path) -> Iterator[Looks]:
    """Give how everything of ours below a folder looks; links are links. Raises OSError."""
    waiting = [("", str(root))]
    while waiting:
        above, folder = waiting.pop()
        with suppress(FileNotFoundError):  # taken away meanwhile
            for one in _listed(folder):
                if not SEGMENT.fullmatch(plain_name(one.name)):
                    continue
                if one.is_dir(follow_symlinks=False):
                    waiting.append((f"{above}{one.name}/", one.path))
                    continue
                with suppress(FileNotFoundError):
                    state = one.stat(follow_symlinks=False)
                    yield above + one.name, state.st_size, state.st_mtime_ns


def has_temporaries(root: Path) -> bool:
    """Say whether a dead run left files below a folder. Raises OSError."""
    waiting = [str(root)]
    while waiting:
        with suppress(FileNotFoundError):  # taken away meanwhile
            for one in _listed(waiting.pop()):
                if one.is_dir(follow_symlinks=False):
                    waiting += [one.path] if SEGMENT.fullmatch(one.name) else []
                elif one.name.endswith(".tmp") and TEMPORARY.fullmatch(one.name):
                    return True
    return False


def _listed(folder: str) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        return list(entries)


def is_file(name: str, folder: int) -> bool:
    """Say whether a file is there, and not a link or anything else."""
    try:
        return stat.S_ISREG(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
    except FileNotFoundError:
        return False


def gunzipped(data: bytes, path: Path) -> bytes:
    """Give what a gzip of one member holds. Raises TargetFailed where it is broken or swells."""
    inflate = zlib.decompressobj(31)
    with suppress(zlib.error):
        plain = inflate.decompress(data, LARGEST + 1)
        if inflate.eof and not inflate.unused_data and len(plain) <= LARGEST:
            return plain
    raise TargetFailed("is no whole gzip", where=str(path), mend="take it away and run again")
