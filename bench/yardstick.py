"""What others do: feedgen 1.0.0 building the same feeds, gzip -6, a bare write and rename."""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from feedgen.feed import FeedGenerator

from syndicate.formats._xhtml import html_of, xhtml_div
from syndicate.model.entry import Entry

Ready = tuple[Entry, str]
"""An article as it goes out, with its body as HTML: feedgen is not charged for making that."""


def ready(entries: Iterable[Entry]) -> tuple[Ready, ...]:
    """Give what feedgen is given."""
    return tuple((one, html_of(xhtml_div(one))) for one in entries)


def feedgen_bytes(title: str, entries: Sequence[Ready]) -> tuple[bytes, bytes]:
    """Give an RSS and an Atom feed of feedgen's with the articles in full."""
    feed: Any = FeedGenerator()
    feed.load_extension("dc")
    feed.id("tag:bench.example,2025:feed")
    feed.title(title)
    feed.description(title)
    feed.link(href="https://bench.example/", rel="alternate")
    feed.language("en")
    for one, html in entries:
        _add(feed.add_entry(order="append"), one, html)
    return feed.rss_str(), feed.atom_str()


def _add(entry: Any, one: Entry, html: str) -> None:
    entry.guid(one.guid, permalink=False)
    entry.id(one.guid)
    entry.title(one.headline)
    entry.link(href=one.canonical_url)
    entry.summary(one.summary)
    entry.content(html, type="html")
    entry.published(one.published)
    entry.updated(one.updated)
    entry.category([{"term": word} for word in one.keywords])
    entry.dc.dc_creator([byline.name for byline in one.bylines])
    entry.dc.dc_rights(one.terms.notice)
    for picture in one.pictures():
        best = picture.renditions[0]
        entry.enclosure(best.url, best.bytes or 0, best.type)


def gzipped(data: bytes) -> bytes:
    """Compress as `gzip -6` does."""
    return gzip.compress(data, 6, mtime=0)


def bare_write(folder: Path, documents: Iterable[tuple[str, bytes]], *, durable: bool) -> None:
    """Write files beside and rename them: what nobody can do without.

    Durable: each file is synced before it takes its name.
    """
    for path, data in documents:
        place = folder / path
        beside = place.with_name(f".{place.name}.tmp")
        with beside.open("wb", buffering=0) as file:
            file.write(data)
            if durable:
                os.fsync(file.fileno())
        beside.rename(place)
