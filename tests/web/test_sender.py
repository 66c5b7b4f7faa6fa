"""The sender ends when it is told to, whatever wakes it at that moment."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from syndicate.pipeline.catalog import Catalog
from syndicate.stores.sql import SqlStore
from syndicate.web.book import Book
from syndicate.web.courier import Courier
from syndicate.web.held import Shelf
from syndicate.web.keeper import Keeper
from syndicate.web.outgoing import Outgoing
from syndicate.web.record import Record
from syndicate.web.sender import Sender

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
CATALOG = Catalog("https://feeds.example", "Harbour Post", {}, frozenset(), {}, NOW)


async def no_name(host: str, port: int) -> list[str]:
    return []


def sender(folder: Path) -> Sender:
    place = folder / "desk.db"
    url = f"sqlite:///{place}"
    SqlStore.open(url).close()

    keeper = Keeper(lambda: CATALOG, lambda: "1", dict, folder / "kept", print)
    record = Record(lambda: SqlStore.open(url), place, stays=False)
    book = Book(record, record, lambda: NOW)
    shelf, outgoing = Shelf(folder), Outgoing(no_name, lambda: ())
    courier = Courier(keeper, shelf, book, outgoing, lambda: NOW, print, print)
    return Sender(keeper, book, courier, folder / "lock", lambda: NOW, print)


@pytest.mark.parametrize("steps", range(6))
def test_it_ends_also_where_it_is_woken_at_that_moment(tmp_path: Path, steps: int) -> None:
    async def ended() -> bool:
        one = sender(tmp_path)
        task = asyncio.create_task(one.run())
        while one._seen is None:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
        one._wake.set()
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        done, _ = await asyncio.wait({task}, timeout=5)
        task.cancel()
        return bool(done)

    assert asyncio.run(ended())
