"""rightsInfo of NewsML-G2: holder, notice, terms in words, terms for machines, data mining.

Standard: NewsML-G2 2.35, rightsInfo; ODRL 2.2 in rightsExpressionData
(https://www.w3.org/TR/odrl-model/); PLUS data mining (http://ns.useplus.org/ldf/vocab/).
Every item carries its own: receivers split messages.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime

from lxml import etree

from syndicate.formats._g2 import g2, localised
from syndicate.formats._xml import add, rfc3339
from syndicate.model.body import MediaBase
from syndicate.model.entry import Entry, LocalText, PartTerms, Terms, Tombstone

ODRL = "http://www.w3.org/ns/odrl/2/"
JSON_LD = "application/ld+json"
MINING_PROHIBITED = "http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED"
POLICY = "irel:rightspolicy"
WITHDRAWN = "Withdrawn. Neither this item nor any earlier version of it may be used."


def add_rights(item: etree._Element, terms: Terms) -> None:
    """Append the article's rightsInfo."""
    info = _info(item, terms.valid_from, terms.valid_until)
    _add_holder(info, terms.holder, terms.holder_url)
    add(info, g2("copyrightNotice"), terms.notice, {"href": terms.url})
    _add_usage_terms(info, terms.usage_terms, terms)
    _add_licence(info, terms)
    _add_policy(info, terms.odrl)
    _add_mining(info, terms.data_mining)


def add_part_rights(
    item: etree._Element, part: PartTerms, terms: Terms, idrefs: str | None = None
) -> None:
    """Append the rightsInfo of a picture, video or sound with rights of its own.

    `idrefs` names its partMeta inside the article's item; without it the item is the part.
    """
    info = _info(item, part.valid_from, part.valid_until, idrefs)
    _add_holder(info, part.holder, terms.holder_url if part.own else None)
    if part.own:
        add(info, g2("copyrightNotice"), terms.notice, {"href": terms.url})
    _add_usage_terms(info, part.usage_terms or terms.usage_terms, terms)
    _add_licence(info, terms)
    _add_policy(info, part.odrl)
    _add_mining(info, part.data_mining)


def add_tombstone_rights(item: etree._Element, stone: Tombstone) -> None:
    """Append the rightsInfo of a withdrawn article: nothing may be done with it any more."""
    info = add(item, g2("rightsInfo"))
    _add_holder(info, stone.holder, stone.holder_url)
    add(info, g2("copyrightNotice"), stone.notice, {"href": stone.licence_url})
    localised(info, "usageTerms", WITHDRAWN, "en")
    if stone.licence_url:
        add(info, g2("link"), None, {"rel": POLICY, "href": stone.licence_url})
    _add_mining(info, MINING_PROHIBITED)


def own_terms(entry: Entry) -> Iterable[tuple[PartTerms, MediaBase]]:
    """Give the media in the body that have rights of their own, in reading order."""
    stated = {part.part: part for part in entry.terms.parts}
    return [(stated[one.id], one) for one in entry.media() if one.id in stated]


def part_id(guid: str, part: str) -> str:
    """Give a partid: an XML name that no other item of any message has."""
    return f"p{hashlib.sha256(guid.encode()).hexdigest()[:12]}-{part}"


def _info(
    item: etree._Element,
    start: datetime | None,
    end: datetime | None,
    idrefs: str | None = None,
) -> etree._Element:
    span = {
        "validfrom": rfc3339(start) if start else None,
        "validto": rfc3339(end) if end else None,
    }
    return add(item, g2("rightsInfo"), None, {"idrefs": idrefs, **span})


def _add_holder(info: etree._Element, name: str, uri: str | None) -> None:
    holder = add(info, g2("copyrightHolder"), None, {"uri": uri})
    add(holder, g2("name"), name)


def _add_usage_terms(info: etree._Element, texts: Iterable[LocalText], terms: Terms) -> None:
    given = tuple(texts)
    for text in given:
        localised(info, "usageTerms", text.text, text.language)
    if not given:
        says = f"Use only as the licence allows: {terms.title}, {terms.url}"
        localised(info, "usageTerms", says, "en")


def _add_licence(info: etree._Element, terms: Terms) -> None:
    kinds = ((terms.url, "text/html"), (terms.jsonld_url, JSON_LD), (terms.public_url, None))
    for href, kind in kinds:
        if href:
            says = {"rel": POLICY, "href": href, "contenttype": kind}
            add(info, g2("link"), None, {**says, "title": terms.title if kind else None})


def _add_policy(info: etree._Element, odrl: str) -> None:
    if odrl:
        data = add(info, g2("rightsExpressionData"), None, {"langid": ODRL, "enctype": JSON_LD})
        data.text = odrl  # not normalised: a signature or digest of the policy stays true


def _add_mining(info: etree._Element, uri: str) -> None:
    add(info, g2("dataMining"), None, {"uri": uri})
