"""All that RSS and Atom need of feedgen, its surprises turned off. Nothing else imports it.

feedgen (https://feedgen.kiesow.be/) writes the envelope; what it cannot say is added by a hook
that it calls with the finished lxml element. Entries are written by ourselves, several times
faster; tests/formats/reference has feedgen write them too and compares. Each surprise met here
has a test of its own in tests/formats/test_feedgen_traps.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from feedgen.ext.base import BaseEntryExtension
from feedgen.feed import FeedGenerator
from lxml import etree

from syndicate.formats._modules import Person
from syndicate.formats._xml import on_own_lines, rfc3339
from syndicate.model.base import legal_text
from syndicate.model.document import FeedHead

GENERATOR = "syndicate"
DOCS = "https://www.rssboard.org/rss-specification"
MINUTES_TO_LIVE = 5

Complete = Callable[[etree._Element], None]


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


def rss_without_items(head: FeedHead, namespaces: Mapping[str, str], complete: Complete) -> bytes:
    """Give an RSS document; `complete` gets the channel, dates are left to it."""

    def channel_hook(rss: etree._Element) -> None:
        complete(rss[0])
        on_own_lines(rss, 0)
        on_own_lines(rss[0], 1)

    feed = _Feed(channel_hook, namespaces)
    _head(feed, head)
    feed.description(legal_text(head.description or head.title))
    feed.copyright(legal_text(head.rights))
    feed.docs(DOCS)
    feed.ttl(MINUTES_TO_LIVE)
    if head.logo:
        feed.image(url=head.logo, title=head.title, link=head.site_url)
    feed.link(href=head.self_url, rel="self", type="application/rss+xml")
    # channel/link is the last link added, whatever its rel.
    feed.link(href=head.site_url, rel="alternate")
    data: bytes = feed.rss_str(pretty=False)
    return data + b"\n"


def atom_without_entries(
    head: FeedHead, namespaces: Mapping[str, str], complete: Complete
) -> bytes:
    """Give an Atom document; `complete` gets the feed element."""

    def feed_hook(root: etree._Element) -> None:
        _exact_dates(root, updated=head.updated)
        complete(root)
        on_own_lines(root, 0)

    feed = _Feed(feed_hook, namespaces)
    _head(feed, head)
    feed.id(legal_text(head.id))
    feed.updated(head.updated)
    if head.description:
        feed.subtitle(legal_text(head.description))
    feed.rights(legal_text(head.rights))
    feed.author(_person(Person(head.publisher, head.site_url, email_of(head))))
    feed.link(href=head.self_url, rel="self", type="application/atom+xml")
    feed.link(href=head.site_url, rel="alternate", type="text/html", hreflang=head.language)
    if head.licence_url:
        feed.link(href=head.licence_url, rel="license", type="text/html")
    data: bytes = feed.atom_str(pretty=False)
    return data + b"\n"


def email_of(head: FeedHead) -> str | None:
    """Give the contact where it is a mail address."""
    return legal_text(head.contact) if "@" in head.contact else None


def _head(feed: Any, head: FeedHead) -> None:
    if head.logo:
        feed.logo(head.logo)
    feed.title(legal_text(head.title))
    feed.language(head.language)
    feed.generator(GENERATOR, version=head.generator_version)


def _exact_dates(element: etree._Element, **instants: datetime) -> None:
    """Write Atom dates to the second and in UTC, as everywhere else."""
    for name, instant in instants.items():
        found = element.find(name)
        if found is not None:
            found.text = rfc3339(instant)


def _person(one: Person) -> dict[str, str]:
    return {name: legal_text(value) for name, value in one._asdict().items() if value}
