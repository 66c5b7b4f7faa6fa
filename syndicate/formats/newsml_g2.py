"""NewsML-G2 2.35 (Power): a feed as one newsMessage.

Standard: https://iptc.org/std/NewsML-G2/2.35/; media type
https://www.iana.org/assignments/media-types/application/vnd.iptc.g2.newsmessage+xml.
Withdrawals stand first, so that a receiver who stops half-way has taken down what he must. Then
every article, each followed by its media.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from hashlib import sha256

from syndicate.formats._g2 import CATALOG, NAR, ItemFacts, an_item, branch, item_meta
from syndicate.formats._g2_item import items_of, tombstone_items
from syndicate.formats._markup import leaf
from syndicate.formats._xml import rfc3339
from syndicate.formats.base import Envelope, Format, Frame, Piece, compose, refuse_twice
from syndicate.model.document import FeedHead
from syndicate.model.entry import Entry, Tombstone
from syndicate.model.errors import RenderFailed

_LINE = b"\n    "
_DECLARATION = "<?xml version='1.0' encoding='UTF-8'?>\n"


def render(head: FeedHead, entries: Sequence[Entry], tombstones: Sequence[Tombstone]) -> bytes:
    """Give the feed as a newsMessage.

    Raises:
        RenderFailed: an entry or a tombstone cannot be written, or an article stands there
            twice; `where` is its guid.
    """
    return compose(NEWSML_G2, head, entries, tombstones)


def frame(head: FeedHead) -> Frame:
    """Give what of a feed its items depend on."""
    return Frame(
        publisher=head.publisher,
        site_url=head.site_url,
        authority=":".join(head.id.split(":", 2)[:2]),
        renditions=tuple(dict.fromkeys(head.renditions)),
        generator_version=head.generator_version,
    )


def fragment(frame: Frame, entry: Entry) -> bytes:
    """Give the newsItem of an article and those of its media.

    Raises:
        RenderFailed: the entry cannot be written; `where` is its guid.
    """
    return _run(entry.guid, items_of(entry, frame))


def stone(frame: Frame, tombstone: Tombstone) -> bytes:
    """Give the newsItems that withdraw an article and its media.

    Raises:
        RenderFailed: the tombstone cannot be written; `where` is its guid.
    """
    return _run(tombstone.guid, tombstone_items(tombstone, frame))


def envelope(head: FeedHead, tombstones: Sequence[Tombstone], pieces: Sequence[Piece]) -> Envelope:
    """Give what stands around the items; a message without any gets a package without members.

    Raises:
        RenderFailed: an article stands there twice.
    """
    refuse_twice(pieces)
    nothing = b"" if pieces else _nothing_yet(head).encode()
    stated = pieces or [Piece(head.id, sha256(nothing).hexdigest())]
    header = branch("header", 1, _header(head, stated))
    opening = f'{_DECLARATION}<newsMessage xmlns="{NAR}">\n  {header}\n  <itemSet>'
    return Envelope(opening.encode() + _LINE + nothing, _LINE, b"\n  </itemSet>\n</newsMessage>\n")


def slots(updated: datetime, pieces: Sequence[Piece]) -> tuple[str, ...]:
    """Give what of an envelope changes with its content: a date, an id."""
    return rfc3339(updated), _transmission(updated, pieces)


def _run(guid: str, items: Iterator[str]) -> bytes:
    """Give items as they stand in a message; whatever cannot be written names its article."""
    try:
        return _LINE.join(item.encode() for item in items)
    except RenderFailed as err:
        raise RenderFailed(err.what, where=err.where or guid, mend=err.mend) from err
    except ValueError as err:
        raise RenderFailed(f"cannot be written as XML ({err})", where=guid) from err


def _header(head: FeedHead, pieces: Sequence[Piece]) -> Iterator[str]:
    yield leaf("sent", rfc3339(head.updated))
    yield leaf("catalogRef", None, {"href": CATALOG})
    yield leaf("sender", head.publisher)
    yield leaf("transmitId", _transmit_id(head, pieces))
    urgencies = [piece.urgency for piece in pieces if piece.urgency]
    if urgencies:
        yield leaf("priority", str(min(urgencies)))
    yield leaf("origin", head.site_url)
    yield leaf("channel", head.id)


def _transmit_id(head: FeedHead, pieces: Sequence[Piece]) -> str:
    """Give an id that no other content of this feed has, and that the same content always has."""
    return f"{head.id}/{_transmission(head.updated, pieces)}"


def _transmission(updated: datetime, pieces: Sequence[Piece]) -> str:
    digest = sha256("".join(piece.digest for piece in pieces).encode()).hexdigest()
    stamp = rfc3339(updated).replace("-", "").replace(":", "")
    return f"{stamp}/{digest[:16]}"


def _nothing_yet(head: FeedHead) -> str:
    """Give a package without members: an itemSet may not be empty (NewsML-G2 XML Schema)."""
    version = max(1, int(head.updated.timestamp()))
    facts = ItemFacts(
        item_class="ninat:composite",
        version_created=head.updated,
        first_created=None,
        status="usable",
        title=head.title,
    )
    meta = item_meta(frame(head), facts)
    return an_item("packageItem", head.id, version, head.language, head.dir, (meta,))


NEWSML_G2 = Format(
    name="newsml-g2",
    media_type="application/vnd.iptc.g2.newsmessage+xml",
    suffix="newsml.xml",
    schema="newsml-g2-2.35",
    carries=frozenset({"embargo"}),
    version=2,
    frame=frame,
    fragment=fragment,
    stone=stone,
    envelope=envelope,
    slots=slots,
    render=render,
)
