"""The body of an article: blocks, each a part with an id and rights of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from syndicate.model.base import Count, CountFromZero, Inline, LangTag, Model, Text, Url
from syndicate.model.rights import PartKind, PartRights

PartId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,63}$")]
"""The name of a part inside its article."""

Direction = Literal["ltr", "rtl"]
Role = Literal["text", "correction", "duty", "duty-top"]


class BlockBase(Model):
    """What every block has."""

    id: PartId = "unnamed"
    """Name of the part inside the article; given by position (b1, b2, …) when not stated."""
    rights: PartRights | None = None
    """Rights of this block where they differ from the article's."""
    language: LangTag | None = None
    """Language where it differs from the article's."""
    dir: Direction | None = None
    """Text direction where it differs from the article's."""

    kind: ClassVar[PartKind] = PartKind.BODY


class Paragraph(BlockBase):
    """A paragraph of text."""

    type: Literal["paragraph"] = "paragraph"
    """paragraph"""
    text: Inline
    """Inline HTML."""
    role: Role = "text"
    """text; or what publishing adds: a correction note, a credit or link the licence demands."""


class Heading(BlockBase):
    """A sub-heading inside the body."""

    type: Literal["heading"] = "heading"
    """heading"""
    level: Annotated[int, Field(ge=2, le=6)] = 2
    """2 to 6; level 1 is the headline."""
    text: Inline
    """Inline HTML."""


class ListBlock(BlockBase):
    """A list."""

    type: Literal["list"] = "list"
    """list"""
    ordered: bool = False
    """Numbered or not."""
    items: tuple[Inline, ...] = Field(min_length=1)
    """Inline HTML, one an item."""


class Quote(BlockBase):
    """A block quotation."""

    type: Literal["quote"] = "quote"
    """quote"""
    text: Inline
    """Inline HTML."""
    cite: Text | None = None
    """Who is quoted."""


class Table(BlockBase):
    """A table of data."""

    type: Literal["table"] = "table"
    """table"""
    header: tuple[Inline, ...] = ()
    """Column heads."""
    rows: tuple[tuple[Inline, ...], ...] = Field(min_length=1)
    """Cells, row by row."""
    caption: Inline | None = None
    """What the table shows."""

    kind: ClassVar[PartKind] = PartKind.DATA


class Rendition(Model):
    """One file of a picture, video or sound (NewsML-G2 remoteContent)."""

    url: Url
    """Where the file is."""
    type: Annotated[str, Field(pattern=r"^(image|video|audio|application)/[a-z0-9.+-]+$")]
    """Media type."""
    width: Count | None = None
    """Pixels."""
    height: Count | None = None
    """Pixels."""
    bytes: CountFromZero | None = None
    """Size of the file."""
    duration: CountFromZero | None = None
    """Seconds, for video and sound."""


class MediaBase(BlockBase):
    """What pictures, videos and sounds share. Caption, alt text and credit depend on the part."""

    renditions: tuple[Rendition, ...] = ()
    """The files, best first; a picture known only by its caption has none."""
    caption: Inline | None = None
    """What one sees or hears (NewsML-G2 description role caption)."""
    alt: Text | None = None
    """Text in place of the picture, for those who do not see it."""
    credit: Text | None = None
    """Credit as received (NewsML-G2 creditline)."""


class Picture(MediaBase):
    """A photograph or a graphic."""

    type: Literal["picture"] = "picture"
    """picture"""
    graphic: bool = False
    """Whether it is a drawing, chart or map, not a photograph."""

    kind: ClassVar[PartKind] = PartKind.IMAGE


class Gallery(BlockBase):
    """Several pictures together; gone when none of them may be passed on."""

    type: Literal["gallery"] = "gallery"
    """gallery"""
    pictures: tuple[Picture, ...] = Field(min_length=1)
    """The pictures in order, each with rights of its own."""
    caption: Inline | None = None
    """Caption of the whole."""

    kind: ClassVar[PartKind] = PartKind.IMAGE


class Video(MediaBase):
    """A video."""

    type: Literal["video"] = "video"
    """video"""

    kind: ClassVar[PartKind] = PartKind.VIDEO


class Audio(MediaBase):
    """A sound recording."""

    type: Literal["audio"] = "audio"
    """audio"""

    kind: ClassVar[PartKind] = PartKind.AUDIO


class Embed(BlockBase):
    """Something of another service: a post, a player, a map. Published as a link only."""

    type: Literal["embed"] = "embed"
    """embed"""
    url: Url
    """The page that shows it."""
    provider: Text | None = None
    """Whose service."""
    title: Text | None = None
    """What it is."""

    kind: ClassVar[PartKind] = PartKind.EMBED


Block = Annotated[
    Paragraph | Heading | ListBlock | Quote | Table | Picture | Gallery | Video | Audio | Embed,
    Field(discriminator="type"),
]

TEXT_BLOCKS = (Paragraph, Heading, ListBlock, Quote)
MEDIA_KINDS = frozenset(
    {PartKind.IMAGE, PartKind.GRAPHIC, PartKind.VIDEO, PartKind.AUDIO, PartKind.EMBED}
)


def kind_of(block: BlockBase) -> PartKind:
    """Give the kind that licences grant a block under."""
    if isinstance(block, Picture) and block.graphic:
        return PartKind.GRAPHIC
    return block.kind


def texts_of(block: BlockBase) -> Iterator[str]:
    """Give the inline runs of a text block, in reading order."""
    if isinstance(block, Paragraph | Heading | Quote):
        yield block.text
    elif isinstance(block, ListBlock):
        yield from block.items
