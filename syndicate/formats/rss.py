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
from collections.abc import Sequence

from lxml import etree

from syndicate.formats import _modules as modules
from syndicate.formats._feedgen import Item, email_of, rss_item, rss_without_items
from syndicate.formats._modules import ATOM, CONTENT, CREATIVE_COMMONS, DC, DCTERMS, RSL
from syndicate.formats._xhtml import body_html, html_string
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
from syndicate.model.document import FeedHead
from syndicate.model.entry import Entry, Terms, Tombstone

MEDIA_TYPE = "application/rss+xml; charset=utf-8"
NAMESPACES = {
    "at": modules.TOMBSTONES,
    "creativeCommons": CREATIVE_COMMONS,
    "dc": DC,
    "dcterms": DCTERMS,
    "media": modules.MEDIA,
    "rsl": RSL,
}

_TAG_LIKE = re.compile(r"<(?=[A-Za-z/!?])")
_ORIGIN = re.compile(r"https?://[^/?#]+", re.IGNORECASE)
_AI_TOKENS = {"index": "ai-index", "input": "ai-input", "train": "ai-train"}


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
    return rss_item(_item(frame, entry), NAMESPACES)


def stone(frame: Frame, tombstone: Tombstone) -> bytes:
    """Give the item that takes the place of a withdrawn article."""
    return rss_item(_withdrawn(tombstone), NAMESPACES)


def envelope(head: FeedHead, tombstones: Sequence[Tombstone], pieces: Sequence[Piece]) -> Envelope:
    """Give what stands around the items.

    Raises:
        RenderFailed: an article stands there twice.
    """
    refuse_twice(pieces)

    def complete(channel: etree._Element) -> None:
        _complete_channel(channel, head, tombstones)

    empty = rss_without_items(head, NAMESPACES, complete)
    return opened(empty, b"</channel>", 2) if pieces else Envelope(empty, b"", b"")


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
    modules.deleted_entries(tombstones, channel)


def _item(frame: Frame, entry: Entry) -> Item:
    def complete(item: etree._Element) -> None:
        add(item, "pubDate", rfc822(entry.published))
        add(item, f"{{{CONTENT}}}encoded", body_html(entry))
        for author in modules.authors(entry):
            add(item, f"{{{DC}}}creator", author.name)
        if entry.language != frame.language:
            add(item, f"{{{DC}}}language", entry.language)
        add(item, f"{{{DC}}}rights", modules.rights_text(entry))
        modules.dublin_core(entry, item)
        modules.media(entry, item)
        if entry.terms.public_url:
            add(item, f"{{{CREATIVE_COMMONS}}}license", entry.terms.public_url)
        modules.related_links(entry, item, f"{{{ATOM}}}link")
        modules.licence_links(entry, item, f"{{{ATOM}}}link")
        _rsl(frame, entry, item)

    return Item(
        guid=entry.guid,
        title=plain_title(entry.headline),
        updated=entry.updated,
        published=entry.published,
        complete=complete,
        link=entry.canonical_url or "",
        # The description is HTML by custom; a summary is plain text.
        summary=html.escape(entry.summary, quote=False),
        categories=modules.categories(entry),
        enclosure=modules.lead_enclosure(entry),
    )


def _rsl(frame: Frame, entry: Entry, item: etree._Element) -> None:
    """Forbid machine uses at the article's page (RSL 1.0), where the feed may speak for it.

    RSL lets an item name only addresses of the feed's own origin; otherwise the linked licence
    says it. A licence without a payment would be free, so one is always stated; search is never
    touched, because the address is the publisher's own page.
    """
    tokens = _forbidden(entry.terms)
    url = entry.canonical_url
    if not url or not tokens or _origin(url) != frame.origin:
        return
    content = add(item, f"{{{RSL}}}content", attributes={"url": url})
    licence = add(content, f"{{{RSL}}}license")
    add(licence, f"{{{RSL}}}prohibits", tokens, {"type": "usage"})
    if entry.terms.public_url:
        payment = add(licence, f"{{{RSL}}}payment", attributes={"type": "attribution"})
        add(payment, f"{{{RSL}}}standard", entry.terms.public_url)
    else:
        payment = add(licence, f"{{{RSL}}}payment", attributes={"type": "subscription"})
        add(payment, f"{{{RSL}}}custom", entry.terms.url)


def _forbidden(terms: Terms) -> str:
    kept = [token for use, token in _AI_TOKENS.items() if use not in terms.ai_allowed]
    return "ai-all" if len(kept) == len(_AI_TOKENS) else " ".join(kept)


def _origin(url: str) -> str:
    found = _ORIGIN.match(url)
    return found.group().lower() if found else ""


def _withdrawn(tombstone: Tombstone) -> Item:
    def complete(item: etree._Element) -> None:
        add(item, "pubDate", rfc822(tombstone.published))
        # The notice takes the place of the body that readers keep under this guid.
        add(item, f"{{{CONTENT}}}encoded", html_string(modules.withdrawn_div(tombstone)))
        add(item, f"{{{DC}}}creator", tombstone.holder)
        add(item, f"{{{DC}}}rights", tombstone.notice)
        add(item, f"{{{DCTERMS}}}rightsHolder", tombstone.holder)
        if tombstone.licence_url:
            add(item, f"{{{DCTERMS}}}license", tombstone.licence_url)
        add(item, f"{{{DCTERMS}}}modified", rfc3339(tombstone.when))
        modules.withdrawn_licence(tombstone, item, f"{{{ATOM}}}link")

    return Item(
        guid=tombstone.guid,
        title=plain_title(modules.withdrawn_title(tombstone)),
        updated=tombstone.when,
        published=tombstone.published,
        complete=complete,
        link=tombstone.canonical_url or "",
        summary=html.escape(modules.withdrawal_note(tombstone), quote=False),
        categories=(modules.withdrawn_category(tombstone),),
    )


RSS = Format(
    name="rss",
    media_type=MEDIA_TYPE,
    suffix="rss",
    schema="rss-2.0",
    carries=frozenset(),
    version=1,
    frame=frame,
    fragment=fragment,
    stone=stone,
    envelope=envelope,
    render=render,
)
