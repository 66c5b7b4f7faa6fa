"""How files look, without their content: by size, times and place on the disk a change shows.

Documents are many, so they are looked at by some processes, each taking part after part. Only the
standard library is needed here, and little of it (see `glance`).
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, suppress
from datetime import datetime, timedelta
from functools import partial
from io import FileIO
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:  # it takes as long to load as a thousand documents to look at
    from pathlib import Path

GRANULARITY = timedelta(seconds=2)
"""What may have changed again without looking otherwise: file systems keep times no finer."""
_PARTS = 32
"""Into how many parts documents are divided, so that whoever is ready looks at the next."""
_LEAST = 1_000
"""Documents in a part: fewer are seen in less time than another process needs to begin."""
_MOST = 4
"""Processes that look at documents: with more, they wait for each other."""


class Looks(NamedTuple):
    """How files look, without their content."""

    lines: tuple[str, ...]
    youngest: int
    """When the last of them changed, in nanoseconds since 1970."""

    def is_settled(self, now: datetime) -> bool:
        """Say whether any later change will look otherwise: none of the files is as young as now.

        What is written twice within the same tick of a clock looks the same both times.
        """
        return self.youngest < int((now - GRANULARITY).timestamp() * 1e9)


def files(folder: str | Path) -> Looks:
    """Give how the files of a desk look, the inbox apart."""
    lines = [_line("desk.toml", partial(os.stat, os.path.join(folder, "desk.toml")))]
    for name in ("licences", "partners"):
        with suppress(OSError), ExitStack() as closing:
            # A descriptor spares each look the way from the root to the folder.
            above = _opened(os.path.join(folder, name), closing)
            entries = closing.enter_context(os.scandir(above))
            found = {one.name: one for one in entries if one.name.endswith(".toml")}
            lines += [_line(f"{name}/{file}", found[file].stat) for file in sorted(found)]
    return _looks(lines)


def _opened(folder: str, closing: ExitStack) -> int:
    """Give the descriptor of a folder. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    closing.callback(os.close, descriptor)
    return descriptor


def inbox(folder: str | Path) -> Looks:
    """Give how all files of an inbox look, hidden ones apart."""
    return _looks(sorted(_inbox(str(folder))))


_Line = tuple[str, int]


def _inbox(inbox: str) -> Iterator[_Line]:
    waiting = [("", inbox)]
    while waiting:
        above, folder = waiting.pop()
        try:
            with os.scandir(folder) as entries:
                for one in entries:
                    if one.name.startswith("."):
                        continue
                    if one.is_dir(follow_symlinks=False):
                        waiting.append((f"{above}{one.name}/", one.path))
                    else:
                        yield _line(above + one.name, partial(os.stat, one.path))
        except OSError as err:
            yield f"{above} {err.errno}", 0


def _line(name: str, look: Callable[[], os.stat_result]) -> _Line:
    """Give how a file looks, a link as what it leads to, and when it changed."""
    try:
        state = look()
    except OSError as err:
        return f"{name} {err.errno}", 0
    changed = state.st_mtime_ns
    looks = f"{state.st_mode} {state.st_ino} {state.st_size} {changed} {state.st_ctime_ns}"
    return f"{name} {looks}", changed


def _looks(lines: Iterable[_Line]) -> Looks:
    lines = tuple(lines)
    return Looks(tuple(text for text, _ in lines), max((at for _, at in lines), default=0))


Stated = tuple[str, int, int]
"""A path below the target, its size, and when it changed, in nanoseconds since 1970."""


def documents(target: str | Path) -> tuple[Stated, ...]:
    """Give how everything below a target looks, folders too; links are not followed.

    Raises OSError where a folder cannot be read.
    """
    found = [_stated("", os.stat(target))]
    waiting = [("", str(target))]
    while waiting:
        above, folder = waiting.pop()
        with os.scandir(folder) as entries:
            for one in entries:
                found.append(_stated(above + one.name, one.stat(follow_symlinks=False)))
                if one.is_dir(follow_symlinks=False):
                    waiting.append((f"{above}{one.name}/", one.path))
    return tuple(found)


