"""What all NewsML-G2 2.35 items share: their layout, the item itself, item metadata.

Standard: https://iptc.org/std/NewsML-G2/2.35/ (Power conformance level). The order of children is
the order of its XML Schema. QCodes are used only where an IPTC catalog declares their alias; our
own values are given as URIs, which need no catalog. Metadata stands on lines of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple
from urllib.parse import quote

from syndicate.formats._markup import Attributes, leaf, on_own_lines
from syndicate.formats._xml import rfc3339
from syndicate.formats.base import Frame
from syndicate.model.base import direction_of
from syndicate.model.entry import Signal

NAR = "http://iptc.org/std/nar/2006-10-01/"
STANDARD_VERSION = "2.35"
CATALOG = "http://www.iptc.org/std/catalog/catalog.IPTC-G2-Standards_41.xml"
PROFILE = "syndicate"
PROFILE_VERSION = "1.0"

ITEM, META, INSIDE = 2, 3, 4
"""How deep an item stands in a message, what it is made of, and what that is made of."""

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


def branch(
    name: str, depth: int, children: Iterable[str], attributes: Attributes | None = None
) -> str:
    """Give an element so many levels deep in the message, its children on lines of their own."""
    lines = tuple(children)
    return on_own_lines(name, lines, depth, attributes) if lines else leaf(name, None, attributes)


def own_uri(frame: Frame, path: str) -> str:
    """Give a URI of the publisher's own for a value that no IPTC vocabulary has (RFC 4151)."""
    return f"{frame.authority}:{quote(path, safe='/')}"


def an_item(
    kind: str,
    guid: str,
    version: int,
    language: str,
    direction: str,
    children: Iterable[str],
) -> str:
    """Give an item with its catalog."""
    says: Attributes = {
        "guid": guid,
        "version": version,
        "standard": "NewsML-G2",
        "standardversion": STANDARD_VERSION,
        "conformance": "power",
        "xml:lang": language,
        "dir": direction,
    }
    return branch(kind, ITEM, (leaf("catalogRef", None, {"href": CATALOG}), *children), says)


def localised(
    name: str,
    text: str,
    language: str,
    attributes: Mapping[str, str | None] | None = None,
) -> str:
    """Give a text that states its own language and direction."""
    spoken = {"xml:lang": language, "dir": direction_of(language)}
    return leaf(name, text, {**(attributes or {}), **spoken})


def named(name: str, depth: int, label: str, attributes: Attributes | None = None) -> str:
    """Give an element that holds only the name of what it is about."""
    return branch(name, depth, (leaf("name", label),), attributes)


def item_meta(frame: Frame, facts: ItemFacts, links: Iterable[str] = ()) -> str:
    """Give itemMeta."""
    return branch("itemMeta", META, (*_item_facts(frame, facts), *links))


def _item_facts(frame: Frame, facts: ItemFacts) -> Iterator[str]:
    yield leaf("itemClass", None, {"qcode": facts.item_class})
    yield named("provider", INSIDE, frame.publisher, {"uri": frame.site_url})
    yield leaf("versionCreated", rfc3339(facts.version_created))
    if facts.first_created:
        yield leaf("firstCreated", rfc3339(facts.first_created))
    yield from _embargo(facts)
    yield leaf("pubStatus", None, {"qcode": f"stat:{facts.status}"})
    yield leaf("generator", "syndicate", {"versioninfo": frame.generator_version})
    yield leaf("profile", PROFILE, {"versioninfo": PROFILE_VERSION})
    if facts.section:
        uri = own_uri(frame, f"section/{facts.section}")
        yield named("service", INSIDE, facts.section, {"uri": uri})
    if facts.title:
        yield leaf("title", facts.title)
    for note in facts.notes:
        role = own_uri(frame, f"ednote/{note.role}")
        yield localised("edNote", note.text, note.language, {"roleuri": role})
    if facts.signal:
        yield leaf("signal", None, {"qcode": f"sig:{facts.signal}"})
    if facts.expires:
        yield leaf("expires", rfc3339(facts.expires))


def _embargo(facts: ItemFacts) -> Iterator[str]:
    # An empty element: embargoed without an end. No element: not embargoed.
    if facts.embargo_open_ended:
        yield leaf("embargoed")
    elif facts.embargoed:
        yield leaf("embargoed", rfc3339(facts.embargoed))


def embargo_notes(embargoed: datetime | None, open_ended: bool) -> Iterable[Note]:
    """Give the embargo in words, for those who read and do not parse."""
    if open_ended:
        yield Note("embargo", "Embargoed until further notice. Do not publish before release.")
    elif embargoed:
        moment = f"{rfc3339(embargoed)} (UTC)"
        yield Note("embargo", f"Embargoed until {moment}. Do not publish before that time.")
