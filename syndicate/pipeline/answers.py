"""What a class was told about articles, kept for as long as it stays true.

The answer about a version follows from the class and the moment, and time alone changes it at
`until` at the earliest. What follows from more than that (places of quotas, terms that an article
kept from before) is never kept here. A shelf can be thrown away at any time: it is made again.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple, cast

from syndicate.pipeline.lines import Facts
from syndicate.pipeline.pool import Place

FAST = 1
"""Level of compression: shelves are read far more often than written."""


class Answer(NamedTuple):
    """What was found about a version of an article."""

    version: int
    since: datetime
    """The moment it was found at."""
    until: datetime | None
    """The earliest later moment at which time alone can change any of it."""
    too_old: datetime | None
    """When the feed no longer picks it."""
    first: Place | None = None
    """The best place that embargoes and delays leave it now; None where it is not picked."""
    opens: datetime | None = None
    """When the next embargo or delay of it ends."""
    is_asked: bool = False
    """Whether the agreements were asked."""
    due: datetime | None = None
    """When time alone can change the decision."""
    place: Place | None = None
    """Where it stands; None where it is refused."""
    facts: Facts | None = None
    """Its facts, once it stood in the feed."""

    def holds(self, version: int, now: datetime) -> bool:
        """Say whether it is still true."""
        in_time = self.since <= now and (self.until is None or now < self.until)
        return self.version == version and in_time


Row = list[Any]
"""An answer as it is kept: what JSON holds, in the order of an `Answer`."""


class Shelf:
    """The answers that one class was given; each is read when it is asked for."""

    def __init__(self, data: bytes | None, now: datetime) -> None:
        """Begin with what was kept; what cannot be read was never there."""
        self._known = _read(data) if data else {}
        self._now = now
        self._given: dict[str, Answer] = {}
        self._used: dict[str, Row] = {}

    def get(self, guid: str, version: int) -> Answer | None:
        """Give what is still true about an article."""
        row = self._known.get(guid)
        found = _answer(row) if row else None
        if row is None or found is None or not found.holds(version, self._now):
            return None
        self._given[guid] = found
        self._used[guid] = row
        return found

    def keep(self, guid: str, answer: Answer) -> None:
        """Keep an answer."""
        if self._given.get(guid) is not answer:
            self._given[guid] = answer
            self._used[guid] = _row(answer)

    def changed(self) -> bytes | None:
        """Give what to keep, where that is not what was kept; what nobody asked for goes."""
        return None if self._used == self._known else _written(self._used)


def _written(rows: Mapping[str, Row]) -> bytes:
    return zlib.compress(json.dumps(rows).encode(), FAST)


def _row(answer: Answer) -> Row:
    *found, facts = map(_plain, answer)
    return [*found, list(map(_plain, facts)) if facts else None]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def _read(data: bytes) -> dict[str, Row]:
    try:
        rows = json.loads(zlib.decompress(data))
    except (zlib.error, ValueError):
        return {}
    return rows if isinstance(rows, dict) else {}


def _answer(row: Row) -> Answer | None:
    try:
        version, since, until, too_old, first, opens, is_asked, due, place, facts = row
        return Answer(
            version,
            datetime.fromisoformat(since),
            _moment(until),
            _moment(too_old),
            _place(first),
            _moment(opens),
            is_asked,
            _moment(due),
            _place(place),
            _facts(*facts) if facts else None,
        )
    except (ValueError, TypeError):
        return None


def _facts(*row: Any) -> Facts:
    found = Facts(*row)
    return found._replace(
        published=datetime.fromisoformat(row[5]),
        updated=datetime.fromisoformat(row[6]),
        due=_moment(row[9]),
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _place(row: list[Any] | None) -> Place | None:
    return cast(Place, tuple(row)) if row else None
