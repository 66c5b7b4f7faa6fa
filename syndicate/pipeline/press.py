"""Fragments of articles: rendered and checked once, kept, and copied from then on."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from syndicate.checks.fragments import check_envelope, check_fragment
from syndicate.formats.base import Envelope, Format, Frame, Piece, fragment_key, piece_of
from syndicate.model.document import Document, FeedHead
from syndicate.model.entry import Entry, Tombstone
from syndicate.model.errors import RenderFailed
from syndicate.pipeline.ports import Store

Thing = Entry | Tombstone
FAST = 1
"""Level of compression in the store: fragments are read far more often than sent from there."""


class Fragment(NamedTuple):
    """One article in a format, for feeds of a frame."""

    piece: Piece
    data: bytes


class Pressed:
    """The articles of a feed in a format."""

    def __init__(self, fragments: Sequence[Fragment], faults: Mapping[str, str]) -> None:
        self.fragments = tuple(fragments)
        self.faults = faults
        """Why articles cannot be written, by guid."""
        self._body: tuple[bytes, bytes] | None = None

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """What an envelope needs to know of them."""
        return tuple(one.piece for one in self.fragments)

    def body(self, between: bytes) -> bytes:
        """Give all of them in a row; feeds whose envelopes part them alike share it."""
        if self._body is None or self._body[0] != between:
            self._body = between, between.join(one.data for one in self.fragments)
        return self._body[1]


class Sheet(NamedTuple):
    """A document before its bytes are put together."""

    path: str
    media_type: str
    envelope: Envelope
    pressed: Pressed
    digest: str
    """SHA-256 of its bytes."""

    def document(self) -> Document:
        """Put the bytes together."""
        opening, between, closing = self.envelope
        data = b"".join((opening, self.pressed.body(between), closing))
        return Document(self.path, self.media_type, data)


class Press:
    """Gives fragments: out of the store, or made anew."""

    def __init__(self, store: Store, *, keeps: bool) -> None:
        self._store = store
        self._keeps = keeps
        self.made = 0
        """How many were rendered."""

    def press(self, fmt: Format, head: FeedHead, things: Iterable[Thing]) -> Pressed:
        """Give the fragments of what stands in a feed, in its order."""
        frame = fmt.frame(head)
        keys = {fragment_key(fmt, frame, one): one for one in things}
        kept = self._store.fragments(keys)
        found: list[Fragment] = []
        faults: dict[str, str] = {}
        fresh: list[tuple[str, str, str, bytes]] = []
        for key, one in keys.items():
            if key in kept:
                digest, data = kept[key]
                urgency = one.urgency if isinstance(one, Entry) else None
                found.append(Fragment(Piece(one.guid, digest, urgency), zlib.decompress(data)))
                continue
            try:
                made = self._made(fmt, frame, one)
            except Exception as met:  # whatever is odd about an article costs only that article
                faults[one.guid] = _words(met)
                continue
            found.append(made)
            fresh.append((key, one.guid, made.piece.digest, zlib.compress(made.data, FAST)))
        if self._keeps:
            self._store.keep_fragments(fresh)
        return Pressed(found, faults)

    def _made(self, fmt: Format, frame: Frame, one: Thing) -> Fragment:
        """Render an article and check it. Raises RenderFailed and whatever is odd about it."""
        data = fmt.fragment(frame, one) if isinstance(one, Entry) else fmt.stone(frame, one)
        self.made += 1
        faults = check_fragment(data, fmt.name, one.guid)
        if faults:
            raise RenderFailed(f"{fmt.name}: {faults[0]}")
        return Fragment(piece_of(one, data), data)


def assembled(
    fmt: Format, head: FeedHead, stones: Sequence[Tombstone], pressed: Pressed, path: str
) -> Sheet:
    """Give a document: an envelope of its own around fragments that were all checked.

    Raises:
        RenderFailed: the envelope cannot be written, or is not valid.
    """
    try:
        envelope = fmt.envelope(head, stones, pressed.pieces)
    except RenderFailed:
        raise
    except Exception as met:  # whatever is odd about a feed costs only that feed
        raise RenderFailed(_words(met)) from met
    body = pressed.body(envelope.between)
    size = len(envelope.opening) + len(body) + len(envelope.closing)
    guids = [one.guid for one in pressed.pieces]
    gone = [one.data for one in pressed.fragments[: len(stones)]]
    faults = check_envelope(envelope, fmt.name, guids, gone, size)
    if faults:
        raise RenderFailed(f"{fmt.name}: {faults[0]}")
    digest = hashlib.sha256(envelope.opening)
    digest.update(body)
    digest.update(envelope.closing)
    return Sheet(path, fmt.media_type, envelope, pressed, digest.hexdigest())


def _words(met: Exception) -> str:
    if isinstance(met, RenderFailed):
        return str(met)
    return f"{type(met).__name__}: {met}"
