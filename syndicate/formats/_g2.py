"""What all NewsML-G2 2.35 items share: names, the item's root, rights, item metadata.

Standard: https://iptc.org/std/NewsML-G2/2.35/ (Power conformance level). The order of children is
the order of its XML Schema. QCodes are used only where an IPTC catalog declares their alias; our
own values are given as URIs, which need no catalog.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from urllib.parse import quote

from lxml import etree

from syndicate.formats._xml import XML_LANG, add, element, on_own_lines, rfc3339
from syndicate.formats.base import Frame
from syndicate.model.base import direction_of
from syndicate.model.entry import Signal

NAR = "http://iptc.org/std/nar/2006-10-01/"
STANDARD_VERSION = "2.35"
CATALOG = "http://www.iptc.org/std/catalog/catalog.IPTC-G2-Standards_41.xml"
PROFILE = "syndicate"
PROFILE_VERSION = "1.0"
NEWS_ITEM_TYPE = "application/vnd.iptc.g2.newsitem+xml"


class Note(NamedTuple):
    """A note to the receiver's editors."""

    role: str
    text: str
    language: str = "en"


class ItemFacts(NamedTuple):
    """What itemMeta says of an item."""

    item_class: str
    version_created: datetime
    first_created: datetime | None
    status: str
    title: str
    notes: tuple[Note, ...] = ()
    embargoed: datetime | None = None
    embargo_open_ended: bool = False
    section: str | None = None
    signal: Signal | None = None
    expires: datetime | None = None


def g2(name: str) -> str:
    """Give the qualified name of a NewsML-G2 element."""
    return f"{{{NAR}}}{name}"


def own_uri(frame: Frame, path: str) -> str:
    """Give a URI of the publisher's own for a value that no IPTC vocabulary has (RFC 4151)."""
    return f"{frame.authority}:{quote(path, safe='/')}"


def an_item(kind: str, guid: str, version: int, language: str, direction: str) -> etree._Element:
    """Give the root of an item with its catalog."""
    item = element(
        g2(kind),
        {
            "guid": guid,
            "version": version,
            "standard": "NewsML-G2",
            "standardversion": STANDARD_VERSION,
            "conformance": "power",
            XML_LANG: language,
            "dir": direction,
        },
        nsmap={None: NAR},
    )
    add(item, g2("catalogRef"), None, {"href": CATALOG})
    return item


def localised(
    parent: etree._Element,
    name: str,
    text: str,
    language: str,
    attributes: dict[str, str | None] | None = None,
) -> etree._Element:
    """Append a text that states its own language and direction."""
    spoken = {XML_LANG: language, "dir": direction_of(language)}
    return add(parent, g2(name), text, {**(attributes or {}), **spoken})


def add_item_meta(item: etree._Element, frame: Frame, facts: ItemFacts) -> etree._Element:
    """Append itemMeta and give it; links may be appended to it."""
    meta = add(item, g2("itemMeta"))
    add(meta, g2("itemClass"), None, {"qcode": facts.item_class})
    provider = add(meta, g2("provider"), None, {"uri": frame.site_url})
    add(provider, g2("name"), frame.publisher)
    add(meta, g2("versionCreated"), rfc3339(facts.version_created))
    if facts.first_created:
        add(meta, g2("firstCreated"), rfc3339(facts.first_created))
    _add_embargo(meta, facts)
    add(meta, g2("pubStatus"), None, {"qcode": f"stat:{facts.status}"})
    add(meta, g2("generator"), "syndicate", {"versioninfo": frame.generator_version})
    add(meta, g2("profile"), PROFILE, {"versioninfo": PROFILE_VERSION})
    if facts.section:
        uri = own_uri(frame, f"section/{facts.section}")
        service = add(meta, g2("service"), None, {"uri": uri})
        add(service, g2("name"), facts.section)
    if facts.title:
        add(meta, g2("title"), facts.title)
    for note in facts.notes:
        role = own_uri(frame, f"ednote/{note.role}")
        localised(meta, "edNote", note.text, note.language, {"roleuri": role})
    if facts.signal:
        add(meta, g2("signal"), None, {"qcode": f"sig:{facts.signal}"})
    if facts.expires:
        add(meta, g2("expires"), rfc3339(facts.expires))
    return meta


def _add_embargo(meta: etree._Element, facts: ItemFacts) -> None:
    # An empty element: embargoed without an end. No element: not embargoed.
    if facts.embargo_open_ended:
        add(meta, g2("embargoed"))
    elif facts.embargoed:
        add(meta, g2("embargoed"), rfc3339(facts.embargoed))


def embargo_notes(embargoed: datetime | None, open_ended: bool) -> Iterable[Note]:
    """Give the embargo in words, for those who read and do not parse."""
    if open_ended:
        yield Note("embargo", "Embargoed until further notice. Do not publish before release.")
    elif embargoed:
        moment = f"{rfc3339(embargoed)} (UTC)"
        yield Note("embargo", f"Embargoed until {moment}. Do not publish before that time.")


def lay_out(parent: etree._Element, depth: int = 0) -> None:
    """Put metadata on lines of its own; what stands in inlineXML is left as it is."""
    if parent.tag == g2("inlineXML") or not len(parent):
        return
    for child in parent:
        lay_out(child, depth + 1)
    on_own_lines(parent, depth)
