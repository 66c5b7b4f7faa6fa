"""Documents before their bytes are put together: an envelope of a feed's own around fragments.

What stands around the articles changes with them only in a few slots: a date, an id. So an
envelope is written and checked once for a head, and kept with its slots empty; from then on it is
filled. It is kept only where two different fillings leave the same around the slots.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from typing import NamedTuple

from syndicate.checks.findings import MAX_BYTES
from syndicate.checks.fragments import check_envelope
from syndicate.formats import packing
from syndicate.formats.base import Envelope, Format, Frame, Piece, refuse_twice
from syndicate.model.document import Archives, Document, FeedHead, document_digest
from syndicate.model.errors import RenderFailed
from syndicate.pipeline.compose import ARCHIVE, Composition, content_time, head_of, newest_of
from syndicate.pipeline.items import digest_of
from syndicate.pipeline.keeping import Keeping, KeptEnvelope
from syndicate.pipeline.plan import Member
from syndicate.pipeline.press import Pressed, words_of

_SLOT = "\0{}\0"
"""Marks a slot: no XML document holds it."""


class Sheet(NamedTuple):
    """A document before its bytes are put together."""

    path: str
    media_type: str
    envelope: Envelope
    pressed: Pressed
    updated: datetime
    """The feed's own time."""
    makeup: str
    """Of what fragments it is made."""
    digest: str
    """Of the whole (see `syndicate.model.document.document_digest`)."""

    @property
    def size(self) -> int:
        """Length of its plain bytes."""
        return _size(self.envelope, self.pressed)

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


_ENCODERS = {"zstd": packing.zstd, "br": packing.brotli}
_closing = lru_cache(64)(packing.packed)


def require(encodings: Iterable[str]) -> None:
    """Make sure that documents can be put so.

    Raises:
        EncodingFailed: the library of an encoding is not installed.
    """
    for name in encodings:
        if name in _ENCODERS:
            _ENCODERS[name](b"")


class Template(NamedTuple):
    """An envelope with empty slots, checked."""

    frame: Frame
    opening: str
    between: str
    closing: str

    def filled(self, slots: Sequence[str]) -> Envelope:
        """Give the envelope for some content."""
        opening = self.opening
        for number, text in enumerate(slots):
            opening = opening.replace(_SLOT.format(number), text)
        return Envelope(opening.encode(), self.between.encode(), self.closing.encode())

    def data(self) -> bytes:
        """Give it as it is kept."""
        return json.dumps(self).encode()


def _template(data: bytes) -> Template:
    frame, *rest = json.loads(data)
    named = Frame(*frame)
    return Template(named._replace(renditions=tuple(named.renditions)), *rest)


def _emptied(frame: Frame, envelope: Envelope, slots: Sequence[str]) -> Template:
    opening = envelope.opening.decode()
    for number, text in enumerate(slots):
        opening = opening.replace(text, _SLOT.format(number))
    return Template(frame, opening, envelope.between.decode(), envelope.closing.decode())


class Wrap:
    """What one feed puts around its articles."""

    def __init__(self, fmt: Format, member: Member, composed: Composition, data: bytes | None):
        self.member = member
        self._fmt = fmt
        self._composed = composed
        self.template = _template(data) if data else None

    @cached_property
    def frame(self) -> Frame:
        """What of the feed its fragments depend on."""
        return self.template.frame if self.template else self._fmt.frame(self.head)

    @cached_property
    def head(self) -> FeedHead:
        """The head, before anything was found that cannot be written."""
        return self.head_for(self._composed)

    def head_for(self, composed: Composition) -> FeedHead:
        """Give the head for some content."""
        turn = self.member.turn
        head = head_of(turn.files, turn.partner, turn.feed, self._fmt, composed)
        before = self.member.way.updated
        updated = max(head.updated, before) if before else head.updated
        return head.model_copy(update={"updated": updated})


