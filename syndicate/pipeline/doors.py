"""One article, or one picture of it, asked for by its address: decided as for a feed, and now.

An address opens what the feed gave out, and nothing else: what never stood in it was never
recorded, and a kill would not reach who fetched it. So there is no difference between an article
that is embargoed, one that is not covered, and one that does not exist; they are not even looked
up.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Literal, NamedTuple

from syndicate.formats.base import Format
from syndicate.formats.handout import page_of
from syndicate.model.desk import DeskFiles
from syndicate.model.entry import Entry
from syndicate.model.errors import RenderFailed
from syndicate.model.receipt import Way
from syndicate.pipeline.classes import Classes, known_names
from syndicate.pipeline.former import formers
from syndicate.pipeline.heads import own_facts, path_of
from syndicate.pipeline.items import digest_of
from syndicate.pipeline.keeping import Keeping
from syndicate.pipeline.lines import Line
from syndicate.pipeline.past import Alone, Pasts
from syndicate.pipeline.plan import Group, Member, Turn
from syndicate.pipeline.ports import Store
from syndicate.pipeline.press import Press
from syndicate.pipeline.sheets import Sheets
from syndicate.pipeline.standings import Standing, lost_parts, standing_of

NAME_LENGTH = 32
"""Hexadecimal digits of a name: 128 bits of a SHA-256."""
NAMES_AT_HAND = 200_000
"""Names that are held, of all feeds together."""


def name_of(guid: str) -> str:
    """Give what an article is called in addresses: it says nothing of what the article is."""
    return hashlib.sha256(guid.encode()).hexdigest()[:NAME_LENGTH]


def address_of(base: str, partner: str, feed: str, guid: str, ending: str = "html") -> str:
    """Give the address of an article in a feed; the ending says how it is shown.

    `base` is where documents are served; endings are those of the feed's formats, and html.
    """
    return f"{base.rstrip('/')}/{partner}/{feed}/items/{name_of(guid)}.{ending}"


def media_address_of(base: str, partner: str, feed: str, guid: str, part: str) -> str:
    """Give the address of a picture, video or sound of an article in a feed."""
    return f"{base.rstrip('/')}/{partner}/{feed}/media/{name_of(guid)}/{part}"


class Ground(NamedTuple):
    """What of a desk is decided with."""

    files: DeskFiles
    stopped: Mapping[str, str]
    """Feeds that get nothing new, and why."""
    sound: bool
    """Whether all of the desk's files could be read."""


class Seen(NamedTuple):
    """What became of an article that a feed gave out."""

    standing: Standing
    """Whether it may be shown now; why not."""
    entry: Entry | None = None
    """What may be shown of it."""
    lost: Mapping[str, Standing] = MappingProxyType({})
    """Why parts that went out once may not be shown now; all of them where nothing may."""
    due: datetime | None = None
    """When time alone can change any of this."""
    notice: Entry | None = None
    """What is told instead to who may keep a copy and gets nothing new: a correction."""
    data: bytes = b""
    """The document that was asked for."""

    @property
    def ends(self) -> datetime | None:
        """When the permission for it ends, as far as is known."""
        return self.entry.terms.valid_until if self.entry else None

    def part_ends(self, part: str) -> datetime | None:
        """Give when the permission for a part ends, as far as is known."""
        terms = self.entry.terms.parts if self.entry else ()
        own = (one.valid_until for one in terms if one.part == part)
        return min((one for one in (self.ends, *own) if one), default=None)


Wants = Literal["nothing", "document", "page"]


class _Found(NamedTuple):
    """An article that a feed gave out, and how it stands."""

    seen: Seen
    alone: Alone
    line: Line | None
    """As it goes out; None where it may not be shown."""


class _Looking(NamedTuple):
    """What a feed gave out, to be looked at article by article."""

    group: Group
    pasts: Pasts
    now: datetime

    def at(self, guid: str) -> _Found | None:
        """Give how an article stands; None where it never went out, or is odd."""
        alone = self.pasts.alone(self.group, guid)
        if alone is None or alone.followed.composed.quarantined:
            return None
        line = _shown(alone)
        standing = standing_of(alone, line, self.now)
        line = line if standing is Standing.SHOWN else None
        composed = alone.followed.composed
        seen = Seen(
            standing,
            line.entry() if line else None,
            dict(lost_parts(alone, standing, line)),
            composed.next_change,
            next((one.entry() for one in composed.lines if one.is_alone), None),
        )
        return _Found(seen, alone, line)


