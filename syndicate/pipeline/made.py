"""What each feed of a group comes to: decided once, rendered once, each in its own envelope."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from syndicate.formats.base import Format
from syndicate.model.entry import Tombstone
from syndicate.model.errors import RenderFailed, TargetFailed
from syndicate.model.receipt import Edition, ManifestLine, Way, manifest_digest
from syndicate.pipeline.ahead import Errand
from syndicate.pipeline.classes import Class
from syndicate.pipeline.compose import Composition, Quarantined
from syndicate.pipeline.followed import Followed
from syndicate.pipeline.heads import path_of
from syndicate.pipeline.inputs import Snapshots, rulings_text
from syndicate.pipeline.items import digest_of
from syndicate.pipeline.keeping import Keeping
from syndicate.pipeline.lines import Line
from syndicate.pipeline.past import Pasts
from syndicate.pipeline.plan import Arrived, Group, Member, Turn
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

    @property
    def store(self) -> Store:
        """What is kept."""

    @property
    def target(self) -> Target:
        """Where documents are put."""

    @property
    def formats(self) -> Mapping[str, Format]:
        """The formats, by name."""

    @property
    def now(self) -> datetime:
        """The one moment of the run."""

    @property
    def dry_run(self) -> bool:
        """Whether nothing is recorded and put."""

    @property
    def unsound(self) -> bool:
        """Whether some of the desk's files could not be read."""


class Standing(NamedTuple):
    """What stands in feeds, in whatever format, and what is recorded of it."""

    composed: Composition
    """Without what cannot be written."""
    manifest: tuple[ManifestLine, ...]
    manifest_digest: str
    rulings: str
    rulings_digest: str
    there: frozenset[str]
    """The articles and notices."""


class Content(NamedTuple):
    """What all feeds of a frame have in them: worked out once for all."""

    pressed: Pressed
    bad: tuple[Quarantined, ...]
    standing: Standing


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


