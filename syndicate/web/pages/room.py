"""What every page needs: the desk, its record, what is served, the clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, TypeVar

from starlette.requests import Request

from syndicate.model.desk import DeskFiles
from syndicate.pipeline.catalog import Catalog
from syndicate.pipeline.doors import Doors, Ground
from syndicate.pipeline.keys import Chance
from syndicate.pipeline.ports import Store
from syndicate.web.record import Record

_T = TypeVar("_T")


class Room(NamedTuple):
    """Where pages are made."""

    desk: Path
    files: Callable[[], DeskFiles]
    """Gives the desk's files as they are now; slow where they changed. Raises SyndicateError."""
    record: Record
    aside: Record
    """The same, asked for what takes longer: whoever fetches a feed does not wait for it."""
    catalog: Callable[[], Catalog]
    """Gives what is served now."""
    beside: Path
    """The file of the database, which what was counted lies beside."""
    now: Callable[[], datetime]
    chance: Chance
    """Gives the random bytes of a secret."""
    ground: Callable[[], Ground]
    """Gives what single articles are decided with. Raises BadDesk where there is nothing yet."""
    doors: Doors
    """Looks articles up, in the thread of `aside`."""

    async def ask(self, what: Callable[[DeskFiles, Store], _T]) -> _T:
        """Give what the desk's files and the record say. Raises SyndicateError."""
        return await self.record.ask(lambda store: what(self.files(), store))

    async def look(self, what: Callable[[DeskFiles, Store], _T]) -> _T:
        """Give the same aside: who fetches a feed does not wait. Raises SyndicateError."""
        return await self.aside.ask(lambda store: what(self.files(), store))


def room_of(request: Request) -> Room:
    """Give the room that a request came to."""
    found: Room = request.app.state.room
    return found
