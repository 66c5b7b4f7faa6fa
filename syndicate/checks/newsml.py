"""Rules of NewsML-G2 that no schema can say: identity, codes, references, rights, content.

Standard: NewsML-G2 2.35 Power, https://iptc.org/std/NewsML-G2/2.35/.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from urllib.parse import urlsplit

from lxml import etree

from syndicate.checks._newsml_codes import CATALOG, qcode_fault, topic_fault
from syndicate.checks.base import CheckFinding

NAR = "http://iptc.org/std/nar/2006-10-01/"
XHTML = "http://www.w3.org/1999/xhtml"
NITF = "http://iptc.org/std/NITF/2006-10-18/"

_G = f"{{{NAR}}}"
_ITEMS = frozenset({f"{_G}newsItem", f"{_G}packageItem"})
_HEADER = ("sent", "catalogRef", "sender", "transmitId", "origin")
_ZONED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_INSTANTS = frozenset(
    f"{_G}{name}" for name in ("sent", "versionCreated", "firstCreated", "embargoed", "expires")
)
_EMBARGOED = f"{_G}embargoed"
_INSTANT_ATTRIBUTES = frozenset({"validfrom", "validto"})
_QCODE_ATTRIBUTES = frozenset(
    {
        "qcode",
        "role",
        "rel",
        "rendition",
        "type",
        "scope",
        "aspect",
        "severity",
        "mode",
        "how",
        "why",
        "format",
        "representation",
        "creator",
        "jobtitle",
        "encoding",
        "colourspace",
    }
)
_HARMFUL = frozenset(
    {"script", "style", "iframe", "object", "embed", "form", "input", "svg", "math", "template"}
)
_LINK_SCHEMES = frozenset({"http", "https", "mailto", "tel"})
_ROOTS = {"application/xhtml+xml": f"{{{XHTML}}}html", "application/nitf+xml": f"{{{NITF}}}nitf"}


def newsml_rules(root: etree._Element) -> list[CheckFinding]:
    """Give every fault of a newsMessage that its schema cannot name."""
    items = [one for one in root.iter(*_ITEMS)]
    header = root.find(f"{_G}header")
    found = [*_header(header), *(_values(header) if header is not None else ())]
    return [*found, *newsml_item_rules(items)]


def newsml_item_rules(items: Sequence[etree._Element]) -> list[CheckFinding]:
    """Give every fault of items that go together and may refer to each other."""
    known = {one.get("guid", "") for one in items}
    found = [*_identities(items)]
    for item in items:
        found += [*_values(item), *_catalog(item), *_version(item), *_references(item, known)]
        found += [*_embargo(item), *_content(item)]
        if item.tag == f"{_G}newsItem":
            found += [*_rights(item), *_withdrawal(item)]
    return found


def _where(one: etree._Element) -> str:
    item = next((up for up in (one, *one.iterancestors()) if up.tag in _ITEMS), None)
    name = etree.QName(one).localname
    if item is None:
        return name
    return f"{item.get('guid')}" if item is one else f"{item.get('guid')} {name}"


def _header(header: etree._Element | None) -> Iterator[CheckFinding]:
    for name in _HEADER:
        if header is None or header.find(f"{_G}{name}") is None:
            yield CheckFinding(
                "g2-header", "header", f"the header has no {name}", f"add {name} to the header"
            )


def _identities(items: Sequence[etree._Element]) -> Iterator[CheckFinding]:
    counted = Counter((item.get("guid"), item.get("version", "1")) for item in items)
    for (guid, version), times in counted.items():
        if times > 1:
            yield CheckFinding(
                "g2-guid-unique",
                str(guid),
                f"version {version} stands {times} times in the message",
                "send each version once",
            )


def _version(item: etree._Element) -> Iterator[CheckFinding]:
    version = item.get("version", "")
    if not (version.isascii() and version.isdigit() and int(version) >= 1):
        yield CheckFinding(
            "g2-version", _where(item), f"version {version!r} is not 1 or more", "count from 1"
        )


def _catalog(item: etree._Element) -> Iterator[CheckFinding]:
    declared = {one.get("href") for one in item.findall(f"{_G}catalogRef")}
    if CATALOG not in declared:
        yield CheckFinding(
            "g2-catalog",
            _where(item),
            "the item does not refer to the IPTC catalog its QCodes need",
            f"add catalogRef {CATALOG}",
        )


def _values(scope: etree._Element) -> Iterator[CheckFinding]:
    """Every instant states its zone, every QCode resolves, every link is a web address."""
    for one in scope.iter(f"{_G}*"):
        if one.tag in _INSTANTS and not (one.tag == _EMBARGOED and not one.text):
            yield from _instant(one, one.text or "")
        for name, value in one.items():
            if name in _QCODE_ATTRIBUTES:
                if not _resolves(value):
                    yield from _qcodes(one, str(name), value)
            elif name in _INSTANT_ATTRIBUTES:
                yield from _instant(one, value)
            elif name == "href" and not _absolute(value):
                yield CheckFinding(
                    "g2-href",
                    _where(one),
                    f"{value!r} is no absolute web address",
                    "use https://…",
                )


def _instant(one: etree._Element, value: str) -> Iterator[CheckFinding]:
    if not _ZONED.fullmatch(value):
        yield CheckFinding(
            "g2-zone", _where(one), f"{value!r} states no time zone", "add Z or an offset"
        )


@lru_cache(1024)
def _resolves(value: str) -> bool:
    """Say whether every QCode of an attribute does."""
    return not any(qcode_fault(one) or _topic_fault(one) for one in value.split())


def _topic_fault(qcode: str) -> str:
    alias, _, code = qcode.partition(":")
    return topic_fault(code) if alias == "medtop" else ""


def _qcodes(one: etree._Element, name: str, value: str) -> Iterator[CheckFinding]:
    for qcode in value.split():
        if fault := qcode_fault(qcode):
            yield CheckFinding("g2-qcode", f"{_where(one)}@{name}", fault, "use a declared alias")
        elif fault := _topic_fault(qcode):
            yield CheckFinding("g2-topic", _where(one), fault, "use a current Media Topic")


def _references(item: etree._Element, known: set[str]) -> Iterator[CheckFinding]:
    parts = {one.get("partid") for one in item.findall(f"{_G}partMeta")}
    for info in item.findall(f"{_G}rightsInfo"):
        for idref in info.get("idrefs", "").split():
            if idref not in parts:
                yield CheckFinding(
                    "g2-idrefs",
                    _where(info),
                    f"{idref!r} names no partMeta of the item",
                    "name a partid, or leave the rightsInfo out",
                )
    for link in item.iter(f"{_G}link", f"{_G}itemRef"):
        residref = link.get("residref")
        if residref is not None and residref not in known:
            yield CheckFinding(
                "g2-residref",
                _where(link),
                f"{residref!r} is no item of the message",
                "send the item along, or leave the link out",
            )


@lru_cache(1024)
def _absolute(href: str) -> bool:
    try:
        parts = urlsplit(href)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and not parts.username


def _rights(item: etree._Element) -> Iterator[CheckFinding]:
    every = item.findall(f"{_G}rightsInfo")
    if all(one.get("idrefs") for one in every):
        yield CheckFinding(
            "g2-rights", _where(item), "no rightsInfo for the whole item", "add rightsInfo"
        )
    for info in every:
        stated = {child.tag for child in info}
        for name in ("copyrightHolder", "usageTerms", "dataMining"):
            if f"{_G}{name}" not in stated:
                yield CheckFinding(
                    "g2-rights", _where(info), f"rightsInfo has no {name}", f"add {name}"
                )


def _status(item: etree._Element) -> str:
    status = item.find(f"{_G}itemMeta/{_G}pubStatus")
    return "" if status is None else status.get("qcode", "")


def _withdrawal(item: etree._Element) -> Iterator[CheckFinding]:
    if _status(item) not in {"stat:canceled", "stat:withheld"}:
        return
    if item.find(f"{_G}contentSet") is not None:
        yield CheckFinding(
            "g2-withdrawn-content",
            _where(item),
            "a withdrawn item still holds content",
            "remove contentSet",
        )
    if item.find(f"{_G}itemMeta/{_G}edNote") is None:
        yield CheckFinding(
            "g2-withdrawn-note", _where(item), "a withdrawn item does not say why", "add edNote"
        )


def _embargo(item: etree._Element) -> Iterator[CheckFinding]:
    meta = item.find(f"{_G}itemMeta")
    if meta is None or meta.find(f"{_G}embargoed") is None:
        return
    if meta.find(f"{_G}edNote") is None:
        yield CheckFinding(
            "g2-embargo-note",
            _where(item),
            "an embargo is not told to people",
            "add an edNote with the embargo in words",
        )


def _content(item: etree._Element) -> Iterator[CheckFinding]:
    for inline in item.iter(f"{_G}inlineXML"):
        kind = inline.get("contenttype", "")
        expected = _ROOTS.get(kind)
        if [child.tag for child in inline] != [expected]:
            yield CheckFinding(
                "g2-inline-root",
                _where(inline),
                f"{kind} does not hold exactly its root element",
                f"put one {expected} there",
            )
        if next(inline.iterdescendants(etree.Comment, etree.PI), None) is not None:
            yield CheckFinding(
                "g2-content", _where(inline), "a comment or instruction", "remove it"
            )
        for one in inline.iterdescendants(etree.Element):
            if one.keys() or _local(str(one.tag)) in _HARMFUL:
                yield from _harm(one)


@lru_cache(1024)
def _local(tag: str) -> str:
    return tag.rpartition("}")[2].lower()


def _harm(one: etree._Element) -> Iterator[CheckFinding]:
    name = _local(str(one.tag))
    if name in _HARMFUL:
        yield CheckFinding("g2-content", _where(one), f"{name} is no news text", "remove it")
    for attribute, value in one.items():
        if _harmful(str(attribute).lower(), str(value)):
            yield CheckFinding(
                "g2-content", _where(one), f"{attribute}={value!r} may do harm", "remove it"
            )


def _harmful(name: str, value: str) -> bool:
    if name == "style" or name.startswith("on"):
        return True
    if name == "href":
        return value.partition(":")[0].lower() not in _LINK_SCHEMES
    return name in {"src", "source"} and not _absolute(value)
