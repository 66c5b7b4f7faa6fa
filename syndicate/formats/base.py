"""What a format is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from syndicate.model.document import FeedHead
from syndicate.model.entry import Entry, Tombstone

Render = Callable[[FeedHead, Sequence[Entry], Sequence[Tombstone]], bytes]


class Format(NamedTuple):
    """A format that feeds are published in.

    `render` gives the bytes of a whole feed: the same arguments give the same bytes, whatever the
    hash seed, the locale, the time zone. Entries stand in the order given. It raises RenderFailed
    for an entry that cannot be written.
    """

    name: str
    media_type: str
    suffix: str
    schema: str
    """Folder below schemas/ that outputs are checked with."""
    carries: frozenset[str]
    """Mandatory terms the format has an element for: "embargo"."""
    render: Render
