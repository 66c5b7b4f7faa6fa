"""Whether a document withdraws an article, with what its format has for that."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lxml import etree

_ATOM = "{http://www.w3.org/2005/Atom}"
_DELETED = "{http://purl.org/atompub/tombstones/1.0}deleted-entry"
_NAR = "{http://iptc.org/std/nar/2006-10-01/}"
_CONTENT = frozenset({f"{_NAR}contentSet", f"{_NAR}inlineXML", f"{_NAR}inlineData"})
CANCELED = "stat:canceled"


def withdrawal_faults(data: bytes, format_name: str, guid: str) -> Iterator[str]:
    """Give what a document lacks to withdraw an article; nothing where it does so rightly."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as err:
        yield f"is no XML: {err}"
        return
    yield from _CHECKS[format_name](root, guid)


def _rss(root: etree._Element, guid: str) -> Iterator[str]:
    if guid not in [one.text for one in root.iter("guid")]:
        yield "lacks the item that takes the article's place"
    yield from _deleted(root, guid)


def _atom(root: etree._Element, guid: str) -> Iterator[str]:
    if guid not in [one.findtext(f"{_ATOM}id") for one in root.iter(f"{_ATOM}entry")]:
        yield "lacks the entry that takes the article's place"
    yield from _deleted(root, guid)


def _deleted(root: etree._Element, guid: str) -> Iterator[str]:
    if guid not in [one.get("ref") for one in root.iter(_DELETED)]:
        yield "lacks at:deleted-entry"


def _newsml(root: etree._Element, guid: str) -> Iterator[str]:
    found = [
        one
        for one in root.iter(f"{_NAR}newsItem")
        if one.get("guid") == guid or str(one.get("guid")).startswith(f"{guid};")
    ]
    if guid not in [one.get("guid") for one in found]:
        yield "lacks the newsItem that withdraws the article"
    for item in found:
        status = item.find(f"{_NAR}itemMeta/{_NAR}pubStatus")
        if status is None or status.get("qcode") != CANCELED:
            yield f"newsItem {item.get('guid')} is not {CANCELED}"
        if any(one.tag in _CONTENT for one in item.iter()):
            yield f"newsItem {item.get('guid')} has content"


_CHECKS: dict[str, Callable[[etree._Element, str], Iterator[str]]] = {
    "rss": _rss,
    "atom": _atom,
    "newsml-g2": _newsml,
}
