"""What is left of an article that was taken back: a tombstone for whoever could have had it.

Who could have had it is computed as well as remembered: each earlier version is decided again at
every instant at which the answer could change while it was current. So a notice reaches everybody
who was ever entitled to the article, also where receipts were lost; and everybody whose receipts
say that they had it, also where the files were changed since.
"""

from __future__ import annotations

import hashlib
import html
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import NamedTuple

from syndicate.licensing.duties import holder_of, notice_of, url_of_holder
from syndicate.licensing.gone import Gone, denied_files
from syndicate.licensing.govern import Request, Ruling, licence_named, rule
from syndicate.licensing.phrases import Phrases
from syndicate.licensing.reconcile import kept_until
from syndicate.licensing.redact import published_at
from syndicate.licensing.terms import document_path
from syndicate.model.article import Article, Link, PubStatus
from syndicate.model.body import MediaBase, Paragraph, kind_of
from syndicate.model.decision import Verdict
from syndicate.model.entry import Entry, GoneMedium, PartTerms, Terms, Tombstone
from syndicate.model.licence import Licence
from syndicate.model.partner import AgreementState
from syndicate.model.receipt import Holding

Picks = Callable[[Article, datetime], bool]
"""Whether a feed picks a version at a moment."""


class Held(NamedTuple):
    """A version a partner could have, since when, and the ruling that allowed it."""

    article: Article
    since: datetime
    ruling: Ruling


class Reign(NamedTuple):
    """A version with the time in which it is current; no end while nothing follows it."""

    article: Article
    start: datetime
    end: datetime | None


def current(history: tuple[Article, ...], now: datetime) -> Article | None:
    """Give the version that is current at a moment; None before the first."""
    made = [one for one in history if one.version_created <= now]
    return max(made, key=lambda one: one.version, default=None)


def reigns(history: tuple[Article, ...]) -> Iterator[Reign]:
    """Give each version that is ever current, with its time.

    A higher version that is dated earlier keeps a version from ever becoming current.
    """
    for version in history:
        later = [one.version_created for one in history if one.version > version.version]
        end = min(later, default=None)
        if end is None or end > version.version_created:
            yield Reign(version, version.version_created, end)


def could_hold(request: Request, history: tuple[Article, ...], now: datetime) -> tuple[Held, ...]:
    """Give every version that a partner could have had before a moment, oldest first."""
    before = _as_it_was(request)
    found = []
    for version, start, end in reigns(history):
        until = min(end, now) if end else now
        allowed = _first_allowed(before, version, until) if start <= now else None
        if allowed:
            found.append(Held(version, *allowed))
    return tuple(found)


_WAS_ACTIVE = {AgreementState.SUSPENDED, AgreementState.TERMINATED}


def _as_it_was(request: Request) -> Request:
    """Give the partner before it was blocked and its agreements suspended or terminated.

    A state without a date counts as active for the whole term: rather a notice too many.
    """
    agreements = tuple(
        one.model_copy(update={"state": AgreementState.ACTIVE})
        if one.state in _WAS_ACTIVE and one.state_since is None
        else one
        for one in request.partner.agreements
    )
    changes = {"agreements": agreements, "state": "active"}
    return request._replace(partner=request.partner.model_copy(update=changes))


def _first_allowed(
    request: Request, version: Article, until: datetime
) -> tuple[datetime, Ruling] | None:
    """Give the first instant at which a version was allowed while it was current."""
    moment: datetime | None = version.version_created
    while moment is not None and moment < until:
        ruling = rule(request, version, moment)
        if ruling.decision.verdict is Verdict.ALLOW:
            return moment, ruling
        moment = ruling.decision.next_change
    return None


def _always(article: Article, moment: datetime) -> bool:
    return True


def tombstone(
    request: Request, history: tuple[Article, ...], now: datetime, picks: Picks = _always
) -> Tombstone | None:
    """Give the notice that takes an article back from a partner; None where it never had it.

    It stays for as many days as the licence says. It repeats nothing of a version that the
    partner was never allowed.
    """
    article = current(history, now)
    if article is None or article.pub_status is PubStatus.USABLE:
        return None
    allowed = could_hold(request, history, now)
    picked = [one for one in allowed if picks(one.article, one.since)]
    held = picked[-1] if picked else None
    asked = held and held.ruling.question
    if held is None or asked is None:
        return None
    notice = _notice(request, article, asked.licence, now)
    if notice is None:
        return None
    gone = Gone(denied_files(asked.parts, held.ruling.decision.parts))
    page = held.article.canonical_url
    secret = _never_allowed(history, allowed)
    said = notice.model_copy(
        update={
            "published": published_at(held.article, held.ruling.decision),
            "headline": held.article.headline if held.ruling.decision.allows("headline") else "",
            "note": f"{notice.note} {_own_words(article, secret, 'correction_note')}".strip(),
            "ed_note": _own_words(article, secret, "ed_note"),
            "canonical_url": None if gone.holds(page) else page,
            "media": tuple(_media(held)),
        }
    )
    return gone.out_of(said)


def recorded_tombstone(
    request: Request,
    history: tuple[Article, ...],
    held: Holding,
    now: datetime,
    until: datetime,
) -> Tombstone | None:
    """Give the notice for a feed whose record says that it held a version.

    For the case that files were changed since, and nothing computed says so any more. It repeats
    no more than the headline that went out.
    """
    article = current(history, now)
    if article is None or article.pub_status is PubStatus.USABLE or now >= until:
        return None
    name = "withdrawn" if article.pub_status is PubStatus.CANCELED else "withheld"
    said = _said(request, article, licence_of(request, held), name)
    return _as_held(said, held).model_copy(update={"kept_until": until})


