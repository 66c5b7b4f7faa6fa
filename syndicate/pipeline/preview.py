"""What stands in a feed now, as its partner may see it: decided again for whoever looks."""

from __future__ import annotations

from collections.abc import Iterator
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
from syndicate.pipeline.compose import request_of
from syndicate.pipeline.ports import Store


class Shown(NamedTuple):
    """One article in a feed."""

    guid: str
    entry: Entry | None
    """All that the partner may have of it now; None where it was withdrawn, or may not go now."""
    headline: str
    """By what the partner knows it."""


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
    edition = store.last_edition(asked.feed.id, asked.format.name)
    if edition is None or edition.partner != asked.partner.id:
        return
    told = {one.notice.guid: one.notice.headline for one in store.notices(asked.partner.id)}
    lines = (one for one in edition.manifest if guid in (None, one.guid))
    slots = store.slots(one.id for one in asked.partner.agreements)
    request = request_of(asked.files, asked.partner, asked.feed, asked.format.carries)
    for line in lines:
        entry = None
        article = current(store.history(line.guid), now)
        if article is not None and not line.withdrawn:
            delivered = keeps_terms(asked.files, asked.partner, store.held(line.guid))
            ruling = rule(request._replace(slots=slots, delivered=delivered), article, now)
            if ruling.question and ruling.decision.verdict is Verdict.ALLOW:
                entry = redact(ruling.question, ruling.decision)
        headline = entry.headline if entry else told.get(line.guid, "")
        yield Shown(line.guid, entry, headline)