class Doors:
    """Looks articles up by their addresses; asked by one thread at a time."""

    def __init__(self, formats: Mapping[str, Format]) -> None:
        self._formats = formats
        self._names: OrderedDict[int, tuple[int, dict[str, str]]] = OrderedDict()
        self._classes: tuple[DeskFiles, frozenset[str], Classes] | None = None

    def seen(
        self,
        store: Store,
        ground: Ground,
        place: tuple[str, str],
        name: str,
        now: datetime,
        wants: Wants = "nothing",
    ) -> Seen | None:
        """Give what became of an article, by its name, in a feed and format (`place`).

        `wants` says whether a document is needed that shows it: a feed of one article, or a page.
        None for what the feed never gave out, whatever it is, and for what is odd.

        Raises:
            StoreFailed: the record cannot be read.
        """
        way = store.way(*place)
        guid = self._guids(store, way).get(name) if way else None
        looking = self._looking(store, ground, way, now) if way and guid else None
        if looking is None or guid is None:
            return None
        found = looking.at(guid)
        if found is None or found.line is None or wants == "nothing":
            return found and found.seen
        try:
            page = wants == "page"
            line = found.line
            data = page_of(line.entry()) if page else self._rendered(store, looking, found, line)
        except RenderFailed:
            return None
        return found.seen._replace(data=data)

    def each(
        self,
        store: Store,
        ground: Ground,
        place: tuple[str, str],
        guids: Iterable[str],
        now: datetime,
    ) -> Iterator[Seen | None]:
        """Give what became of some articles of a feed and format, as `seen` does.

        Raises:
            StoreFailed: the record cannot be read.
        """
        way = store.way(*place)
        looking = self._looking(store, ground, way, now) if way else None
        for guid in guids:
            found = looking.at(guid) if looking else None
            yield found.seen if found else None

    def _looking(self, store: Store, ground: Ground, way: Way, now: datetime) -> _Looking | None:
        """Begin to look at what a feed gave out; None where it cannot be decided."""
        turn = _turn(store, ground, way)
        if turn is None:
            return None
        pasts = Pasts(store, now, frozenset(), Keeping(store, keeps=False), gives_back=False)
        return _Looking(self._group(store, turn, way, now), pasts, now)

    def _guids(self, store: Store, way: Way) -> Mapping[str, str]:
        """Give the guid of every name that a feed ever gave out."""
        known = self._names.get(way.stream)
        if known is None or known[0] != way.sequence:
            found = {name_of(guid): guid for guid in store.given(way.stream)}
            known = self._names[way.stream] = way.sequence, found
        self._names.move_to_end(way.stream)
        while len(self._names) > 1 and self._size() > NAMES_AT_HAND:
            self._names.popitem(last=False)
        return known[1]

    def _size(self) -> int:
        return sum(len(names) for _, names in self._names.values())

    def _group(self, store: Store, turn: Turn, way: Way, now: datetime) -> Group:
        """Give a feed as a group of its own, as a run over it would find it."""
        fmt = self._formats[turn.format]
        names = known_names(turn.partner, way.names)
        asked = self._classes_of(turn.files, store.named_partners()).of(
            turn.partner, turn.feed, fmt.carries, names
        )
        head = digest_of(own_facts(turn.files, turn.partner, turn.feed, fmt, now))
        # An item's time is its own: what else changes in the feed changes nothing about it.
        own = way._replace(names=names, asked=asked.key, head=head, updated=None)
        member = Member(turn, own, path_of(turn.owner, turn.name, fmt))
        return Group(asked, (member,), (way,), way.stream, 0, anew=False)

    def _classes_of(self, files: DeskFiles, named: frozenset[str]) -> Classes:
        """Give the classes of a desk, the same for as long as its files are the same object."""
        known = self._classes
        if known is None or known[0] is not files or known[1] != named:
            known = self._classes = files, named, Classes(files, named)
        return known[2]

    def _rendered(self, store: Store, looking: _Looking, found: _Found, line: Line) -> bytes:
        """Give the document of one article: checked, as every document is. Raises RenderFailed."""
        [member], alone = looking.group.members, found.alone
        fmt = self._formats[member.turn.format]
        keeping = Keeping(store, keeps=False)
        composed = alone.followed.composed._replace(lines=(line,), tombstones=())
        sheets = Sheets(keeping)
        [wrap] = sheets.wraps(fmt, [member], composed)
        pressed = Press(keeping).press(fmt, wrap.frame, composed.lines)
        for fault in pressed.faults.values():
            raise RenderFailed(fault)
        return sheets.sheet(fmt, wrap, composed, pressed).document().data


def _turn(store: Store, ground: Ground, way: Way) -> Turn | None:
    """Give how a feed is published: as the desk says, or following what it gave out."""
    partner = ground.files.partner(way.partner)
    feeds = partner.feeds if partner and way.feed not in ground.stopped else ()
    if any(one.id == way.feed and way.format in one.formats for one in feeds):
        return Turn(ground.files, way.partner, way.feed, way.format)
    published = [(way.partner, way.feed, way.format)]
    found = formers(ground.files, store, published, ground.stopped, sound=ground.sound)
    former = next(found, None)
    if former is None:
        return None
    return Turn(former.files, former.partner.id, way.feed, way.format, former)


def _shown(alone: Alone) -> Line | None:
    """Give the article as it goes out now; None where it does not.

    The first issue of a cut is the next run's. Until then it keeps the date it went out with.
    """
    found = alone.followed.composed.lines
    line = next((one for one in found if one.guid == alone.held.guid), None)
    if line is None or line.facts.item == alone.held.item:
        return line
    return line._replace(changed=max(line.facts.updated, alone.held.updated))
