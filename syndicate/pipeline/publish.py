"""READ THIS FIRST: the story of one regeneration.

select → decide → redact (compose.py) → render → check → record → put, feed by feed, with one
`now` for all. A bad article costs itself and nothing else; a document that fails its check never
replaces the last good one; what was published is recorded before the bytes are put.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from syndicate.checks.base import CheckFinding
from syndicate.formats.base import Format
from syndicate.licensing.licence_document import documents, stated_digest, terms_digest
from syndicate.licensing.terms import document_path
from syndicate.model.desk import DeskFiles
from syndicate.model.document import Document, FeedHead
from syndicate.model.errors import BadDesk, RenderFailed
from syndicate.model.feed import Feed
from syndicate.model.licence import Licence
from syndicate.model.partner import AgreementState, Partner
from syndicate.model.receipt import Edition, ManifestLine
from syndicate.pipeline.compose import (
    Composition,
    History,
    compose,
    head_of,
    path_of,
    request_of,
)
from syndicate.pipeline.ports import Store, Target

Check = Callable[[bytes, str], Sequence[CheckFinding]]


class Quarantined(NamedTuple):
    """An article kept out of a document because it cannot be written right."""

    guid: str
    reason: str


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
    ) -> None:
        self.files = files
        self.store = store
        self.target = target
        self.formats = formats
        self.check = check
        self.now = now
        self.dry_run = dry_run

    def run(self, only: str | None = None) -> Iterator[Published]:
        """Publish every feed, or one; give what became of each document.

        Raises:
            StoreFailed: the store cannot be read or written.
            TargetFailed: the target cannot be written; the last good documents stay.
            BadDesk: a licence version in force was changed.
        """
        if self.dry_run:
            yield from self._run(only)
            return
        with self.target.lock():
            yield from self._run(only)

    def _run(self, only: str | None) -> Iterator[Published]:
        histories = [self.store.history(guid) for guid in self.store.guids()]
        self._licences()
        for partner, feed in self.files.feed_list():
            if only in (None, feed.id):
                yield from self._feed(partner, feed, histories)
        if only is None:
            yield from self._remove_gone()

    def _licences(self) -> None:
        """Publish the licence documents. Terms that went out never change under the same URL."""
        for licence in self.files.licences:
            published = self.target.get(document_path(licence, "html"))
            before = stated_digest(published) if published else None
            if before not in (None, terms_digest(licence)) and self._is_in_force(licence):
                raise BadDesk(
                    f"licence {licence.ref} is in force and was changed since it was published",
                    where=f"licences/{licence.id}-v{licence.version}.toml",
                    mend=f"put it back, and write the change as version {licence.version + 1}",
                )
        for document in documents(self.files):
            if not self.dry_run:
                self.target.put(document)

    def _is_in_force(self, licence: Licence) -> bool:
        return any(
            (agreement.licence, agreement.licence_version) == (licence.id, licence.version)
            and agreement.state is not AgreementState.DRAFT
            for partner in self.files.partners
            for agreement in partner.agreements
        )

    def _feed(
        self, partner: Partner, feed: Feed, histories: Sequence[History]
    ) -> Iterator[Published]:
        composed: dict[frozenset[str], Composition] = {}
        for name in feed.formats:
            fmt = self.formats[name]
            request = request_of(self.files, partner, feed, fmt.carries)
            if request.carries not in composed:
                composed[request.carries] = compose(request, feed, histories, self.now)
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
            quarantined=written.quarantined,
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
        self.store.record(
            Edition(
                feed=feed.id,
                partner=partner.id,
                format=fmt.name,
                sequence=last.sequence + 1 if last else 1,
                digest=document.digest,
                manifest=written.composed.manifest,
                at=self.now,
                updated=written.head.updated,
            )
        )

    def _remove_gone(self) -> Iterator[Published]:
        """Take away the documents of feeds and formats that the desk no longer has."""
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
            if not self.dry_run:
                self.target.remove(path)
            yield Published(folder, stem, by_suffix[suffix], path, True, 0, 0, removed=(stem,))


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
