"""Fragments of articles: rendered and checked once, kept, and copied from then on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from syndicate.checks.findings import Findings
from syndicate.checks.fragments import check_fragment, check_fragments
from syndicate.formats import packing
from syndicate.formats.base import Format, Frame, Piece, fragment_key, written_by
from syndicate.model.entry import Tombstone
from syndicate.model.errors import RenderFailed
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
        self._makeup: tuple[bytes, str] | None = None

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
        if self._makeup is None or self._makeup[0] != between:
            lines = [[one.size, one.piece.digest] for one in self.fragments]
            text = json.dumps({"between": between.decode(), "fragments": lines})
            self._makeup = between, text
        return self._makeup[1]


class _Pieces:
    """Pieces that are kept, as `syndicate.formats.packing` asks for them."""

    def __init__(self, keeping: Keeping) -> None:
        self._keeping = keeping

    def get(self, keys: Collection[str], /) -> Mapping[str, packing.Packed]:
        return {key: packing.Packed(*one) for key, one in self._keeping.pieces(keys).items()}

    def put(self, key: str, piece: packing.Packed, /) -> None:
        self._keeping.keep_piece(KeptPiece(key, piece.size, piece.crc, piece.data))


class Press:
    """Gives fragments: out of the store, or made anew."""

    def __init__(self, keeping: Keeping) -> None:
        self._keeping = keeping
        self.made = 0
        """How many were rendered."""

    def press(self, fmt: Format, frame: Frame, things: Iterable[Thing]) -> Pressed:
        """Give the fragments of what stands in a feed, in its order."""
        made_by = {kind: written_by(fmt, frame, kind.__name__) for kind in (Line, Tombstone)}
        keys = {fragment_key(made_by[type(one)], _content(one)): one for one in things}
        known = dict(self._keeping.fragments(keys))
        faults: dict[str, str] = {}
        rendered: dict[str, tuple[bytes, str]] = {}
        for key, one in keys.items():
            if key not in known:
                try:
                    rendered[key] = _rendered(fmt, frame, one), one.guid
                except Exception as met:  # whatever is odd about an article costs only that one
                    faults[one.guid] = words_of(met)
        for key, fault in zip(rendered, _faults(fmt, rendered.values()), strict=True):
            data, guid = rendered[key]
            if fault:
                faults[guid] = fault
            else:
                known[key] = hashlib.sha256(data).hexdigest(), len(data)
                self._keeping.keep_fragment(key, known[key][0], data)
        self.made += len(rendered)
        found = [_fragment(key, one, known[key]) for key, one in keys.items() if key in known]
        return Pressed(found, faults, self._keeping)


def _fragment(key: str, one: Thing, known: tuple[str, int]) -> Fragment:
    digest, size = known
    urgency = one.urgency if isinstance(one, Line) else None
    return Fragment(key, Piece(one.guid, digest, urgency), size)


def _faults(fmt: Format, rendered: Collection[tuple[bytes, str]]) -> list[str]:
    """Say for each fragment what is wrong with it; empty where nothing is."""
    try:
        found = check_fragments(list(rendered), fmt.name)
    except Exception:  # found again, at the fragment that is odd
        return [_fault(fmt, *one) for one in rendered]
    return [_words(fmt, faults) for faults in found]


def _fault(fmt: Format, data: bytes, guid: str) -> str:
    try:
        faults = check_fragment(data, fmt.name, guid)
    except Exception as met:
        return words_of(met)
    return _words(fmt, faults)


def _words(fmt: Format, faults: Findings) -> str:
    return str(RenderFailed(f"{fmt.name}: {faults[0]}")) if faults else ""


def _content(one: Thing) -> str:
    return one.content if isinstance(one, Line) else one.model_dump_json()


def _rendered(fmt: Format, frame: Frame, one: Thing) -> bytes:
    return fmt.fragment(frame, one.entry()) if isinstance(one, Line) else fmt.stone(frame, one)


def words_of(met: Exception) -> str:
    """Say why something cannot be written."""
    if isinstance(met, RenderFailed):
        return str(met)
    return f"{type(met).__name__}: {met}"
