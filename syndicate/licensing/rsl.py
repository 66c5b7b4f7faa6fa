"""A licence for machines that gather pages: Really Simple Licensing (https://rslstandard.org/rsl).

RSL 1.0 knows what we know of machine uses, and no more; so the document forbids those that are not
allowed and leads to the whole terms. It names no partner and no price.
"""

from __future__ import annotations

from collections.abc import Iterable

from lxml import etree
from lxml.builder import ElementMaker

from syndicate.licensing.terms import document_path
from syndicate.model.desk import Desk
from syndicate.model.licence import Licence

NAMESPACE = "https://rslstandard.org/rsl"
_TOKENS = {"index": "ai-index", "input": "ai-input", "train": "ai-train"}
E = ElementMaker(namespace=NAMESPACE, nsmap={None: NAMESPACE})


def forbidden(allowed: Iterable[str]) -> str:
    """Give the machine uses that are not allowed, as RSL names them; empty where all are.

    Search is never touched: it is about the publisher's own pages.
    """
    known = set(allowed)
    kept = [token for use, token in _TOKENS.items() if use not in known]
    return "ai-all" if len(kept) == len(_TOKENS) else " ".join(kept)


def document(desk: Desk, licence: Licence) -> bytes:
    """Give the document of a licence; it speaks for what links to it, wherever that is.

    A licence without a payment would be free, so one is always stated.
    """
    page = desk.url_of(document_path(licence, "html"))
    tokens = forbidden(licence.ai.allowed)
    rules = [E.prohibits(tokens, type="usage")] if tokens else []
    if licence.public and licence.url:
        paid = E.payment(E.standard(licence.url), type="attribution")
    else:
        paid = E.payment(E.custom(desk.request_url or page), type="subscription")
    holder = E.copyright(desk.holder, type="organization", contactEmail=desk.contact)
    content = E.content(E.license(*rules, paid), holder, E.terms(page), url="/")
    return etree.tostring(E.rsl(content), xml_declaration=True, encoding="utf-8") + b"\n"
