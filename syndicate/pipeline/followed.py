"""A feed's past as it is laid beside what it may hold, and what comes of that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple

from syndicate.licensing.govern import Delivered
from syndicate.model.receipt import Holding, Item, ManifestLine
from syndicate.pipeline.compose import Composition
from syndicate.pipeline.told import Word


class Past(NamedTuple):
    """What is known of a feed from before."""

    holdings: Mapping[str, Holding]
    """What it gave out, by guid: of what may stand in it now, and of what must be looked at."""
    item: Callable[[str], Item | None]
    """What stands behind a digest."""
    inputs: str
    """Digest of all that its content follows from, articles and moment apart."""
    next_due: datetime | None = None
    """When something else that it gave out must be looked at."""


class Followed(NamedTuple):
    """A feed's content with all that follows earlier copies, and what must be remembered of it."""

    composed: Composition
    revisions: Mapping[str, int]
    """By guid, of what stands in it."""
    items: Mapping[str, Item]
    """What stands behind each live article, by guid, as far as it was not the same before."""
    holdings: tuple[Holding, ...]
    """Those that are new or changed."""
    notices: tuple[Word, ...]
    """What its partner is told by it."""
    delivered: Mapping[str, Delivered]
    """What keeps the terms that it went out under."""

    @property
    def shown(self) -> frozenset[str]:
        """The articles and notices that stand in it."""
        return frozenset(self.composed.guids())

    def manifest(self, composed: Composition) -> tuple[ManifestLine, ...]:
        """Give the manifest of what is left of it after rendering."""
        return (
            *(
                self._line(stone.guid, stone.version, "", withdrawn=True)
                for stone in composed.tombstones
            ),
            *(self._line(one.guid, one.version, one.facts.item) for one in composed.lines),
        )

    def _line(self, guid: str, number: int, item: str, *, withdrawn: bool = False) -> ManifestLine:
        revision = self.revisions.get(guid, 0)
        return ManifestLine.model_construct(
            guid=guid,
            version=number - revision,
            withdrawn=withdrawn,
            revision=revision,
            item=item,
        )
