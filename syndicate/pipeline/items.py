"""What went out, in short: a digest of each part, so that later losses can be seen."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from syndicate.model.base import Model
from syndicate.model.body import MEDIA_KINDS, Block, Gallery, kind_of
from syndicate.model.entry import Entry
from syndicate.model.receipt import Item, PartMark
from syndicate.model.rights import PartKind

_DATES = {"updated", "version_created"}


def digest_of(text: str) -> str:
    """Give the SHA-256 of a text, hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def item_of(entry: Entry) -> Item:
    """Give what stands behind a manifest line: everything that goes out but its dates."""
    return Item(
        digest=digest_of(entry.model_dump_json(exclude=_DATES, exclude_none=True)),
        guid=entry.guid,
        version=entry.version,
        countries=entry.terms.countries,
        parts=tuple(_marks(entry)),
    )


def _marks(entry: Entry) -> Iterator[PartMark]:
    yield PartMark(part="headline", kind=PartKind.HEADLINE, digest=digest_of(entry.headline))
    if entry.summary:
        yield PartMark(part="summary", kind=PartKind.SUMMARY, digest=digest_of(entry.summary))
    for block in entry.body:
        yield _mark(block)
        if isinstance(block, Gallery):
            yield from (_mark(picture) for picture in block.pictures)


def _mark(block: Block) -> PartMark:
    model: Model = block
    text = model.model_dump_json(exclude_none=True)
    return PartMark(part=block.id, kind=kind_of(block), digest=digest_of(text))


def lost_media(before: Item, after: Item) -> tuple[PartMark, ...]:
    """Give the pictures, videos and sounds that went out before and no longer do."""
    left = {mark.part for mark in after.parts}
    return tuple(m for m in before.parts if m.kind in MEDIA_KINDS and m.part not in left)


def lost_places(before: Item, after: Item) -> bool:
    """Say whether a country was taken away."""
    if after.countries is None:
        return False
    return before.countries is None or not set(before.countries) <= set(after.countries)
