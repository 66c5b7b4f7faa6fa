"""What went out, in short: a digest of each part, so that later losses can be seen."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from pydantic_core import to_json

from syndicate.licensing.govern import Ruling
from syndicate.model.body import MEDIA_KINDS, Gallery, kind_of
from syndicate.model.entry import Entry
from syndicate.model.receipt import Item, PartMark
from syndicate.model.rights import PartKind

_DATES = {"updated", "version_created"}


def digest_of(text: str) -> str:
    """Give the SHA-256 of a text, hexadecimal."""
    return _digest(text.encode())


def digest_of_ruling(ruling: Ruling) -> str:
    """Give the SHA-256 of a decision with everything in it but the moment: it is the same from one
    change to the next."""
    return digest_of(ruling.decision.model_dump_json(exclude={"now"}, exclude_none=True))


def item_of(entry: Entry) -> Item:
    """Give what stands behind a manifest line: everything that goes out but its dates."""
    own = [(one.part, one.countries) for one in entry.terms.parts if one.countries is not None]
    return Item.model_validate(
        {
            "digest": _digest(to_json(entry, exclude=_DATES, exclude_none=True)),
            "guid": entry.guid,
            "version": entry.version,
            "countries": entry.terms.countries,
            "parts": list(_marks(entry)),
            "places": own,
        }
    )


def _marks(entry: Entry) -> Iterator[dict[str, str]]:
    """Give the marks of its parts, made into models all at once."""
    yield _mark("headline", PartKind.HEADLINE, entry.headline.encode())
    if entry.summary:
        yield _mark("summary", PartKind.SUMMARY, entry.summary.encode())
    for block in entry.body:
        for one in (block, *(block.pictures if isinstance(block, Gallery) else ())):
            yield _mark(one.id, kind_of(one), to_json(one, exclude_none=True))


def _mark(part: str, kind: PartKind, content: bytes) -> dict[str, str]:
    return {"part": part, "kind": kind, "digest": _digest(content)}


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def lost_media(before: Item, after: Item) -> tuple[PartMark, ...]:
    """Give the pictures, videos and sounds that went out before and no longer do."""
    left = {mark.part for mark in after.parts}
    return tuple(m for m in before.parts if m.kind in MEDIA_KINDS and m.part not in left)


def lost_places(before: Item, after: Item) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Give what lost a country, and those it keeps: the article (no name), or parts of it."""
    if _is_less(before.countries, after.countries):
        return (("", after.countries or ()),)
    there = {mark.part for mark in before.parts}
    return tuple(
        (part, countries)
        for part, countries in after.places
        if part in there and _is_less(before.where(part), countries)
    )


def _is_less(before: tuple[str, ...] | None, after: tuple[str, ...] | None) -> bool:
    if after is None:
        return False
    return before is None or not set(before) <= set(after)
