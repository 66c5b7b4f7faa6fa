"""A group of documents on their way: each written, synced and renamed, then their folders synced.

Many are dealt with by some threads, each document by one: a disk syncs several files together for
little more than one, and takes up the first while the next is still written. What goes wrong with
one document is kept with it; the others go on.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from syndicate.model.document import Document
from syndicate.model.errors import TargetFailed
from syndicate.targets._files import (
    Temporary,
    all_names,
    each,
    failed,
    holds,
    is_file,
    segments_of,
    synced,
)
from syndicate.targets._folders import Above, Folders

DOCUMENTS = 64
BYTES = 64 << 20


def groups(documents: Iterable[Document]) -> Iterator[list[Document]]:
    """Give the documents in groups that are small enough to be held, no path twice in one."""
    group: dict[str, Document] = {}
    size = 0
    for document in documents:
        if len(group) == DOCUMENTS or size >= BYTES or document.path in group:
            yield list(group.values())
            group, size = {}, 0
        group[document.path] = document
        size += sum(len(data) for _, data in document.files())
    if group:
        yield list(group.values())


class Move:
    """What becomes of one document."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.above: Above = ()
        self.folder = -1
        self.files: dict[str, bytes] = {}
        """What stands there then, by name; what stands for the others comes last."""
        self.left_over: list[str] = []
        """Files of the document that it is published as no more."""
        self.changes = False
        """Whether something else is published than before."""
        self.failure: TargetFailed | None = None

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Keep what goes wrong."""
        try:
            yield
        except OSError as err:
            self.fail(err)
        except TargetFailed as told:
            self.failure = told

    def fail(self, err: OSError) -> None:
        """Keep the first that went wrong."""
        self.failure = self.failure or failed(err, self.path)


class Batch:
    """A group of documents, and the folders they go to."""

    def __init__(self, folders: Folders, before_writing: Callable[[], None]) -> None:
        self._folders = folders
        self._before_writing = before_writing

    def put(self, documents: Iterable[Document]) -> list[Move]:
        """Publish documents; give what became of each.

        What stands for the others of a document takes its name last, and goes last: whoever finds
        it right, finds the others no older.
        """
        moves = [self._placed(document) for document in documents]
        each(self._replaced, moves)
        going = [one for one in moves if one.changes and not one.failure]
        self._sync_folders(going)
        over = [one for one in going if one.left_over and not one.failure]
        for move in over:
            with move.kept():
                for name in move.left_over:
                    with suppress(FileNotFoundError):
                        os.unlink(name, dir_fd=move.folder)
        self._sync_folders(over)
        return moves

    def _placed(self, document: Document) -> Move:
        """Give where a document goes; the folders above it are made."""
        root = self._folders.root
        move = Move(root / document.path)
        with move.kept():
            *above, name = segments_of(document.path, root)
            move.above = tuple(above)
            move.folder = self._folders.make(move.above)
            move.files = {name + end: data for end, data in document.files()}
            move.left_over = [
                one
                for one in all_names(name)
                if one not in move.files and is_file(one, move.folder)
            ]
        return move

    def _replaced(self, move: Move) -> None:
        """Write the files of a document beside what is published, where that is not the same,
        bring them to the disk, and let them take their names."""
        if move.failure:
            return
        with move.kept(), ExitStack() as closing:
            new = [one for one in move.files.items() if not holds(*one, move.folder)]
            if not new and not move.left_over:
                return
            move.changes = True
            self._before_writing()
            temporaries = [
                closing.enter_context(Temporary(name, data, move.folder)) for name, data in new
            ]
            for temporary in temporaries:
                os.fsync(temporary.descriptor)
            for temporary in temporaries:
                temporary.rename()

    def _sync_folders(self, moves: Sequence[Move]) -> None:
        every = {one.above: list(self._folders.to_sync(one.above)) for one in moves}
        folders = sorted({descriptor for some in every.values() for descriptor in some})
        told = dict(zip(folders, each(synced, folders), strict=True))
        for move in moves:
            for err in filter(None, map(told.get, every[move.above])):
                move.fail(err)
