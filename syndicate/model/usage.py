"""What partners fetched: counted by day, credential and edition."""

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
    """Whether bytes were sent; where not, the reader had them already (304)."""


class Fetches(NamedTuple):
    """What one credential asked for on one day, of one edition."""

    day: date
    """In UTC."""
    credential: str
    partner: str
    feed: str
    format: str
    sequence: int
    fetched: int
    """How often bytes were sent."""
    polled: int
    """How often nothing was new."""
    first_at: datetime | None
    """When bytes were first sent that day; None where none were."""
    last_at: datetime
    """When it was last asked."""
