"""The smallest valid document of each format, cut open: what a fragment is checked inside of.

A fragment takes its namespaces from the root of the feed that it stands in, so every envelope has
to declare the same ones as these. `stand_in` is an item that says nothing; it takes the place of
the fragments where only the envelope is asked about.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from lxml import etree

_PAGE = "https://example.org/"
_NAR = "{http://iptc.org/std/nar/2006-10-01/}"
_CATALOG = '<catalogRef href="http://www.iptc.org/std/catalog/catalog.IPTC-G2-Standards_41.xml"/>'
STAND_IN = "tag:example.org,2026:stand-in"


class Wrapper(NamedTuple):
    """What goes around a fragment, on the same line, so that its lines keep their numbers."""

    opening: bytes
    closing: bytes
    stand_in: bytes
    item: str
    """Tag of an item."""
    holder: str
    """Path from the root to the element that holds them."""
    name: str
    """Path from an item to its identity; an attribute starts with @."""

    def around(self, fragment: bytes) -> bytes:
        """Give the fragment in a document."""
        return self.opening + fragment + self.closing

    def identity(self, item: etree._Element) -> str:
        """Give the identity of an item; empty where it states none."""
        attribute = self.name.removeprefix("@")
        found = item.get(attribute) if attribute != self.name else item.findtext(self.name)
        return found or ""

    def article(self, item: etree._Element) -> str:
        """Give the article that an item is of; its media add theirs after a semicolon."""
        return (
            self.identity(item).partition(";")[0] if self.name == "@guid" else self.identity(item)
        )


_RSS = Wrapper(
    opening=(
        '<rss xmlns:at="http://purl.org/atompub/tombstones/1.0"'
        ' xmlns:creativeCommons="http://backend.userland.com/creativeCommonsRssModule"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
        ' xmlns:media="http://search.yahoo.com/mrss/" xmlns:rsl="https://rslstandard.org/rsl"'
        ' xmlns:atom="http://www.w3.org/2005/Atom"'
        ' xmlns:content="http://purl.org/rss/1.0/modules/content/" version="2.0"><channel>'
        f"<title>-</title><link>{_PAGE}</link><description>-</description>"
        f'<atom:link href="{_PAGE}" rel="self" type="application/rss+xml"/>'
        f"<copyright>-</copyright><docs>{_PAGE}</docs><generator>-</generator>"
        "<language>en</language><ttl>5</ttl><pubDate>Thu, 01 Jan 2026 00:00:00 GMT</pubDate>"
        "<lastBuildDate>Thu, 01 Jan 2026 00:00:00 GMT</lastBuildDate>"
    ).encode(),
    closing=b"</channel></rss>",
    stand_in=(
        f'<item><title>-</title><guid isPermaLink="false">{STAND_IN}</guid>'
        "<pubDate>Thu, 01 Jan 2026 00:00:00 GMT</pubDate><content:encoded>-</content:encoded>"
        "<dc:creator>-</dc:creator><dc:rights>-</dc:rights>"
        "<dcterms:rightsHolder>-</dcterms:rightsHolder>"
        "<dcterms:modified>2026-01-01T00:00:00Z</dcterms:modified>"
        f'<atom:link rel="license" href="{_PAGE}"/></item>'
    ).encode(),
    item="item",
    holder="channel",
    name="guid",
)

_ATOM = Wrapper(
    opening=(
        '<feed xmlns:at="http://purl.org/atompub/tombstones/1.0"'
        ' xmlns:dcterms="http://purl.org/dc/terms/" xmlns:media="http://search.yahoo.com/mrss/"'
        ' xmlns="http://www.w3.org/2005/Atom" xml:lang="en">'
        "<id>tag:example.org,2026:feed</id><title>-</title>"
        "<updated>2026-01-01T00:00:00Z</updated><author><name>-</name></author>"
        f'<link href="{_PAGE}" rel="self" type="application/atom+xml"/>'
        f'<link href="{_PAGE}" rel="alternate" type="text/html" hreflang="en"/>'
        '<generator version="0.0.0">-</generator><rights>-</rights>'
    ).encode(),
    closing=b"</feed>",
    stand_in=(
        f'<entry xml:lang="en"><id>{STAND_IN}</id><title type="text">-</title>'
        "<updated>2026-01-01T00:00:00Z</updated><author><name>-</name></author>"
        '<content type="xhtml" xml:lang="en"><div xmlns="http://www.w3.org/1999/xhtml">'
        '<div xml:lang="en" lang="en" dir="ltr"><p>-</p></div></div></content>'
        "<published>2026-01-01T00:00:00Z</published><rights>-</rights>"
        f'<link rel="license" href="{_PAGE}"/></entry>'
    ).encode(),
    item="{http://www.w3.org/2005/Atom}entry",
    holder=".",
    name="{http://www.w3.org/2005/Atom}id",
)

_NEWSML = Wrapper(
    opening=(
        '<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><header>'
        f"<sent>2026-01-01T00:00:00Z</sent>{_CATALOG}<sender>-</sender>"
        f"<transmitId>tag:example.org,2026:1</transmitId><origin>{_PAGE}</origin>"
        "<channel>tag:example.org,2026:feed</channel></header><itemSet>"
    ).encode(),
    closing=b"</itemSet></newsMessage>",
    stand_in=(
        f'<newsItem guid="{STAND_IN}" version="1" standard="NewsML-G2" standardversion="2.35"'
        f' conformance="power" xml:lang="en" dir="ltr">{_CATALOG}<rightsInfo>'
        f'<copyrightHolder uri="{_PAGE}"><name>-</name></copyrightHolder>'
        f'<copyrightNotice>-</copyrightNotice><usageTerms xml:lang="en" dir="ltr">-</usageTerms>'
        '<dataMining uri="http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED"/></rightsInfo>'
        f'<itemMeta><itemClass qcode="ninat:text"/><provider uri="{_PAGE}"><name>-</name>'
        "</provider><versionCreated>2026-01-01T00:00:00Z</versionCreated>"
        "<firstCreated>2026-01-01T00:00:00Z</firstCreated>"
        '<pubStatus qcode="stat:canceled"/><generator versioninfo="0.0.0">-</generator>'
        '<profile versioninfo="1.0">syndicate</profile>'
        '<edNote roleuri="tag:example.org,2026:ednote" xml:lang="en" dir="ltr">-</edNote>'
        '</itemMeta><contentMeta><language tag="en"/></contentMeta></newsItem>'
    ).encode(),
    item=f"{_NAR}newsItem",
    holder=f"{_NAR}itemSet",
    name="@guid",
)

WRAPPERS: Mapping[str, Wrapper] = MappingProxyType(
    {"rss": _RSS, "atom": _ATOM, "newsml-g2": _NEWSML}
)
"""By the name of the format."""
