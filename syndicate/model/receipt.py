"""Receipts: what was published, who holds it since when, what partners were told about it.

An `Edition` is a published state of a feed in a format. A `Holding` says what a feed last gave out
of one article. A `Notice` tells a partner to do something about its copies.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from typing import NamedTuple

from syndicate.model.base import Model
from syndicate.model.moments import EARLIEST, Instant
from syndicate.model.rights import PartKind


class ManifestLine(Model):
    """One article in an edition."""

    guid: str
    """The article."""
    version: int
    """Its version."""
    withdrawn: bool = False
    """Whether it stood there as a withdrawal notice."""
    revision: int = 0
    """How often it was issued anew without a new version of the article, for example because a
    picture had to go. NewsML-G2 says version + revision, so that no number is used twice."""
    item: str = ""
    """Digest of what went out (see Item); empty for a notice."""


def manifest_digest(lines: Iterable[ManifestLine]) -> str:
    """Give the digest of what stands in an edition, in order.

    What is not stated does not count, so manifests of the first schema keep their digests.
    """
    stated = [
        [
            line.guid,
            line.version,
            line.withdrawn,
            *([line.revision, line.item] if line.revision or line.item else []),
        ]
        for line in lines
    ]
    return hashlib.sha256(json.dumps(stated).encode()).hexdigest()


class PartMark(Model):
    """One part of what went out."""

    part: str
    """headline, summary, or the id of a block."""
    kind: PartKind
    """What it is."""
    digest: str
    """SHA-256 of it, hexadecimal."""


class Item(Model):
    """What went out of one version of an article; feeds that give the same out share it."""

    digest: str
    """SHA-256 of the whole entry but its revision and dates, hexadecimal."""
    guid: str
    """The article."""
    version: int
    """Its version."""
    countries: tuple[str, ...] | None = None
    """Where it may be used; None = everywhere."""
    parts: tuple[PartMark, ...] = ()
    """Its parts."""
    places: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Where its pictures, videos and sounds may be used that have countries of their own."""

    def where(self, part: str) -> tuple[str, ...] | None:
        """Give the countries in which a part may be used; None = everywhere."""
        return dict(self.places).get(part, self.countries)


class Edition(Model):
    """A published state of one feed in one format."""

    feed: str
    """The feed."""
    partner: str
    """Whose feed."""
    format: str
    """In which format."""
    sequence: int
    """Counts up for each feed and format."""
    digest: str
    """SHA-256 of the document by its parts (see `syndicate.model.document`), hexadecimal."""
    manifest: tuple[ManifestLine, ...]
    """What stood in it, in order."""
    at: Instant
    """When it was recorded; always before the bytes were put."""
    updated: Instant
    """The feed's own time; never goes back from edition to edition."""
    inputs: str = ""
    """Digest of the desk's files it was decided with (a kept text)."""
    rulings: str = ""
    """Digest of the decisions behind its lines (a kept text)."""
    names: tuple[str, ...] = ()
    """The partner's agreements as its feed then knew them (see Way)."""
    makeup: str = ""
    """Digest of the list of its fragments (a kept text); empty: `digest` is that of all bytes."""
    opening: int = 0
    """How many bytes stand before the first of them."""


class Withdrawal(Model):
    """That something must no longer be used, why, and since when."""

    code: str
    """The stable code of the reason, for example ITEM_KILLED or AGREEMENT_EXPIRED."""
    when: Instant
    """Since when."""
    version: int
    """The version of the article that was current then."""
    kept_until: Instant
    """Until when the notice of it stays in the feed, acknowledged or not."""


class Holding(Model):
    """What a feed, in a format, last gave out of one article."""

    feed: str
    """The feed."""
    format: str
    """The format."""
    partner: str
    """Whose feed."""
    guid: str
    """The article."""
    version: int
    """The version of the article that last went out."""
    revision: int = 0
    """Its revision (see ManifestLine)."""
    item: str
    """Digest of what went out (see Item)."""
    headline: str = ""
    """The headline that it went out under."""
    published: Instant
    """The date of publication that it went out with."""
    updated: Instant
    """The date of change that it went out with."""
    since: Instant
    """When the feed first gave the article out."""
    agreement: str = ""
    """Id of the agreement that allowed it."""
    licence: str = ""
    """The licence version that it went out under: full-web/v2."""
    withdrawn: Withdrawal | None = None
    """Set once it was taken back; taken away when the article goes out again."""
    gone: tuple[PartMark, ...] = ()
    """Parts that went out once and had to go; their notice stands beside the article."""
    gone_since: Instant | None = None
    """Since when the last of these parts is gone."""
    stays_until: Instant | None = None
    """Until when it stands in the feed although newer articles fill it: it was corrected, cut or
    brought back after it went out."""
    checked: str = ""
    """What it was last checked against: digest of desk files and version of the article."""
    due: Instant | None = None
    """When time alone can make a difference to it; None = never."""


class Grade(StrEnum):
    """What a notice asks of a partner."""

    KILL = "kill"
    WITHHOLD = "withhold"
    WITHDRAW = "withdraw"
    PART = "part"
    TERRITORY = "territory"
    CORRECTION = "correction"
    REINSTATE = "reinstate"


class Notice(Model):
    """One thing that a partner was told about copies it holds."""

    id: str
    """Follows from partner, article, grade and occasion, so that telling twice is telling once."""
    partner: str
    """Who was told."""
    feed: str
    """The feed that told it first."""
    guid: str
    """The article."""
    version: int
    """The version of the article that it is about."""
    headline: str = ""
    """The headline the partner knows it by."""
    grade: Grade
    """What is asked."""
    code: str
    """The stable code of the reason."""
    says: str = ""
    """What the partner was told, in words."""
    parts: tuple[str, ...] = ()
    """The parts it is about; none = the whole article."""
    at: Instant
    """When it was told."""
    due: Instant | None = None
    """By when it must be obeyed, where the licence says how fast."""


