"""Puts documents while the next ones are worked out.

What the disk takes is waiting, for most of the time, and the more is put at once, the less each
document costs. So documents of several groups gather, and where there are many, a thread puts
them. When they are out, that is noted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from syndicate.model.document import Document
from syndicate.pipeline.made import Made, Published, Run

MANY = 64
"""So many documents are put at once."""
MOST = 32_000_000
"""Bytes that gather, at most, and so many that are being put meanwhile; documents of a larger
group are put as they are made."""


class Putting:
    """Puts documents, then notes that they are out, and how they look."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._thread: ThreadPoolExecutor | None = None
        self._going: tuple[Future[list[bool]], list[Made]] | None = None
        self._made: list[Made] = []
        """What gathers, and its documents."""
        self._documents: list[Document] = []
        self._size = 0

    def put(self, some: Sequence[Made]) -> list[Published]:
        """Put the documents of some feeds; give what became of those that are out now.

        Raises:
            TargetFailed: one of those before could not be put.
            StoreFailed: the store cannot be written.
        """
        made = [one for one in some if one.sheet]
        size = sum(one.sheet.size for one in made if one.sheet)
        if size > MOST:
            told = self.settled()
            return told + list(self._noted(made, self._run.target.put_all(_documents(made))))
        told = self._next() if self._size + size > MOST else []
        self._made += made
        self._documents += _documents(made)
        self._size += size
        return told + (self._next() if len(self._made) >= MANY else [])

    def settled(self) -> list[Published]:
        """Put what has gathered; give what became of it. Raises TargetFailed, StoreFailed."""
        told, (made, documents) = self._out(), self._gathered()
        return told + list(self._noted(made, self._put(documents)))

    def close(self) -> None:
        """Wait until the disk is left alone."""
        if self._thread is not None:
            self._thread.shutdown()

    def _next(self) -> list[Published]:
        """Let what has gathered follow what is being put; give what became of that."""
        told, (made, documents) = self._out(), self._gathered()
        self._thread = self._thread or ThreadPoolExecutor(1)
        self._going = self._thread.submit(self._put, documents), made
        return told

    def _gathered(self) -> tuple[list[Made], list[Document]]:
        """Give what has gathered, and begin anew."""
        gathered = self._made, self._documents
        self._made, self._documents, self._size = [], [], 0
        return gathered

    def _put(self, documents: Sequence[Document]) -> list[bool]:
        return list(self._run.target.put_all(documents))

    def _out(self) -> list[Published]:
        """Wait for what is being put; give what became of it."""
        if self._going is None:
            return []
        (going, made), self._going = self._going, None
        return list(self._noted(made, going.result()))

    def _noted(self, made: Sequence[Made], changes: Iterable[bool]) -> Iterator[Published]:
        out, told = [], list(zip(made, changes, strict=True))
        stamps = self._run.target.stamps([one.told.path for one, _ in told]) if told else {}
        for one, written in told:
            stamp = stamps.get(one.told.path, "")
            if (one.way.put, one.way.stamp) != (one.way.sequence, stamp):
                out.append(one.way._replace(stamp=stamp))
            yield one.told._replace(written=written)
        self._run.store.note_put(out)


def _documents(made: Iterable[Made]) -> Iterator[Document]:
    for one in made:
        if one.sheet:
            yield one.sheet.document(one.member.turn.files.desk.encodings)
