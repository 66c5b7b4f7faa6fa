"""Documents before their bytes are put together: an envelope of a feed's own around fragments.

What stands around the articles is the same in all feeds of a class, but for what each is called
(heads.py), and it changes with the articles only in a few slots: a date, an id. So an envelope is
written and checked once for a class, and kept with all of that left open; from then on it is
filled. It is kept only where filling gives again, byte by byte, what was written and checked.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from typing import NamedTuple

from syndicate import __version__
from syndicate.checks.findings import MAX_BYTES
from syndicate.checks.fragments import check_envelope
from syndicate.formats import packing
from syndicate.formats.base import Envelope, Format, Frame, Piece, refuse_twice
from syndicate.model.document import Document, FeedHead, document_digest
from syndicate.model.errors import RenderFailed
from syndicate.pipeline.compose import Composition
from syndicate.pipeline.heads import (
    ARCHIVE,
    Own,
    content_time,
    head_of,
    head_with,
    newest_of,
    own_of,
    shared_of,
)
from syndicate.pipeline.items import digest_of
from syndicate.pipeline.keeping import Keeping, KeptEnvelope
from syndicate.pipeline.plan import Member
from syndicate.pipeline.press import Pressed, words_of

_SLOT = "\0{}\0"
"""Marks a slot: no XML document holds it."""
AT_HAND = 200
"""So many envelopes are at hand, at most."""


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
    """An envelope with empty slots; what was written of it was checked."""

    frame: Frame
    opening: str
    between: str
    closing: str

    def filled(self, texts: Sequence[str]) -> Envelope:
        """Give the envelope for some content and some feed: see `_slots`."""
        opening = self.opening
        for number, text in enumerate(texts):
            opening = opening.replace(_SLOT.format(number), text)
        return Envelope(opening.encode(), self.between.encode(), self.closing.encode())

    def data(self) -> bytes:
        """Give it as it is kept."""
        return json.dumps(self).encode()


def _template(data: bytes) -> Template:
    frame, *rest = json.loads(data)
    named = Frame(*frame)
    return Template(named._replace(renditions=tuple(named.renditions)), *rest)


def _emptied(frame: Frame, envelope: Envelope, texts: Sequence[str]) -> Template:
    opening = envelope.opening.decode()
    for number, text in enumerate(texts):
        opening = opening.replace(text, _SLOT.format(number)) if text else opening
    return Template(frame, opening, envelope.between.decode(), envelope.closing.decode())


_NOBODY = Own(
    partner="p-5c1e9a7d",
    feed="f-5c1e9a7d",
    title="t-5c1e9a7d <&'\"> \u0645",
    description="d-5c1e9a7d <&'\"> \u0645",
)
"""Stands for what is a feed's own where an envelope is made for others too: text that nothing else
in a head holds, with all that is written otherwise in one place than in another."""


class Wrap:
    """What one feed puts around its articles."""

    def __init__(
        self,
        fmt: Format,
        member: Member,
        composed: Composition,
        key: str,
        template: Template | None,
    ) -> None:
        self.member = member
        self.key = key
        self.template = template
        self._fmt = fmt
        self._composed = composed

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
        self._templates: dict[str, Template] = {}
        """Those at hand, by key."""
        self._keys: dict[tuple[object, ...], str] = {}
        """Keys of templates, by all that they follow from."""
        self._last: tuple[Pressed, datetime, tuple[str, ...]] | None = None
        """What changes with the content of the last envelope that was filled."""

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
        shared = bool(composed.lines) and not composed.tombstones
        urgency = _urgency(line.urgency for line in composed.lines)
        keys = [(self._key(fmt, one, composed, urgency) if shared else "", one) for one in members]
        if max(len(self._templates), len(self._keys)) > AT_HAND:
            self._templates.clear()
            self._keys.clear()
        wanted = {key for key, _ in keys} - self._templates.keys() if shared else ()
        kept = self._keeping.envelopes(wanted) if wanted else {}
        self._templates.update({key: _template(data) for key, data in kept.items()})
        for key, one in keys:
            yield Wrap(fmt, one, composed, key, self._templates.get(key) if shared else None)

    def _key(self, fmt: Format, member: Member, composed: Composition, urgency: int | None) -> str:
        """Give the SHA-256 of all that an envelope follows from, its slots and what is a feed's
        own apart: the year that its notice names, the most urgent article, whether there is a
        description and whether there are archives."""
        turn = member.turn
        shared = shared_of(turn.files, turn.partner, turn.feed, composed.now)
        parts = (
            *(__version__, fmt.name, fmt.version, member.way.asked, turn.files.imprint),
            *(*shared.plain(), bool(turn.feed.description)),
            *(self._updated(member, composed).year, urgency, bool(composed.archived)),
        )
        if parts not in self._keys:
            self._keys[parts] = digest_of(json.dumps(parts))
        return self._keys[parts]

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
        if self._last is None or self._last[0] is not pressed or self._last[1] != updated:
            refuse_twice(pressed.pieces)
            self._last = pressed, updated, _slots(fmt, updated, pressed.pieces, archived)
        turn = wrap.member.turn
        own = own_of(turn.partner, turn.feed)
        envelope = wrap.template.filled((*self._last[2], *map(_escaped, own)))
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
        if pressed.pieces and not stones and not pressed.faults:
            self._keep(fmt, wrap, head, envelope, pressed.pieces, composed)
        return envelope

    def _keep(
        self,
        fmt: Format,
        wrap: Wrap,
        head: FeedHead,
        envelope: Envelope,
        pieces: Sequence[Piece],
        composed: Composition,
    ) -> None:
        """Keep an envelope for all that share it, made of one for nobody and another moment, where
        that one filled gives this one again."""
        turn, archived = wrap.member.turn, composed.archived
        own = own_of(turn.partner, turn.feed)
        nobody = _NOBODY if own.description else _NOBODY._replace(description="")
        shared = shared_of(turn.files, turn.partner, turn.feed, composed.now)
        updated, moved = _another(head.updated), archived and 10 * archived + 7
        other = head_with(turn.files.desk, fmt, nobody, shared, updated, moved)
        changed = [pieces[0]._replace(digest=digest_of(pieces[0].digest)), *pieces[1:]]
        again = fmt.envelope(other, (), changed)
        open_ = (*_slots(fmt, updated, changed, moved), *map(_escaped, nobody))
        template = _emptied(fmt.frame(head), again, open_)
        texts = (*_slots(fmt, head.updated, pieces, archived), *map(_escaped, own))
        if template.filled(texts) == envelope and fmt.frame(other) == fmt.frame(head):
            self._templates[wrap.key] = template
            asked = wrap.member.way.asked
            self._keeping.keep_envelope(KeptEnvelope(wrap.key, asked, template.data()))


def _another(moment: datetime) -> datetime:
    """Give another moment, of which every part but the year is another."""
    other = moment + timedelta(days=41, hours=7, minutes=13, seconds=17)
    return other if other.year == moment.year else moment - (other - moment)


def _slots(
    fmt: Format, updated: datetime, pieces: Sequence[Piece], archived: int
) -> tuple[str, ...]:
    """Give what of an envelope changes with its content, as it is written there; what is a feed's
    own follows. Each keeps its number, also where it is not stated."""
    return (*fmt.slots(updated, pieces), f"{ARCHIVE}{archived}." if archived else "")


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _size(envelope: Envelope, pressed: Pressed) -> int:
    opening, between, closing = envelope
    return len(opening) + pressed.size(between) + len(closing)


def _urgency(all_: Iterable[int | None]) -> int | None:
    return min((one for one in all_ if one), default=None)
