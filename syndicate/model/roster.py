"""Who is on a desk, without reading all that was agreed with each.

A run looks at every partner's name and feeds, and reads the terms of only those whom something
concerns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple, overload

from syndicate.model.partner import Partner


class Outline(NamedTuple):
    """What of a partner is looked up without its terms."""

    id: str
    """The partner."""
    own: bool
    """Whether it is the publisher itself."""
    excludes: bool
    """Whether an agreement of its keeps something from others."""
    ends: tuple[datetime, ...]
    """When its agreements end, in their order."""
    feeds: tuple[tuple[str, tuple[str, ...]], ...]
    """Its feeds, each with its formats."""


def outline_of(partner: Partner) -> Outline:
    """Give the outline of a partner."""
    return Outline(
        partner.id,
        partner.own,
        any(one.exclusivity for one in partner.agreements),
        tuple(one.term.closes for one in partner.agreements if one.term.closes),
        tuple((feed.id, tuple(feed.formats)) for feed in partner.feeds),
    )


class Roster(Sequence[Partner]):
    """Partners of whom each is read when it is asked for, and once."""

    def __init__(self, outlines: Iterable[Outline], read: Callable[[int], Partner]) -> None:
        """Begin with their outlines; `read` gives the one at a place, as its outline says it."""
        self.outlines = tuple(outlines)
        self._read = read
        self._known: dict[int, Partner] = {}

    def __len__(self) -> int:
        return len(self.outlines)

    @overload
    def __getitem__(self, place: int) -> Partner: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Partner]: ...
    def __getitem__(self, place: int | slice) -> Partner | Sequence[Partner]:
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(len(self)))]
        place = range(len(self))[place]
        if place not in self._known:
            self._known[place] = self._read(place)
        return self._known[place]
