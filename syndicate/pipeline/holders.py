"""Who could have which version of an article, and what each edition of a feed changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from syndicate.model.desk import DeskFiles
from syndicate.model.partner import Partner
from syndicate.model.receipt import Edition, ManifestLine
from syndicate.pipeline.ports import Store


class Holder(NamedTuple):
    """One feed, in one format, that gave out one version."""

    partner: str
    feed: str
    format: str
    version: int
    revision: int
    since: datetime
    """When it was first recorded there."""
    until: datetime | None
    """When it no longer stood there; None while it still does."""
    standing: str
    """in force; ended: agreements of that name are over; gone: the desk has no such partner."""
    told: tuple[str, ...]
    """Grades of the notices about the article, each with +ack once it was acknowledged."""


def holders(files: DeskFiles, store: Store, guid: str, now: datetime) -> Iterator[Holder]:
    """Give everybody who could have an article, by partner, feed, format and version.

    From the record alone: also partners whose agreement has ended or who are gone.
    """
    partners = {partner.id: partner for partner in files.partners}
    told = store.notices(guid=guid)
    for feed, name in sorted({(one.feed, one.format) for one in store.holders(guid)}):
        editions = [one for one in store.editions(feed) if one.format == name]
        partner = editions[-1].partner
        grades = tuple(
            f"{one.notice.grade}{'+ack' if one.ack else ''}"
            for one in told
            if one.notice.partner == partner
        )
        standing = _standing(partners.get(partner), now)
        for line, since, until in _spans(editions, guid):
            yield Holder(
                partner, feed, name, line.version, line.revision, since, until, standing, grades
            )


def _standing(partner: Partner | None, now: datetime) -> str:
    if partner is None:
        return "gone"
    if partner.state == "active" and any(one.in_force(now) for one in partner.agreements):
        return "in force"
    return "ended"


def _spans(
    editions: Sequence[Edition], guid: str
) -> Iterator[tuple[ManifestLine, datetime, datetime | None]]:
    """Give each version that stood in a feed, from when and until when."""
    began: tuple[ManifestLine, datetime] | None = None
    for edition in editions:
        line = next((one for one in edition.manifest if one.guid == guid), None)
        if line and line.withdrawn:
            line = None
        if began and (line is None or line != began[0]):
            yield (*began, edition.at)
            began = None
        if line and began is None:
            began = line, edition.at
    if began:
        yield (*began, None)


class Step(NamedTuple):
    """What one edition changed against the one before."""

    edition: Edition
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    withdrawn: tuple[str, ...]


def steps(editions: Sequence[Edition]) -> Iterator[Step]:
    """Give every edition of a feed in one format with what it changed, oldest first."""
    first = editions[:1]
    for before, after in pairwise([None, *editions] if first else []):
        if after is not None:
            yield _step(before, after)


def _step(before: Edition | None, after: Edition) -> Step:
    was = {line.guid: line for line in before.manifest} if before else {}
    now = {line.guid: line for line in after.manifest}
    taken = {g for g, line in now.items() if line.withdrawn and not _is_withdrawn(was.get(g))}
    return Step(
        after,
        tuple(g for g in now if g not in was and g not in taken),
        tuple(g for g, line in now.items() if g in was and was[g] != line and g not in taken),
        tuple(g for g in was if g not in now),
        tuple(sorted(taken)),
    )


def _is_withdrawn(line: ManifestLine | None) -> bool:
    return line is not None and line.withdrawn
