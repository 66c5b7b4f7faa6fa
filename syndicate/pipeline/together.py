"""Feeds of a group, published together: decided once, rendered once, each in its own envelope."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from syndicate.formats.base import Format
from syndicate.model.entry import Tombstone
from syndicate.model.errors import QuotaTaken, RenderFailed
from syndicate.model.receipt import (
    Edition,
    Isolated,
    ManifestLine,
    Receipt,
    Way,
    manifest_digest,
)
from syndicate.pipeline.classes import Class
from syndicate.pipeline.compose import Composition, Quarantined, path_of
from syndicate.pipeline.followed import Followed
from syndicate.pipeline.inputs import Snapshots, rulings_text
from syndicate.pipeline.items import digest_of
from syndicate.pipeline.keeping import Keeping
from syndicate.pipeline.lines import Line
from syndicate.pipeline.past import Pasts, real_rooms, real_slots
from syndicate.pipeline.plan import Group, Member, Turn
from syndicate.pipeline.ports import Store, Target
from syndicate.pipeline.press import Press, Pressed
from syndicate.pipeline.sheets import Sheet, Sheets, Wrap


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


class Run(Protocol):
    """What a run is: see `syndicate.pipeline.publish`."""

    store: Store
    target: Target
    formats: Mapping[str, Format]
    now: datetime
    dry_run: bool
    unsound: bool


class Content(NamedTuple):
    """What all feeds of a frame have in them: worked out once for all."""

    pressed: Pressed
    composed: Composition
    """Without what cannot be written."""
    bad: tuple[Quarantined, ...]
    manifest: tuple[ManifestLine, ...]
    manifest_digest: str
    rulings: str
    rulings_digest: str
    there: frozenset[str]


Difference = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]
"""What an edition adds, changes and removes, by guid."""


class Made(NamedTuple):
    """What one feed of a group comes to, before it is recorded."""

    member: Member
    told: Published
    way: Way
    """Where it stands then."""
    sheet: Sheet | None = None
    """None where it cannot be published."""
    edition: Edition | None = None
    """None where nothing changed."""
    there: frozenset[str] = frozenset()
    """The articles and notices in it."""
    rulings: str = ""

    @property
    def fate(self) -> tuple[bool, frozenset[str]]:
        """Feeds of a stream that fare differently part: published or not, and with what."""
        return self.sheet is None, self.there


TRIES = 3


class Together:
    """Publishes the groups of a run."""

    def __init__(self, run: Run, arrived: frozenset[str]) -> None:
        self._run = run
        self._store = run.store
        self._keeping = Keeping(run.store, keeps=not run.dry_run)
        self._pasts = Pasts(run.store, run.now, arrived, self._keeping, gives_back=not run.dry_run)
        self._press = Press(self._keeping)
        self._sheets = Sheets(self._keeping)
        self._compared: tuple[object, Difference] | None = None
        self._snapshots = Snapshots()
        self._kept: set[str] = set()
        """The inputs that this run has kept already."""
        self._isolated: dict[str, list[Isolated]] = {}
        for one in run.store.isolated():
            self._isolated.setdefault(one.place, []).append(one)
        self._done: set[tuple[str, str]] = set()

    def publish(self, group: Group) -> Iterator[Published]:
        """Publish a group; once more where another run took the last of a quota."""
        for tries_left in reversed(range(TRIES)):
            try:
                told = self._publish(group)
            except QuotaTaken:
                if not tries_left:
                    raise
                self._pasts.forget()
            else:
                yield from told
                return

    def rest(
        self, turns: Iterable[Turn], ways: Mapping[tuple[str, str], Way]
    ) -> Iterator[Published]:
        """Give the feeds that nothing touched, and those that are stopped altogether."""
        for turn in turns:
            key = turn.feed.id, turn.format
            if key in self._done:
                continue
            way = ways.get(key)
            told = self._told(turn)
            if way is not None and not turn.stopped:
                told = told._replace(
                    entries=way.entries,
                    tombstones=way.stones,
                    next_change=way.due,
                    quarantined=tuple(
                        Quarantined(one.subject, one.reason)
                        for one in self._isolated.get(told.path, ())
                    ),
                )
            yield told._replace(failure=turn.stopped)

    def _publish(self, group: Group) -> list[Published]:
        followed = self._pasts.followed(group)
        made = [one for fmt in self._formats(group) for one in self._made(group, fmt, followed)]
        self._done.update((one.told.feed, one.told.format) for one in made)
        if self._run.dry_run:
            return [self._dry(one) for one in made]
        for one in made:
            self._isolate(one.told)
        alike: dict[tuple[bool, frozenset[str]], list[Made]] = {}
        for one in made:
            alike.setdefault(one.fate, []).append(one)
        source = group.stream or group.fork_of
        apart = len(alike) > 1
        done: list[Published] = []
        for (failed, _), some in alike.items():
            if failed:
                self._store.note_ways(one.way for one in some if one.way.sequence)
                done += [one.told for one in some]
                continue
            part = group._replace(stream=0, fork_of=source) if apart else group
            done += self._put(self._recorded(part, followed, some))
        return done

    def flush(self) -> None:
        """Keep what can be made again; the last thing to do."""
        self._keeping.flush()

    def _formats(self, group: Group) -> list[Format]:
        names = dict.fromkeys(one.turn.format for one in group.members)
        return [self._run.formats[name] for name in names]

    def _made(self, group: Group, fmt: Format, followed: Followed) -> Iterator[Made]:
        """Give what each feed in a format comes to."""
        whole = followed.composed
        contents: dict[object, Content] = {}
        members = [one for one in group.members if one.turn.format == fmt.name]
        for wrap in self._sheets.wraps(fmt, members, whole):
            if wrap.frame not in contents:
                things: list[Line | Tombstone] = [*whole.tombstones, *whole.lines]
                pressed = self._press.press(fmt, wrap.frame, things)
                contents[wrap.frame] = _content(group.asked, followed, pressed)
            yield self._one(wrap, fmt, followed, contents[wrap.frame])

    def _one(self, wrap: Wrap, fmt: Format, followed: Followed, content: Content) -> Made:
        """Give what one feed comes to: its own envelope around what is shared."""
        whole, composed, member = followed.composed, content.composed, wrap.member
        told = self._told(member.turn)._replace(
            entries=len(composed.lines),
            tombstones=len(composed.tombstones),
            quarantined=(*whole.quarantined, *content.bad),
            failure=member.turn.stopped,
            next_change=whole.next_change,
        )
        try:
            sheet = self._sheets.sheet(fmt, wrap, composed, content.pressed)
        except RenderFailed as failed:
            told = told._replace(failure=str(failed), next_change=None)
            return Made(member, told, _again(member.way))
        added, changed, removed = self._difference(member.way, content)
        told = told._replace(added=added, changed=changed, removed=removed)
        way = member.way._replace(
            due=whole.next_change, entries=told.entries, stones=told.tombstones
        )
        if way.sequence and way.digest == sheet.digest:
            return Made(member, told, way, sheet, None, content.there)
        edition = self._edition(member, fmt, content, sheet)
        way = way._replace(
            sequence=edition.sequence,
            digest=sheet.digest,
            updated=sheet.updated,
            manifest=content.manifest_digest,
        )
        return Made(member, told, way, sheet, edition, content.there, content.rulings)

    def _difference(self, before: Way, content: Content) -> Difference:
        """Give what an edition adds, changes and removes against the last one."""
        key = before.manifest if before.sequence else "", content.manifest_digest
        if self._compared is None or self._compared[0] != key:
            lines = self._store.manifest(before.manifest) if before.sequence else ()
            self._compared = key, _difference(lines, content.manifest)
        return self._compared[1]

    def _edition(
        self,
        member: Member,
        fmt: Format,
        content: Content,
        sheet: Sheet,
    ) -> Edition:
        turn = member.turn
        return Edition.model_construct(
            feed=turn.feed.id,
            partner=turn.partner.id,
            format=fmt.name,
            sequence=member.way.sequence + 1,
            digest=sheet.digest,
            manifest=content.manifest,
            at=self._run.now,
            updated=sheet.updated,
            inputs=self._snapshots.of(turn.files, turn.partner).digest,
            rulings=content.rulings_digest,
            names=member.way.names,
            makeup=digest_of(sheet.makeup),
            opening=len(sheet.envelope.opening),
        )

    def _told(self, turn: Turn) -> Published:
        former = turn.former is not None and not turn.stopped and not self._run.unsound
        path = path_of(turn.partner, turn.feed, self._run.formats[turn.format])
        return Published(
            turn.partner.id,
            turn.feed.id,
            turn.format,
            path,
            written=False,
            entries=0,
            tombstones=0,
            former=former,
        )

    def _dry(self, one: Made) -> Published:
        """Say what would be written."""
        if one.sheet is None:
            return one.told
        there = self._run.target.get(one.told.path)
        return one.told._replace(written=there != one.sheet.document().data)

    def _recorded(self, group: Group, followed: Followed, some: Sequence[Made]) -> Sequence[Made]:
        """Remember who could have what before the bytes go out; an equal edition is not new."""
        there = some[0].there
        shown = followed.shown
        texts: dict[str, None] = {}
        for one in some:
            if one.edition and one.sheet:
                texts.update(dict.fromkeys((one.rulings, one.sheet.makeup)))
            if one.edition and one.edition.inputs not in self._kept:
                turn = one.member.turn
                texts.update(dict.fromkeys(self._snapshots.of(turn.files, turn.partner).texts))
                self._kept.add(one.edition.inputs)
        names = some[0].way.names
        whole = followed.composed
        editions = tuple(one.edition for one in some if one.edition)
        words = [w for w in followed.notices if w.guid in there or w.guid not in shown]
        receipt = Receipt(
            editions,
            items=tuple(item for guid, item in followed.items.items() if guid in there),
            holdings=tuple(
                one for one in followed.holdings if one.guid in there or one.guid not in shown
            ),
            notices=tuple(
                word.to(one.way.partner, one.way.feed)
                for one in some
                if one.edition
                for word in words
            ),
            slots=real_slots(tuple(s for s in whole.taken if s.guid in there), names)
            if editions
            else (),
            room=real_rooms(whole.rooms, names) if editions else (),
            texts=tuple(texts),
            ways=tuple(one.way for one in some),
            stream=group.stream,
            fork_of=group.fork_of,
            at=self._run.now,
        )
        before = {(one.feed, one.format): one for one in group.before}
        same = all(before.get((w.feed, w.format)) == w for w in receipt.ways)
        if editions or receipt.holdings or not same or not group.stream:
            self._store.record(receipt)
        return some

    def _put(self, some: Sequence[Made]) -> Iterator[Published]:
        """Put the bytes, then note that they are out, and how they look."""
        out = []
        sheets = [(one, one.sheet) for one in some if one.sheet]
        changes = self._run.target.put_all(
            sheet.document(one.member.turn.files.desk.encodings) for one, sheet in sheets
        )
        for (one, _), written in zip(sheets, changes, strict=True):
            stamp = self._run.target.stamp(one.told.path)
            if (one.way.put, one.way.stamp) != (one.way.sequence, stamp):
                out.append(one.way._replace(stamp=stamp))
            yield one.told._replace(written=written)
        self._store.note_put(out)

    def _isolate(self, told: Published) -> None:
        found = [
            Isolated(
                subject=one.guid,
                place=told.path,
                code="article-isolated",
                reason=one.reason,
                since=self._run.now,
            )
            for one in told.quarantined
        ]
        if found or told.path in self._isolated:
            self._store.isolate(told.path, found, self._run.now)


def _again(way: Way) -> Way:
    """Give where a feed stands that could not be published: it is tried again in the next run."""
    return way._replace(asked="")


def _content(asked: Class, followed: Followed, pressed: Pressed) -> Content:
    whole = followed.composed
    bad = tuple(Quarantined(guid, why) for guid, why in pressed.faults.items())
    composed = whole.without(pressed.faults) if bad else whole
    manifest = followed.manifest(composed)
    rulings = rulings_text(asked, manifest, whole.lines, followed.delivered, whole.counted)
    there = frozenset(composed.guids())
    return Content(
        pressed,
        composed,
        bad,
        manifest,
        manifest_digest(manifest),
        rulings,
        digest_of(rulings),
        there,
    )


def _difference(before: Sequence[ManifestLine], after: Sequence[ManifestLine]) -> Difference:
    was = {line.guid: line for line in before}
    now = {line.guid: line for line in after}
    added = tuple(guid for guid in now if guid not in was)
    changed = tuple(g for g, line in now.items() if g in was and was[g] != line)
    return added, changed, tuple(guid for guid in was if guid not in now)
