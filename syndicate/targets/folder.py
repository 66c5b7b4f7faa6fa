"""A folder as target: each document whole or not at all, and on disk when put returns.

Write a hidden file beside, fsync, rename, fsync the folder (POSIX rename is atomic,
https://pubs.opengroup.org/onlinepubs/9799919799/functions/rename.html). Every step below the
target is taken from the folder above by descriptor and follows no symbolic link, so no path leads
out of the target.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from syndicate.model.document import Document
from syndicate.model.errors import TargetFailed

_SEGMENT = re.compile(r"[a-z0-9][a-z0-9._-]{0,120}")
_TEMPORARY = re.compile(r"\.[a-z0-9][a-z0-9._-]{0,120}\.[0-9a-f]{16}\.tmp")
_LOCK = ".lock"

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
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


class FolderTarget:
    """A Target (see `syndicate.pipeline.ports`) that is a folder, made where it is missing."""

    def __init__(self, root: Path) -> None:
        self._root = Path(os.path.realpath(root))
        self._held: int | None = None

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Keep other runs on the folder out, waiting for one's turn; not re-entrant.

        What a dead run left behind is cleared away first.
        """
        with self._told(_LOCK):
            root = self._open_root()
            try:
                if not _is_file(_LOCK, root):
                    _sync_above(self._root)
                held = os.open(_LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644, dir_fd=root)
            finally:
                os.close(root)
        try:
            with self._told(_LOCK):
                fcntl.flock(held, fcntl.LOCK_EX)
                self._clear_up(after_death=os.fstat(held).st_size > 0)
            self._held = held
            yield
            with self._told(_LOCK):
                if os.fstat(held).st_size:
                    os.ftruncate(held, 0)
        finally:
            self._held = None
            os.close(held)

    def _mark_running(self) -> None:
        """Leave a mark that shows if this run dies; a run that changes nothing leaves none."""
        if self._held is not None and not os.fstat(self._held).st_size:
            os.write(self._held, b"running\n")

    def get(self, path: str) -> bytes | None:
        """Give the published bytes of a path. Raises TargetFailed."""
        *above, name = self._segments(path)
        with self._told(path), suppress(FileNotFoundError), self._folder(above) as folder:
            return _read(name, folder)
        return None

    def put(self, document: Document) -> bool:
        """Publish a document; False where the same bytes stand already. Raises TargetFailed."""
        *above, name = self._segments(document.path)
        with self._told(document.path), self._folder(above, make=True) as folder:
            with suppress(FileNotFoundError):
                if _read(name, folder) == document.data:
                    return False
            self._mark_running()
            _replace(name, document.data, folder)
        return True

    def remove(self, path: str) -> bool:
        """Take a path away, and the folders that it leaves empty. Raises TargetFailed."""
        *above, name = self._segments(path)
        with self._told(path):
            try:
                with self._folder(above) as folder:
                    _refuse_other(name, folder)
                    self._mark_running()
                    os.unlink(name, dir_fd=folder)
                    os.fsync(folder)
            except FileNotFoundError:
                return False
            self._prune(above)
        return True

    def paths(self) -> tuple[str, ...]:
        """Give every published path, sorted; what was not put here by us is not among them."""
        with self._told(""):
            return tuple(
                sorted(
                    "/".join((*above, name))
                    for above, _, files in self._walk()
                    for name in files
                    if _SEGMENT.fullmatch(name)
                )
            )

    def _segments(self, path: str) -> list[str]:
        segments = path.split("/")
        if not all(_SEGMENT.fullmatch(segment) for segment in segments):
            raise TargetFailed(
                f"{path!r} is no path that can be published",
                where=str(self._root),
                mend="use small letters, digits, hyphens and dots, each name up to 121 characters",
            )
        return segments

    def _open_root(self) -> int:
        _make_durable(self._root)
        return os.open(self._root, os.O_RDONLY | os.O_DIRECTORY)

    @contextmanager
    def _folder(self, segments: list[str], *, make: bool = False) -> Iterator[int]:
        """Give the descriptor of a folder below the root."""
        folder = self._open_root() if make else os.open(self._root, os.O_RDONLY | os.O_DIRECTORY)
        try:
            for segment in segments:
                if make:
                    self._make_folder(segment, folder)
                below = os.open(segment, _FOLDER, dir_fd=folder)
                os.close(folder)
                folder = below
            yield folder
        finally:
            os.close(folder)

    def _make_folder(self, name: str, above: int) -> None:
        try:
            os.stat(name, dir_fd=above, follow_symlinks=False)
        except FileNotFoundError:
            self._mark_running()
            with suppress(FileExistsError):
                os.mkdir(name, 0o755, dir_fd=above)
            os.fsync(above)

    def _prune(self, segments: list[str]) -> None:
        """Take empty folders away, the deepest first."""
        while segments:
            *segments, name = segments
            with self._folder(segments) as folder:
                try:
                    os.rmdir(name, dir_fd=folder)
                except OSError as err:
                    if err.errno in {errno.ENOTEMPTY, errno.EEXIST}:
                        return
                    raise
                os.fsync(folder)

    def _walk(self) -> Iterator[tuple[tuple[str, ...], int, list[str]]]:
        """Give the segments, the descriptor and the files of every folder of ours."""
        if not self._root.exists():
            return
        for path, folders, files, folder in os.fwalk(self._root, onerror=_fail):
            above = Path(path).relative_to(self._root).parts
            folders[:] = [name for name in folders if _SEGMENT.fullmatch(name)]
            yield above, folder, [name for name in files if _is_file(name, folder)]

    def _clear_up(self, *, after_death: bool) -> None:
        """Remove the temporary files of dead runs.

        A run that died between renaming and syncing has left bytes or folders that look published
        and would not outlive a power cut: sync the folders after it.
        """
        for _, folder, files in self._walk():
            for name in files:
                if _TEMPORARY.fullmatch(name):
                    os.unlink(name, dir_fd=folder)
            if after_death:
                os.fsync(folder)

    @contextmanager
    def _told(self, path: str) -> Iterator[None]:
        try:
            yield
        except OSError as err:
            raise _failed(err, self._root / path) from err


