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
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from syndicate import __version__, looking

if TYPE_CHECKING:  # it takes as long to load as a thousand documents to look at
    from pathlib import Path

_SQLITE = "sqlite:///"
_USUAL = ".syndicate/desk.db"


class Place(NamedTuple):
    """Where a desk is, and what it names."""

    desk: str
    inbox: str
    target: str
    store: str
    """The file of the database."""


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
    documents: tuple[looking.Stated, ...]


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
        is_same = looking.inbox(place.inbox).lines == tuple(inbox_)
        return is_same and looking.files(place.desk).lines == tuple(files_)

    is_same = then and looking.database(place.store) == then
    return bool(is_same) and looking.is_there(place.target, documents_, is_same_desk)


def keep(place: Place, looked: Looked, seen: Seen) -> None:
    """Keep what a whole run saw; where it cannot be kept, the next run does the whole work.

    A line for each part, so that each is only read by the process that needs it.
    """
    parts = [(looked.files, looked.inbox), *looking.parts_of(looked.documents)]
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
