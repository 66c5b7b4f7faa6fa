"""From a request to a partner: what was asked, what of it is not ours to give, what is agreed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlsplit

from syndicate.model.article import Article
from syndicate.model.body import Gallery, MediaBase
from syndicate.model.desk import DeskFiles
from syndicate.model.errors import AccessRefused, NotFound
from syndicate.model.licence import Licence
from syndicate.model.moments import months_after
from syndicate.model.partner import Partner
from syndicate.model.request import LicenceRequest, RequestForm, RequestState
from syndicate.model.rights import Onward


def received(form: RequestForm, now: datetime, chance: bytes) -> LicenceRequest:
    """Give a request as it comes in; `chance` are four random bytes."""
    return LicenceRequest(id=f"r-{chance.hex()}", at=now, form=form)


class ForeignPart(NamedTuple):
    """A part of an article that no licence of ours covers."""

    part: str
    holder: str
    """Whose it is, as far as anybody recorded it."""
    says: str
    """Its caption, or what else tells which one it is."""


def foreign_parts(article: Article) -> Iterator[ForeignPart]:
    """Give the pictures, videos and sounds of an article that are not known to be ours to give."""
    for block in article.body:
        for one in block.pictures if isinstance(block, Gallery) else (block,):
            rights = one.rights
            ours = rights is not None and rights.own and rights.onward is Onward.GRANTED
            if isinstance(one, MediaBase) and not ours:
                holder = (rights.owner if rights else None) or one.credit or "unknown"
                says = one.alt or (one.caption or "") or (one.credit or "")
                yield ForeignPart(one.id or one.kind, holder, says)


class Terms(NamedTuple):
    """What the desk grants."""

    licence: Licence
    starts: datetime
    zone: str
    """Whose clock the term is counted by."""
    name: str = ""
    """The partner's id; made of its name where it is empty."""


def partner_of(request: LicenceRequest, terms: Terms, taken: Collection[str]) -> Partner:
    """Give the partner that a request becomes: one property, one agreement in force, one feed.

    `taken` are the ids of partners, agreements and feeds that there are.

    Raises:
        AccessRefused: it is decided already, or the licence has none of the media asked for.
    """
    form = request.form
    if request.state is not RequestState.OPEN:
        raise AccessRefused(f"request {request.id} is {request.state}", mend="take another one")
    media = [one for one in form.media if one in terms.licence.media]
    if not media:
        wanted = ", ".join(form.media)
        raise AccessRefused(
            f"licence {terms.licence.ref} has no {wanted}", mend="choose another licence"
        )
    name = terms.name or _free(_key(form.organisation, form.site), taken)
    if terms.name and terms.name in taken:
        raise AccessRefused(f"{terms.name!r} is taken", mend="choose another id")
    site = form.property_name or urlsplit(form.site).hostname or form.site
    return Partner.model_validate(
        {
            "id": name,
            "name": form.organisation,
            "legal_name": form.organisation,
            "url": form.site,
            "country": form.country,
            "contacts": {"rights": form.contact, "notices": form.contact},
            "can_ingest": form.formats,
            "properties": [
                {
                    "id": "site",
                    "kind": form.kind,
                    "name": site,
                    "url": form.site,
                    "media": form.media,
                    "languages": form.languages,
                }
            ],
            "agreements": [
                {
                    "id": _free(f"{name}-{terms.starts.year}"[:64], taken),
                    "licence": terms.licence.id,
                    "licence_version": terms.licence.version,
                    "properties": ["site"],
                    "state": "active",
                    "zone": terms.zone,
                    "term": {
                        "start": terms.starts,
                        "end": months_after(terms.starts, form.months, terms.zone),
                    },
                }
            ],
            "feeds": [
                {
                    "id": _free(f"{name}-all"[:64], taken),
                    "title": f"{terms.licence.title}: {form.organisation}",
                    "formats": form.formats,
                }
            ],
        }
    )


def names_in(files: DeskFiles) -> frozenset[str]:
    """Give the ids of partners, agreements and feeds of a desk."""
    found = {feed for _, feed, _ in files.feed_names()} | {one.id for one in files.outlines}
    return frozenset(found | {a.id for one in files.partners for a in one.agreements})


def _key(*texts: str) -> str:
    """Give a key made of the first text that has any letter for it."""
    for text in texts:
        plain = unicodedata.normalize("NFKD", text.removeprefix("https://")).encode(
            "ascii", "ignore"
        )
        made = re.sub(r"[^a-z0-9]+", "-", plain.decode().lower()).strip("-")[:40].strip("-")
        if made:
            return made
    return "partner"


def _free(name: str, taken: Collection[str]) -> str:
    """Give a name that is not taken, counted up where it is."""
    number, made = 1, name
    while made in taken:
        number += 1
        made = f"{name[:58]}-{number}"
    return made


def decided(
    request: LicenceRequest,
    state: RequestState,
    now: datetime,
    *,
    why: str = "",
    partner: str = "",
) -> LicenceRequest:
    """Give a request as it was decided. Raises AccessRefused where it is already."""
    if request.state is not RequestState.OPEN:
        raise AccessRefused(f"request {request.id} is {request.state}", mend="take another one")
    changes = {"state": state, "decided_at": now, "why": why, "partner": partner or None}
    return request.model_copy(update=changes)


def find_request(requests: Collection[LicenceRequest], name: str) -> LicenceRequest:
    """Give the request of an id. Raises NotFound."""
    found = next((one for one in requests if one.id == name), None)
    if found is None:
        raise NotFound(f"no request {name!r}", mend="see: syndicate requests list")
    return found