def _failed(err: OSError, path: Path) -> TargetFailed:
    mend = _MENDS.get(err.errno or 0, "see to the disk and run again")
    return TargetFailed((err.strerror or str(err)).lower(), where=str(path), mend=mend)


def _make_durable(folder: Path) -> None:
    """Make a folder and all that is missing above it, and keep their names."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    if missing:
        folder.mkdir(parents=True, exist_ok=True)
    for made in missing:
        descriptor = os.open(made.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _sync_above(folder: Path) -> None:
    """Keep the names of a folder and of all above it.

    A run that died may have made them and not got as far as syncing.
    """
    for above in folder.parents:
        with suppress(PermissionError):
            descriptor = os.open(above, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


def _read(name: str, folder: int) -> bytes:
    _refuse_other(name, folder)
    with open(os.open(name, os.O_RDONLY | os.O_NOFOLLOW, dir_fd=folder), "rb") as file:
        return file.read()


def replace_file(path: Path, data: bytes) -> None:
    """Replace a file whole or not at all, durable on return; who may read it stays as it was.

    A symbolic link is followed, so that it stays one. Raises TargetFailed.
    """
    path = Path(os.path.realpath(path))
    try:
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            mode = stat.S_IMODE(os.stat(path.name, dir_fd=folder).st_mode)
            _replace(path.name, data, folder, mode)
        finally:
            os.close(folder)
    except OSError as err:
        raise _failed(err, path) from err


def _replace(name: str, data: bytes, folder: int, mode: int | None = None) -> None:
    temporary = f".{name}.{secrets.token_hex(8)}.tmp"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    made = 0o644 if mode is None else 0o600
    with open(os.open(temporary, flags, made, dir_fd=folder), "wb") as file:
        try:
            if mode is not None:
                os.fchmod(file.fileno(), mode)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
        except BaseException:
            with suppress(OSError):
                os.unlink(temporary, dir_fd=folder)
            raise
    os.fsync(folder)


def _refuse_other(name: str, folder: int) -> None:
    """Raise OSError where something else than a file stands, a link for example."""
    mode = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
    if not stat.S_ISREG(mode):
        code = errno.ELOOP if stat.S_ISLNK(mode) else errno.EISDIR
        raise OSError(code, os.strerror(code))


def _is_file(name: str, folder: int) -> bool:
    try:
        return stat.S_ISREG(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
    except FileNotFoundError:
        return False


def _fail(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):  # taken away meanwhile
        raise error
