"""From a request to a partner: what was asked, what of it is not ours to give, what is agreed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlsplit

from syndicate.licensing.question import Ground, Part, parts_of
from syndicate.model.article import Article
from syndicate.model.base import text_of
from syndicate.model.body import MEDIA_KINDS, Embed, Gallery, MediaBase, Table
from syndicate.model.desk import Desk, DeskFiles, SourceAgreement
from syndicate.model.errors import AccessRefused, NotFound
from syndicate.model.licence import Licence
from syndicate.model.moments import months_after
from syndicate.model.partner import Partner
from syndicate.model.request import LicenceRequest, RequestForm, RequestState
from syndicate.model.rights import Onward, PartKind


def received(form: RequestForm, now: datetime, chance: bytes) -> LicenceRequest:
    """Give a request as it comes in; `chance` are four random bytes."""
    return LicenceRequest(id=f"r-{chance.hex()}", at=now, form=form)


class ForeignPart(NamedTuple):
    """A part of an article that no licence of ours covers."""

    part: str
    """Its name; "article" where it is the text as a whole."""
    kind: PartKind
    holder: str
    """Whose it is, as far as anybody recorded it."""
    says: str
    """Its caption, or what else tells which one it is; nothing of a text, which stays here."""

    @property
    def told(self) -> tuple[str, str, str]:
        """What people are told of it: paragraphs of one holder are one line to them."""
        return self.kind, self.holder, self.says


def foreign_parts(article: Article, desk: Desk, now: datetime) -> Iterator[ForeignPart]:
    """Give the parts of an article that may not be passed on, or that nobody knows whether.

    Text that inherits its rights is named once, as the whole.
    """
    sources = {one.id: one for one in desk.source_agreements}
    text = Part("article", None, Ground(PartKind.BODY, (article.rights,)))
    is_foreign = not _goes_on(text.ground, sources, now)
    if is_foreign:
        yield _foreign(text, sources)
    for part in parts_of(article):
        ground = part.ground
        inherits = part.kind not in MEDIA_KINDS and ground.permission == text.ground.permission
        if isinstance(part.block, Gallery) or (is_foreign and inherits):
            continue
        if not _goes_on(ground, sources, now):
            yield _foreign(part, sources)


def _goes_on(ground: Ground, sources: Mapping[str, SourceAgreement], now: datetime) -> bool:
    """Say whether some licence could let a part go, as the gates on parts (G9) judge it."""
    name = ground.permission.source_agreement
    source = sources.get(name or "")
    windows = [one.window for one in ground.levels if one.window]
    windows += [source.window] if source else []
    agreed = name is None or (source is not None and source.onward)
    over = any(one.is_over(now) for one in windows)
    return ground.onward is Onward.GRANTED and agreed and not over


def _foreign(part: Part, sources: Mapping[str, SourceAgreement]) -> ForeignPart:
    rights, block = part.ground.permission, part.block
    source = sources.get(rights.source_agreement or "")
    credit = block.credit if isinstance(block, MediaBase) else None
    holder = rights.owner or (source.owner if source else None) or credit or "unknown"
    says: str | None = None
    if isinstance(block, MediaBase):
        says = block.alt or text_of(block.caption or "") or block.credit
    elif isinstance(block, Embed):
        says = block.title or block.provider or block.url
    elif isinstance(block, Table):
        says = text_of(block.caption or "")
    return ForeignPart(part.name, part.kind, holder, says or "")


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
    territory = {"territory": {"include": form.territory}} if form.territory else {}
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
                    **territory,
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
