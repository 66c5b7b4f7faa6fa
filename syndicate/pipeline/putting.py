"""Puts the documents of a group; those of a large one while the next group is worked out.

What the disk takes is waiting, for most of the time. So a thread puts, and what it put is noted
before anything else is recorded: in the record everything comes in its order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from syndicate.model.document import Document
from syndicate.pipeline.made import Made, Published, Run

MANY = 12
"""So many documents keep a disk busy for longer than a thread costs."""
MOST = 32_000_000
"""Bytes that wait for the disk, at most; documents of larger groups are put as they are made."""


class Putting:
    """Puts documents, then notes that they are out, and how they look."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._thread: ThreadPoolExecutor | None = None
        self._waiting: tuple[Future[list[bool]], list[Made]] | None = None

    def put(self, some: Sequence[Made]) -> list[Published]:
        """Put the documents of some feeds; give what became of those that are out now.

        Raises:
            TargetFailed: one of them, or of those before, could not be put.
            StoreFailed: the store cannot be written.
        """
        told = self.settled()
        made = [one for one in some if one.sheet]
        size = sum(one.sheet.size for one in made if one.sheet)
        if len(made) < MANY or size > MOST:
            return told + list(self._noted(made, self._run.target.put_all(_documents(made))))
        documents = list(_documents(made))
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1)
        self._waiting = self._thread.submit(self._out, documents), made
        return told

    def _out(self, documents: Sequence[Document]) -> list[bool]:
        return list(self._run.target.put_all(documents))

    def settled(self) -> list[Published]:
        """Wait for what is being put; give what became of it. Raises TargetFailed, StoreFailed."""
        if self._waiting is None:
            return []
        (waiting, made), self._waiting = self._waiting, None
        return list(self._noted(made, waiting.result()))

    def close(self) -> None:
        """Wait until the disk is left alone."""
        if self._thread is not None:
            self._thread.shutdown()

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
