"""READ THIS FIRST: the story of one regeneration.

plan which feeds are touched and which go together (plan.py) → select → decide → redact
(compose.py) → follow what is out (follow.py) → render and check what is new (press.py) → assemble
→ record → put (together.py), with one `now` for all. A bad article costs itself and nothing else;
a document that fails its check never replaces the last good one; what was published is recorded
before the bytes are put.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple

from syndicate import __version__
from syndicate.formats.base import Format
from syndicate.licensing.licence_document import documents, stated_digest, terms_digest
from syndicate.licensing.terms import SUFFIXES, document_path
from syndicate.model.desk import DeskFiles
from syndicate.model.errors import BadDesk
from syndicate.model.licence import Licence
from syndicate.model.partner import AgreementState, Partner
from syndicate.model.receipt import Way
from syndicate.pipeline.ahead import MOST, PAYS, Errand, cores, new_work, prepared
from syndicate.pipeline.former import formers
from syndicate.pipeline.garbage import seldom_sought
from syndicate.pipeline.items import digest_of
from syndicate.pipeline.made import Published, preparing
from syndicate.pipeline.plan import Arrived, Group, Planner, Turn, news_of
from syndicate.pipeline.ports import Store, Target
from syndicate.pipeline.sheets import require
from syndicate.pipeline.together import Together

MANY = 2_000
"""After so many arrivals, to ask each feed costs less than to ask which feeds they concern."""
LOOKED = "looked"
"""The setting that says up to which arrival every feed was looked at."""
PLANNED = "planned"
"""The setting that says what all feeds were planned by in the last whole run, and until when that
holds."""
LICENCES = "licences"
"""The setting that says what the licence documents were made of, and how they looked."""


Feeds = Sequence[tuple[str, str, str]]
"""Partner, feed and format of each."""


class Basis(NamedTuple):
    """What a run goes by."""

    files: DeskFiles
    unsound: bool = False
    """Whether some of the desk's files could not be read: then nothing is taken as gone."""
    digest: str = ""
    """Of all that the desk's files say; empty where nothing may be relied on that was worked out
    from them before."""


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


def stopped_feeds(files: DeskFiles, changed: Sequence[ChangedLicence]) -> dict[str, str]:
    """Give the feeds that get nothing new, and why: their licence says other things now."""
    found = {}
    for partner in files.partners if changed else ():
        bad = next((one for one in changed if _uses(partner, one.licence)), None)
        found.update({feed.id: bad.says for feed in partner.feeds} if bad else {})
    return found


def _is_in_force(files: DeskFiles, licence: Licence) -> bool:
    return any(_uses(partner, licence) for partner in files.partners)


def _uses(partner: Partner, licence: Licence) -> bool:
    return any(
        (agreement.licence, agreement.licence_version) == (licence.id, licence.version)
        and agreement.state is not AgreementState.DRAFT
        for agreement in partner.agreements
    )


def is_stopped(files: DeskFiles, partner: Partner, target: Target) -> bool:
    """Say whether a partner's feeds get nothing new, because a licence of theirs was changed."""
    return any(_uses(partner, one.licence) for one in changed_licences(files, target))


def _made_of(files: DeskFiles) -> str:
    """Give a digest of all that the licence documents follow from."""
    texts = [one.model_dump_json(exclude_defaults=True) for one in (files.desk, *files.licences)]
    return digest_of(json.dumps([__version__, *texts]))


