"""A feed: which articles one property of a partner gets, in which formats."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator

from syndicate.model.base import Key, LangTag, MaybeText, Model, Text
from syndicate.model.rights import Extent, ExtentUnit, Medium
from syndicate.model.selection import Selection

FormatName = Literal["rss", "atom", "newsml-g2"]

Purpose = Literal["publish", "search", "index", "input", "train"]
"""What a feed is read for: to publish, or one of the machine uses."""


class Feed(Model):
    """A standing order of one property: selection, order, limit, formats."""

    id: Key
    """Name of the feed, part of its file names and URLs; unique in the desk."""
    title: Text
    """What subscribers see."""
    description: MaybeText = ""
    """One sentence about it."""
    property: Key | None = None
    """The property it is for; the partner's first when not stated."""
    language: LangTag | None = None
    """Language of the feed; the desk's when not stated."""
    selection: Selection = Selection()
    """Which of the licensed articles."""
    order: Literal["newest", "updated", "urgency"] = "newest"
    """newest published first, last updated first, or most urgent first."""
    limit: Annotated[int, Field(ge=1, le=1000)] = 50
    """At most so many articles."""
    public: bool = False
    """Whether anybody may read it without a key; only where every licence of its property's
    agreements is public."""
    formats: tuple[FormatName, ...] = ("rss", "atom", "newsml-g2")
    """In which formats it is published."""
    extent: Extent = Extent(unit=ExtentUnit.FULL)
    """How much of each text, at most; the licence may allow less."""
    media: tuple[Medium, ...] | None = Field(default=None, min_length=1)
    """Only for these media; for all of the property's when not stated."""
    purpose: Purpose = "publish"
    """What it is read for: publish, or a machine use: search, index, input, train."""
    renditions: Annotated[tuple[Literal["xhtml", "nitf", "text"], ...], Field(min_length=1)] = (
        "xhtml",
    )
    """Alternate renditions of the body in NewsML-G2, in this order."""

    @field_validator("media", mode="after")
    @classmethod
    def _sorted(cls, media: tuple[Medium, ...] | None) -> tuple[Medium, ...] | None:
        return media and tuple(sorted(set(media)))

    @field_validator("formats", mode="after")
    @classmethod
    def _known_once(cls, formats: tuple[FormatName, ...]) -> tuple[FormatName, ...]:
        if not formats:
            raise ValueError("a feed needs a format")
        return tuple(dict.fromkeys(formats))
