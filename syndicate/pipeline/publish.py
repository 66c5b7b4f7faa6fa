"""READ THIS FIRST: the story of one regeneration.

select → decide → redact (compose.py) → render → check → record → put, feed by feed, with one
`now` for all. A bad article costs itself and nothing else; a document that fails its check never
replaces the last good one; what was published is recorded before the bytes are put.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from syndicate.checks.base import CheckFinding
from syndicate.formats.base import Format
from syndicate.licensing.licence_document import documents, stated_digest, terms_digest
from syndicate.licensing.terms import document_path
from syndicate.licensing.withdraw import KEPT, current
from syndicate.model.article import PubStatus
from syndicate.model.desk import DeskFiles
from syndicate.model.document import Document, FeedHead
from syndicate.model.errors import BadDesk, RenderFailed
from syndicate.model.feed import Feed
from syndicate.model.licence import Licence
from syndicate.model.partner import AgreementState, Partner
from syndicate.model.receipt import Edition, ManifestLine, Receipt
from syndicate.pipeline.compose import (
    NOTHING,
    Composition,
    History,
    Quarantined,
    compose,
    head_of,
    path_of,
    request_of,
)
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
    """Whether its file was taken away, because the desk no longer has it."""


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
    ) -> None:
        self.files = files
        self.store = store
        self.target = target
        self.formats = formats
        self.check = check
        self.now = now
        self.dry_run = dry_run
        self.unsound = unsound
        """Whether some of the desk's files could not be read: then no document is taken away."""

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
        histories = [self.store.history(guid) for guid in self.store.guids()]
        held = self._held(histories)
        changed = self._licences()
        for partner, feed in self.files.feed_list():
            if only not in (None, feed.id):
                continue
            bad = next((one for one in changed if _uses(partner, one.licence)), None)
            if bad:
                yield from self._stopped(partner, feed, bad.says)
            else:
                of_feed = held.get((partner.id, feed.id), NOTHING)
                yield from self._feed(partner, feed, histories, of_feed)
        if only is None and not self.unsound:
            yield from self._remove_gone()

    def _held(self, histories: Sequence[History]) -> dict[tuple[str, str], dict[str, int]]:
        """Give, for each feed of a partner, the withdrawn articles that its record says it held.

        Each with the last version it held. Only articles whose notice may still stand are asked.
        """
        kept = max((one.notices_kept for one in self.files.licences), default=0)
        held: dict[tuple[str, str], dict[str, int]] = {}
        for history in histories:
            article = current(history, self.now)
            if article is None or article.pub_status is PubStatus.USABLE:
                continue
            if self.now >= article.version_created + timedelta(days=max(kept, KEPT)):
                continue
            for edition in self.store.holders(article.guid):
                for line in edition.manifest:
                    if line.guid == article.guid and not line.withdrawn:
                        feed = held.setdefault((edition.partner, edition.feed), {})
                        feed[line.guid] = max(line.version, feed.get(line.guid, 0))
        return held

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

    def _stopped(self, partner: Partner, feed: Feed, why: str) -> Iterator[Published]:
        """Say of every format of a feed why it is not published; its last documents stay."""
        for name in feed.formats:
            path = path_of(partner, feed, self.formats[name])
            yield Published(partner.id, feed.id, name, path, False, 0, 0, failure=why)

    def _feed(
        self,
        partner: Partner,
        feed: Feed,
        histories: Sequence[History],
        held: Mapping[str, int],
    ) -> Iterator[Published]:
        composed: dict[frozenset[str], Composition] = {}
        for name in feed.formats:
            fmt = self.formats[name]
            request = request_of(self.files, partner, feed, fmt.carries)
            if request.carries not in composed:
                composed[request.carries] = compose(request, feed, histories, self.now, held)
            yield self._document(partner, feed, fmt, composed[request.carries])

    def _document(
        self, partner: Partner, feed: Feed, fmt: Format, composed: Composition
    ) -> Published:
        last = self.store.last_edition(feed.id, fmt.name)
        path = path_of(partner, feed, fmt)
        written = self._written(partner, feed, fmt, composed, last)
        told = Published(
            partner.id,
            feed.id,
            fmt.name,
            path,
            written=False,
            entries=len(written.composed.entries),
            tombstones=len(written.composed.tombstones),
            quarantined=(*composed.quarantined, *written.quarantined),
            failure=written.failure,
            next_change=composed.next_change,
        )
        if written.failure:
            return told
        added, changed, removed = _difference(last, written.composed.manifest)
        told = told._replace(added=added, changed=changed, removed=removed)
        document = Document(path, fmt.media_type, written.data)
        if self.dry_run:
            return told._replace(written=self.target.get(path) != written.data)
        self._record(partner, feed, fmt, written, document, last)
        return told._replace(written=self.target.put(document))

    def _written(
        self,
        partner: Partner,
        feed: Feed,
        fmt: Format,
        composed: Composition,
        last: Edition | None,
    ) -> Written:
        """Render and check a feed; what is wrong with single articles costs only those."""

        def attempt(part: Composition) -> Written:
            head = head_of(self.files, partner, feed, fmt, part)
            if last and last.updated > head.updated:
                head = head.model_copy(update={"updated": last.updated})
            return self._attempt(fmt, head, part)

        whole = attempt(composed)
        if not whole.failure:
            return whole
        bad = tuple(
            Quarantined(line.guid, alone.failure)
            for line in composed.manifest
            if (alone := attempt(_only(composed, line.guid))).failure
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
        partner: Partner,
        feed: Feed,
        fmt: Format,
        written: Written,
        document: Document,
        last: Edition | None,
    ) -> None:
        """Remember who could have what before the bytes go out; an equal edition is not new."""
        if last is not None and last.digest == document.digest:
            return
        edition = Edition(
            feed=feed.id,
            partner=partner.id,
            format=fmt.name,
            sequence=last.sequence + 1 if last else 1,
            digest=document.digest,
            manifest=written.composed.manifest,
            at=self.now,
            updated=written.head.updated,
        )
        self.store.record(Receipt(edition))

    def _remove_gone(self) -> Iterator[Published]:
        """Take away the documents of feeds and formats that the desk no longer has.

        Only what the record says we published; anything else in the folder is not ours.
        """
        wanted = {
            path_of(partner, feed, self.formats[name])
            for partner, feed in self.files.feed_list()
            for name in feed.formats
        }
        by_suffix = {fmt.suffix: fmt.name for fmt in self.formats.values()}
        for path in self.target.paths():
            folder, _, name = path.partition("/")
            stem, _, suffix = name.partition(".")
            if path in wanted or suffix not in by_suffix or "/" in name:
                continue
            if not self._is_ours(folder, stem, by_suffix[suffix]):
                continue
            if not self.dry_run:
                self.target.remove(path)
            yield Published(folder, stem, by_suffix[suffix], path, True, 0, 0, deleted=True)

    def _is_ours(self, partner: str, feed: str, format_name: str) -> bool:
        return any(
            (edition.partner, edition.format) == (partner, format_name)
            for edition in self.store.editions(feed)
        )


class Written(NamedTuple):
    """The bytes of a feed with what they hold, or why there are none."""

    composed: Composition
    head: FeedHead
    data: bytes
    quarantined: tuple[Quarantined, ...] = ()
    failure: str = ""


def _only(composed: Composition, guid: str) -> Composition:
    return composed.without({line.guid for line in composed.manifest} - {guid})


def _difference(
    last: Edition | None, manifest: Sequence[ManifestLine]
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Give what an edition adds, changes and removes against the last one."""
    before = {line.guid: line for line in last.manifest} if last else {}
    after = {line.guid: line for line in manifest}
    added = tuple(guid for guid in after if guid not in before)
    changed = tuple(g for g, line in after.items() if g in before and before[g] != line)
    return added, changed, tuple(guid for guid in before if guid not in after)
