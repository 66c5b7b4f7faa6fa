"""The question put to the gates, and the parts of the article it is asked about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from syndicate.licensing.prose import Restrictions, restrictions_in
from syndicate.model.article import Article
from syndicate.model.body import MEDIA_KINDS, Block, Gallery, MediaBase, kind_of
from syndicate.model.desk import Desk, SourceAgreement
from syndicate.model.feed import Purpose
from syndicate.model.licence import Licence
from syndicate.model.moments import Window
from syndicate.model.partner import Agreement, Partner, Property
from syndicate.model.receipt import Slot
from syndicate.model.rights import (
    ALL_MEDIA,
    FULL,
    Extent,
    Medium,
    Onward,
    PartKind,
    PartRights,
)
from syndicate.model.selection import Selection
from syndicate.model.territory import EVERYWHERE, WORLD, Area, Groups, Territory


class Ground:
    """What a part stands on: its kind and all rights that restrict it, outermost first.

    Parts of one kind without rights of their own, as most paragraphs are, stand on the same one.
    """

    def __init__(
        self, kind: PartKind, levels: tuple[PartRights, ...], own: PartRights | None = None
    ) -> None:
        self.kind = kind
        self.levels = (*levels, own) if own else levels
        self._own = own

    @cached_property
    def permission(self) -> PartRights:
        """The innermost statement about who owns the part and whether it may be passed on.

        A credit alone is one too: it says that the part is not simply the article's. Text inherits
        the article's; pictures, videos, sounds and embeds inherit nothing, not even from the
        gallery they stand in.
        """
        own = (self._own,) if self._own else ()
        for level in reversed(own if self.kind in MEDIA_KINDS else self.levels):
            if level.speaks_of_owner or level.restrictions:
                return level
        return PartRights()

    @cached_property
    def onward(self) -> Onward:
        """Whether it may be passed on.

        Unknown while restriction texts wait to be coded, and where nobody is named whose it is.
        """
        uncoded = any(level.restrictions and not level.coded_by for level in self.levels)
        stated = self.permission.onward or Onward.UNKNOWN
        nobodys = stated is Onward.GRANTED and not self.permission.names_somebody
        return Onward.UNKNOWN if uncoded or nobodys else stated

    @cached_property
    def prose(self) -> Restrictions:
        """What the restriction texts take away, coded or not."""
        return restrictions_in(tuple(t for level in self.levels for t in level.restrictions))

    @property
    def owner(self) -> str:
        """Whose it is, for people."""
        rights = self.permission
        return rights.owner or ("the publisher" if rights.own else "an unrecorded owner")

    @cached_property
    def severable(self) -> bool:
        """Whether the article stands without it."""
        return all(level.severable for level in self.levels[1:])


class Part(NamedTuple):
    """One part of an article with what it stands on."""

    name: str
    parent: str | None
    ground: Ground
    block: Block | None = None

    @property
    def kind(self) -> PartKind:
        """What licences grant it as."""
        return self.ground.kind

    @property
    def clause(self) -> str:
        """What its own refusals are based on."""
        return f"rights in {self.name} ({self.ground.owner})"

    @property
    def dependents(self) -> tuple[str, ...]:
        """What stands and falls with it: caption, alt text, credit, files."""
        block = self.block
        if not isinstance(block, MediaBase):
            return ()
        texts = [name for name in ("caption", "alt", "credit") if getattr(block, name)]
        files = [f"file-{n}" for n, _ in enumerate(block.renditions, 1)]
        return tuple(f"{self.name}.{name}" for name in (*texts, *files))


def parts_of(article: Article) -> Iterator[Part]:
    """Give every part, parents before children, in reading order."""
    top = (article.rights,)
    yield Part("headline", None, Ground(PartKind.HEADLINE, top, article.headline_rights))
    if article.summary:
        yield Part("summary", None, Ground(PartKind.SUMMARY, top, article.summary_rights))
    if not article.body:
        return
    yield Part("body", None, Ground(PartKind.BODY, top))
    for part in _inside("body", top, article.body):
        yield part
        if isinstance(part.block, Gallery):
            yield from _inside(part.name, part.ground.levels, part.block.pictures)


def _inside(name: str, levels: tuple[PartRights, ...], blocks: Iterable[Block]) -> Iterator[Part]:
    grounds: dict[tuple[PartKind, PartRights | None], Ground] = {}
    for block in blocks:
        stated = kind_of(block), block.rights
        ground = grounds.get(stated)
        if ground is None:
            ground = grounds[stated] = Ground(stated[0], levels, stated[1])
        yield Part(block.id, name, ground, block)


class Bar(NamedTuple):
    """Another partner's exclusive as it stands on one article."""

    start: datetime
    end: datetime
    territory: Territory
    media: tuple[Medium, ...]
    source: str
    """How findings name it; never the partner of a confidential agreement."""
    name: str
    """The agreement; for their order, never shown."""


