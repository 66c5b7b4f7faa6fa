"""Rules of RSS 2.0 and Atom 1.0 that no schema can say: dates, identities, links, rights, bodies.

Standards: https://www.rssboard.org/rss-specification, RFC 4287, RFC 4946 (licence links), RFC 6721
(tombstones), Media RSS 1.5.1. What we address ourselves (the feed, its licences) must be https,
on a machine that talks to itself excepted; what articles link to may be http, but absolute.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from lxml import etree

from syndicate.checks._feed_values import (
    EARLIEST,
    holds_markup,
    html_faults,
    open_address,
    period_fault,
    restriction_fault,
    rfc822_instant,
    rfc3339_instant,
    tree_faults,
    url_fault,
)
from syndicate.checks.base import CheckFinding

_ATOM = "{http://www.w3.org/2005/Atom}"
_CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_DCTERMS = "{http://purl.org/dc/terms/}"
_MEDIA = "{http://search.yahoo.com/mrss/}"
_TOMBSTONES = "{http://purl.org/atompub/tombstones/1.0}"
_PUB_STATUS = "http://cv.iptc.org/newscodes/pubstatusg2/"

Findings = Iterator[CheckFinding]


class _Dialect(NamedTuple):
    """What RSS and Atom call the same thing."""

    name: str
    entry: str
    identity: str
    link: str
    changed: str
    published: str
    published_reader: Callable[[str], datetime | None]


_RSS = _Dialect(
    "rss", "item", "guid", f"{_ATOM}link", f"{_DCTERMS}modified", "pubDate", rfc822_instant
)
_ATOM_1 = _Dialect(
    "atom",
    f"{_ATOM}entry",
    f"{_ATOM}id",
    f"{_ATOM}link",
    f"{_ATOM}updated",
    f"{_ATOM}published",
    rfc3339_instant,
)


def rss_rules(root: etree._Element) -> list[CheckFinding]:
    """Give every fault of an RSS document that its schema cannot name."""
    channel = root.find("channel")
    if channel is None:
        return [CheckFinding("rss-channel", "rss", "there is no channel")]
    items = channel.findall("item")
    found = [*_feed(_RSS, channel, items), *_dates(_RSS, channel, ("pubDate", "lastBuildDate"))]
    return found + rss_item_rules(items)


def rss_item_rules(items: Sequence[etree._Element]) -> list[CheckFinding]:
    """Give every fault of items, whatever feed they stand in."""
    found: list[CheckFinding] = []
    for item in items:
        found += [*_entry(_RSS, item), *_dates(_RSS, item, ("pubDate",))]
        found += [*_rss_item(item), *_rss_body(item)]
    return found


def atom_rules(root: etree._Element) -> list[CheckFinding]:
    """Give every fault of an Atom feed that its schema cannot name."""
    entries = root.findall(f"{_ATOM}entry")
    found = [*_feed(_ATOM_1, root, entries), *_dates(_ATOM_1, root, (f"{_ATOM}updated",))]
    return found + atom_item_rules(entries)


def atom_item_rules(entries: Sequence[etree._Element]) -> list[CheckFinding]:
    """Give every fault of entries, whatever feed they stand in: each names its own authors."""
    found: list[CheckFinding] = []
    for entry in entries:
        found += [*_entry(_ATOM_1, entry)]
        found += _dates(_ATOM_1, entry, (f"{_ATOM}updated", f"{_ATOM}published"))
        found += [*_atom_entry(entry), *_atom_links(entry), *_atom_body(entry)]
    return found


def _feed(dialect: _Dialect, feed: etree._Element, entries: Sequence[etree._Element]) -> Findings:
    """What holds for the feed as a whole."""
    ids = Counter(one.findtext(dialect.identity) or "" for one in entries)
    for identity, times in ids.items():
        if times > 1:
            yield CheckFinding(
                f"{dialect.name}-id-unique",
                identity,
                f"stands {times} times in the feed",
                "send each article once",
            )
    own = [one for one in feed.findall(dialect.link) if one.get("rel") == "self"]
    if len(own) != 1:
        yield CheckFinding(
            f"{dialect.name}-self",
            "feed",
            f"there are {len(own)} links rel=self, one is needed",
            "state where the feed is fetched",
        )
    yield from _addresses(dialect, feed, "feed")
    yield from _periods(dialect, feed, "feed")
    yield from _tombstones(dialect, feed, entries)


def _tombstones(
    dialect: _Dialect, feed: etree._Element, entries: Sequence[etree._Element]
) -> Findings:
    """RFC 6721: before the entries, dated, and never older than a live entry of the same id."""
    changed = {one.findtext(dialect.identity): one.findtext(dialect.changed) for one in entries}
    first = feed.index(entries[0]) if entries else len(feed)
    for one in feed.findall(f"{_TOMBSTONES}deleted-entry"):
        where = one.get("ref", "")
        if feed.index(one) > first:
            yield CheckFinding(
                f"{dialect.name}-tombstone-first", where, "the tombstone follows an entry"
            )
        when = rfc3339_instant(one.get("when", ""))
        if when is None or when < EARLIEST:
            yield CheckFinding(
                f"{dialect.name}-date", where, f"when {one.get('when')!r} is no RFC 3339 instant"
            )
            continue
        live = rfc3339_instant(changed.get(where) or "")
        if live and live > when:
            yield CheckFinding(
                f"{dialect.name}-tombstone-live",
                where,
                "the entry is newer than its tombstone, which is void then",
                "send the one or the other",
            )


def _entry(dialect: _Dialect, entry: etree._Element) -> Findings:
    """What holds for an entry in either format."""
    where = entry.findtext(dialect.identity) or "entry without identity"
    yield from _addresses(dialect, entry, where)
    yield from _periods(dialect, entry, where)
    yield from _licences(dialect, entry, where)
    for one in entry.iter(f"{_MEDIA}restriction"):
        if one.get("type") == "country" and (fault := restriction_fault(one.text or "")):
            yield CheckFinding(f"{dialect.name}-restriction", where, fault)
    for one in entry.iter(f"{_DCTERMS}modified"):
        if rfc3339_instant(one.text or "") is None:
            yield CheckFinding(
                f"{dialect.name}-date", where, f"modified {one.text!r} is no RFC 3339 instant"
            )
    changed = rfc3339_instant(entry.findtext(dialect.changed) or "")
    published = dialect.published_reader(entry.findtext(dialect.published) or "")
    if changed and published and changed < published:
        yield CheckFinding(
            f"{dialect.name}-updated",
            where,
            "it was changed before it was published",
            "the later one counts for both",
        )


def _dates(dialect: _Dialect, parent: etree._Element, names: Sequence[str]) -> Findings:
    where = parent.findtext(dialect.identity) or "feed"
    for name in names:
        text = parent.findtext(name) or ""
        instant = dialect.published_reader(text)
        if instant is None or instant < EARLIEST:
            kind = "RFC 822" if dialect is _RSS else "RFC 3339"
            yield CheckFinding(
                f"{dialect.name}-date",
                where,
                f"{etree.QName(name).localname} {text!r} is no {kind} date with a zone, "
                f"from {EARLIEST.year} on",
            )


def _periods(dialect: _Dialect, parent: etree._Element, where: str) -> Findings:
    direct = parent.findall(f"{_DCTERMS}valid")
    for one in (*direct, *parent.iterfind(f"{_MEDIA}*/{_DCTERMS}valid")):
        if fault := period_fault(one.text or ""):
            yield CheckFinding(f"{dialect.name}-valid", where, fault)


def _addresses(dialect: _Dialect, parent: etree._Element, where: str) -> Findings:
    """Every address absolute; those of the feed and its licences encrypted."""
    for one, text in _named_addresses(parent):
        if fault := url_fault(text):
            yield CheckFinding(f"{dialect.name}-url", where, fault, "give the whole address")
        elif _is_ours(one) and open_address(text):
            yield CheckFinding(
                f"{dialect.name}-https", where, f"{text} is not https", "serve it with https"
            )


def _named_addresses(
    parent: etree._Element,
) -> Iterator[tuple[etree._Element, str]]:
    """Give the addresses a feed or an entry states itself, its body left out."""
    for one in (*parent.findall("link"), *parent.findall(f"{_DCTERMS}license")):
        yield one, one.text or ""
    for one in parent.findall(f"{_ATOM}link"):
        yield one, one.get("href", "")
    for one in (*parent.findall("enclosure"), *parent.iterfind(f".//{_MEDIA}content")):
        yield one, one.get("url", "")
    for one in (*parent.iterfind(f".//{_MEDIA}copyright[@url]"), *parent.findall("source")):
        yield one, one.get("url", "")


_OWN_LINKS = frozenset({"self", "current", "prev-archive", "next-archive"})


def _is_ours(one: etree._Element) -> bool:
    return one.get("rel") in _OWN_LINKS or (one.get("rel") == "license" and "type" in one.attrib)


def _licences(dialect: _Dialect, entry: etree._Element, where: str) -> Findings:
    """Rights in words and a licence link on every entry: aggregators split feeds (RFC 4946)."""
    rights = f"{_ATOM}rights" if dialect is _ATOM_1 else f"{_DC}rights"
    if not (entry.findtext(rights) or "").strip():
        yield CheckFinding(
            f"{dialect.name}-rights", where, "it states no rights", "state the copyright notice"
        )
    links = [one for one in entry.findall(dialect.link) if one.get("rel") == "license"]
    if not links and not _is_withdrawn(entry):
        yield CheckFinding(
            f"{dialect.name}-licence",
            where,
            "it links no licence",
            "link the licence with rel=license",
        )


def _is_withdrawn(entry: etree._Element) -> bool:
    domains = [one.get("domain") for one in entry.findall("category")]
    domains += [one.get("scheme") for one in entry.findall(f"{_ATOM}category")]
    return _PUB_STATUS in domains


def _rss_item(item: etree._Element) -> Findings:
    guid = item.find("guid")
    where = (guid.text if guid is not None else None) or "item without guid"
    if guid is None or guid.get("isPermaLink") != "false":
        yield CheckFinding(
            "rss-guid", where, "the guid is missing or a permalink", 'isPermaLink="false"'
        )
    if holds_markup(item.findtext("title") or ""):
        yield CheckFinding("rss-title", where, "the title holds markup", "write plain text")
    if item.find("author") is not None or item.find(f"{_DC}creator") is None:
        yield CheckFinding(
            "rss-creator",
            where,
            "authors are named by dc:creator, and by nothing else",
            "name the copyright holder where there is no author",
        )
    names = [one.tag for one in item]
    encoded = f"{_CONTENT}encoded"
    if encoded in names and "description" in names[names.index(encoded) :]:
        yield CheckFinding(
            "rss-description-first", where, "description follows content:encoded", "put it before"
        )


def _rss_body(item: etree._Element) -> Findings:
    where = item.findtext("guid") or "item without guid"
    for name in ("description", f"{_CONTENT}encoded"):
        text = item.findtext(name)
        for fault in html_faults(text) if text else ():
            yield CheckFinding("rss-body", where, fault, "sanitise the body")


def _atom_entry(entry: etree._Element) -> Findings:
    where = entry.findtext(f"{_ATOM}id") or "entry without id"
    if not (entry.findtext(f"{_ATOM}author/{_ATOM}name") or "").strip():
        yield CheckFinding("atom-author", where, "the entry names no author")
    title = entry.find(f"{_ATOM}title")
    if title is None or title.get("type", "text") != "text" or len(title):
        yield CheckFinding("atom-title", where, "the title is not plain text", 'type="text"')


def _atom_links(entry: etree._Element) -> Findings:
    """RFC 4287 4.1.1: no two alternates; the alternate last, some parsers take the last link."""
    where = entry.findtext(f"{_ATOM}id") or "entry without id"
    rels = [one.get("rel", "alternate") for one in entry.findall(f"{_ATOM}link")]
    if rels.count("alternate") > 1:
        yield CheckFinding(
            "atom-alternate",
            where,
            f"there are {rels.count('alternate')} links rel=alternate",
            "link the article's page once",
        )
    elif "alternate" in rels[:-1]:
        yield CheckFinding(
            "atom-link-order", where, "a link follows the alternate link", "put the alternate last"
        )


def _atom_body(entry: etree._Element) -> Findings:
    where = entry.findtext(f"{_ATOM}id") or "entry without id"
    content = entry.find(f"{_ATOM}content")
    if content is None:
        return
    faults = tree_faults(content) if len(content) else html_faults(content.text or "")
    for fault in faults:
        yield CheckFinding("atom-body", where, fault, "sanitise the body")