class Ack(Model):
    """That somebody at the partner has read a notice and acted."""

    notice: str
    """The notice."""
    at: Instant
    """When."""
    by: str = ""
    """Who."""
    note: str = ""
    """What was said."""


class Told(NamedTuple):
    """A notice and its acknowledgement; None while it is open."""

    notice: Notice
    ack: Ack | None


class Slot(Model):
    """One place of a quota, taken by one article."""

    agreement: str
    """Id of the agreement whose quota it is."""
    property: str
    """The property it was delivered to."""
    guid: str
    """The article."""
    at: Instant
    """When it was counted."""
    returned_at: Instant | None = None
    """When it was given back, because the article was killed soon after."""
    overage: bool = False
    """Whether it is beyond the quota, to be paid or warned about."""
    price: str = ""
    """What it costs beyond the flat fee, as agreed when it was counted: 12.50 EUR."""


class Isolated(Model):
    """An article or a file that is kept out, with the reason."""

    subject: str
    """The guid, or the origin of a file that could not be read."""
    place: str
    """Path of the document it is kept out of; inbox for what could not be taken in."""
    code: str
    """Stable code."""
    reason: str
    """What is wrong and how to mend it."""
    since: Instant
    """Since when."""


class Event(Model):
    """One line of the log that is only ever added to."""

    serial: int
    """Counts up from 1 without a gap."""
    at: Instant
    """When."""
    kind: str
    """article, edition, notice, ack, slot, isolated, agreement, …"""
    subject: str
    """What it is about."""
    content: str
    """SHA-256 of what was kept, or words; never a secret."""
    previous: str
    """Digest of the event before; empty for the first."""
    digest: str
    """SHA-256 of all fields above (see event_digest)."""

    def worked_out(self) -> str:
        """Give the digest that the other fields come to."""
        said = (self.kind, self.subject, self.content, self.previous)
        return event_digest(self.serial, self.at, *said)


def event_digest(
    serial: int, at: datetime, kind: str, subject: str, content: str, previous: str
) -> str:
    """Give the SHA-256 of a line of the log: of its canonical JSON, hexadecimal."""
    line = {
        "serial": serial,
        "at": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "kind": kind,
        "subject": subject,
        "content": content,
        "previous": previous,
    }
    text = json.dumps(line, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


class MadeUp(NamedTuple):
    """Of what the document of an edition is made (see `syndicate.model.document`)."""

    digest: str
    """Of the document."""
    makeup: str
    """The text that names its fragments; empty where none was kept."""
    opening: int
    """How many bytes stand before them."""


class Way(NamedTuple):
    """Where a feed, in a format, stands."""

    feed: str
    format: str
    partner: str
    stream: int = 0
    """The holdings it shares with feeds that began alike and were asked alike ever since; 0 in a
    receipt that begins a new stream."""
    names: tuple[str, ...] = ()
    """The partner's agreements in the order in which the feed came to know them: a stream names
    them by their place here."""
    asked: str = ""
    """Digest of all that its content follows from, articles and moment apart."""
    head: str = ""
    """Digest of what is its own: title, addresses, end of the agreement."""
    digest: str = ""
    """Digest of its newest edition."""
    manifest: str = ""
    """Digest of what stands in that."""
    updated: datetime | None = None
    """That edition's own time."""
    sequence: int = 0
    """The number of that edition; 0 before the first."""
    put: int = 0
    """The number of the edition whose bytes are known to be out."""
    due: datetime | None = None
    """When time alone can change it; None = never."""
    entries: int = 0
    """How many articles stand in it."""
    stones: int = 0
    """How many notices stand in it."""
    stamp: str = ""
    """What its document looked like when it was put: other looks mean other bytes, perhaps."""


class OutUnder(NamedTuple):
    """Under which agreement and licence an article went out."""

    guid: str
    agreement: str
    licence: str


def agreement_called(names: tuple[str, ...], called: str) -> str:
    """Give the agreement that a stream calls so (see Way.names); others keep their name."""
    place = called.rpartition("-")[2]
    return names[int(place)] if place.isdecimal() and int(place) < len(names) else called


class Receipt(NamedTuple):
    """All that is kept in one step, for feeds of one stream, before the bytes go out."""

    editions: tuple[Edition, ...] = ()
    """Editions; those of the same content name the same manifest."""
    items: tuple[Item, ...] = ()
    """What stands behind their lines; known ones are not kept again."""
    holdings: tuple[Holding, ...] = ()
    """Holdings of the stream that are new or changed."""
    notices: tuple[Notice, ...] = ()
    """Notices, each told once."""
    slots: tuple[Slot, ...] = ()
    """Places of quotas that it takes or gives back."""
    room: tuple[tuple[str, datetime, datetime | None, int], ...] = ()
    """(agreement, from, until, limit): slots counted in that time may not exceed the limit."""
    texts: tuple[str, ...] = ()
    """Texts that inputs and rulings name by their SHA-256."""
    ways: tuple[Way, ...] = ()
    """Where the feeds of the stream stand then."""
    stream: int = 0
    """The stream; 0 = a new one."""
    fork_of: int = 0
    """The stream whose holdings a new one begins with; 0 = none."""
    at: datetime = EARLIEST
    """The moment, where there is no edition to say it."""
