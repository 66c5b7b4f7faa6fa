"""What others do: feedgen 1.0.0 building the same feeds, gzip -6, a bare write and rename."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from feedgen.feed import FeedGenerator

from syndicate.formats._xhtml import html_of, xhtml_div
from syndicate.model.entry import Entry


def feedgen_bytes(title: str, entries: Sequence[Entry]) -> tuple[bytes, bytes]:
    """Give an RSS and an Atom feed of feedgen's with the same articles, in full."""
    return _feed(title, entries).rss_str(), _feed(title, entries).atom_str()


def _feed(title: str, entries: Sequence[Entry]) -> Any:
    feed = FeedGenerator()
    feed.load_extension("dc")
    feed.id("tag:bench.example,2026:feed")
    feed.title(title)
    feed.description(title)
    feed.link(href="https://bench.example/", rel="alternate")
    feed.language("en")
    for one in entries:
        entry = feed.add_entry(order="append")
        entry.guid(one.guid, permalink=False)
        entry.id(one.guid)
        entry.title(one.headline)
        entry.link(href=one.canonical_url)
        entry.summary(one.summary)
        entry.content(html_of(xhtml_div(one)), type="html")
        entry.published(one.published)
        entry.updated(one.updated)
        entry.category([{"term": word} for word in one.keywords])
        entry.dc.dc_creator([byline.name for byline in one.bylines])
        entry.dc.dc_rights(one.terms.notice)
        for picture in one.pictures():
            best = picture.renditions[0]
            entry.enclosure(best.url, best.bytes or 0, best.type)
    return feed


def gzipped(data: bytes) -> bytes:
    """Compress as `gzip -6` does."""
    return gzip.compress(data, 6, mtime=0)


def bare_write(folder: Path, documents: Sequence[bytes]) -> None:
    """Write files beside and rename them: what nobody can do without."""
    for number, data in enumerate(documents):
        beside = folder / f".{number}.tmp"
        beside.write_bytes(data)
        beside.rename(folder / f"{number}.xml")
