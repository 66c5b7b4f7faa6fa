"""The licence document that every item links to: HTML for people, ODRL JSON-LD and RSL for
machines.

None of them holds a price, a partner's name or a confidential term.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from lxml import html
from lxml.builder import ElementMaker
from lxml.etree import _Element

from syndicate.licensing import odrl, rsl
from syndicate.licensing.duties import granted_level
from syndicate.licensing.odrl import Json, Scope
from syndicate.licensing.phrases import Phrases, known_languages
from syndicate.licensing.terms import document_path
from syndicate.licensing.usage_terms import Facts, quota_sentences, sentences
from syndicate.model.base import direction_of
from syndicate.model.desk import DeskFiles
from syndicate.model.document import Document
from syndicate.model.licence import Grant, Licence
from syndicate.model.quota import Quota
from syndicate.model.territory import Area, group_changes

E = ElementMaker(makeelement=html.html_parser.makeelement)
_STYLE = "body{max-width:44rem;margin:2rem auto;padding:0 1rem;font:1rem/1.6 system-ui,sans-serif}"


def documents(files: DeskFiles) -> Iterator[Document]:
    """Give the documents of every licence version on the desk."""
    for licence in files.licences:
        area = _area(files, licence)
        yield Document(
            document_path(licence, "html"), "text/html; charset=utf-8", page(files, licence, area)
        )
        policy = odrl.written(offer(files, licence, area)).encode() + b"\n"
        yield Document(document_path(licence, "jsonld"), "application/ld+json", policy)
        gathered = rsl.document(files.desk, licence)
        yield Document(document_path(licence, "rsl"), "application/rsl+xml", gathered)


def terms_digest(licence: Licence) -> str:
    """Give a digest of all that a licence version says; who may read it is none of that."""
    said = licence.model_dump_json(exclude_defaults=True, exclude={"offered"})
    return hashlib.sha256(said.encode()).hexdigest()


_STATED = re.compile(rb'<meta name="terms-digest" content="([0-9a-f]{64})">')


def stated_digest(published: bytes) -> str | None:
    """Give the digest of the terms that a published page was made from."""
    found = _STATED.search(published)
    return found[1].decode() if found else None


def _area(files: DeskFiles, licence: Licence) -> Area:
    """Give the territory as of the licence's own date; without one, by today's group tables."""
    return files.groups.area(licence.territory, licence.valid_from or group_changes()[-1])


def offer(files: DeskFiles, licence: Licence, area: Area) -> Json:
    """Give the licence as an ODRL Offer on everything the publisher offers under it."""
    url = files.desk.url_of(document_path(licence, "jsonld"))
    scope = Scope(
        uid=url,
        target=f"{url}#articles",
        assigner=files.desk.url,
        review=files.desk.url_of(document_path(licence, "html")),
        area=area,
        media=licence.media,
        valid_from=None,
        valid_until=None,
        edit_level=granted_level(licence),
        uses=licence.ai.allowed,
    )
    return odrl.offer(licence, scope)


def page(files: DeskFiles, licence: Licence, area: Area) -> bytes:
    """Give the HTML page: the terms in every language we can write, then who grants them."""
    language = licence.language
    heading = f"{licence.title} ({licence.ref})"
    head = E.head(
        E.meta(charset="utf-8"),
        E.title(f"{heading} – {files.desk.name}"),
        E.meta(name="viewport", content="width=device-width, initial-scale=1"),
        E.meta(name="terms-digest", content=terms_digest(licence)),
        E.link(
            rel="alternate",
            type="application/ld+json",
            href=files.desk.url_of(document_path(licence, "jsonld")),
        ),
        E.style(_STYLE),
    )
    first = [language, *(tag for tag in known_languages() if tag != language.split("-")[0])]
    sections = [_section(licence, area, tag) for tag in first if tag in known_languages()]
    counted = [_counted(licence, licence.quota)] if licence.quota else []
    tables = [_grants(licence), *_further(licence), *counted, _media(licence)]
    main = E.main(E.h1(heading), *sections, *tables, _holder(files))
    if licence.url:
        main.append(E.p(E.a(licence.url, href=licence.url, rel="license")))
    if licence.text_terms_url:
        main.append(E.p(E.a(licence.text_terms_url, href=licence.text_terms_url)))
    root = E.html(head, E.body(main), {"lang": language, "dir": direction_of(language)})
    return bytes(html.tostring(root, doctype="<!DOCTYPE html>", encoding="utf-8")) + b"\n"


def _section(licence: Licence, area: Area, language: str) -> _Element:
    facts = Facts(
        area=area, media=licence.media, edit_level=granted_level(licence), uses=licence.ai.allowed
    )
    lines = [E.li(line) for line in sentences(licence, facts, language)]
    return E.section(E.ul(*lines), {"lang": language, "dir": direction_of(language)})


def _grants(licence: Licence) -> _Element:
    rows = [
        E.tr(E.td(str(g.kind)), E.td(str(g.extent)), E.td(_limits(licence, g)))
        for g in licence.grants
    ]
    head = E.tr(E.th("part"), E.th("extent"), E.th("limits"))
    return E.table(E.thead(head), E.tbody(*rows), {"lang": "en", "dir": "ltr"})


def _limits(licence: Licence, grant: Grant) -> str:
    found = []
    level = grant.edit_level or licence.edit_level
    if level is not granted_level(licence):
        found.append(f"changes: {level}")
    if grant.media is not None:
        found.append(", ".join(grant.media))
    if grant.territory is not None:
        found.append(str(grant.territory))
    if grant.max_count is not None:
        found.append(f"at most {grant.max_count}")
    return "; ".join(found)


def _further(licence: Licence) -> Iterator[_Element]:
    """List what no sentence says: which articles, since when, and what the end does to copies."""
    rows = [(f"covers: {name.replace('_', ' ')}", one) for name, one in _covered(licence)]
    if licence.delay:
        delay = licence.model_dump(mode="json", include={"delay"})["delay"]
        rows.append(("time from first publication to release", delay))
    if not licence.public:
        rows.append(("copies at the end of the agreement", _plain(licence.after_end)))
        rows.append(("copies during a suspension", _plain(licence.on_suspend)))
    if licence.sell_off_days and not licence.public:
        rows.append(("days that copies may stay after the end", str(licence.sell_off_days)))
    lines = [E.tr(E.th(name), E.td(value)) for name, value in rows]
    if lines:
        yield E.table(E.tbody(*lines), {"lang": "en", "dir": "ltr"})


def _covered(licence: Licence) -> Iterator[tuple[str, str]]:
    stated = licence.covers.model_dump(mode="json", exclude_defaults=True)
    for name, value in stated.items():
        yield name, ", ".join(value) if isinstance(value, list) else str(value)


def _plain(code: str) -> str:
    return code.replace("_", " ")


def _media(licence: Licence) -> _Element:
    """List media and machine uses with anchors: operands of the policy lead here."""
    words = Phrases(licence.language)
    media = [E.li(words.media([one]), id=f"medium-{one}") for one in licence.media]
    uses = [E.li(words.uses([one]), id=f"use-{one}") for one in licence.ai.allowed]
    return E.ul(*media, *uses)


def _counted(licence: Licence, quota: Quota) -> _Element:
    """Say what is counted, with the anchor that the unit of the policy's count leads to."""
    words = Phrases(licence.language)
    says = " ".join(quota_sentences(words, quota))
    tag = words.language
    return E.p(says, {"id": "quota", "lang": tag, "dir": direction_of(tag)})


def _holder(files: DeskFiles) -> _Element:
    desk = files.desk
    holder = E.p(
        E.a(desk.holder, href=desk.url), ", ", E.a(desk.contact, href=_mail(desk.contact))
    )
    if desk.request_url:
        holder.append(E.a(" " + desk.request_url, href=desk.request_url))
    return holder


def _mail(address: str) -> str:
    return f"mailto:{address}"