def _stated(path: str, state: os.stat_result) -> Stated:
    return path, state.st_size, state.st_mtime_ns


def parts_of(documents: Sequence[Stated]) -> Iterator[list[tuple[str, str, list[int]]]]:
    """Give documents in parts, for each folder in them: its path, names, sizes and times.

    Few strings and lists are read faster than one for each of many documents.
    """
    size = max(_LEAST, -(-len(documents) // _PARTS))
    for start in range(0, len(documents), size):
        part: list[tuple[str, str, list[int]]] = []
        for above, found in groupby(documents[start : start + size], _above):
            names, looks = [], []
            for path, *look in found:
                names.append(path.rpartition("/")[2])
                looks += look
            part.append((above, "/".join(names), looks))
        yield part


def _above(one: Stated) -> str:
    return one[0].rpartition("/")[0]


def is_there(target: str, parts: Sequence[bytes], beside: Callable[[], bool]) -> bool:
    """Say whether everything below a target still looks so, and what is asked beside it is true.

    Raises OSError where it is gone. Whatever was added, taken away or renamed shows in its folder.
    """
    with ExitStack() as closing:
        root = _opened(target, closing)
        # Each process takes the number of a part out of this pipe, until none is left.
        out, into = os.pipe()
        turns = closing.enter_context(FileIO(out))
        os.write(into, bytes(range(len(parts))))
        os.close(into)
        look = partial(_same_parts, root, parts, turns)
        answers = _asked(look, min(_MOST, os.cpu_count() or 1, len(parts)) - 1, closing)
        closing.callback(turns.readall)
        return beside() and look() + len(answers.readall()) == len(parts)


def _same_parts(root: int, parts: Sequence[bytes], turns: FileIO) -> int:
    """Give how many parts look as then, of those that nobody else took.

    Where one looks otherwise, none is left to take.
    """
    same = 0
    while turn := turns.read(1):
        if not _is_same_part(root, parts[turn[0]]):
            turns.readall()
            break
        same += 1
    return same


def _is_same_part(root: int, part: bytes) -> bool:
    for above, names, then in json.loads(part):
        start = above and f"{above}/"
        looks: list[int] = []
        for name in names.split("/"):
            state = os.stat(start + name or ".", dir_fd=root, follow_symlinks=False)
            looks += (state.st_size, state.st_mtime_ns)
        if looks != then:
            return False
    return True


def _asked(count: Callable[[], int], others: int, closing: ExitStack) -> FileIO:
    """Let other processes count too; give where each writes as many bytes as it has counted.

    One that cannot be begun, or dies, writes nothing: then too little is counted, never too much.
    """
    out, into = os.pipe()
    answers = closing.enter_context(FileIO(out))
    for _ in range(others):
        with suppress(OSError):
            child = os.fork()
            if not child:
                try:
                    os.write(into, bytes(count()))
                finally:
                    os._exit(0)
            closing.callback(_ended, child)
    os.close(into)
    return answers


def _ended(child: int) -> None:
    """Wait for the end of a process, unless the system does."""
    with suppress(ChildProcessError):
        os.waitpid(child, 0)


def database(store: str) -> str:
    """Give how a database looks; empty where that says nothing, as while somebody changes it.

    All that was ever written stands in the one file as soon as the last process has let go of
    it, and the end of the journal in the other.
    """
    try:
        if os.path.exists(f"{store}-wal") and os.path.getsize(f"{store}-wal"):
            return ""
        line, at = _line("database", partial(os.stat, store))
        with open(f"{store}.head", encoding="ascii") as file:
            return f"{line} {file.read(1_000)}" if at else ""
    except (OSError, ValueError):
        return ""
