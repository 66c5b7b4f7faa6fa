"""Items of RSS by feedgen and lxml."""

from __future__ import annotations

import html

from lxml import etree

from syndicate.formats import _modules as facts
from syndicate.formats._modules import ATOM, CONTENT, CREATIVE_COMMONS, DC, DCTERMS, RSL
from syndicate.formats._xml import add, rfc822, rfc3339
from syndicate.formats.base import Frame
from syndicate.formats.rss import NAMESPACES, _origin, plain_title
from syndicate.licensing.rsl import forbidden
from syndicate.model.entry import Entry, Tombstone
from tests.formats.reference import modules
from tests.formats.reference.items import Item, rss_item
from tests.formats.reference.xhtml import body_html, html_string


def fragment(frame: Frame, entry: Entry) -> bytes:
    return rss_item(_item(frame, entry), NAMESPACES)


def stone(tombstone: Tombstone) -> bytes:
    return rss_item(_withdrawn(tombstone), NAMESPACES)


def _item(frame: Frame, entry: Entry) -> Item:
    def complete(item: etree._Element) -> None:
        add(item, "pubDate", rfc822(entry.published))
        add(item, f"{{{CONTENT}}}encoded", body_html(entry))
        for author in facts.authors(entry):
            add(item, f"{{{DC}}}creator", author.name)
        if entry.language != frame.language:
            add(item, f"{{{DC}}}language", entry.language)
        add(item, f"{{{DC}}}rights", facts.rights_text(entry))
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
        categories=facts.categories(entry),
        enclosure=facts.lead_enclosure(entry),
    )


def _rsl(frame: Frame, entry: Entry, item: etree._Element) -> None:
    """Forbid machine uses at the article's page (RSL 1.0), where the feed may speak for it.

    RSL lets an item name only addresses of the feed's own origin; otherwise the linked licence
    says it. A licence without a payment would be free, so one is always stated; search is never
    touched, because the address is the publisher's own page.
    """
    tokens = forbidden(entry.terms.ai_allowed)
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


def _withdrawn(tombstone: Tombstone) -> Item:
    def complete(item: etree._Element) -> None:
        add(item, "pubDate", rfc822(min(tombstone.published, tombstone.when)))
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
        title=plain_title(facts.withdrawn_title(tombstone)),
        updated=tombstone.when,
        published=tombstone.published,
        complete=complete,
        link=tombstone.canonical_url or "",
        summary=html.escape(facts.withdrawal_note(tombstone), quote=False),
        categories=(facts.withdrawn_category(tombstone),),
    )