class Sheets:
    """Puts envelopes around fragments."""

    def __init__(self, keeping: Keeping) -> None:
        self._keeping = keeping
        self.made = 0
        """How many envelopes were written and checked."""
        self._newest: tuple[Composition, datetime | None] | None = None

    def _updated(self, member: Member, composed: Composition) -> datetime:
        """Give a feed's own time: the last change of its content; it never goes back."""
        if self._newest is None or self._newest[0] is not composed:
            self._newest = composed, newest_of(composed)
        turn, before = member.turn, member.way.updated
        updated = self._newest[1] or content_time(turn.files, turn.partner, composed)
        return max(updated, before) if before else updated

    def wraps(
        self, fmt: Format, members: Iterable[Member], composed: Composition
    ) -> Iterator[Wrap]:
        """Give what feeds put around the same articles, one by one: there may be very many."""
        urgency = _urgency(line.urgency for line in composed.lines)
        has = bool(composed.archived)
        keys = [
            (_key(fmt, one, self._updated(one, composed), urgency, archived=has), one)
            for one in members
        ]
        kept: Mapping[str, bytes] = {}
        if composed.lines and not composed.tombstones:
            kept = self._keeping.envelopes(key for key, _ in keys)
        for key, one in keys:
            yield Wrap(fmt, one, composed, kept.get(key))

    def sheet(self, fmt: Format, wrap: Wrap, composed: Composition, pressed: Pressed) -> Sheet:
        """Give a document: an envelope of its own around fragments that were all checked.

        Raises:
            RenderFailed: the envelope cannot be written, or is not valid.
        """
        updated = self._updated(wrap.member, composed)
        envelope = self._filled(fmt, wrap, pressed, updated, composed.archived)
        if envelope is None:
            envelope = self._written(fmt, wrap, composed, pressed)
        opening, between, closing = envelope
        makeup = pressed.makeup(between)
        digest = document_digest(opening, digest_of(makeup), closing)
        path, media_type = wrap.member.path, fmt.media_type
        return Sheet(path, media_type, envelope, pressed, updated, makeup, digest)

    def _filled(
        self, fmt: Format, wrap: Wrap, pressed: Pressed, updated: datetime, archived: int
    ) -> Envelope | None:
        """Fill a kept envelope; None where there is none for just this content."""
        if wrap.template is None or pressed.faults:
            return None
        refuse_twice(pressed.pieces)
        envelope = wrap.template.filled(_slots(fmt, updated, pressed.pieces, archived))
        return envelope if _size(envelope, pressed) <= MAX_BYTES else None

    def _written(
        self, fmt: Format, wrap: Wrap, composed: Composition, pressed: Pressed
    ) -> Envelope:
        """Write an envelope, check it, and keep it where that can be."""
        head, stones = wrap.head_for(composed), composed.tombstones
        try:
            envelope = fmt.envelope(head, stones, pressed.pieces)
        except RenderFailed:
            raise
        except Exception as met:  # whatever is odd about a feed costs only that feed
            raise RenderFailed(words_of(met)) from met
        self.made += 1
        guids = [one.guid for one in pressed.pieces]
        gone = pressed.data(pressed.fragments[: len(stones)])
        faults = check_envelope(envelope, fmt.name, guids, gone, _size(envelope, pressed))
        if faults:
            raise RenderFailed(f"{fmt.name}: {faults[0]}")
        if pressed.pieces and not stones:
            self._keep(fmt, wrap, head, envelope, pressed.pieces, composed.archived)
        return envelope

    def _keep(
        self,
        fmt: Format,
        wrap: Wrap,
        head: FeedHead,
        envelope: Envelope,
        pieces: Sequence[Piece],
        archived: int,
    ) -> None:
        """Keep an envelope where another filling leaves the same around the slots."""
        made = _emptied(fmt.frame(head), envelope, _slots(fmt, head.updated, pieces, archived))
        moved = archived and 10 * archived + 7
        other = head.model_copy(
            update={"updated": _another(head.updated), "archives": _moved(head.archives, moved)}
        )
        changed = [pieces[0]._replace(digest=digest_of(pieces[0].digest)), *pieces[1:]]
        again = fmt.envelope(other, (), changed)
        slots = _slots(fmt, other.updated, changed, moved)
        if _emptied(fmt.frame(other), again, slots) == made:
            urgency = _urgency(one.urgency for one in pieces)
            key = _key(fmt, wrap.member, head.updated, urgency, archived=bool(archived))
            self._keeping.keep_envelope(KeptEnvelope(key, wrap.member.way.head, made.data()))


def _another(moment: datetime) -> datetime:
    """Give another moment, of which every part but the year is another."""
    other = moment + timedelta(days=41, hours=7, minutes=13, seconds=17)
    return other if other.year == moment.year else moment - (other - moment)


def _moved(archives: Archives | None, number: int) -> Archives | None:
    """Give the same with another number."""
    if archives is None or archives.previous is None:
        return archives
    before, there, _ = archives.previous.rpartition(ARCHIVE)
    end = archives.previous.rpartition(".")[2]
    return Archives(previous=f"{before}{there}{number}.{end}")


def _slots(
    fmt: Format, updated: datetime, pieces: Sequence[Piece], archived: int
) -> tuple[str, ...]:
    """Give what of an envelope changes with its content, as it is written there."""
    return (*fmt.slots(updated, pieces), *([f"{ARCHIVE}{archived}."] if archived else []))


def _size(envelope: Envelope, pressed: Pressed) -> int:
    opening, between, closing = envelope
    return len(opening) + pressed.size(between) + len(closing)


def _urgency(all_: Iterable[int | None]) -> int | None:
    return min((one for one in all_ if one), default=None)


def _key(
    fmt: Format, member: Member, updated: datetime, urgency: int | None, *, archived: bool
) -> str:
    """Give the SHA-256 of all that an envelope follows from, its slots apart: the head, the year
    that its notice names, the most urgent article, whether there are archives."""
    parts = [fmt.name, fmt.version, member.way.head, updated.year, urgency, archived]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
