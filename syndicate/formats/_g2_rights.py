"""rightsInfo of NewsML-G2: holder, notice, terms in words, terms for machines, data mining.

Standard: NewsML-G2 2.35, rightsInfo; ODRL 2.2 in rightsExpressionData
(https://www.w3.org/TR/odrl-model/); PLUS data mining (http://ns.useplus.org/ldf/vocab/).
Every item carries its own: receivers split messages.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime

from syndicate.formats._g2 import INSIDE, META, branch, localised, named
from syndicate.formats._markup import escaped, leaf, opening
from syndicate.formats._xml import rfc3339
from syndicate.model.base import ILLEGAL_XML
from syndicate.model.body import MediaBase
from syndicate.model.entry import Entry, LocalText, PartTerms, Terms, Tombstone

ODRL = "http://www.w3.org/ns/odrl/2/"
JSON_LD = "application/ld+json"
MINING_PROHIBITED = "http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED"
POLICY = "irel:rightspolicy"
WITHDRAWN = "Withdrawn. Neither this item nor any earlier version of it may be used."


def rights(terms: Terms) -> str:
    """Give the article's rightsInfo."""
    says = (
        _holder(terms.holder, terms.holder_url),
        leaf("copyrightNotice", terms.notice, {"href": terms.url}),
        *_usage_terms(terms.usage_terms, terms),
        *_licence(terms),
        *_policy(terms.odrl),
        _mining(terms.data_mining),
    )
    return branch("rightsInfo", META, says, _span(terms.valid_from, terms.valid_until))


def part_rights(part: PartTerms, terms: Terms, idrefs: str | None = None) -> str:
    """Give the rightsInfo of a picture, video or sound with rights of its own.

    `idrefs` names its partMeta inside the article's item; without it the item is the part.
    """
    ours = part.own and part.holder == terms.holder
    notice = (leaf("copyrightNotice", terms.notice, {"href": terms.url}),) if ours else ()
    says = (
        _holder(part.holder, terms.holder_url if ours else None),
        *notice,
        *_usage_terms(part.usage_terms or terms.usage_terms, terms),
        *_licence(terms),
        *_policy(part.odrl),
        _mining(part.data_mining),
    )
    span = _span(part.valid_from, part.valid_until)
    return branch("rightsInfo", META, says, {"idrefs": idrefs, **span})


def tombstone_rights(stone: Tombstone) -> str:
    """Give the rightsInfo of a withdrawn article: nothing may be done with it any more."""
    link = {"rel": POLICY, "href": stone.licence_url}
    says = (
        _holder(stone.holder, stone.holder_url),
        leaf("copyrightNotice", stone.notice, {"href": stone.licence_url}),
        localised("usageTerms", WITHDRAWN, "en"),
        *((leaf("link", None, link),) if stone.licence_url else ()),
        _mining(MINING_PROHIBITED),
    )
    return branch("rightsInfo", META, says)


def own_terms(entry: Entry) -> list[tuple[PartTerms, MediaBase]]:
    """Give the media in the body that have rights of their own, in reading order."""
    stated = {part.part: part for part in entry.terms.parts}
    return [(stated[one.id], one) for one in entry.media() if one.id in stated]


def part_id(guid: str, part: str) -> str:
    """Give a partid: an XML name that no other item of any message has."""
    return f"p{hashlib.sha256(guid.encode()).hexdigest()[:12]}-{part}"


def _span(start: datetime | None, end: datetime | None) -> dict[str, str | None]:
    return {
        "validfrom": rfc3339(start) if start else None,
        "validto": rfc3339(end) if end else None,
    }


def _holder(name: str, uri: str | None) -> str:
    return named("copyrightHolder", INSIDE, name, {"uri": uri})


def _usage_terms(texts: tuple[LocalText, ...], terms: Terms) -> Iterator[str]:
    for text in texts:
        yield localised("usageTerms", text.text, text.language)
    if not texts:
        says = f"Use only as the licence allows: {terms.title}, {terms.url}"
        yield localised("usageTerms", says, "en")


def _licence(terms: Terms) -> Iterator[str]:
    kinds = ((terms.url, "text/html"), (terms.jsonld_url, JSON_LD), (terms.public_url, None))
    for href, kind in kinds:
        if href:
            says = {"rel": POLICY, "href": href, "contenttype": kind}
            yield leaf("link", None, {**says, "title": terms.title if kind else None})


def _policy(odrl: str) -> Iterator[str]:
    """Give the policy as it is, not normalised: a signature or digest of it stays true."""
    if not odrl.isprintable() and ILLEGAL_XML.search(odrl):
        raise ValueError("the ODRL policy holds a character that XML forbids")
    if odrl:
        start = opening("rightsExpressionData", {"langid": ODRL, "enctype": JSON_LD})
        yield f"<{start}>{escaped(odrl)}</rightsExpressionData>"


def _mining(uri: str) -> str:
    return leaf("dataMining", None, {"uri": uri})
