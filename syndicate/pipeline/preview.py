"""What stands in a feed now, as its partner may see it: asked of the doors of its articles.

So nobody sees here what the record does not know that the feed gave out, and no embargo, kill or
order is obeyed at one door and not at another (`syndicate.pipeline.doors`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from syndicate.formats.base import Format
from syndicate.model.entry import Entry
from syndicate.model.feed import Feed
from syndicate.model.partner import Partner
from syndicate.model.receipt import Edition, Grade, ManifestLine, Notice
from syndicate.pipeline.doors import Doors, Ground, Seen
from syndicate.pipeline.ports import Store
from syndicate.pipeline.standings import Standing


class Shown(NamedTuple):
    """What one line of a feed stands for."""

    guid: str
    headline: str
    """By what the partner knows it."""
    entry: Entry | None = None
    """All that the partner may have of it now; None where it may have nothing."""
    waits: bool = False
    """Whether it is another one by now, and is published anew before it is shown."""
    is_notice: bool = False
    """Whether it is no article: it says what was wrong in one."""
    updated: datetime | None = None
    """The date of change that it last went out with."""

    @property
    def withdrawn(self) -> bool:
        """Whether it was taken back, or may not go to the partner any more."""
        return not (self.entry or self.waits or self.is_notice)


class Feeding(NamedTuple):
    """A feed of a partner in one of its formats, and what its articles are looked up with."""

    doors: Doors
    ground: Ground
    partner: Partner
    feed: Feed
    format: Format

    @property
    def place(self) -> tuple[str, str]:
        """Feed and format."""
        return self.feed.id, self.format.name


def shown(asked: Feeding, store: Store, now: datetime, guid: str | None = None) -> Iterator[Shown]:
    """Give what stands in the newest edition of a feed, in its order; or one article of it.

    Raises StoreFailed.
    """
    edition = edition_of(asked, store)
    if edition is None:
        return
    yield from seen(asked, store, now, (o for o in edition.manifest if guid in (None, o.guid)))


def edition_of(asked: Feeding, store: Store) -> Edition | None:
    """Give the newest edition of a feed; None where there is none, or it was somebody else's.

    Raises StoreFailed.
    """
    edition = store.last_edition(*asked.place)
    return edition if edition and edition.partner == asked.partner.id else None


def seen(
    asked: Feeding, store: Store, now: datetime, lines: Iterable[ManifestLine]
) -> Iterator[Shown]:
    """Give what some lines of a feed's newest edition stand for. Raises StoreFailed."""
    wanted = list(lines)
    told = [one.notice for one in store.notices(asked.partner.id)]
    held = {o.guid: o for o in store.holdings(*asked.place, [one.guid for one in wanted])}
    known_as = {one.guid: one.headline for one in told if one.headline}
    known_as |= {guid: one.headline for guid, one in held.items() if one.headline}
    live = [one.guid for one in wanted if one.guid in held and not one.withdrawn]
    found = _each(asked, store, now, live)
    notices = _notices(asked, store, now, told) if any(map(_is_notice, wanted)) else {}
    for line in wanted:
        went = held.get(line.guid)
        one = Shown(line.guid, known_as.get(line.guid, ""), updated=went.updated if went else None)
        if _is_notice(line):
            yield _as_notice(one, notices.get(line.guid))
        else:
            yield one if line.withdrawn else _as_article(one, found.get(line.guid))


def _each(
    asked: Feeding, store: Store, now: datetime, guids: Iterable[str]
) -> Mapping[str, Seen | None]:
    names = list(guids)
    every = asked.doors.each(store, asked.ground, asked.place, names, now)
    return dict(zip(names, every, strict=True))


def _is_notice(line: ManifestLine) -> bool:
    """Say whether a line tells of an article and is none: nothing is remembered of it."""
    return not line.item and not line.withdrawn


def _notices(
    asked: Feeding, store: Store, now: datetime, told: Iterable[Notice]
) -> Mapping[str, Entry]:
    """Give the corrections that stand beside the articles of a feed, by their own guid."""
    corrected = dict.fromkeys(one.guid for one in told if one.grade is Grade.CORRECTION)
    every = _each(asked, store, now, corrected).values()
    return {one.notice.guid: one.notice for one in every if one and one.notice}


def _as_notice(one: Shown, entry: Entry | None) -> Shown:
    if entry is None:
        return one._replace(is_notice=True)
    return one._replace(
        is_notice=True, entry=entry, headline=entry.headline, updated=entry.updated
    )


def _as_article(one: Shown, found: Seen | None) -> Shown:
    if found is None or found.standing is Standing.BEHIND:
        return one._replace(waits=True)
    headline = found.entry.headline if found.entry else one.headline
    return one._replace(entry=found.entry, headline=headline)
