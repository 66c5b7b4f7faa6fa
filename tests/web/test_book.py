"""What a sender knows and what the record keeps, when several things happen at once."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from syndicate.model.subscription import Intent, Mode, Subscription
from syndicate.stores.sql import SqlStore
from syndicate.web.book import Book
from syndicate.web.record import Record

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
TOPIC = "https://feeds.example/gazette/web.rss"
OLD = Subscription(
    topic=TOPIC,
    callback="https://partner.example/a",
    partner="gazette",
    feed="web",
    format="rss",
    credential="k3v5n2aq",
    since=NOW,
    until=NOW,
)
ASKED = Intent(
    mode=Mode.SUBSCRIBE, topic=TOPIC, callback=OLD.callback, lease=600, at=NOW, number="1"
)


def test_a_renewal_that_is_confirmed_while_the_lease_ends_is_not_lost(tmp_path: Path) -> None:
    place = tmp_path / "desk.db"
    url = f"sqlite:///{place}"
    SqlStore.open(url).close()
    renewed = OLD.twin(credential="a2b3c4d5", until=NOW + timedelta(days=10))

    async def raced() -> tuple[bool, list[Subscription], list[Subscription]]:
        record = Record(lambda: SqlStore.open(url), place, stays=False)
        book = Book(record, record, lambda: NOW)
        await book.settle(ASKED, OLD)
        settled = asyncio.create_task(book.settle(ASKED.twin(number="2"), renewed))
        await asyncio.sleep(0)  # it waits for the record, and the sender sees the old lease
        ended = await book.end(OLD, "its lease is over")
        await settled
        known = list(book.subscriptions.values())
        await book.load()
        await asyncio.to_thread(record.close)
        return ended, known, list(book.subscriptions.values())

    assert asyncio.run(raced()) == (False, [renewed], [renewed])
