"""READ THIS FIRST: the story of one regeneration.

plan which feeds are touched and which go together (plan.py) → select → decide → redact
(compose.py) → follow what is out (follow.py) → render and check what is new (press.py) → assemble
→ record → put (together.py), with one `now` for all. A bad article costs itself and nothing else;
a document that fails its check never replaces the last good one; what was published is recorded
before the bytes are put.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple

from syndicate.formats.base import Format
from syndicate.licensing.licence_document import documents, stated_digest, terms_digest
from syndicate.licensing.terms import document_path
from syndicate.model.desk import DeskFiles
from syndicate.model.errors import BadDesk
from syndicate.model.licence import Licence
from syndicate.model.partner import AgreementState, Partner
from syndicate.pipeline.ahead import MOST, PAYS, Errand, cores, new_work, prepared
from syndicate.pipeline.former import formers
from syndicate.pipeline.made import Published, preparing
from syndicate.pipeline.plan import Group, Planner, Turn, news_of
from syndicate.pipeline.ports import Store, Target
from syndicate.pipeline.together import Together

MANY = 2_000
"""After so many arrivals, to ask each feed costs less than to ask which feeds they concern."""
LOOKED = "looked"
"""The setting that says up to which arrival every feed was looked at."""


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
        now: datetime,
        *,
        dry_run: bool = False,
        unsound: bool = False,
        due: bool = False,
        again: Callable[[], Store] | None = None,
    ) -> None:
        self.files = files
        self.store = store
        self.target = target
        self.formats = formats
        self.now = now
        self.dry_run = dry_run
        self.unsound = unsound
        """Whether some of the desk's files could not be read: then nothing is taken as gone."""
        self.due = due
        """Whether only feeds are touched whose moment has come."""
        self.again = again
        """Opens the store in another process; None where only this one has it."""

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
        waiting = self._waiting(only) if self.due else set()
        if self.due and not waiting:
            return
        changed = self._licences()
        turns = list(self._turns(only, changed))
        if self.due:
            turns = [one for one in turns if (one.feed.id, one.format) in waiting]
        serial, arrived = self.store.arrived_since(int(self.store.setting(LOOKED) or 0))
        many = len(arrived) > MANY
        told = () if many else arrived
        news = news_of(self.store.histories(told), self.store.streams_of(told))
        named = self.store.named_partners()
        planner = Planner(self.files, self.store.ways(), named, self.formats, self.now)
        newest = self.store.newest_at()
        back = newest is not None and newest > self.now
        all_ = self.due or self.dry_run or back or many
        live = [one for one in turns if one.former or not one.stopped]
        stamps = self.target.stamps()
        together = Together(self, frozenset(arrived))
        groups = list(planner.groups(live, news, stamps, all_=all_))
        with self._ahead(groups, frozenset(arrived)) as ready:
            for group in ready:
                yield from together.publish(group)
        together.flush()
        yield from together.rest(turns, planner.ways)
        if only is None and not self.due and not self.dry_run:
            self.store.set(LOOKED, str(serial))
            if not self.unsound:
                yield from self._remove_gone()

    @contextmanager
    def _ahead(
        self, groups: Sequence[Group], arrived: frozenset[str]
    ) -> Iterator[Iterable[Group]]:
        """Give the groups, prepared by other processes where that pays."""
        workers = min(cores(), MOST, len(groups))
        pays = workers > 1 and not self.dry_run and new_work(self.store, groups) >= PAYS
        if self.again is None or not pays:
            yield groups
            return
        errand = Errand(preparing, self.again, dict(self.formats), self.now, arrived)
        with prepared(errand, groups, workers) as ready:
            yield ready

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
