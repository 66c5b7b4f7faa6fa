"""What stands in a feed now, as its partner may see it: decided again for whoever looks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from syndicate.formats.base import Format
from syndicate.licensing.govern import keeps_terms, rule
from syndicate.licensing.redact import redact
from syndicate.licensing.withdraw import current
from syndicate.model.decision import Verdict
from syndicate.model.desk import DeskFiles
from syndicate.model.entry import Entry
from syndicate.model.feed import Feed
from syndicate.model.partner import Partner
from syndicate.model.receipt import Edition, ManifestLine
from syndicate.pipeline.compose import request_of
from syndicate.pipeline.ports import Store


class Shown(NamedTuple):
    """One article in a feed."""

    guid: str
    entry: Entry | None
    """All that the partner may have of it now; None where it was withdrawn, or may not go now."""
    headline: str
    """By what the partner knows it."""
    updated: datetime | None = None
    """The date of change that it last went out with."""


class Feeding(NamedTuple):
    """A feed of a partner in one of its formats."""

    files: DeskFiles
    partner: Partner
    feed: Feed
    format: Format


def shown(asked: Feeding, store: Store, now: datetime, guid: str | None = None) -> Iterator[Shown]:
    """Give what stands in the newest edition of a feed, in its order; or one article of it.

    Raises StoreFailed.
    """
    edition = edition_of(asked, store)
    if edition is None:
        return
    yield from seen(asked, store, now, (o for o in edition.manifest if guid in (None, o.guid)))


def edition_of(asked: Feeding, store: Store) -> Edition | None:
    """Give the newest edition of a feed; None where there is none, or it was somebody else's.

    Raises StoreFailed.
    """
    edition = store.last_edition(asked.feed.id, asked.format.name)
    return edition if edition and edition.partner == asked.partner.id else None


def seen(
    asked: Feeding, store: Store, now: datetime, lines: Iterable[ManifestLine]
) -> Iterator[Shown]:
    """Give what some lines of a feed's newest edition stand for. Raises StoreFailed."""
    told = {one.notice.guid: one.notice.headline for one in store.notices(asked.partner.id)}
    slots = store.slots(one.id for one in asked.partner.agreements)
    request = request_of(asked.files, asked.partner, asked.feed, asked.format.carries)
    wanted = list(lines)
    guids = [one.guid for one in wanted]
    gave = store.holdings(asked.feed.id, asked.format.name, guids)
    delivered = keeps_terms(asked.files, asked.partner, gave)
    request = request._replace(slots=slots, delivered=delivered)
    dates = {one.guid: one.updated for one in gave}
    for line in wanted:
        entry = None
        article = current(store.history(line.guid), now)
        if article is not None and not line.withdrawn:
            ruling = rule(request, article, now)
            if ruling.question and ruling.decision.verdict is Verdict.ALLOW:
                entry = redact(ruling.question, ruling.decision)
        headline = entry.headline if entry else told.get(line.guid, "")
        yield Shown(line.guid, entry, headline, dates.get(line.guid))
