"""NewsML-G2 2.35 (Power): a feed as one newsMessage.

Standard: https://iptc.org/std/NewsML-G2/2.35/; media type
https://www.iana.org/assignments/media-types/application/vnd.iptc.g2.newsmessage+xml.
Withdrawals stand first, so that a receiver who stops half-way has taken down what he must. Then
every article, each followed by its media.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from lxml import etree

from syndicate.formats._g2 import CATALOG, NAR, ItemFacts, add_item_meta, an_item, g2, lay_out
from syndicate.formats._g2_item import items_of, tombstone_items
from syndicate.formats._xml import add, document, element, rfc3339
from syndicate.formats.base import Format
from syndicate.model.document import FeedHead
from syndicate.model.entry import Entry, Tombstone
from syndicate.model.errors import RenderFailed


def render(head: FeedHead, entries: Sequence[Entry], tombstones: Sequence[Tombstone]) -> bytes:
    """Give the feed as a newsMessage.

    Raises:
        RenderFailed: an entry or a tombstone cannot be written; `where` is its guid.
    """
    items = list(_items(head, entries, tombstones)) or [_nothing_yet(head)]
    message = element(g2("newsMessage"), nsmap={None: NAR})
    _add_header(message, head, entries, items)
    add(message, g2("itemSet")).extend(items)
    lay_out(message)
    return document(message)


def _items(
    head: FeedHead, entries: Sequence[Entry], tombstones: Sequence[Tombstone]
) -> Iterator[etree._Element]:
    for stone in tombstones:
        yield from _kept(stone.guid, tombstone_items(stone, head))
    for entry in entries:
        yield from _kept(entry.guid, items_of(entry, head))


def _kept(
    guid: str, items: Iterator[etree._Element] | list[etree._Element]
) -> list[etree._Element]:
    """Give the items; whatever cannot be written names its article."""
    try:
        return list(items)
    except RenderFailed as err:
        raise RenderFailed(err.what, where=err.where or guid, mend=err.mend) from err
    except ValueError as err:
        raise RenderFailed(f"cannot be written as XML ({err})", where=guid) from err


def _add_header(
    message: etree._Element,
    head: FeedHead,
    entries: Sequence[Entry],
    items: Sequence[etree._Element],
) -> None:
    header = add(message, g2("header"))
    add(header, g2("sent"), rfc3339(head.updated))
    add(header, g2("catalogRef"), None, {"href": CATALOG})
    add(header, g2("sender"), head.publisher)
    add(header, g2("transmitId"), _transmit_id(head, items))
    urgencies = [entry.urgency for entry in entries if entry.urgency]
    if urgencies:
        add(header, g2("priority"), str(min(urgencies)))
    add(header, g2("origin"), head.site_url)
    add(header, g2("channel"), head.id)


def _transmit_id(head: FeedHead, items: Sequence[etree._Element]) -> str:
    """Give an id that no other content of this feed has, and that the same content always has."""
    digest = hashlib.sha256()
    for item in items:
        digest.update(etree.tostring(item, encoding="UTF-8"))
    stamp = rfc3339(head.updated).replace("-", "").replace(":", "")
    return f"{head.id}/{stamp}/{digest.hexdigest()[:16]}"


def _nothing_yet(head: FeedHead) -> etree._Element:
    """Give a package without members: an itemSet may not be empty (NewsML-G2 XML Schema)."""
    version = max(1, int(head.updated.timestamp()))
    item = an_item("packageItem", head.id, version, head.language, head.dir)
    facts = ItemFacts(
        item_class="ninat:composite",
        version_created=head.updated,
        first_created=None,
        status="usable",
        title=head.title,
    )
    add_item_meta(item, head, facts)
    return item


NEWSML_G2 = Format(
    name="newsml-g2",
    media_type="application/vnd.iptc.g2.newsmessage+xml",
    suffix="newsml.xml",
    schema="newsml-g2-2.35",
    carries=frozenset({"embargo"}),
    render=render,
)
