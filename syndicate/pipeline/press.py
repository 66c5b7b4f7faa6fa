"""Fragments of articles: rendered and checked once, kept, and copied from then on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple

from syndicate.checks.fragments import check_envelope, check_fragment
from syndicate.formats import packing
from syndicate.formats.base import Envelope, Format, Frame, Piece, fragment_key
from syndicate.model.document import Document, FeedHead, document_digest
from syndicate.model.entry import Tombstone
from syndicate.model.errors import RenderFailed
from syndicate.pipeline.items import digest_of
from syndicate.pipeline.keeping import Keeping, KeptPiece
from syndicate.pipeline.lines import Line

Thing = Line | Tombstone


class Fragment(NamedTuple):
    """One article in a format, for feeds of a frame."""

    key: str
    piece: Piece
    size: int
    """Length of its bytes."""


class Pressed:
    """The articles of a feed in a format; their bytes are read when they are asked for."""

    def __init__(
        self, fragments: Sequence[Fragment], faults: Mapping[str, str], keeping: Keeping
    ) -> None:
        self.fragments = tuple(fragments)
        self.faults = faults
        """Why articles cannot be written, by guid."""
        self._keeping = keeping
        self._body: tuple[bytes, bytes] | None = None
        self._packed: tuple[bytes, packing.Packed] | None = None

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """What an envelope needs to know of them."""
        return tuple(one.piece for one in self.fragments)

    def data(self, fragments: Iterable[Fragment]) -> list[bytes]:
        """Give the bytes of some of them."""
        wanted = [one.key for one in fragments]
        found = self._keeping.plain(wanted)
        return [found[key] for key in wanted]

    def size(self, between: bytes) -> int:
        """Give the length of all of them in a row."""
        return sum(one.size for one in self.fragments) + len(between) * max(
            0, len(self.fragments) - 1
        )

    def body(self, between: bytes) -> bytes:
        """Give all of them in a row; feeds whose envelopes part them alike share it."""
        if self._body is None or self._body[0] != between:
            self._body = between, between.join(self.data(self.fragments))
        return self._body[1]

    def packed(self, between: bytes) -> packing.Packed:
        """Give the same packed, from pieces that are kept."""
        if self._packed is None or self._packed[0] != between:
            every = [packing.Fragment(one.piece.digest, one.size) for one in self.fragments]
            made = packing.run(every, between, _Pieces(self._keeping), self._plain)
            self._packed = between, made
        return self._packed[1]

    def _plain(self, digests: Collection[str]) -> Mapping[str, bytes]:
        wanted = [one for one in self.fragments if one.piece.digest in digests]
        found = self.data(wanted)
        return {one.piece.digest: data for one, data in zip(wanted, found, strict=True)}

    def makeup(self, between: bytes) -> str:
        """Give as text of what fragments the body is made."""
        lines = [[one.size, one.piece.digest] for one in self.fragments]
        return json.dumps({"between": between.decode(), "fragments": lines})


class _Pieces:
    """Pieces that are kept, as `syndicate.formats.packing` asks for them."""

    def __init__(self, keeping: Keeping) -> None:
        self._keeping = keeping

    def get(self, keys: Collection[str], /) -> Mapping[str, packing.Packed]:
        return {key: packing.Packed(*one) for key, one in self._keeping.pieces(keys).items()}

    def put(self, key: str, piece: packing.Packed, fragment: str, /) -> None:
        self._keeping.keep_piece(KeptPiece(key, fragment, piece.size, piece.crc, piece.data))


class Sheet(NamedTuple):
    """A document before its bytes are put together."""

    path: str
    media_type: str
    envelope: Envelope
    pressed: Pressed
    makeup: str
    """Of what fragments it is made."""
    digest: str
    """Of the whole (see `syndicate.model.document.document_digest`)."""

    def document(self, encodings: Collection[str] = ("plain",)) -> Document:
        """Put the bytes together: plain, packed, or both."""
        opening, between, closing = self.envelope
        data = b""
        if set(encodings) - {"gzip"}:
            data = b"".join((opening, self.pressed.body(between), closing))
        coded = [(name, _ENCODERS[name](data)) for name in encodings if name in _ENCODERS]
        if "gzip" in encodings:
            middle = self.pressed.packed(between)
            every = (packing.packed(opening), middle, _closing(closing))
            coded.append(("gzip", packing.joined(every)))
        plain = "plain" in encodings
        return Document(self.path, self.media_type, data, tuple(coded), plain)


_ENCODERS = {"zstd": packing.zstd, "brotli": packing.brotli}
_closing = lru_cache(64)(packing.packed)


class Press:
    """Gives fragments: out of the store, or made anew."""

    def __init__(self, keeping: Keeping) -> None:
        self._keeping = keeping
        self.made = 0
        """How many were rendered."""

    def press(self, fmt: Format, head: FeedHead, things: Iterable[Thing]) -> Pressed:
        """Give the fragments of what stands in a feed, in its order."""
        frame = fmt.frame(head)
        keys = {_key(fmt, frame, one): one for one in things}
        kept = self._keeping.fragments(keys)
        found: list[Fragment] = []
        faults: dict[str, str] = {}
        for key, one in keys.items():
            if key not in kept:
                try:
                    digest, size = self._made(fmt, frame, key, one)
                except Exception as met:  # whatever is odd about an article costs only that one
                    faults[one.guid] = _words(met)
                    continue
            else:
                digest, size = kept[key]
            urgency = one.urgency if isinstance(one, Line) else None
            found.append(Fragment(key, Piece(one.guid, digest, urgency), size))
        return Pressed(found, faults, self._keeping)

    def _made(self, fmt: Format, frame: Frame, key: str, one: Thing) -> tuple[str, int]:
        """Render an article, check it and keep it. Raises RenderFailed and whatever is odd."""
        data = _rendered(fmt, frame, one)
        self.made += 1
        faults = check_fragment(data, fmt.name, one.guid)
        if faults:
            raise RenderFailed(f"{fmt.name}: {faults[0]}")
        digest = hashlib.sha256(data).hexdigest()
        self._keeping.keep_fragment(key, digest, data)
        return digest, len(data)


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
    opening, between, closing = envelope
    size = len(opening) + pressed.size(between) + len(closing)
    guids = [one.guid for one in pressed.pieces]
    gone = pressed.data(pressed.fragments[: len(stones)])
    faults = check_envelope(envelope, fmt.name, guids, gone, size)
    if faults:
        raise RenderFailed(f"{fmt.name}: {faults[0]}")
    makeup = pressed.makeup(between)
    digest = document_digest(opening, digest_of(makeup), closing)
    return Sheet(path, fmt.media_type, envelope, pressed, makeup, digest)


def _key(fmt: Format, frame: Frame, one: Thing) -> str:
    content = one.content if isinstance(one, Line) else one.model_dump_json()
    return fragment_key(fmt, frame, type(one).__name__, content)


def _rendered(fmt: Format, frame: Frame, one: Thing) -> bytes:
    return fmt.fragment(frame, one.entry()) if isinstance(one, Line) else fmt.stone(frame, one)


def _words(met: Exception) -> str:
    if isinstance(met, RenderFailed):
        return str(met)
    return f"{type(met).__name__}: {met}"