def withdrawal_tombstone(
    request: Request, history: tuple[Article, ...], held: Holding
) -> Tombstone:
    """Give the notice that the permission for a copy is over, as `held.withdrawn` states it."""
    taken = held.withdrawn
    if taken is None:
        raise ValueError(f"{held.guid} was not withdrawn")
    article = next(one for one in history if one.version == taken.version)
    said = _said(
        request, article, licence_of(request, held), _WORDS.get(taken.code, "rights-gone")
    )
    changes = {
        "status": _STATUS.get(taken.code, PubStatus.CANCELED),
        "when": taken.when,
        "kept_until": taken.kept_until,
    }
    return _as_held(said, held).model_copy(update=changes)


_WORDS = {
    "ITEM_KILLED": "withdrawn",
    "ITEM_WITHHELD": "withheld",
    "EMBARGOED": "withheld",
    "EMBARGO_OPEN_ENDED": "withheld",
    "AGREEMENT_SUSPENDED": "suspended",
    "AGREEMENT_EXPIRED": "licence-over",
    "AGREEMENT_TERMINATED": "licence-over",
    "AGREEMENT_NOT_ACTIVE": "licence-over",
    "NO_AGREEMENT": "licence-over",
    "NOT_COVERED_PROPERTY": "licence-over",
    "PARTNER_NOT_ACTIVE": "licence-over",
    "ITEM_DISPLAY_OVER": "licence-over",
}
"""The sentence for each reason; others say that the rights are gone, and not why."""

_STATUS = {
    "ITEM_WITHHELD": PubStatus.WITHHELD,
    "EMBARGOED": PubStatus.WITHHELD,
    "EMBARGO_OPEN_ENDED": PubStatus.WITHHELD,
    "AGREEMENT_SUSPENDED": PubStatus.WITHHELD,
}
"""What may come back is withheld; anything else is canceled to that partner."""


def licence_of(request: Request, held: Holding) -> Licence | None:
    """Give the licence version that a copy went out under; None where the desk has it no more."""
    return licence_named(request.files, held.licence)


def was_taken_back(history: tuple[Article, ...], article: Article) -> bool:
    """Say whether the version just before one was withheld or killed."""
    before = [one for one in history if one.version < article.version]
    newest = max(before, key=lambda one: one.version, default=None)
    return newest is not None and newest.pub_status is not PubStatus.USABLE


def correction_of(request: Request, article: Article, held: Holding) -> Entry:
    """Give what is wrong, without the article: for who may keep a copy and get nothing new.

    It has an identity of its own, so that it replaces no copy in a reader.
    """
    desk, words = request.files.desk, Phrases(article.language)
    licence = licence_of(request, held)
    says = words.say("correction", note=article.correction_note)
    key = hashlib.sha256(f"{article.guid}|{article.version}".encode()).hexdigest()[:16]
    return Entry(
        guid=f"tag:{desk.domain},{desk.since}:correction/{key}",
        version=1,
        language=article.language,
        dir=article.direction,
        headline=words.say("correction", note=held.headline),
        first_created=article.version_created,
        version_created=article.version_created,
        published=article.version_created,
        updated=article.version_created,
        links=_page_of(article, held),
        body=(Paragraph(type="paragraph", id="correction", text=html.escape(says)),),
        terms=Terms(
            title=licence.title if licence else desk.name,
            url=desk.url_of(document_path(licence, "html")) if licence else desk.url,
            holder=holder_of(desk, article),
            holder_url=url_of_holder(desk, article),
            notice=notice_of(desk, article),
            data_mining=PartTerms.model_fields["data_mining"].default,
        ),
    )


def _page_of(article: Article, held: Holding) -> tuple[Link, ...]:
    """Give the link to the page that a correction is about."""
    if article.canonical_url is None:
        return ()
    return (Link(rel="related", url=article.canonical_url, title=held.headline or None),)


def _as_held(stone: Tombstone, held: Holding) -> Tombstone:
    """Give a notice the headline and the date that the copy went out with."""
    return stone.model_copy(update={"headline": held.headline, "published": held.published})


def _notice(
    request: Request, article: Article, licence: Licence | None, now: datetime
) -> Tombstone | None:
    """Give what every notice of a kill or hold says, as long as it stays."""
    end = kept_until(licence, article.version_created)
    if now >= end:
        return None
    name = "withdrawn" if article.pub_status is PubStatus.CANCELED else "withheld"
    return _said(request, article, licence, name).model_copy(update={"kept_until": end})


def _said(request: Request, article: Article, licence: Licence | None, phrase: str) -> Tombstone:
    desk = request.files.desk
    return Tombstone(
        guid=article.guid,
        version=article.version,
        status=article.pub_status,
        when=article.version_created,
        first_created=article.first_created,
        published=article.published_from,
        language=article.language,
        dir=article.direction,
        note=Phrases(article.language).say(phrase),
        holder=holder_of(desk, article),
        holder_url=url_of_holder(desk, article),
        notice=notice_of(desk, article),
        licence_url=desk.url_of(document_path(licence, "html")) if licence else None,
    )


def _never_allowed(history: tuple[Article, ...], allowed: tuple[Held, ...]) -> list[Article]:
    known = {one.article.version for one in allowed}
    usable = (one for one in history if one.pub_status is PubStatus.USABLE)
    return [one for one in usable if one.version not in known]


def _own_words(article: Article, secret: list[Article], name: str) -> str:
    """Give a note of the version that withdraws, unless it was carried over from a secret one."""
    said = str(getattr(article, name))
    return "" if said in {getattr(one, name) for one in secret} else said


def _media(held: Held) -> Iterator[GoneMedium]:
    for block in held.article.blocks():
        if isinstance(block, MediaBase) and held.ruling.decision.allows(block.id):
            yield GoneMedium(part=block.id, kind=kind_of(block))
