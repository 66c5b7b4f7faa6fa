"""A folder as target: each document whole or not at all, and on disk when put returns.

Write a hidden file beside, fsync, rename, fsync the folder. Every step below the target is taken
from the folder above by descriptor and follows no symbolic link, so no path leads out of the
target.
"""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from syndicate.model.document import ENDINGS, Document
from syndicate.targets._batch import Batch, groups
from syndicate.targets._files import (
    SEGMENT,
    TEMPORARY,
    Looks,
    all_names,
    failed,
    gunzipped,
    has_temporaries,
    is_file,
    looks_below,
    looks_of,
    plain_name,
    read,
    segments_of,
    size_of,
    stamps_in,
)
from syndicate.targets._folders import Above, Folders, make_durable, sync_above

_LOCK = ".lock"


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
        with self._told(_LOCK), Folders(self._root) as folders:
            make_durable(self._root)
            root = folders.open(())
            if not is_file(_LOCK, root):
                sync_above(self._root)
            held = os.open(_LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644, dir_fd=root)
        try:
            with self._told(_LOCK):
                fcntl.flock(held, fcntl.LOCK_EX)
                if os.fstat(held).st_size or has_temporaries(self._root):
                    self._clear_up()
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
        """Give the published plain bytes of a path. Raises TargetFailed."""
        *above, name = segments_of(path, self._root)
        with (
            self._told(path),
            suppress(FileNotFoundError),
            Folders(self._root) as folders,
        ):
            folder = folders.open(tuple(above))
            with suppress(FileNotFoundError):
                return read(name, folder)
            packed = name + ENDINGS["gzip"]
            return gunzipped(read(packed, folder), self._root.joinpath(*above, packed))
        return None

    def copies(self, path: str) -> dict[str, bytes]:
        """Give the plain bytes of what is published as plain and as gzip. Raises TargetFailed."""
        *above, name = segments_of(path, self._root)
        found: dict[str, bytes] = {}
        with (
            self._told(path),
            suppress(FileNotFoundError),
            Folders(self._root) as folders,
        ):
            folder = folders.open(tuple(above))
            with suppress(FileNotFoundError):
                found["plain"] = read(name, folder)
            packed = name + ENDINGS["gzip"]
            with suppress(FileNotFoundError):
                data = read(packed, folder)
                found["gzip"] = gunzipped(data, self._root.joinpath(*above, packed))
        return found

    def put(self, document: Document) -> bool:
        """Publish a document; False where the same bytes stand already. Raises TargetFailed."""
        (changed,) = self.put_all((document,))
        return changed

    def put_all(self, documents: Iterable[Document]) -> Iterator[bool]:
        """Publish documents in groups; see the port. Raises TargetFailed."""
        for group in groups(documents):
            with self._told(""), Folders(self._root, self._mark_running) as folders:
                moves = Batch(folders, self._mark_running).put(group)
            for move in moves:
                if move.failure:
                    raise move.failure
                yield move.changes

    def remove(self, path: str) -> bool:
        """Take a path away, and the folders that it leaves empty. Raises TargetFailed."""
        *above, name = segments_of(path, self._root)
        with self._told(path):
            try:
                with Folders(self._root) as folders:
                    if not self._take_away(name, folders.open(tuple(above))):
                        return False
            except FileNotFoundError:
                return False
            self._prune(tuple(above))
        return True

    def _take_away(self, name: str, folder: int) -> bool:
        """Unlink all files of a document; what stands for the others goes last."""
        with suppress(FileNotFoundError):
            size_of(name, folder)
        found = [one for one in all_names(name) if is_file(one, folder)]
        if found:
            self._mark_running()
            for one in found:
                os.unlink(one, dir_fd=folder)
            os.fsync(folder)
        return bool(found)

    def paths(self) -> tuple[str, ...]:
        """Give every published path, sorted; what was not put here by us is not among them."""
        with self._told(""):
            found = {
                "/".join((*above, plain_name(name)))
                for above, _, files in self._walk()
                for name in files
                if SEGMENT.fullmatch(plain_name(name))
            }
        return tuple(sorted(found))

    def _prune(self, above: Above) -> None:
        """Take empty folders away, the deepest first."""
        with Folders(self._root) as folders:
            while above:
                *rest, name = above
                above = tuple(rest)
                folder = folders.open(above)
                try:
                    os.rmdir(name, dir_fd=folder)
                except OSError as err:
                    if err.errno in {errno.ENOTEMPTY, errno.EEXIST}:
                        return
                    raise
                os.fsync(folder)

    def stamps(self, paths: Collection[str] | None = None) -> dict[str, str]:
        """Give how every document looks, or some of them, by path. Raises TargetFailed."""
        with self._told(""):
            if paths is None:
                return stamps_in(looks_below(self._root))
            with Folders(self._root) as folders:
                return stamps_in(one for path in paths for one in self._looks(path, folders))

    def _looks(self, path: str, folders: Folders) -> Iterator[Looks]:
        """Give how the files of a document look."""
        *above, name = segments_of(path, self._root)
        start = len(path) - len(name)
        with suppress(FileNotFoundError):
            for found, size, changed in looks_of(name, folders.open(tuple(above))):
                yield path[:start] + found, size, changed

    def _walk(
        self, named: Callable[[str], object] = lambda _: True
    ) -> Iterator[tuple[Above, int, list[str]]]:
        """Give the segments, the descriptor and the files so named of every folder of ours."""
        if not self._root.exists():
            return
        for path, folders, files, folder in os.fwalk(self._root, onerror=_fail):
            above = Path(path).relative_to(self._root).parts
            folders[:] = [name for name in folders if SEGMENT.fullmatch(name)]
            yield above, folder, [one for one in files if named(one) and is_file(one, folder)]

    def _clear_up(self) -> None:
        """Remove the temporary files of dead runs.

        A run that died between renaming and syncing has left bytes or folders that look published
        and would not outlive a power cut: sync the folders after it.
        """
        for _, folder, files in self._walk(TEMPORARY.fullmatch):
            for name in files:
                os.unlink(name, dir_fd=folder)
            os.fsync(folder)

    @contextmanager
    def _told(self, path: str) -> Iterator[None]:
        try:
            yield
        except OSError as err:
            raise failed(err, self._root / path) from err


def _fail(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):  # taken away meanwhile
        raise error
