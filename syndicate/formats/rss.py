"""RSS 2.0 (https://www.rssboard.org/rss-specification) with the modules partners' software reads.

content:encoded, Dublin Core, Media RSS, atom:link, Creative Commons, RSL 1.0. RSS cannot carry an
embargo and has no way to withdraw: such entries are refused, and a withdrawn article goes out as
a stub under the same guid, with a tombstone (RFC 6721) beside it.

Text direction: RSS has none for titles, and no control characters are put into them; the body
states it in its div. Titles are plain text, yet many readers take them for HTML: what looks like
a tag is written with single angle quotes.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from lxml import etree

from syndicate.formats import _modules as modules
from syndicate.formats._feedgen import email_of, rss_without_items
from syndicate.formats._markup import around, escaped, leaf, on_own_lines, quoted
from syndicate.formats._modules import ATOM, CREATIVE_COMMONS, DC, DCTERMS, RSL
from syndicate.formats._xhtml import html_of, xhtml_div
from syndicate.formats._xml import add, rfc822, rfc3339
from syndicate.formats.base import (
    Envelope,
    Format,
    Frame,
    Piece,
    compose,
    opened,
    refuse_twice,
)
from syndicate.licensing.rsl import forbidden
from syndicate.model.base import legal_text
from syndicate.model.document import FeedHead
from syndicate.model.entry import Entry, Tombstone

MEDIA_TYPE = "application/rss+xml; charset=utf-8"
NAMESPACES = {
    "at": modules.TOMBSTONES,
    "creativeCommons": CREATIVE_COMMONS,
    "dc": DC,
    "dcterms": DCTERMS,
    "media": modules.MEDIA,
    "rsl": RSL,
}

DEPTH = 2
"""How deep items stand."""

_TAG_LIKE = re.compile(r"<(?=[A-Za-z/!?])")
_ORIGIN = re.compile(r"https?://[^/?#]+", re.IGNORECASE)


def render(head: FeedHead, entries: Sequence[Entry], tombstones: Sequence[Tombstone]) -> bytes:
    """Give the feed's bytes; withdrawn articles come first, entries in the order given.

    Raises:
        RenderFailed: as `fragment`, or an article stands there twice.
    """
    return compose(RSS, head, entries, tombstones)


def frame(head: FeedHead) -> Frame:
    """Give what of a feed its items depend on."""
    return Frame(language=head.language, origin=_origin(head.self_url))


def fragment(frame: Frame, entry: Entry) -> bytes:
    """Give the item of an article.

    Raises:
        RenderFailed: it is under embargo, has an impossible date, or its body cannot be written.
    """
    modules.refuse_unfit("RSS", entry)
    return on_own_lines("item", _item(frame, entry), DEPTH).encode()


def stone(frame: Frame, tombstone: Tombstone) -> bytes:
    """Give the item that takes the place of a withdrawn article."""
    return on_own_lines("item", _withdrawn(tombstone), DEPTH).encode()


def envelope(head: FeedHead, tombstones: Sequence[Tombstone], pieces: Sequence[Piece]) -> Envelope:
    """Give what stands around the items.

    Raises:
        RenderFailed: an article stands there twice.
    """
    refuse_twice(pieces)

    def complete(channel: etree._Element) -> None:
        _complete_channel(channel, head, tombstones)

    empty = rss_without_items(head, NAMESPACES, complete)
    return opened(empty, b"</channel>", DEPTH) if pieces else Envelope(empty, b"", b"")


def slots(updated: datetime, pieces: Sequence[Piece]) -> tuple[str, ...]:
    """Give what of an envelope changes with its content: dates."""
    return (rfc822(updated),)


def plain_title(text: str) -> str:
    """Give a title in which no reader finds markup."""
    return _TAG_LIKE.sub("‹", text).replace(">", "›") if _TAG_LIKE.search(text) else text


def _complete_channel(
    channel: etree._Element, head: FeedHead, tombstones: Sequence[Tombstone]
) -> None:
    contact = email_of(head)
    if contact:
        add(channel, "managingEditor", f"{contact} ({head.publisher})")
    add(channel, "pubDate", rfc822(head.updated))
    add(channel, "lastBuildDate", rfc822(head.updated))
    if head.licence_url:
        licence = {"rel": "license", "type": "text/html", "href": head.licence_url}
        add(channel, f"{{{ATOM}}}link", attributes=licence)
    modules.feed_validity(head, channel)
    modules.archives(head, channel, f"{{{ATOM}}}link")
    modules.deleted_entries(tombstones, channel)


def _item(frame: Frame, entry: Entry) -> Iterator[str]:
    yield leaf("title", plain_title(entry.headline))
    if entry.canonical_url:
        yield _link(entry.canonical_url)
    if entry.summary:
        # The description is HTML by custom; a summary is plain text.
        yield leaf("description", html.escape(entry.summary, quote=False))
    yield leaf("guid", entry.guid, {"isPermaLink": "false"})
    yield from (_category(one) for one in modules.categories(entry))
    yield from _enclosure(entry)
    yield leaf("pubDate", rfc822(entry.published))
    yield leaf("content:encoded", html_of(xhtml_div(entry)))
    yield from (leaf("dc:creator", author.name) for author in modules.authors(entry))
    if entry.language != frame.language:
        yield leaf("dc:language", entry.language)
    yield leaf("dc:rights", modules.rights_text(entry))
    yield from modules.dublin_core(entry)
    yield from modules.media(entry)
    if entry.terms.public_url:
        yield leaf("creativeCommons:license", entry.terms.public_url)
    yield from modules.related_links(entry, "atom:link")
    yield from modules.licence_links(entry, "atom:link")
    yield from _rsl(frame, entry)


def _link(url: str) -> str:
    return f"<link>{escaped(url)}</link>"


def _category(one: modules.Category) -> str:
    """Give a category; its label stands for its code, as RSS has no place for both."""
    text = legal_text(one.label) or one.term
    return leaf("category", text, {"domain": one.scheme} if one.scheme else None)


def _enclosure(entry: Entry) -> Iterator[str]:
    lead = modules.lead_enclosure(entry)
    if lead:
        url, kind = quoted(lead.url), quoted(lead.type)
        yield f'<enclosure url="{url}" length="{lead.length}" type="{kind}"/>'


def _rsl(frame: Frame, entry: Entry) -> Iterator[str]:
    """Forbid machine uses at the article's page (RSL 1.0), where the feed may speak for it.

    RSL lets an item name only addresses of the feed's own origin; otherwise the linked licence
    says it. A licence without a payment would be free, so one is always stated; search is never
    touched, because the address is the publisher's own page.
    """
    terms, url = entry.terms, entry.canonical_url
    tokens = forbidden(terms.ai_allowed)
    if not url or not tokens or _origin(url) != frame.origin:
        return
    prohibits = leaf("rsl:prohibits", tokens, {"type": "usage"})
    if terms.public_url:
        standard = leaf("rsl:standard", terms.public_url)
        payment = around("rsl:payment", standard, {"type": "attribution"})
    else:
        custom = leaf("rsl:custom", terms.url)
        payment = around("rsl:payment", custom, {"type": "subscription"})
    yield around("rsl:content", around("rsl:license", prohibits + payment), {"url": url})


def _origin(url: str) -> str:
    found = _ORIGIN.match(url)
    return found.group().lower() if found else ""


def _withdrawn(tombstone: Tombstone) -> Iterator[str]:
    yield leaf("title", plain_title(modules.withdrawn_title(tombstone)))
    if tombstone.canonical_url:
        yield _link(tombstone.canonical_url)
    yield leaf("description", html.escape(modules.withdrawal_note(tombstone), quote=False))
    yield leaf("guid", tombstone.guid, {"isPermaLink": "false"})
    yield _category(modules.withdrawn_category(tombstone))
    # An agreement may end, in hindsight, before the article was published.
    yield leaf("pubDate", rfc822(min(tombstone.published, tombstone.when)))
    # The notice takes the place of the body that readers keep under this guid.
    yield leaf("content:encoded", html_of(modules.withdrawn_div(tombstone)))
    yield leaf("dc:creator", tombstone.holder)
    yield leaf("dc:rights", tombstone.notice)
    yield leaf("dcterms:rightsHolder", tombstone.holder)
    if tombstone.licence_url:
        yield leaf("dcterms:license", tombstone.licence_url)
    yield leaf("dcterms:modified", rfc3339(tombstone.when))
    yield from modules.withdrawn_licence(tombstone, "atom:link")


RSS = Format(
    name="rss",
    media_type=MEDIA_TYPE,
    suffix="rss",
    schema="rss-2.0",
    carries=frozenset(),
    version=2,
    frame=frame,
    fragment=fragment,
    stone=stone,
    envelope=envelope,
    slots=slots,
    render=render,
    archives=True,
)