class Question(NamedTuple):
    """May this partner have this article, on this property, in such a format, now?"""

    article: Article
    parts: Mapping[str, Part]
    """Every part of the article by its name, parents before children, in reading order."""
    partner: Partner
    property: Property
    agreement: Agreement
    licence: Licence
    """The terms that govern: the agreement's, or the public licence of the article."""
    coverage: Licence
    """The licence of the agreement, which says what it covers."""
    desk: Desk
    groups: Groups
    now: datetime
    carries: frozenset[str] = frozenset()
    """Mandatory terms the format has an element for."""
    extent: Extent = FULL
    """At most so much of the text, as the feed wants it."""
    media: tuple[Medium, ...] | None = None
    """Only in these media, as the feed wants it."""
    purpose: Purpose = "publish"
    """What the feed is read for."""
    selection: Selection = Selection()
    """What the feed picks; here only its age limit matters."""
    slots: tuple[Slot, ...] = ()
    """What was counted under the agreement and those that it supersedes."""
    exclusives: tuple[Bar, ...] = ()
    """Other partners' exclusives that touch the article, at whatever time."""

    def area(self, territory: Territory) -> Area:
        """Give what a territory means at the moment asked about."""
        return self.groups.area(territory, self.now)

    def without(self, places: tuple[str, ...]) -> Area:
        """Give the world without some places."""
        if not places:
            return EVERYWHERE
        return self.area(Territory(include=(WORLD,), exclude=places))

    def source_of(self, ground: Ground) -> SourceAgreement | None:
        """Give the source agreement that a part stands under."""
        return self.desk.source_agreement(ground.permission.source_agreement)

    def holder_of(self, ground: Ground) -> str:
        """Give who holds the copyright in a part: its owner, that of its source, or we."""
        source = self.source_of(ground)
        return ground.permission.owner or (source.owner if source else self.desk.holder)

    def windows_of(self, ground: Ground) -> tuple[Window, ...]:
        """Give every window the part's own rights put on it (the article's own not included)."""
        windows = [level.window for level in ground.levels[1:] if level.window]
        source = self.source_of(ground)
        return (*windows, *([source.window] if source else []))

    def limit(self) -> Area:
        """Give where the rights in the article as a whole let it go, whoever asks.

        What restricts the headline restricts everything: nothing goes out without it.
        """
        area, headline = self.article.rights.territory, self.parts["headline"].ground
        return self.area_of(headline) & (self.area(area) if area else EVERYWHERE)

    def media_limit(self) -> frozenset[Medium]:
        """Give the media that the rights in the article as a whole let it go to; see `limit`."""
        own = self.article.rights.media
        media = self.media_of(self.parts["headline"].ground)
        return media if own is None else media & frozenset(own)

    def area_of(self, ground: Ground) -> Area:
        """Give where the part's own rights let it go (the article's own not included)."""
        area = self.without(ground.prose.exclude)
        for level in ground.levels[1:]:
            if level.territory:
                area &= self.area(level.territory)
        source = self.source_of(ground)
        return area & self.area(source.territory) if source else area

    def media_of(self, ground: Ground) -> frozenset[Medium]:
        """Give the media the part's own rights let it go to (the article's own not included)."""
        media = ALL_MEDIA - frozenset(ground.prose.media_excluded)
        for level in ground.levels[1:]:
            if level.media is not None:
                media &= frozenset(level.media)
        return media
