"""Decide again what was decided, from what was kept: same inputs must give the same decision."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from syndicate.formats.base import Format
from syndicate.licensing.govern import Delivered, Request, rule
from syndicate.model.desk import DeskFiles
from syndicate.model.receipt import Edition, Slot
from syndicate.pipeline.compose import request_of
from syndicate.pipeline.inputs import Ruled, digest_of_ruling, restored, ruled_of
from syndicate.pipeline.ports import Store


class Replayed(NamedTuple):
    """What came of deciding one edition again."""

    edition: Edition
    decisions: int
    """How many decisions were made again."""
    faults: tuple[str, ...]
    """What differs, or cannot be decided again; nothing where all is as it was."""


def replay(store: Store, feed: str, formats: Mapping[str, Format]) -> Iterator[Replayed]:
    """Decide every edition of a feed again, oldest first."""
    desks: dict[str, DeskFiles | None] = {}
    for edition in store.editions(feed):
        if edition.inputs not in desks:
            desks = {edition.inputs: restored(edition.inputs, store.text)}
        yield _replayed(store, edition, desks[edition.inputs], formats)


def _replayed(
    store: Store, edition: Edition, files: DeskFiles | None, formats: Mapping[str, Format]
) -> Replayed:
    text = store.text(edition.rulings)
    if text is None or files is None:
        kept = "recorded before decisions were kept" if not edition.rulings else "inputs are gone"
        return Replayed(edition, 0, (kept,))
    ruled, slots = ruled_of(text)
    if not ruled:
        return Replayed(edition, 0, ())
    request = _request(files, edition, formats, ruled, slots)
    if request is None:
        return Replayed(edition, 0, (f"feed {edition.feed} is not in the kept files",))
    faults = tuple(fault for one in ruled if (fault := _fault(store, edition, request, one)))
    return Replayed(edition, len(ruled), faults)


def _request(
    files: DeskFiles,
    edition: Edition,
    formats: Mapping[str, Format],
    ruled: tuple[Ruled, ...],
    slots: tuple[Slot, ...],
) -> Request | None:
    for partner, feed in files.feed_list():
        if feed.id == edition.feed and partner.id == edition.partner:
            carries = formats[edition.format].carries
            request = request_of(files, partner, feed, carries)
            delivered = {
                one.guid: Delivered(*one.delivered.split(" ", 1)) for one in ruled if one.delivered
            }
            return request._replace(delivered=delivered, slots=slots)
    return None


def _fault(store: Store, edition: Edition, request: Request, one: Ruled) -> str:
    article = next((a for a in store.history(one.guid) if a.version == one.version), None)
    if article is None:
        return f"{one.guid} version {one.version} is gone"
    if digest_of_ruling(rule(request, article, edition.at)) != one.digest:
        return f"{one.guid} version {one.version} is decided otherwise now"
    return ""