class Making:
    """Works out what feeds come to; records and puts nothing."""

    def __init__(self, run: Run, arrived: Arrived, *, gives_back: bool) -> None:
        self._run = run
        self._store = run.store
        self._keeping = Keeping(run.store, keeps=not run.dry_run)
        self._pasts = Pasts(run.store, run.now, arrived, self._keeping, gives_back=gives_back)
        self._press = Press(self._keeping)
        self._sheets = Sheets(self._keeping)
        self._compared: tuple[object, Difference] | None = None
        self._stands: tuple[Followed, Standing] | None = None
        self.snapshots = Snapshots()

    def followed(self, group: Group) -> Followed:
        """Give what goes out to the feeds of a group."""
        return self._pasts.followed(group)

    def made(self, group: Group, followed: Followed) -> list[Made]:
        """Give what each feed of a group comes to, in each of its formats."""
        return [one for fmt in self._formats(group) for one in self._made(group, fmt, followed)]

    def forget(self) -> None:
        """Compose anew: another run has taken what was counted on."""
        self._pasts.forget()

    def prepare(self, group: Group) -> None:
        """Do all that can be done for a group and can be done again; record and put nothing."""
        followed = self.followed(group)
        for item in followed.items.values():
            self._keeping.keep_item(item)
        for one in self.made(group, followed):
            if one.sheet and "gzip" in one.member.turn.files.desk.encodings:
                one.sheet.pressed.packed(one.sheet.envelope.between)
        self.flush()

    @property
    def grown(self) -> int:
        """How many fragments were kept."""
        return self._keeping.grown

    def flush(self) -> None:
        """Keep what can be made again; the last thing to do."""
        self._keeping.flush()

    def _standing(self, group: Group, followed: Followed) -> Standing:
        """Give what stands in all feeds of a group where everything can be written."""
        if self._stands is None or self._stands[0] is not followed:
            self._stands = followed, _standing(group.asked, followed, followed.composed)
        return self._stands[1]

    def _formats(self, group: Group) -> list[Format]:
        names = dict.fromkeys(one.turn.format for one in group.members)
        return [self._run.formats[name] for name in names]

    def _made(self, group: Group, fmt: Format, followed: Followed) -> Iterator[Made]:
        """Give what each feed in a format comes to."""
        whole = followed.composed
        contents: dict[object, Content] = {}
        standing = self._standing(group, followed)
        members = [one for one in group.members if one.turn.format == fmt.name]
        for wrap in self._sheets.wraps(fmt, members, whole):
            if wrap.frame not in contents:
                things: list[Line | Tombstone] = [*whole.tombstones, *whole.lines]
                pressed = self._press.press(fmt, wrap.frame, things)
                contents[wrap.frame] = _content(group.asked, followed, pressed, standing)
            yield self._one(wrap, fmt, followed, contents[wrap.frame])

    def _one(self, wrap: Wrap, fmt: Format, followed: Followed, content: Content) -> Made:
        """Give what one feed comes to: its own envelope around what is shared."""
        whole, standing, member = followed.composed, content.standing, wrap.member
        composed = standing.composed
        told = self.told(member.turn)._replace(
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
        added, changed, removed = self._difference(member.way, standing)
        told = told._replace(added=added, changed=changed, removed=removed)
        way = member.way._replace(
            due=whole.next_change, entries=told.entries, stones=told.tombstones
        )
        if way.sequence and way.digest == sheet.digest:
            return Made(member, told, way, sheet, None, standing.there)
        edition = self._edition(member, fmt, standing, sheet)
        way = way._replace(
            sequence=edition.sequence,
            digest=sheet.digest,
            updated=sheet.updated,
            manifest=standing.manifest_digest,
        )
        return Made(member, told, way, sheet, edition, standing.there, standing.rulings)

    def _difference(self, before: Way, standing: Standing) -> Difference:
        """Give what an edition adds, changes and removes against the last one."""
        key = before.manifest if before.sequence else "", standing.manifest_digest
        if self._compared is None or self._compared[0] != key:
            lines = self._store.manifest(before.manifest) if before.sequence else ()
            self._compared = key, _difference(lines, standing.manifest)
        return self._compared[1]

    def _edition(
        self,
        member: Member,
        fmt: Format,
        standing: Standing,
        sheet: Sheet,
    ) -> Edition:
        turn = member.turn
        return Edition.model_construct(
            feed=turn.name,
            partner=turn.owner,
            format=fmt.name,
            sequence=member.way.sequence + 1,
            digest=sheet.digest,
            manifest=standing.manifest,
            at=self._run.now,
            updated=sheet.updated,
            inputs=self.snapshots.of(turn.files, turn.partner).digest,
            rulings=standing.rulings_digest,
            names=member.way.names,
            makeup=digest_of(sheet.makeup),
            opening=len(sheet.envelope.opening),
        )

    def told(self, turn: Turn) -> Published:
        """Give what is said of a feed before anything became of it."""
        former = turn.former is not None and not turn.stopped and not self._run.unsound
        path = path_of(turn.owner, turn.name, self._run.formats[turn.format])
        return Published(
            turn.owner,
            turn.name,
            turn.format,
            path,
            written=False,
            entries=0,
            tombstones=0,
            former=former,
        )


def _again(way: Way) -> Way:
    """Give where a feed stands that could not be published: it is tried again in the next run."""
    return way._replace(asked="")


def _content(asked: Class, followed: Followed, pressed: Pressed, whole: Standing) -> Content:
    bad = tuple(Quarantined(guid, why) for guid, why in pressed.faults.items())
    if not bad:
        return Content(pressed, bad, whole)
    left = followed.composed.without(pressed.faults)
    return Content(pressed, bad, _standing(asked, followed, left))


def _standing(asked: Class, followed: Followed, composed: Composition) -> Standing:
    whole = followed.composed
    manifest = followed.manifest(composed)
    rulings = rulings_text(asked, manifest, whole.lines, followed.delivered, whole.counted)
    there = frozenset(composed.guids())
    return Standing(
        composed, manifest, manifest_digest(manifest), rulings, digest_of(rulings), there
    )


def _difference(before: Sequence[ManifestLine], after: Sequence[ManifestLine]) -> Difference:
    was = {line.guid: line for line in before}
    now = {line.guid: line for line in after}
    added = tuple(guid for guid in now if guid not in was)
    changed = tuple(g for g, line in now.items() if g in was and was[g] != line)
    return added, changed, tuple(guid for guid in was if guid not in now)


class _Worker(NamedTuple):
    """A run in a process that prepares for another one: it needs no target."""

    store: Store
    formats: Mapping[str, Format]
    now: datetime
    dry_run: bool = False
    unsound: bool = True

    @property
    def target(self) -> Target:
        """Nothing is put here."""
        raise TargetFailed("a worker puts nothing")


def preparing(errand: Errand) -> Callable[[Group], None]:
    """Give what prepares groups in a worker."""
    run = _Worker(errand.store(), errand.formats, errand.now)
    return Making(run, errand.arrived, gives_back=False).prepare
