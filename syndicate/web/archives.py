"""Answers with archives of feeds: made of the record when asked for, and kept for a while.

Who may have the feed may have its archives, nobody else. One that was made is true until the
record, the desk's files or time change it; what is kept is thrown away then.
"""

from __future__ import annotations

import gzip
import re
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import NamedTuple

from syndicate.model.errors import SyndicateError
from syndicate.pipeline.archives import Archive
from syndicate.pipeline.catalog import Catalog, Listed
from syndicate.pipeline.heads import ARCHIVE
from syndicate.pipeline.ports import Store
from syndicate.web.answer import SECOND, admitted, document
from syndicate.web.asked import IDENTITY, Asked
from syndicate.web.held import Held, held
from syndicate.web.record import Record
from syndicate.web.refusals import Answer, away

AT_HAND = 64
"""Archives that are kept, at most."""

Makes = Callable[[Store, Listed, int, datetime], tuple[object, Callable[[], Archive | None]]]
"""Gives what an archive follows from, moment apart, and what makes it. Both raise SyndicateError
where that cannot be told."""

_PATH = re.compile(rf"/([^/]+/[^/]+){ARCHIVE}([1-9][0-9]{{0,8}})(\.[^/]+)")


def is_archive(path: str) -> bool:
    """Say whether a path is that of an archive, be it there or not."""
    return _PATH.fullmatch(path) is not None


class _Kept(NamedTuple):
    """An archive that was made."""

    follows: object
    due: datetime | None
    shown: _Shown


class _Shown(NamedTuple):
    """Its representations; none where there is no such archive."""

    every: tuple[Held, ...]

    def codings(self, path: str) -> tuple[str, ...]:
        """Give its codings, smallest first."""
        return tuple(one.coding for one in self.every)

    def get(self, path: str, coding: str) -> Held | None:
        """Give a representation."""
        return next((one for one in self.every if one.coding == coding), None)


class ArchiveDesk:
    """Answers requests for archives."""

    def __init__(self, record: Record, makes: Makes) -> None:
        self._record = record
        self._makes = makes
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        """Touched by the record's thread alone."""

    async def answered(self, asked: Asked, catalog: Catalog, now: datetime) -> Answer | None:
        """Give the answer to a request for an archive; None where it is for something else."""
        named = _PATH.fullmatch(asked.path)
        if named is None:
            return None
        listed = catalog.feeds.get(f"{named[1]}{named[3]}")
        who, wrong = admitted(asked, catalog, listed, now)
        if wrong or listed is None:
            return wrong
        path, number = asked.path.removeprefix("/"), int(named[2])
        get = partial(self._get, path=path, listed=listed, number=number, now=now)
        try:
            kept = await self._record.ask(get)
        except SyndicateError:
            return away(asked, catalog)._replace(who=who)
        listed = listed._replace(due=kept.due, put=0)
        # It was made of what is there now, not of what was there when the catalog was read.
        fresh = catalog._replace(at=now + 2 * SECOND)
        return document(asked, fresh, kept.shown, path, listed, now)._replace(who=who)

    def _get(self, store: Store, path: str, listed: Listed, number: int, now: datetime) -> _Kept:
        follows, make = self._makes(store, listed, number, now)
        before = self._kept.get(path)
        if before and before.follows == follows and (before.due is None or now < before.due):
            self._kept.move_to_end(path)
            return before
        made = make()
        if made is None:
            self._kept.pop(path, None)
            return _Kept(follows, None, _Shown(()))
        kept = _Kept(follows, made.due, _shown(made, before, now))
        self._kept[path] = kept
        self._kept.move_to_end(path)
        if len(self._kept) > AT_HAND:
            self._kept.popitem(last=False)
        return kept


def _shown(made: Archive, before: _Kept | None, now: datetime) -> _Shown:
    """Give its representations: those from before, where they say the same."""
    if before and before.shown.every[-1].data == made.data:
        return before.shown
    packed = gzip.compress(made.data, 6, mtime=0)
    return _Shown((held(packed, "gzip", now), held(made.data, IDENTITY, now)))
