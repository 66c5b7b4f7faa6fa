"""What is left of an article that was taken back: a tombstone for whoever could have had it.

Who could have had it is computed, not remembered: each earlier version is decided again at every
instant at which the answer could change while it was current. So a notice reaches everybody who
was ever entitled to the article, also where receipts were lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from syndicate.licensing.duties import notice_of
from syndicate.licensing.govern import Request, Ruling, in_order, rule
from syndicate.licensing.phrases import Phrases
from syndicate.licensing.redact import published_at
from syndicate.licensing.terms import document_path
from syndicate.model.article import Article, PubStatus
from syndicate.model.body import MediaBase, kind_of
from syndicate.model.decision import Verdict
from syndicate.model.entry import GoneMedium, Tombstone
from syndicate.model.licence import Licence
from syndicate.model.partner import AgreementState

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

    A state has no date, so they count as active for their whole term: rather a notice too many.
    """
    agreements = tuple(
        one.model_copy(update={"state": AgreementState.ACTIVE})
        if one.state in _WAS_ACTIVE
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
    if not picked or picked[-1].ruling.question is None:
        return None
    held = picked[-1]
    notice = _notice(request, article, picked[-1].ruling.question.licence, now)
    if notice is None:
        return None
    secret = _never_allowed(history, allowed)
    return notice.model_copy(
        update={
            "published": published_at(held.article, held.ruling.decision),
            "headline": held.article.headline if held.ruling.decision.allows("headline") else "",
            "note": f"{notice.note} {_own_words(article, secret, 'correction_note')}".strip(),
            "ed_note": _own_words(article, secret, "ed_note"),
            "canonical_url": held.article.canonical_url,
            "media": tuple(_media(held)),
        }
    )


def recorded_tombstone(
    request: Request, history: tuple[Article, ...], version: int, now: datetime
) -> Tombstone | None:
    """Give the notice for a feed whose record says that it held a version.

    For the case that files were changed since, and nothing computed says so any more. It repeats
    no more than the headline that went out.
    """
    article = current(history, now)
    if article is None or article.pub_status is PubStatus.USABLE:
        return None
    agreed = in_order(request.partner)[:1]
    found = [request.files.licence(one.licence, one.licence_version) for one in agreed]
    licence = next(iter(found), None)
    notice = _notice(request, article, licence, now)
    held = next((one for one in history if one.version == version), None)
    if notice is None or held is None:
        return notice
    return notice.model_copy(update={"headline": held.headline, "published": held.published_from})


def _notice(
    request: Request, article: Article, licence: Licence | None, now: datetime
) -> Tombstone | None:
    """Give what every notice says, as long as it stays."""
    end = article.version_created + timedelta(days=licence.notices_kept if licence else KEPT)
    if now >= end:
        return None
    desk = request.files.desk
    name = "withdrawn" if article.pub_status is PubStatus.CANCELED else "withheld"
    return Tombstone(
        guid=article.guid,
        version=article.version,
        status=article.pub_status,
        when=article.version_created,
        first_created=article.first_created,
        published=article.published_from,
        language=article.language,
        dir=article.direction,
        note=Phrases(article.language).say(name),
        holder=article.copyright_holder or desk.holder,
        holder_url=desk.url,
        notice=notice_of(desk, article),
        licence_url=desk.url_of(document_path(licence, "html")) if licence else None,
        kept_until=end,
    )


KEPT = 30
"""Days a notice stays where no licence says it."""


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
