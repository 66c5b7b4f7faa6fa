"""With which number, dates and losses an article is issued that went out before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from syndicate.model.entry import Entry, GoneMedium
from syndicate.model.receipt import Holding, PartMark
from syndicate.model.rights import PartKind


def last_number(held: Holding) -> int:
    """Give the number that last went out for an article: version and revision."""
    version = held.withdrawn.version if held.withdrawn else held.version
    return version + held.revision


def last_date(held: Holding) -> datetime:
    """Give the date of change that last went out for an article."""
    return max(held.updated, held.withdrawn.when) if held.withdrawn else held.updated


def issued(entry: Entry, revision: int, updated: datetime, gone: Iterable[PartMark]) -> Entry:
    """Give an entry with the number, the dates and the losses it is issued with."""
    changes: dict[str, object] = {}
    if updated != entry.updated:
        changes["updated"] = updated
    if revision:
        changes["version"] = entry.version + revision
        changes["version_created"] = max(entry.version_created, updated)
    media = tuple(media_of(gone))
    if media:
        changes["gone"] = media
    return entry.model_copy(update=changes) if changes else entry


def media_of(marks: Iterable[PartMark]) -> Iterator[GoneMedium]:
    """Give the parts that receivers keep as files of their own."""
    for mark in marks:
        if mark.kind is not PartKind.EMBED:
            yield GoneMedium(part=mark.part, kind=mark.kind)
