"""The plain way to publish: every feed by itself, everything decided and rendered, every time.

Nothing is shared, kept, indexed or skipped here. The engine must give the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from syndicate.formats.all import FORMATS
from syndicate.licensing.govern import keeps_terms
from syndicate.model.article import Article
from syndicate.model.desk import DeskFiles
from syndicate.model.feed import Feed
from syndicate.model.partner import Partner
from syndicate.model.receipt import Holding, Item
from syndicate.pipeline.compose import compose, request_of
from syndicate.pipeline.follow import follow
from syndicate.pipeline.followed import Past
from syndicate.pipeline.heads import head_of, path_of
from syndicate.pipeline.inputs import snapshot
from syndicate.pipeline.pool import Everything, History
from syndicate.pipeline.ports import Store

Way = tuple[str, str]


class Naive:
    """What was given out, remembered for each feed and format by itself."""

    def __init__(self) -> None:
        self._held: dict[Way, dict[str, Holding]] = {}
        self._items: dict[str, Item] = {}
        self._updated: dict[Way, datetime] = {}

    def learn(self, store: Store) -> None:
        """Take over what was recorded: a run that died may have recorded only a part."""
        for way in store.ways():
            key = way.feed, way.format
            held = store.placed(way, 0, store.last_place(way.stream))
            self._held[key] = {one.guid: one for one in held}
            items = (store.item(one.item) for one in held if one.item)
            self._items.update({one.digest: one for one in items if one})
            if way.updated:
                self._updated[key] = way.updated

    def publish(
        self, files: DeskFiles, articles: Iterable[Article], now: datetime
    ) -> dict[str, bytes]:
        """Give the bytes of every document, by path."""
        versions: dict[str, list[Article]] = {}
        for one in articles:
            versions.setdefault(one.guid, []).append(one)
        histories = {guid: tuple(found) for guid, found in sorted(versions.items())}
        return {
            path_of(partner.id, feed.id, FORMATS[name]): self._document(
                files, partner, feed, name, histories, now
            )
            for partner, feed in files.feed_list()
            for name in feed.formats
        }

    def _document(
        self,
        files: DeskFiles,
        partner: Partner,
        feed: Feed,
        name: str,
        histories: dict[str, History],
        now: datetime,
    ) -> bytes:
        fmt, way = FORMATS[name], (feed.id, name)
        held = self._held.setdefault(way, {})
        delivered = keeps_terms(files, partner, held.values())
        request = request_of(files, partner, feed, fmt.carries)._replace(delivered=delivered)
        composed = compose(request, feed, Everything(histories.values(), now), now)
        past = Past(dict(sorted(held.items())), self._items.get, snapshot(files).digest)
        followed = follow(request, composed, past, histories, now)
        whole = followed.composed
        assert not whole.quarantined
        there = set(whole.guids())
        left = [place for place, guid in enumerate(held, start=1) if guid not in there]
        if any(not line.is_alone for line in whole.lines):
            whole = whole._replace(archived=max(left, default=0))
        fresh = sorted(followed.holdings, key=lambda one: one.guid)
        held.update({one.guid: one for one in fresh})
        self._items.update({one.digest: one for one in followed.items.values()})
        head = head_of(files, partner, feed, fmt, whole)
        updated = max(head.updated, self._updated.get(way, head.updated))
        self._updated[way] = updated
        head = head.model_copy(update={"updated": updated})
        return fmt.render(head, whole.entries, whole.tombstones)
