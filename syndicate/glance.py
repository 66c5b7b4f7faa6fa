"""Whether anything changed since the last whole run, found out without reading or loading much.

After a run over all feeds that left nothing to mend, a small file beside the database keeps how
the desk's files, its inbox, the published documents and the database looked, and until when time
alone changes nothing. Where all that is the same, a run has nothing to do and says what the last
one said. In doubt something has changed: then the whole work is done.

Only the standard library is needed here, so that the answer comes before anything else is loaded.
"""

from __future__ import annotations

import json
import os
import sys
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from syndicate import __version__

GRANULARITY = timedelta(seconds=2)
"""What may have changed again without looking otherwise: file systems keep times no finer."""
_SQLITE = "sqlite:///"


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
    lines = [_line("desk.toml", os.path.join(folder, "desk.toml"))]
    for name in ("licences", "partners"):
        with suppress(OSError), os.scandir(os.path.join(folder, name)) as entries:
            found = sorted((one.name, one.path) for one in entries if one.name.endswith(".toml"))
            lines += [_line(f"{name}/{file}", path) for file, path in found]
    return _looks(lines)


def inbox(folder: str | Path) -> Looks:
    """Give how all files of an inbox look, hidden ones apart."""
    return _looks(sorted(_inbox("", str(folder))))


_Line = tuple[str, int]


def _inbox(above: str, folder: str) -> Iterator[_Line]:
    try:
        with os.scandir(folder) as entries:
            for one in entries:
                if one.name.startswith("."):
                    continue
                if one.is_dir(follow_symlinks=False):
                    yield from _inbox(f"{above}{one.name}/", one.path)
                else:
                    yield _line(above + one.name, one.path)
    except OSError as err:
        yield f"{above} {err.errno}", 0


def _line(name: str, path: str) -> _Line:
    """Give how a file looks, a link as what it leads to, and when it changed."""
    try:
        state = os.stat(path)
    except OSError as err:
        return f"{name} {err.errno}", 0
    looks = (state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns)
    return f"{name} {state.st_mode} {looks}", state.st_mtime_ns


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


def _is_there(target: str, wanted: Iterable[Stated]) -> bool:
    """Say whether everything below a target still looks so. Raises OSError where it is gone.

    Whatever was added, taken away or renamed shows in its folder.
    """
    folder = os.open(target, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for path, size, changed in wanted:
            state = os.stat(path or ".", dir_fd=folder, follow_symlinks=False)
            if state.st_mtime_ns != changed or state.st_size != size:
                return False
        return True
    finally:
        os.close(folder)


def database(store: str) -> str:
    """Give how a database looks; empty where that says nothing, as while somebody changes it.

    All that was ever written stands in the one file as soon as the last process has let go of
    it, and the end of the journal in the other.
    """
    try:
        if os.path.exists(f"{store}-wal") and os.path.getsize(f"{store}-wal"):
            return ""
        line, at = _line("database", store)
        with open(f"{store}.head", encoding="ascii") as file:
            return f"{line} {file.read(1_000)}" if at else ""
    except (OSError, ValueError):
        return ""


def recall(folder: Path, now: datetime) -> Seen | None:
    """Give what the last whole run left behind, where nothing has changed since."""
    try:
        store = _store_of(folder)
        kept = json.loads(_kept_in(store).read_text("utf-8"))
        seen = Seen(
            datetime.fromisoformat(kept["since"]),
            datetime.fromisoformat(kept["until"]),
            tuple(map(str, kept["told"])),
            str(kept["said"]),
        )
        place, looked = Place(*kept["place"]), Looked(*kept["looked"])
        if [kept["version"], place.desk, place.store] != [_version(), _absolute(folder), store]:
            return None
        in_time = seen.since <= now < seen.until
        return seen if in_time and _is_same(place, looked) else None
    except (OSError, ValueError, TypeError, LookupError, ArithmeticError, RecursionError):
        return None


def _is_same(place: Place, then: Looked) -> bool:
    """Say whether all looks as then. The database is asked first: a run changes it first."""
    return (
        bool(then.database)
        and database(place.store) == then.database
        and files(place.desk).lines == tuple(then.files)
        and inbox(place.inbox).lines == tuple(then.inbox)
        and _is_there(place.target, then.documents)
    )


def keep(place: Place, looked: Looked, seen: Seen) -> None:
    """Keep what a whole run saw; where it cannot be kept, the next run does the whole work."""
    kept = {
        "version": _version(),
        "place": place,
        "looked": looked,
        "since": seen.since.isoformat(),
        "until": seen.until.isoformat(),
        "told": seen.told,
        "said": seen.said,
    }
    with suppress(OSError):
        fresh = _fresh(place.store)
        with fresh.open("x", encoding="utf-8") as file:
            file.write(json.dumps(kept))
        fresh.replace(_kept_in(place.store))


def forget(store: str) -> None:
    """Take away what a run left behind, a killed one too, before the next changes anything."""
    for path in (_kept_in(store), _fresh(store)):
        with suppress(OSError):
            path.unlink(missing_ok=True)


def _fresh(store: str) -> Path:
    """Give the file that is written first; left behind only by a run that was killed."""
    return Path(f"{_kept_in(store)}.tmp")


def _kept_in(store: str) -> Path:
    return Path(f"{store}.glance")


def _version() -> str:
    return f"{__version__} {sys.version}"


def _absolute(folder: Path) -> str:
    return str(folder.absolute())


def _store_of(folder: Path) -> str:
    """Give the file of the database that desk.toml names. Raises ValueError, OSError."""
    text = (folder / "desk.toml").read_text("utf-8-sig")
    named = tomllib.loads(text).get("store", f"{_SQLITE}.syndicate/desk.db")
    if not isinstance(named, str) or not named.startswith(_SQLITE):
        raise ValueError(named)
    return _absolute(folder / named.removeprefix(_SQLITE))
