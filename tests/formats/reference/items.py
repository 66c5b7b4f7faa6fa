"""Items rendered by feedgen inside an empty feed and cut out of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from feedgen.entry import FeedEntry
from feedgen.ext.base import BaseEntryExtension
from feedgen.feed import FeedGenerator
from lxml import etree

from syndicate.formats._modules import Category, Enclosure, Person
from syndicate.formats._xml import on_own_lines, rfc3339
from syndicate.model.base import legal_text

Complete = Callable[[etree._Element], None]


class Item(NamedTuple):
    """What feedgen is told of an entry, and the hook that adds the rest.

    Text is cleaned here: one character that XML forbids would fail the whole feed.
    """

    guid: str
    title: str
    updated: datetime
    published: datetime
    complete: Complete
    link: str = ""
    summary: str = ""
    """Plain text in Atom, entity-encoded HTML in RSS."""
    authors: tuple[Person, ...] = ()
    categories: tuple[Category, ...] = ()
    enclosure: Enclosure | None = None
    rights: str = ""


class _Hook(BaseEntryExtension):  # type: ignore[misc]
    """A feedgen extension that hands the element over."""

    def __init__(self, complete: Complete, namespaces: Mapping[str, str]) -> None:
        self._complete = complete
        self._namespaces = namespaces

    def extend_ns(self) -> dict[str, str]:
        return dict(self._namespaces)

    def extend_atom(self, feed: etree._Element) -> etree._Element:
        self._complete(feed)
        return feed

    def extend_rss(self, feed: etree._Element) -> etree._Element:
        self._complete(feed)
        return feed


class _Feed(FeedGenerator):  # type: ignore[misc]
    """A generator whose dates are ours: feedgen would format them by switching the locale of the
    whole process, which other threads see."""

    def __init__(self, complete: Complete, namespaces: Mapping[str, str]) -> None:
        super().__init__()
        self._FeedGenerator__rss_lastBuildDate = None
        self.register_extension("ours", lambda: _Hook(complete, namespaces))


def rss_item(item: Item, namespaces: Mapping[str, str]) -> bytes:
    """Give an RSS item, rendered inside an empty feed and cut out of it.

    Dates are left to the hook. Namespaces are declared on the root only.
    """
    feed = _Feed(_nothing, namespaces)
    feed.title("-")
    feed.description("-")
    feed.link(href="-")
    entry = _entry(item, 2)
    if item.link:
        entry.link(href=item.link, rel="alternate")
    if item.summary:
        entry.description(legal_text(item.summary))
    if item.enclosure:
        entry.enclosure(item.enclosure.url, item.enclosure.length, item.enclosure.type)
    feed.add_entry(entry, order="append")
    return _cut_out(feed.rss_str(pretty=False), "item")


def atom_entry(item: Item, namespaces: Mapping[str, str]) -> bytes:
    """Give an Atom entry, rendered inside an empty feed and cut out of it.

    Its hook finds an empty `content` of type xhtml. Links are left to the hook: feedgen writes
    them without rel and type.
    """
    feed = _Feed(_nothing, namespaces)
    feed.id("-")
    feed.title("-")
    entry = _entry(item, 1)
    entry.updated(item.updated)
    entry.published(item.published)
    entry.content("", type="xhtml")
    if item.summary:
        entry.summary(legal_text(item.summary), type="text")
    entry.author([_person(author) for author in item.authors])
    entry.rights(legal_text(item.rights))
    feed.add_entry(entry, order="append")
    return _cut_out(feed.atom_str(pretty=False), "entry")


def _nothing(root: etree._Element) -> None:
    """Leave a feed as it is that only lends its root to an entry."""


def _cut_out(data: bytes, name: str) -> bytes:
    """Give the one element of this name; before it stands nothing but an empty feed."""
    end = f"</{name}>".encode()
    return data[data.index(f"<{name}".encode()) : data.rindex(end) + len(end)]


def _entry(item: Item, depth: int) -> Any:
    """Give feedgen's entry, so many levels deep in the document."""

    def hook(element: etree._Element) -> None:
        _exact_dates(element, updated=item.updated, published=item.published)
        item.complete(element)
        on_own_lines(element, depth)

    entry = FeedEntry()
    entry.register_extension("ours", lambda: _Hook(hook, {}))
    entry.guid(legal_text(item.guid), permalink=False)
    entry.title(legal_text(item.title))
    if item.categories:
        entry.category([_category(one) for one in item.categories])
    return entry


def _exact_dates(element: etree._Element, **instants: datetime) -> None:
    """Write Atom dates to the second and in UTC, as everywhere else."""
    for name, instant in instants.items():
        found = element.find(name)
        if found is not None:
            found.text = rfc3339(instant)


def _category(one: Category) -> dict[str, str]:
    parts = {"term": one.term, "label": one.label, "scheme": one.scheme}
    return {name: legal_text(value) for name, value in parts.items() if value}


def _person(one: Person) -> dict[str, str]:
    return {name: legal_text(value) for name, value in one._asdict().items() if value}
