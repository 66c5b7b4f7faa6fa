"""What the story needs of the world: a store and a target. The docstrings are the contract.

What sources give is in `incoming`.

All instants are UTC. Nothing here is shared between threads; processes are kept apart by
`Target.lock`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import NamedTuple, Protocol

from syndicate.model.article import Article
from syndicate.model.credential import Credential
from syndicate.model.document import Document
from syndicate.model.receipt import (
    Ack,
    Edition,
    Event,
    Holding,
    Isolated,
    Item,
    MadeUp,
    ManifestLine,
    Notice,
    Receipt,
    Slot,
    Told,
    Way,
)
from syndicate.model.request import LicenceRequest
from syndicate.model.subscription import Intent, Missed, Progress, Subscription
from syndicate.model.usage import Fetches
from syndicate.pipeline.keeping import Kept
from syndicate.pipeline.pool import Index


class Articles(Protocol):
    """Keeps article versions for ever. Raises StoreFailed when it cannot."""

    def put(self, article: Article, origin: str | None, at: datetime) -> None:
        """Keep a version and remember that `origin` names its guid, durable on return.

        Storing an equal version again changes nothing. Raises VersionConflict where the same guid
        and version is stored with other content: versions are immutable.
        """

    def current(self) -> Iterator[Article]:
        """Give the newest version of every article, ordered by guid."""

    def history(self, guid: str) -> tuple[Article, ...]:
        """Give every version of an article, oldest first; empty for an unknown guid."""

    def guid_of(self, origin: str) -> str | None:
        """Give the guid that an origin (a URL, a file name, an id) was bound to."""

    def guids(self) -> tuple[str, ...]:
        """Give every guid, sorted."""

    def arrived_since(self, serial: int, most: int) -> tuple[int, tuple[str, ...]]:
        """Give the serial of the last version that arrived, and whose arrived after one: so many
        of them at most."""

    def named_partners(self) -> frozenset[str]:
        """Give the partners that an article names, in an embargo of their own."""


class Receipts(Protocol):
    """Keeps what was published, who holds it and what they were told. Raises StoreFailed."""

    def record(self, receipt: Receipt) -> int:
        """Keep editions with all that belongs to them in one transaction, durable on return.

        Gives the stream. Raises StoreFailed where a sequence is taken, QuotaTaken where another
        run took the last place of a quota; then nothing of it is kept.
        """

    def newest_at(self) -> datetime | None:
        """Give the moment of the newest edition of all; None before the first."""

    def manifest(self, digest: str) -> tuple[ManifestLine, ...]:
        """Give what stands in an edition, by the digest of that."""

    def last_edition(self, feed: str, format_name: str) -> Edition | None:
        """Give the newest edition of a feed in a format."""

    def made_up(self, feed: str, format_name: str, sequence: int) -> MadeUp | None:
        """Give of what the document of an edition is made; None for an unknown edition."""

    def editions(self, feed: str) -> tuple[Edition, ...]:
        """Give every edition of a feed, oldest first."""

    def holders(self, guid: str) -> tuple[Edition, ...]:
        """Give every edition that held an article, oldest first."""

    def published_feeds(self) -> tuple[tuple[str, str, str], ...]:
        """Give (partner, feed, format) of every feed that ever had an edition, sorted."""

    def holdings(
        self, feed: str, format_name: str, guids: Iterable[str] | None = None
    ) -> tuple[Holding, ...]:
        """Give what a feed ever gave out in a format, or of some articles, ordered by guid."""

    def held(self, guid: str) -> tuple[Holding, ...]:
        """Give every holding of an article, ordered by feed and format."""

    def item(self, digest: str) -> Item | None:
        """Give what stands behind a line."""

    def makeups(self) -> frozenset[str]:
        """Give the digests of the lists of fragments of all newest editions."""

    def text(self, digest: str) -> str | None:
        """Give a kept text by its SHA-256."""

    def notices(self, partner: str | None = None, guid: str | None = None) -> tuple[Told, ...]:
        """Give notices with their acknowledgement, oldest first."""

    def unacknowledged(self) -> tuple[Notice, ...]:
        """Give the notices that nobody acknowledged yet, oldest first."""

    def acknowledge(self, ack: Ack) -> bool:
        """Keep an acknowledgement; False where there is one already. Raises NotFound."""

    def slots(self, agreements: Iterable[str]) -> tuple[Slot, ...]:
        """Give the slots that were taken under some agreements, in the order of taking."""

    def give_back(self, slots: Iterable[Slot]) -> None:
        """Keep that slots were returned (`returned_at`)."""

    def isolate(self, place: str, found: Iterable[Isolated], at: datetime) -> None:
        """Let the quarantine of a place be exactly this; what stays keeps its `since`."""

    def isolated(self) -> tuple[Isolated, ...]:
        """Give everything in quarantine, by place and subject."""


class Streams(Protocol):
    """Where feeds stand and what they hold, each stream once for all that share it.

    A stream names agreements as classes do (see `syndicate.pipeline.classes`). Raises StoreFailed.
    """

    def ways(self) -> tuple[Way, ...]:
        """Give where every feed stands that ever had an edition, by feed and format."""

    def way(self, feed: str, format_name: str) -> Way | None:
        """Give where a feed stands; None where it never had an edition."""

    def note_ways(self, ways: Iterable[Way]) -> None:
        """Keep where feeds stand, without a new edition."""

    def note_put(self, ways: Iterable[Way]) -> None:
        """Keep that the bytes of the newest editions are out."""

    def selecting(self, facets: Iterable[str] | None = None) -> frozenset[str]:
        """Give the classes noted whose candidates are found by any of some facets, or all."""

    def note_selections(self, selections: Mapping[str, Iterable[str]]) -> None:
        """Note by what the candidates of every class are found; those of others are forgotten."""

    def planned(self) -> Mapping[tuple[str, str], datetime | None]:
        """Give when time alone can change each feed, by feed and format."""

    def stream(
        self, stream: int, now: datetime, guids: Iterable[str] | None = None
    ) -> tuple[Holding, ...]:
        """Give the holdings of a stream: all of them, or of some articles and of all that must be
        looked at now."""

    def given(self, stream: int) -> tuple[str, ...]:
        """Give every article that the feeds of a stream ever gave out."""

    def was_under(self, partner: str, licence: str) -> bool:
        """Say whether anything went out to a partner under a licence version (full-web/v2)."""

    def streams_of(self, guids: Iterable[str]) -> frozenset[int]:
        """Give the streams that hold any of some articles."""

    def last_place(self, stream: int, without: Collection[str] = ()) -> int:
        """Give the place of the newest article that a stream gave out, some left aside; 0 where
        there is none.

        Places count from 1 in the order in which articles were first given out, and never change.
        """

    def placed(self, way: Way, after: int, upto: int) -> tuple[Holding, ...]:
        """Give what a feed gave out at the places after one and up to another, oldest first."""

    def other_terms(self, stream: int, terms: Iterable[str]) -> tuple[tuple[str, str, str], ...]:
        """Give (guid, agreement, licence) of what a stream gave out under other terms than these,
        each written as agreement, space, licence."""

    def next_due(self, stream: int, now: datetime) -> datetime | None:
        """Give when time alone can next make a difference to what a stream gave out."""

    def due_between(self, since: datetime, until: datetime, most: int) -> tuple[str, ...]:
        """Give articles that are out and that time alone can change between two moments, those
        that it can change first; so many at most."""

    def prune_streams(self) -> None:
        """Throw away what streams hold that no feed goes on with; former feeds stand on theirs."""

    def setting(self, name: str) -> str:
        """Give what is remembered under a name; empty where nothing is."""

    def set(self, name: str, value: str) -> None:
        """Remember something under a name."""


class Access(Protocol):
    """Keys and tokens of partners, without their secrets; what others ask for.

    Raises StoreFailed.
    """

    def issue(self, credential: Credential, instead: tuple[Credential, ...] = ()) -> None:
        """Keep a new credential, and the ends of those it stands instead of, in one step."""

    def end(self, credential: Credential, at: datetime) -> None:
        """Keep the end of a credential. Raises NotFound."""

    def keep_request(self, request: LicenceRequest, at: datetime) -> None:
        """Keep a request that came in."""

    def change_request(
        self, before: LicenceRequest, request: LicenceRequest, at: datetime
    ) -> None:
        """Keep what became of a request. Raises AccessRefused where it is another by now."""

    def requests(self) -> tuple[LicenceRequest, ...]:
        """Give all requests, oldest first."""

    def credentials(self, partner: str | None = None) -> tuple[Credential, ...]:
        """Give the credentials of a partner, or of all, those that ended too, by partner and
        age."""


class Usage(Protocol):
    """What partners fetched. Raises StoreFailed."""

    def add_fetches(self, batch: str, fetches: Iterable[Fetches]) -> bool:
        """Add what was counted, once: False where the batch was added before."""

    def fetches(self) -> tuple[tuple[Fetches, ...], frozenset[str]]:
        """Give all that was counted, by day, credential, feed, format and editions; and the
        names of the batches that it came in."""


class Most(NamedTuple):
    """How much one credential may have, or all who need none together."""

    pending: int
    """Requests that are not confirmed."""
    held: int
    """Subscriptions."""
    of_host: int
    """Requests that are not confirmed to one host, from all who need no credential."""


class Pushes(Protocol):
    """To whom editions are pushed, and how far that has come. Raises StoreFailed."""

    def intend(self, intent: Intent, most: Most) -> bool:
        """Keep what a hub was asked for until it is confirmed; it stands instead of an earlier
        request for the same. False where there is nothing that it could end.

        Raises AccessRefused where the same credential has so many already.
        """

    def intents(self) -> tuple[Intent, ...]:
        """Give what is not confirmed yet, oldest first."""

    def settle(self, intent: Intent, made: Subscription | None, at: datetime) -> None:
        """Let go of a request; keep the subscription that it made, or renewed, in the same step.

        One that was asked for again since then stays.
        """

    def subscriptions(self) -> tuple[Subscription, ...]:
        """Give all subscriptions, by partner, feed and age."""

    def end_subscription(self, seen: Subscription, why: str, at: datetime) -> bool:
        """Let go of a subscription and of all that is known about it; False where it is gone, or
        was renewed since it was seen."""

    def progress(self) -> tuple[Progress, ...]:
        """Give how far editions have come, everywhere."""

    def note_progress(
        self, progress: Iterable[Progress], given_up: Mapping[str, str], at: datetime
    ) -> None:
        """Keep how far editions have come. What was given up are words of the log, by id."""

    def urgent(self, missed: Iterable[Missed]) -> tuple[Missed, ...]:
        """Give those in which something is taken back that stood before: an article, or a part."""


class Journal(Protocol):
    """The log that is only ever added to, each line chained to the one before by its digest."""

    def note(self, kind: str, subject: str, content: str, at: datetime) -> None:
        """Add a line."""

    def latest(self) -> int:
        """Give the serial of the newest line; 0 before the first."""

    def events(self) -> Iterator[Event]:
        """Give every line, oldest first."""

    def kept(self) -> Iterator[tuple[str, str, str]]:
        """Give (kind, subject, SHA-256 of the content) of all that is kept, from the rows."""

    def head(self) -> tuple[int, str] | None:
        """Give serial and digest of the last line that was noted outside of the database."""


class Store(Articles, Index, Receipts, Streams, Access, Usage, Pushes, Kept, Journal, Protocol):
    """All that is kept. What a method of one part keeps, the journal notes in the same step."""

    def close(self) -> None:
        """Let go of the store."""


class Target(Protocol):
    """Holds the published documents. Raises TargetFailed when it cannot be written.

    A document is published as plain bytes, with compressed ones beside it, or as gzip alone (see
    `Document`). Its path names it whichever of them are there.
    """

    def lock(self) -> AbstractContextManager[None]:
        """Keep other runs on the same target out; waits its turn."""

    def get(self, path: str) -> bytes | None:
        """Give the published plain bytes of a path, unpacked where only the gzip is there."""

    def copies(self, path: str) -> Mapping[str, bytes]:
        """Give the plain bytes of what is published at a path as "plain" and as "gzip"."""

    def put(self, document: Document) -> bool:
        """Publish a document whole or not at all, durable on return.

        Gives False and touches nothing where the same bytes are already published.
        """

    def put_all(self, documents: Iterable[Document]) -> Iterator[bool]:
        """Publish documents as `put` does, for less: each whole or not at all, by and by.

        Works in groups, while what it gives is asked for; what it has given an answer for is
        durable. Where a document fails, the others of its group are published all the same, and
        TargetFailed is raised in the place of its answer; what comes later is left.
        """

    def remove(self, path: str) -> bool:
        """Take a path away, with all that is beside it; False where there was nothing."""

    def paths(self) -> tuple[str, ...]:
        """Give every published path once, sorted."""

    def stamps(self, paths: Collection[str] | None = None) -> Mapping[str, str]:
        """Give how every document looks, or some of them, by path, without reading it: its size
        and time of change. Bytes that were changed look otherwise; what is not there is left
        out."""
