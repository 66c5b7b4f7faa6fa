"""Work that is kept to be done once: answers, fragments, packed pieces, envelopes.

All of it follows from what it is kept under and can be made again, so it is written when it is
convenient: many things in one transaction, and never in the way of a receipt.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import NamedTuple, Protocol

from syndicate.model.receipt import Item
from syndicate.pipeline.answers import Shelf
from syndicate.pipeline.items import digest_of

FAST = 1
"""Level of compression in the store: fragments are read far more often than sent from there."""
MUCH = 8_000_000
"""Bytes that are not held back any longer."""


class KeptFragment(NamedTuple):
    """A fragment that was checked."""

    key: str
    """SHA-256 of all that it follows from."""
    digest: str
    """SHA-256 of its plain bytes."""
    size: int
    """Length of its plain bytes."""
    data: bytes
    """Deflated (zlib)."""


class KeptPiece(NamedTuple):
    """A packed piece (see `syndicate.formats.packing`)."""

    key: str
    size: int
    """Length of the plain bytes."""
    crc: int
    """CRC-32 of the plain bytes."""
    data: bytes
    """Raw deflate."""


class KeptEnvelope(NamedTuple):
    """An envelope that was checked."""

    key: str
    """SHA-256 of all that it follows from, its slots apart."""
    asked: str
    """The class of the feeds that it is for."""
    data: bytes


class Keeps(NamedTuple):
    """What is kept in one step."""

    shelves: Mapping[str, bytes]
    """By class."""
    fragments: tuple[KeptFragment, ...] = ()
    pieces: tuple[KeptPiece, ...] = ()
    envelopes: tuple[KeptEnvelope, ...] = ()


class Kept(Protocol):
    """What a store keeps of it. Raises StoreFailed."""

    def shelf(self, asked: str) -> bytes | None:
        """Give what a class was told."""

    def shelves(self, asked: Iterable[str]) -> frozenset[str]:
        """Give the classes among some that were told anything."""

    def fragments(self, keys: Iterable[str]) -> Mapping[str, tuple[str, int]]:
        """Give (digest, size) of the fragments that are kept, by key."""

    def fragment_data(self, keys: Iterable[str]) -> Mapping[str, bytes]:
        """Give the deflated bytes of kept fragments, by key."""

    def pieces(self, keys: Iterable[str]) -> Mapping[str, tuple[bytes, int, int]]:
        """Give (raw deflate, size, CRC-32) of the pieces that are kept, by key."""

    def envelopes(self, keys: Iterable[str]) -> Mapping[str, bytes]:
        """Give the envelopes that are kept, by key."""

    def keep(self, made: Keeps) -> None:
        """Keep what was made, in one transaction."""

    def prune(
        self,
        fragments: AbstractSet[str],
        pieces: AbstractSet[str],
        asked: AbstractSet[str],
    ) -> int:
        """Keep only fragments of these digests, pieces of these keys, the shelves and envelopes of
        these classes; give how many fragments are left."""


class Keeping:
    """Reads what is kept, and gathers what is new until it is much, or until `flush`."""

    def __init__(self, store: Kept, *, keeps: bool) -> None:
        self.store = store
        self._keeps = keeps
        self._shelves: dict[str, bytes] = {}
        self._fragments: dict[str, KeptFragment] = {}
        self._pieces: dict[str, KeptPiece] = {}
        self._envelopes: dict[str, KeptEnvelope] = {}
        self._size = 0
        self.grown = 0
        """How many fragments were kept."""

    def shelf(self, asked: str, now: datetime) -> Shelf:
        """Give the shelf of a class."""
        return Shelf(self._shelves.get(asked) or self.store.shelf(asked), now)

    def keep_shelf(self, asked: str, shelf: Shelf) -> None:
        """Keep a shelf where it changed."""
        data = shelf.changed()
        if data is not None:
            self._shelves[asked] = data
            self._grown(len(data))

    def fragments(self, keys: Iterable[str]) -> Mapping[str, tuple[str, int]]:
        """Give (digest, size) of the fragments that are known, by key."""
        wanted = set(keys)
        fresh = {key: self._fragments[key] for key in wanted & self._fragments.keys()}
        known = {key: (one.digest, one.size) for key, one in fresh.items()}
        return {**self.store.fragments(wanted - known.keys()), **known}

    def plain(self, keys: Iterable[str]) -> Mapping[str, bytes]:
        """Give the plain bytes of fragments that are known, by key."""
        wanted = set(keys)
        found = {key: self._fragments[key].data for key in wanted & self._fragments.keys()}
        found.update(self.store.fragment_data(wanted - found.keys()))
        return {key: zlib.decompress(data) for key, data in found.items()}

    def keep_fragment(self, key: str, digest: str, plain: bytes) -> None:
        """Keep a fragment that was checked."""
        data = zlib.compress(plain, FAST)
        self._fragments[key] = KeptFragment(key, digest, len(plain), data)
        self.grown += 1
        self._grown(len(data))

    def keep_item(self, item: Item) -> None:
        """Keep what will stand behind a line, until it is recorded."""
        self.keep_fragment(_item_key(item.digest), item.digest, item.model_dump_json().encode())

    def item(self, digest: str) -> Item | None:
        """Give what will stand behind a line, where somebody prepared it."""
        key = _item_key(digest)
        found = self.plain([key])
        return Item.model_validate_json(found[key]) if found else None

    def pieces(self, keys: Iterable[str]) -> Mapping[str, tuple[bytes, int, int]]:
        """Give (raw deflate, size, CRC-32) of the pieces that are known, by key."""
        wanted = set(keys)
        fresh = {key: self._pieces[key] for key in wanted & self._pieces.keys()}
        known = {key: (one.data, one.size, one.crc) for key, one in fresh.items()}
        return {**self.store.pieces(wanted - known.keys()), **known}

    def keep_piece(self, piece: KeptPiece) -> None:
        """Keep a piece."""
        self._pieces[piece.key] = piece
        self._grown(len(piece.data))

    def envelopes(self, keys: Iterable[str]) -> Mapping[str, bytes]:
        """Give the envelopes that are known, by key."""
        wanted = set(keys)
        known = {key: self._envelopes[key].data for key in wanted & self._envelopes.keys()}
        return {**self.store.envelopes(wanted - known.keys()), **known}

    def keep_envelope(self, envelope: KeptEnvelope) -> None:
        """Keep an envelope that was checked."""
        self._envelopes[envelope.key] = envelope
        self._grown(len(envelope.data))

    def _grown(self, by: int) -> None:
        self._size += by
        if self._size > MUCH:
            self.flush()

    def flush(self) -> None:
        """Write what was gathered."""
        made = Keeps(
            self._shelves,
            tuple(self._fragments.values()),
            tuple(self._pieces.values()),
            tuple(self._envelopes.values()),
        )
        if self._keeps and any(made):
            self.store.keep(made)
        if self._keeps:
            self._shelves, self._fragments, self._pieces, self._envelopes = {}, {}, {}, {}
            self._size = 0


def _item_key(digest: str) -> str:
    return digest_of(f"item {digest}")
