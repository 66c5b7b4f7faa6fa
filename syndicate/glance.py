"""Whether anything changed since the last whole run, found out without reading or loading much.

After a run over all feeds that left nothing to mend, a small file beside the database keeps how
the desk's files, its inbox, the published documents and the database looked, and until when time
alone changes nothing. Where all that is the same, a run has nothing to do and says what the last
one said. In doubt something has changed: then the whole work is done.

Only the standard library is needed here, so that the answer comes before anything else is loaded.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime, timedelta
from functools import partial
from io import FileIO
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from syndicate import __version__

if TYPE_CHECKING:  # it takes as long to load as a thousand documents to look at
    from pathlib import Path

GRANULARITY = timedelta(seconds=2)
"""What may have changed again without looking otherwise: file systems keep times no finer."""
_SQLITE = "sqlite:///"
_USUAL = ".syndicate/desk.db"
_PARTS = 32
"""Into how many parts documents are divided, so that whoever is ready looks at the next."""
_LEAST = 1_000
"""Documents in a part: fewer are seen in less time than another process needs to begin."""
_MOST = 4
"""Processes that look at documents: with more, they wait for each other."""


class Place(NamedTuple):
    """Where a desk is, and what it names."""

    desk: str
    inbox: str
    target: str
    store: str
    """The file of the database."""


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


class Seen(NamedTuple):
    """What a whole run left behind."""

    since: datetime
    """Its moment."""
    until: datetime
    """When time alone next changes anything."""
    told: tuple[str, ...]
    """What every run tells again: oddities of the desk's files."""
    said: str
    """What a run says that finds nothing to do."""


class Looked(NamedTuple):
    """How all that a run depends on looks."""

    files: tuple[str, ...]
    inbox: tuple[str, ...]
    database: str
    documents: tuple[Stated, ...]


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


def _parts(documents: Sequence[Stated]) -> Iterator[list[tuple[str, str, list[int]]]]:
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


def _is_there(target: str, parts: Sequence[bytes], beside: Callable[[], bool]) -> bool:
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


def recall(folder: str | Path, now: datetime) -> Seen | None:
    """Give what the last whole run left behind, where nothing has changed since."""
    with _collecting_later(), suppress(OSError):  # where the working folder is gone
        return _recalled(folder, now)
    return None


@contextmanager
def _collecting_later() -> Iterator[None]:
    """Look for no garbage meanwhile: many small things are made, in no circles."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _recalled(folder: str | Path, now: datetime) -> Seen | None:
    """Look where the usual database is first: whether desk.toml names it is seen by its looks."""
    usual = _absolute(folder, _USUAL)
    found = _left_by(usual, folder, now)
    if found:
        return found
    named = _store_of(folder)
    return _left_by(named, folder, now) if named not in {"", usual} else None


def _left_by(store: str, folder: str | Path, now: datetime) -> Seen | None:
    try:
        with open(_kept_in(store), "rb") as file:
            head, *parts = file.read().split(b"\n")
        kept = json.loads(head)
        seen = Seen(
            datetime.fromisoformat(kept["since"]),
            datetime.fromisoformat(kept["until"]),
            tuple(map(str, kept["told"])),
            str(kept["said"]),
        )
        place = Place(*kept["place"])
        same = [_version(), _absolute(folder), store, len(parts)]
        if [kept["version"], place.desk, place.store, kept["parts"]] != same:
            return None
        in_time = seen.since <= now < seen.until
        return seen if in_time and _is_same(place, kept["database"], parts) else None
    except (OSError, ValueError, TypeError, LookupError, ArithmeticError, RecursionError):
        return None


def _is_same(place: Place, then: str, parts: Sequence[bytes]) -> bool:
    """Say whether all looks as then. The database is asked first: a run changes it first."""
    desk, *documents_ = parts

    def is_same_desk() -> bool:
        files_, inbox_ = json.loads(desk)
        is_same = inbox(place.inbox).lines == tuple(inbox_)
        return is_same and files(place.desk).lines == tuple(files_)

    is_same = then and database(place.store) == then
    return bool(is_same) and _is_there(place.target, documents_, is_same_desk)


def keep(place: Place, looked: Looked, seen: Seen) -> None:
    """Keep what a whole run saw; where it cannot be kept, the next run does the whole work.

    A line for each part, so that each is only read by the process that needs it.
    """
    parts = [(looked.files, looked.inbox), *_parts(looked.documents)]
    kept = {
        "version": _version(),
        "place": place,
        "database": looked.database,
        "parts": len(parts),
        "since": seen.since.isoformat(),
        "until": seen.until.isoformat(),
        "told": seen.told,
        "said": seen.said,
    }
    with suppress(OSError):
        with open(_fresh(place.store), "x", encoding="utf-8", newline="\n") as file:
            file.write("\n".join(map(json.dumps, (kept, *parts))))
        os.replace(_fresh(place.store), _kept_in(place.store))


def forget(store: str) -> None:
    """Take away what a run left behind, a killed one too, before the next changes anything."""
    for path in (_kept_in(store), _fresh(store)):
        with suppress(OSError):
            os.unlink(path)


def _fresh(store: str) -> str:
    """Give the file that is written first; left behind only by a run that was killed."""
    return f"{_kept_in(store)}.tmp"


def _kept_in(store: str) -> str:
    return f"{store}.glance"


def _version() -> str:
    return f"{__version__} {sys.version}"


def _absolute(folder: str | Path, *names: str) -> str:
    """Give a path as pathlib makes it absolute: a link above .. leads elsewhere, so .. stays."""
    whole = os.path.join(os.getcwd(), folder, *names)
    return "/" + "/".join(one for one in whole.split("/") if one not in {"", "."})


def _store_of(folder: str | Path) -> str:
    """Give the file of the database that desk.toml names; empty where it names none."""
    import tomllib  # noqa: PLC0415  seldom needed

    with suppress(OSError, ValueError, RecursionError):
        with open(os.path.join(folder, "desk.toml"), encoding="utf-8-sig") as file:
            named = tomllib.loads(file.read()).get("store")
        if isinstance(named, str) and named.startswith(_SQLITE):
            return _absolute(folder, named.removeprefix(_SQLITE))
    return ""
