"""What a format is, and how a document comes from fragments and an envelope.

An article is rendered once for every frame, and its bytes are copied into any feed of that frame.
What is the feed's own stands in the envelope.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from syndicate.model.document import FeedHead
from syndicate.model.entry import Entry, Tombstone
from syndicate.model.errors import RenderFailed


class Frame(NamedTuple):
    """All of a feed that a fragment depends on: feeds with equal frames share fragments.

    A format fills in only what its fragments need.
    """

    language: str = ""
    """Of the feed: RSS states an entry's language where it differs."""
    origin: str = ""
    """Scheme and host of the feed's address: RSL speaks only for pages of the same origin."""
    publisher: str = ""
    """Name of the provider of NewsML-G2 items."""
    site_url: str = ""
    """Identifies that provider."""
    authority: str = ""
    """What the publisher's own URIs start with: tag:harbour.example,2024."""
    renditions: tuple[str, ...] = ()
    """Alternate renditions of the body in NewsML-G2."""
    generator_version: str = ""
    """Version of this software, which NewsML-G2 items state."""


class Piece(NamedTuple):
    """What an envelope needs to know of a fragment."""

    guid: str
    digest: str
    """SHA-256 of the fragment's bytes, hexadecimal."""
    urgency: int | None = None


class Envelope(NamedTuple):
    """What stands around fragments: opening + between.join(fragments) + closing."""

    opening: bytes
    between: bytes
    closing: bytes

    def around(self, fragments: Iterable[bytes]) -> bytes:
        """Give the document."""
        return self.opening + self.between.join(fragments) + self.closing


Render = Callable[[FeedHead, Sequence[Entry], Sequence[Tombstone]], bytes]


class Format(NamedTuple):
    """A format that feeds are published in.

    The same arguments give the same bytes, whatever the hash seed, the locale, the time zone.
    """

    name: str
    media_type: str
    suffix: str
    schema: str
    """Folder below schemas/ that outputs are checked with."""
    carries: frozenset[str]
    """Mandatory terms the format has an element for: "embargo"."""
    version: int
    """Counts up when the same entry gives other bytes: fragments made before are void then."""
    frame: Callable[[FeedHead], Frame]
    """What of a feed its fragments depend on."""
    fragment: Callable[[Frame, Entry], bytes]
    """One article, without white space around it; raises RenderFailed where that cannot be."""
    stone: Callable[[Frame, Tombstone], bytes]
    """The emptied item of a withdrawn article, without white space around it."""
    envelope: Callable[[FeedHead, Sequence[Tombstone], Sequence[Piece]], Envelope]
    """What stands around the pieces, which are in the order of the document, tombstones first.
    Raises RenderFailed for a guid that stands there twice."""
    slots: Callable[[datetime, Sequence[Piece]], tuple[str, ...]]
    """What of an envelope its content changes, as it is written there: of the feed's own time and
    the pieces. Nothing else of it changes with content, but for the urgency of the most urgent
    piece, for tombstones, and for there being no pieces at all."""
    render: Render
    """The bytes of a whole feed, all of it made anew; entries stand in the order given."""
    archives: bool = False
    """Whether its documents can point to older ones."""


def compose(
    fmt: Format, head: FeedHead, entries: Sequence[Entry], tombstones: Sequence[Tombstone]
) -> bytes:
    """Give a whole feed out of fragments that are all made anew.

    Raises:
        RenderFailed: an entry or a tombstone cannot be written, or a guid stands there twice.
    """
    frame = fmt.frame(head)
    fragments = [fmt.stone(frame, one) for one in tombstones]
    fragments += [fmt.fragment(frame, one) for one in entries]
    ordered: list[Entry | Tombstone] = [*tombstones, *entries]
    pieces = [piece_of(one, data) for one, data in zip(ordered, fragments, strict=True)]
    return fmt.envelope(head, tombstones, pieces).around(fragments)


def piece_of(one: Entry | Tombstone, fragment: bytes) -> Piece:
    """Give what an envelope needs to know of an article's fragment."""
    urgency = one.urgency if isinstance(one, Entry) else None
    return Piece(one.guid, hashlib.sha256(fragment).hexdigest(), urgency)


def written_by(fmt: Format, frame: Frame, kind: str) -> str:
    """Give as text what fragments of a kind have in common that stand in feeds of a frame."""
    return json.dumps([fmt.name, fmt.version, kind, *frame], ensure_ascii=False)


def fragment_key(made_by: str, content: str) -> str:
    """Give the SHA-256 of all that a fragment follows from, hexadecimal.

    `content` says all that it is written from: equal things, equal text.
    """
    return hashlib.sha256(f"{made_by}\n{content}".encode()).hexdigest()


def refuse_twice(pieces: Iterable[Piece]) -> None:
    """Refuse a guid that stands in a document twice.

    Raises:
        RenderFailed: one does.
    """
    seen: set[str] = set()
    for one in pieces:
        if one.guid in seen:
            raise RenderFailed("stands in the feed twice", where=one.guid)
        seen.add(one.guid)


def opened(empty: bytes, end: bytes, depth: int) -> Envelope:
    """Give the envelope that a document without items becomes, so many levels deep.

    `end` is the tag before which the items go; it stands on a line of its own.
    """
    at = empty.rindex(end)
    own_line = b"\n" + b"  " * depth
    return Envelope(empty[:at].rstrip() + own_line, own_line, own_line[:-2] + empty[at:])
