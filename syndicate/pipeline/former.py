"""Feeds that get nothing new and still follow what they gave out before.

A feed that the desk no longer has, of a partner it perhaps no longer has, becomes a feed of
notices: what it needs is taken from the record. A feed that is stopped, because a file is broken
or a licence was changed, keeps what it holds, as its last good files allow it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import NamedTuple

from syndicate.model.desk import Desk, DeskFiles
from syndicate.model.feed import Feed
from syndicate.model.partner import AgreementState, Partner
from syndicate.model.receipt import Edition
from syndicate.pipeline.inputs import restored
from syndicate.pipeline.ports import Store


class Former(NamedTuple):
    """A feed in a format, as the record knows it."""

    files: DeskFiles
    partner: Partner
    feed: Feed
    format: str
    stays: frozenset[str]
    """The articles that it may go on holding; empty for a feed of notices."""


def formers(
    files: DeskFiles,
    store: Store,
    published: Iterable[tuple[str, str, str]],
    stopped: Mapping[str, str],
    *,
    sound: bool,
) -> Iterator[Former]:
    """Give every feed of those published once that held something and is not published as usual.

    Where some of the desk's files cannot be read (not `sound`), a feed that is missing is taken
    for stopped, not for gone.
    """
    wanted = {(feed, name) for _, feed, formats in files.feed_names() for name in formats}
    for _, feed_id, name in published:
        is_stopped = feed_id in stopped
        if (feed_id, name) in wanted and not is_stopped:
            continue
        last = store.last_edition(feed_id, name)
        if last is None or not store.holdings(feed_id, name):
            continue
        former = _former(files, store, last, stays=is_stopped or not sound)
        if former:
            yield former


def last_desk(store: Store) -> Desk | None:
    """Give the publisher's desk as it was published last; None where that was not kept."""
    moved = ((way.updated, way.feed, way.format) for way in store.ways() if way.updated)
    for _, feed, name in sorted(moved, reverse=True):
        last = store.last_edition(feed, name)
        with suppress(ValueError):
            kept = restored(last.inputs, store.text) if last and last.inputs else None
            if kept:
                return kept.desk
    return None


def _former(files: DeskFiles, store: Store, last: Edition, *, stays: bool) -> Former | None:
    now = files.partner(last.partner)
    kept = restored(last.inputs, store.text) if last.inputs else None
    then = kept.partner(last.partner) if kept else None
    feeds = [f for p in (now, then) if p for f in p.feeds if f.id == last.feed]
    if kept is None or then is None or not feeds:
        return None
    feed = feeds[0]
    if stays:
        held = frozenset(line.guid for line in last.manifest if not line.withdrawn)
        return Former(kept, then, feed, last.format, held)
    partner = now if now and _serves(now, feed) else _ended(then)
    there = {licence.ref for licence in files.licences}
    licences = (*files.licences, *(one for one in kept.licences if one.ref not in there))
    others = tuple(one for one in partner.feeds if one.id != feed.id)
    partner = partner.model_copy(update={"feeds": (*others, feed)})
    whole = DeskFiles(files.desk, licences, (partner,))
    return Former(whole, partner, feed, last.format, frozenset())


def _serves(partner: Partner, feed: Feed) -> bool:
    """Say whether a partner still has the property that a feed was for."""
    known = {one.id for one in partner.properties}
    return bool(known) and feed.property in {None, *known}


def _ended(partner: Partner) -> Partner:
    """Give a partner that is gone from the desk: all its agreements are over."""
    agreements = tuple(
        one.model_copy(update={"state": AgreementState.TERMINATED})
        for one in partner.agreements
        if one.state is not AgreementState.DRAFT
    )
    return partner.model_copy(update={"agreements": agreements})