def _are_out(store: Store, made_of: str, stamps: Mapping[str, str]) -> bool:
    """Say whether the licence documents of a desk are out, as they are now."""
    kept = store.setting(LICENCES)
    before, out = json.loads(kept) if kept else ("", {})
    return before == made_of and all(stamps.get(path) == out[path] for path in out)


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
        rewind: bool = False,
        again: Callable[[], Store] | None = None,
        digest: str = "",
        renewed: Callable[[], Basis | None] = lambda: None,
    ) -> None:
        self.files = files
        self.store = store
        self.target = target
        self.formats = formats
        self.now = now
        self.dry_run = dry_run
        self.unsound = unsound
        self.due = due
        """Whether only feeds are touched whose moment has come."""
        self.rewind = rewind
        """Whether a moment before the newest edition is meant."""
        self.again = again
        """Opens the store in another process; None where only this one has it."""
        self.digest = digest
        self.renewed = renewed
        """Gives what the desk's files say where it is no longer what this run goes by."""
        self._planner: Planner | None = None

    def run(self, only: str | None = None) -> Iterator[Published]:
        """Publish every feed, or one; give what became of each document.

        Raises:
            StoreFailed: the store cannot be read or written.
            TargetFailed: the target cannot be written; the last good documents stay.
            EncodingFailed: the desk wants an encoding whose library is not installed.
            BadDesk: the desk's files changed meanwhile, and cannot be used.
        """
        require(self.files.desk.encodings)
        if self.dry_run:
            yield from self._run(only)
            return
        with self.target.lock(), seldom_sought():
            self._catch_up()
            yield from self._run(only)

    def _catch_up(self) -> None:
        """Take up what came while this run read or waited for its turn: another one may have
        published a kill since, or the end of an agreement, and nothing may undo that."""
        basis = self.renewed()
        if basis is not None:
            self.files, self.unsound, self.digest = basis
            require(self.files.desk.encodings)
        if not self.rewind:
            self.now = max(self.now, self.store.newest_at() or self.now)

    def _run(self, only: str | None) -> Iterator[Published]:
        waiting = self._waiting(only) if self.due else set()
        if self.due and not waiting:
            return
        stamps = self.target.stamps()
        changed = self._licences(stamps)
        ways = self.store.ways()
        published = [(one.partner, one.feed, one.format) for one in ways if one.sequence]
        turns = list(self._turns(only, changed, published))
        if self.due:
            turns = [one for one in turns if (one.name, one.format) in waiting]
        looked = int(self.store.setting(LOOKED) or 0)
        serial, guids = self.store.arrived_since(looked, MANY + 1)
        arrived = frozenset(guids) if len(guids) <= MANY else None
        news = news_of(self.store, arrived or ())
        named = self.store.named_partners()
        asked_by = self._asked_by(named, changed)
        trusts = self._trusts(asked_by)
        planner = Planner(self.files, ways, named, self.formats, self.now, trusts=trusts)
        self._planner = planner
        newest = self.store.newest_at()
        back = newest is not None and newest > self.now
        all_ = self.due or self.dry_run or back or arrived is None
        live = [one for one in turns if one.former or not one.stopped]
        together = Together(self, arrived)
        groups = list(planner.groups(live, news, stamps, all_=all_))
        try:
            with self._ahead(groups, arrived) as ready:
                for group in ready:
                    yield from together.publish(group)
            yield from together.finish()
        finally:
            together.close()
        yield from together.rest(turns, planner.ways)
        if only is None and not self.due and not self.dry_run:
            self._pass_over(ways, live)
            self.store.set(LOOKED, str(serial))
            if asked_by and not trusts:
                self.store.note_selections(planner.selections())
                holds = (self.now.isoformat(), planner.holds_until().isoformat())
                self.store.set(PLANNED, json.dumps([asked_by, *holds]))
            if not self.unsound:
                yield from self._remove_gone(published)

    def _pass_over(self, ways: Iterable[Way], live: Iterable[Turn]) -> None:
        """Note of feeds that were not looked at that they must be, whatever arrives later."""
        seen = {(one.name, one.format) for one in live}
        passed = (one for one in ways if (one.feed, one.format) not in seen and one.asked)
        self.store.note_ways(one._replace(asked="") for one in passed)

    def _asked_by(self, named: frozenset[str], changed: Sequence[ChangedLicence]) -> str:
        """Give a digest of all that what feeds ask for follows from, and their heads with the
        moment; empty where that is not known, or feeds are stopped."""
        if not self.digest or self.unsound or changed:
            return ""
        formats = [(one.name, one.suffix, sorted(one.carries)) for one in self.formats.values()]
        facts = [__version__, self.digest, sorted(named), sorted(formats)]
        return digest_of(json.dumps(facts))

    def _trusts(self, asked_by: str) -> bool:
        """Say whether what is noted of all feeds was worked out from the same and still holds.

        A run on something else takes the note away before it changes where a feed stands.
        """
        kept = self.store.setting(PLANNED)
        if not kept:
            return False
        before, since, until = json.loads(kept)
        holds = datetime.fromisoformat(since) <= self.now < datetime.fromisoformat(until)
        if before == asked_by and holds:
            return True
        if not self.dry_run:
            self.store.set(PLANNED, "")
        return False

    @contextmanager
    def _ahead(self, groups: Sequence[Group], arrived: Arrived) -> Iterator[Iterable[Group]]:
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
            (feed, name)
            for _, feed, formats in self.files.feed_names()
            for name in formats
            if only in (None, feed)
        }
        come = {key for key, moment in planned.items() if moment and moment <= self.now}
        return (come if only is None else come & wanted) | (wanted - planned.keys())

    def _turns(
        self, only: str | None, changed: Sequence[ChangedLicence], published: Feeds
    ) -> Iterator[Turn]:
        """Give every feed in every format, with how it is published."""
        stopped = stopped_feeds(self.files, changed)
        for partner, feed, formats in self.files.feed_names():
            if feed not in stopped and only in (None, feed):
                for name in formats:
                    yield Turn(self.files, partner, feed, name)
        yield from self._following(only, stopped, published)

    def _following(
        self, only: str | None, stopped: Mapping[str, str], published: Feeds
    ) -> Iterator[Turn]:
        """Give the feeds that get nothing new, and why where they are stopped."""
        followed = set()
        found = formers(self.files, self.store, published, stopped, sound=not self.unsound)
        for former in found:
            if former.format in self.formats and only in (None, former.feed.id):
                followed.add((former.feed.id, former.format))
                feed = former.feed.id
                why = stopped.get(feed, "")
                yield Turn(former.files, former.partner.id, feed, former.format, former, why)
        for owner, feed, formats in self.files.feed_names():
            for name in formats if feed in stopped and only in (None, feed) else ():
                if (feed, name) not in followed:
                    yield Turn(self.files, owner, feed, name, None, stopped[feed])

    def _licences(self, stamps: Mapping[str, str]) -> list[ChangedLicence]:
        """Publish the licence documents. Terms that went out never change under the same URL.

        Where they look as when they were put, and would be made of the same, nothing is made.
        """
        made_of = _made_of(self.files)
        if _are_out(self.store, made_of, stamps):
            return []
        changed = list(changed_licences(self.files, self.target))
        stay = {document_path(one.licence, suffix) for one in changed for suffix in SUFFIXES}
        wanted = [one for one in documents(self.files) if one.path not in stay]
        if not self.dry_run:
            list(self.target.put_all(wanted))
            if not changed:
                looks = self.target.stamps([one.path for one in wanted])
                self.store.set(LICENCES, json.dumps([made_of, looks]))
        return changed

    def rests_until(
        self, store: Store, stamps: Mapping[str, str], *, is_same: bool
    ) -> datetime | None:
        """Give when time alone asks for the next run; None where something else does already.

        Asked when a run over all feeds is over, of its store opened anew; `stamps` says how the
        documents look now, and `is_same` that nobody has changed the store since before the run.
        """
        _, arrived = store.arrived_since(int(store.setting(LOOKED) or 0), 1)
        out = _are_out(store, _made_of(self.files), stamps)
        if self._planner is None or arrived or not out:
            return None
        ways = self._planner.ways.values() if is_same else store.ways()
        return self._planner.rests_until(ways, stamps)

    def _remove_gone(self, published: Feeds) -> Iterator[Published]:
        """Take away the documents of feeds and formats that the desk no longer has.

        Only what the record says we published and what never held an article; anything that did
        stays as a feed of notices.
        """
        by_name = {fmt.name: fmt for fmt in self.formats.values()}
        wanted = {(feed, name) for _, feed, formats in self.files.feed_names() for name in formats}
        for partner, feed, name in published:
            if (feed, name) in wanted or name not in by_name or self.store.holdings(feed, name):
                continue
            path = f"{partner}/{feed}.{by_name[name].suffix}"
            if self.target.get(path) is None:
                continue
            if not self.dry_run:
                self.target.remove(path)
            yield Published(partner, feed, name, path, True, 0, 0, deleted=True)
