"""READ THIS FIRST: the story of one regeneration.

select → decide → redact (compose.py) → follow what is out (follow.py) → render → check → record →
put, feed by feed, with one `now` for all. A bad article costs itself and nothing else; a document
that fails its check never replaces the last good one; what was published is recorded before the
bytes are put.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from syndicate.checks.base import CheckFinding
from syndicate.formats.base import Format
from syndicate.licensing.govern import keeps_terms
from syndicate.licensing.licence_document import documents, stated_digest, terms_digest
from syndicate.licensing.quota import returned
from syndicate.licensing.terms import document_path
from syndicate.licensing.withdraw import current
from syndicate.model.article import PubStatus
from syndicate.model.desk import DeskFiles
from syndicate.model.document import Document, FeedHead
from syndicate.model.errors import BadDesk, QuotaTaken, RenderFailed
from syndicate.model.feed import Feed
from syndicate.model.licence import Licence
from syndicate.model.partner import AgreementState, Partner
from syndicate.model.receipt import Edition, Isolated, ManifestLine, Receipt, Slot
from syndicate.pipeline.compose import (
    Composition,
    Quarantined,
    compose,
    head_of,
    path_of,
    request_of,
)
from syndicate.pipeline.follow import Followed, Past, follow
from syndicate.pipeline.former import Former, formers
from syndicate.pipeline.inputs import Snapshot, rulings_text, snapshot
from syndicate.pipeline.items import digest_of
from syndicate.pipeline.pool import Everything, History
from syndicate.pipeline.ports import Store, Target

Check = Callable[[bytes, str], Sequence[CheckFinding]]


class Published(NamedTuple):
    """What became of one feed in one format."""

    partner: str
    feed: str
    format: str
    path: str
    written: bool
    entries: int
    tombstones: int
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    quarantined: tuple[Quarantined, ...] = ()
    failure: str = ""
    next_change: datetime | None = None
    deleted: bool = False
    """Whether its file was taken away: the desk no longer has it and it never held anything."""
    former: bool = False
    """Whether the desk no longer has it: it gets nothing new and follows what it gave out."""


def newest_edition(files: DeskFiles, store: Store) -> datetime | None:
    """Give the moment of the newest edition of a desk; None before the first."""
    last = (
        store.last_edition(feed.id, name) for _, feed in files.feed_list() for name in feed.formats
    )
    return max((edition.at for edition in last if edition), default=None)


class ChangedLicence(NamedTuple):
    """A licence version in force that says other things than the document that went out."""

    licence: Licence
    says: str


def changed_licences(files: DeskFiles, target: Target) -> Iterator[ChangedLicence]:
    """Give every licence version in force that was changed since it was published."""
    for licence in files.licences:
        published = target.get(document_path(licence, "html"))
        before = stated_digest(published) if published else None
        if before in (None, terms_digest(licence)) or not _is_in_force(files, licence):
            continue
        says = BadDesk(
            f"licence {licence.ref} is in force and was changed since it was published",
            where=f"licences/{licence.id}-v{licence.version}.toml",
            mend=f"put it back, and write the change as version {licence.version + 1}",
        )
        yield ChangedLicence(licence, str(says))


def _is_in_force(files: DeskFiles, licence: Licence) -> bool:
    return any(_uses(partner, licence) for partner in files.partners)


def _uses(partner: Partner, licence: Licence) -> bool:
    return any(
        (agreement.licence, agreement.licence_version) == (licence.id, licence.version)
        and agreement.state is not AgreementState.DRAFT
        for agreement in partner.agreements
    )


class Regeneration:
    """One run over the feeds of a desk, at one moment."""

    def __init__(
        self,
        files: DeskFiles,
        store: Store,
        target: Target,
        formats: Mapping[str, Format],
        check: Check,
        now: datetime,
        *,
        dry_run: bool = False,
        unsound: bool = False,
        due: bool = False,
    ) -> None:
        self.files = files
        self.store = store
        self.target = target
        self.formats = formats
        self.check = check
        self.now = now
        self.dry_run = dry_run
        self.unsound = unsound
        """Whether some of the desk's files could not be read: then nothing is taken as gone."""
        self.due = due
        """Whether only feeds are touched whose moment has come."""
        self.snapshot = snapshot(files)
        self.histories: dict[str, History] = {}
        self._kept: set[str] = set()
        """The inputs that this run has kept already."""
        self._memo: tuple[object, Composition] | None = None
        """The last composition: formats of a feed that ask the same share it."""

    def run(self, only: str | None = None) -> Iterator[Published]:
        """Publish every feed, or one; give what became of each document.

        Raises:
            StoreFailed: the store cannot be read or written.
            TargetFailed: the target cannot be written; the last good documents stay.
        """
        if self.dry_run:
            yield from self._run(only)
            return
        with self.target.lock():
            yield from self._run(only)

    def _run(self, only: str | None) -> Iterator[Published]:
        waiting = self._waiting(only)
        if self.due and not waiting:
            return
        self.histories = {guid: self.store.history(guid) for guid in self.store.guids()}
        changed = self._licences()
        planned: dict[tuple[str, str], datetime | None] = {}
        for turn in self._turns(only, changed):
            if self.due and (turn.feed.id, turn.format) not in waiting:
                continue
            done = self._publish(turn)
            if not done.failure:
                planned[turn.feed.id, turn.format] = done.next_change
            yield done
        if not self.dry_run:
            self.store.plan(planned)
        if only is None and not self.unsound and not self.due:
            yield from self._remove_gone()

    def _waiting(self, only: str | None) -> set[tuple[str, str]]:
        """Give the feeds, by format, whose moment has come, or that never were published."""
        planned = self.store.planned()
        wanted = {
            (feed.id, name)
            for _, feed in self.files.feed_list()
            for name in feed.formats
            if only in (None, feed.id)
        }
        come = {key for key, moment in planned.items() if moment and moment <= self.now}
        return (come if only is None else come & wanted) | (wanted - planned.keys())

    def _turns(self, only: str | None, changed: Sequence[ChangedLicence]) -> Iterator[Turn]:
        """Give every feed in every format, with how it is published."""
        stopped: dict[str, str] = {}
        for partner, feed in self.files.feed_list():
            bad = next((one for one in changed if _uses(partner, one.licence)), None)
            if bad:
                stopped[feed.id] = bad.says
            elif only in (None, feed.id):
                for name in feed.formats:
                    yield Turn(self.files, partner, feed, name)
        yield from self._following(only, stopped)

    def _following(self, only: str | None, stopped: Mapping[str, str]) -> Iterator[Turn]:
        """Give the feeds that get nothing new, and why where they are stopped."""
        followed = set()
        for former in formers(self.files, self.store, stopped, sound=not self.unsound):
            if former.format in self.formats and only in (None, former.feed.id):
                followed.add((former.feed.id, former.format))
                files, partner, feed, format_name = former[:4]
                why = stopped.get(feed.id, "")
                yield Turn(files, partner, feed, format_name, former, why)
        for partner, feed in self.files.feed_list():
            for name in feed.formats if feed.id in stopped and only in (None, feed.id) else ():
                if (feed.id, name) not in followed:
                    yield Turn(self.files, partner, feed, name, None, stopped[feed.id])

    def _licences(self) -> list[ChangedLicence]:
        """Publish the licence documents. Terms that went out never change under the same URL."""
        changed = list(changed_licences(self.files, self.target))
        stay = {
            document_path(one.licence, suffix) for one in changed for suffix in ("html", "jsonld")
        }
        for document in documents(self.files):
            if not self.dry_run and document.path not in stay:
                self.target.put(document)
        return changed

    def _publish(self, turn: Turn) -> Published:
        """Publish a feed in a format; once more where another run took the last of a quota."""
        if turn.stopped and turn.former is None:
            return self._told(turn, NOTHING)._replace(failure=turn.stopped)
        for _ in range(TRIES):
            try:
                return self._document(turn)
            except QuotaTaken:
                self._memo = None  # what was composed does not know what the other run took
        return self._document(turn)

    def _document(self, turn: Turn) -> Published:
        fmt = self.formats[turn.format]
        last = self.store.last_edition(turn.feed.id, fmt.name)
        followed = self._followed(turn, fmt)
        written = self._written(turn, fmt, followed.composed, last)
        told = self._told(turn, written.composed)._replace(
            quarantined=(*followed.composed.quarantined, *written.quarantined),
            failure=written.failure or turn.stopped,
            next_change=followed.composed.next_change,
        )
        if not self.dry_run:
            self._isolate(told)
        if written.failure:
            return told
        manifest = followed.manifest(written.composed)
        added, changed, removed = _difference(last, manifest)
        told = told._replace(added=added, changed=changed, removed=removed)
        document = Document(told.path, fmt.media_type, written.data)
        if self.dry_run:
            return told._replace(written=self.target.get(told.path) != written.data)
        self._record(turn, followed, written, document, manifest, last)
        return told._replace(written=self.target.put(document))

    def _told(self, turn: Turn, composed: Composition) -> Published:
        path = path_of(turn.partner, turn.feed, self.formats[turn.format])
        entries, stones = len(composed.entries), len(composed.tombstones)
        former = turn.former is not None and not turn.stopped and not self.unsound
        return Published(
            turn.partner.id,
            turn.feed.id,
            turn.format,
            path,
            written=False,
            entries=entries,
            tombstones=stones,
            former=former,
        )

    def _followed(self, turn: Turn, fmt: Format) -> Followed:
        """Compose a feed and lay its past beside it."""
        asked = request_of(turn.files, turn.partner, turn.feed, fmt.carries)
        held = self.store.holdings(turn.feed.id, fmt.name)
        inputs = self._inputs(turn).digest
        past = Past({one.guid: one for one in held}, self.store.item, inputs)
        delivered = keeps_terms(turn.files, turn.partner, held)
        request = asked._replace(delivered=delivered, slots=self._slots(turn))
        stated = tuple(sorted(delivered.items()))
        key = (turn.partner.id, turn.feed.id, request.carries, turn.former, stated)
        if self._memo is None or self._memo[0] != key:
            self._memo = (
                key,
                compose(request, turn.feed, Everything(self._picked(turn), self.now), self.now),
            )
        composed = self._memo[1]
        return follow(request, turn.feed, fmt.name, composed, past, self.histories, self.now)

    def _slots(self, turn: Turn) -> tuple[Slot, ...]:
        """Give what was counted against a partner's quotas, after giving back what was killed."""
        licences = {
            one.id: turn.files.licence(one.licence, one.licence_version)
            for one in turn.partner.agreements
        }
        if not any(one and one.quota for one in licences.values()):
            return ()
        slots = []
        for slot in self.store.slots(licences):
            article = current(self.histories.get(slot.guid, ()), self.now)
            licence = licences[slot.agreement]
            killed = article is not None and article.pub_status is PubStatus.CANCELED
            if licence and article and killed:
                slots.append(returned(slot, article.version_created, licence))
            else:
                slots.append(slot)
        if not self.dry_run:
            before = {one for one in self.store.slots(licences) if one.returned_at}
            self.store.give_back(s for s in slots if s.returned_at and s not in before)
        return tuple(slots)

    def _picked(self, turn: Turn) -> list[History]:
        """Give the articles a feed may hold: all, or of a former one only what is taken back."""
        histories = list(self.histories.values())
        if turn.former is None:
            return histories
        return [one for one in histories if self._is_followed(turn.former, one)]

    def _is_followed(self, former: Former, history: History) -> bool:
        article = current(history, self.now)
        if article is None or article.pub_status is not PubStatus.USABLE:
            return True
        return article.guid in former.stays

    def _written(
        self, turn: Turn, fmt: Format, composed: Composition, last: Edition | None
    ) -> Written:
        """Render and check a feed; what is wrong with single articles costs only those."""

        def attempt(part: Composition) -> Written:
            head = head_of(turn.files, turn.partner, turn.feed, fmt, part)
            if last and last.updated > head.updated:
                head = head.model_copy(update={"updated": last.updated})
            return self._attempt(fmt, head, part)

        whole = attempt(composed)
        if not whole.failure:
            return whole
        bad = tuple(
            Quarantined(guid, alone.failure)
            for guid in composed.guids()
            if (alone := attempt(composed.only(guid))).failure
        )
        if not bad:
            return whole
        rest = attempt(composed.without(one.guid for one in bad))
        return rest._replace(quarantined=bad)

    def _attempt(self, fmt: Format, head: FeedHead, composed: Composition) -> Written:
        try:
            data = fmt.render(head, composed.entries, composed.tombstones)
        except RenderFailed as failed:
            return Written(composed, head, b"", failure=str(failed))
        except Exception as met:  # whatever is odd about an article costs only that article
            return Written(composed, head, b"", failure=f"{type(met).__name__}: {met}")
        found = self.check(data, fmt.name)
        failure = f"{fmt.name}: {found[0]}" if found else ""
        return Written(composed, head, data, failure=failure)

    def _record(
        self,
        turn: Turn,
        followed: Followed,
        written: Written,
        document: Document,
        manifest: tuple[ManifestLine, ...],
        last: Edition | None,
    ) -> None:
        """Remember who could have what before the bytes go out; an equal edition is not new."""
        there = set(written.composed.guids())
        holdings = tuple(
            h for h in followed.holdings if h.guid not in followed.shown or h.guid in there
        )
        if last is not None and last.digest == document.digest:
            self.store.note_checks(holdings)
            return
        inputs = self._inputs(turn)
        texts = () if inputs.digest in self._kept else inputs.texts
        whole = followed.composed
        counted = whole.counted
        rulings = rulings_text(manifest, whole.rulings, followed.delivered, counted)
        edition = Edition(
            feed=turn.feed.id,
            partner=turn.partner.id,
            format=turn.format,
            sequence=last.sequence + 1 if last else 1,
            digest=document.digest,
            manifest=manifest,
            at=self.now,
            updated=written.head.updated,
            inputs=inputs.digest,
            rulings=digest_of(rulings),
        )
        self.store.record(
            Receipt(
                edition,
                items=tuple(item for guid, item in followed.items.items() if guid in there),
                holdings=holdings,
                notices=tuple(
                    one
                    for one in followed.notices
                    if one.guid in there or one.guid not in followed.shown
                ),
                slots=tuple(one for one in whole.taken if one.guid in there),
                room=whole.rooms,
                texts=(rulings, *texts),
            )
        )
        self._kept.add(inputs.digest)

    def _inputs(self, turn: Turn) -> Snapshot:
        """Give the files a feed is published by; those of a former feed are in the record."""
        return self.snapshot if turn.former is None else snapshot(turn.files)

    def _isolate(self, told: Published) -> None:
        found = [
            Isolated(
                subject=one.guid,
                place=told.path,
                code="article-isolated",
                reason=one.reason,
                since=self.now,
            )
            for one in told.quarantined
        ]
        self.store.isolate(told.path, found, self.now)

    def _remove_gone(self) -> Iterator[Published]:
        """Take away the documents of feeds and formats that the desk no longer has.

        Only what the record says we published and what never held an article; anything that did
        stays as a feed of notices.
        """
        by_name = {fmt.name: fmt for fmt in self.formats.values()}
        wanted = {(feed.id, name) for _, feed in self.files.feed_list() for name in feed.formats}
        for partner, feed, name in self.store.published_feeds():
            if (feed, name) in wanted or name not in by_name or self.store.holdings(feed, name):
                continue
            path = f"{partner}/{feed}.{by_name[name].suffix}"
            if self.target.get(path) is None:
                continue
            if not self.dry_run:
                self.target.remove(path)
            yield Published(partner, feed, name, path, True, 0, 0, deleted=True)


TRIES = 3
NOTHING = Composition((), ())


class Turn(NamedTuple):
    """One feed in one format, with the files it is published by."""

    files: DeskFiles
    partner: Partner
    feed: Feed
    format: str
    former: Former | None = None
    """Set where it only follows what it gave out before."""
    stopped: str = ""
    """Why it gets nothing new, to be told."""


class Written(NamedTuple):
    """The bytes of a feed with what they hold, or why there are none."""

    composed: Composition
    head: FeedHead
    data: bytes
    quarantined: tuple[Quarantined, ...] = ()
    failure: str = ""


def _difference(
    last: Edition | None, manifest: Sequence[ManifestLine]
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Give what an edition adds, changes and removes against the last one."""
    before = {line.guid: line for line in last.manifest} if last else {}
    after = {line.guid: line for line in manifest}
    added = tuple(guid for guid in after if guid not in before)
    changed = tuple(g for g, line in after.items() if g in before and before[g] != line)
    return added, changed, tuple(guid for guid in before if guid not in after)
