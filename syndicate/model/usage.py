"""What partners fetched: counted by day, credential and editions."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

NOBODY = ""
"""The credential of whoever reads what anybody may read."""


class Fetch(NamedTuple):
    """One request for a feed that was answered with it, or with that nothing is new."""

    at: datetime
    credential: str
    """Id of the key or token."""
    partner: str
    """Whose that is; empty for nobody's."""
    feed: str
    format: str
    sequence: int
    """The edition that was out."""
    fetched: bool
    """Whether bytes were sent; where not, the reader had them already (304, 204)."""
    since: int = 0
    """The edition since which only what changed was sent; 0 where it was the whole."""


class Fetches(NamedTuple):
    """What one credential asked for on one day, of one edition."""

    day: date
    """In UTC."""
    credential: str
    partner: str
    feed: str
    format: str
    sequence: int
    since: int
    """As in Fetch."""
    fetched: int
    """How often bytes were sent."""
    polled: int
    """How often nothing was new."""
    first_at: datetime | None
    """When bytes were first sent that day, or were there already (304); None where neither was."""
    last_at: datetime
    """When it was last asked."""
