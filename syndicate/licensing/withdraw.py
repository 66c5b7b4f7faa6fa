"""What is left of an article that was taken back: a tombstone for whoever could have had it.

Who could have had it is computed, not remembered: each earlier version is decided again at every
instant at which the answer could change while it was current. So a notice reaches everybody who
was ever entitled to the article, also where receipts were lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from syndicate.licensing.gates import embargo_end
from syndicate.licensing.govern import Request, Ruling, rule
from syndicate.licensing.phrases import Phrases
from syndicate.licensing.terms import document_path
from syndicate.model.article import Article, PubStatus
from syndicate.model.body import MediaBase, kind_of
from syndicate.model.decision import Verdict
from syndicate.model.entry import GoneMedium, Tombstone
from syndicate.model.partner import AgreementState


class Held(NamedTuple):
    """The last version a partner could have, and since when it could have the article."""

    article: Article
    since: datetime
    ruling: Ruling


def current(history: tuple[Article, ...], now: datetime) -> Article | None:
    """Give the version that is current at a moment; None before the first."""
    made = [one for one in history if one.version_created <= now]
    return max(made, key=lambda one: one.version, default=None)


def could_hold(request: Request, history: tuple[Article, ...], now: datetime) -> Held | None:
    """Give what a partner could have had of an article before a moment, the last version of it."""
    found: Held | None = None
    before = _as_it_was(request)
    for version, until in _reigns(history, now):
        allowed = _first_allowed(before, version, until)
        if allowed:
            since = min(found.since, allowed[0]) if found else allowed[0]
            found = Held(version, since, allowed[1])
    return found


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


def _reigns(history: tuple[Article, ...], now: datetime) -> list[tuple[Article, datetime]]:
    """Give each version with the instant until which it was current."""
    made = [one for one in history if one.version_created <= now]
    ends = [one.version_created for one in made[1:]] + [now]
    return list(zip(made, ends, strict=True))


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


def tombstone(request: Request, history: tuple[Article, ...], now: datetime) -> Tombstone | None:
    """Give the notice that takes an article back from a partner; None where it never had it.

    It stays for as many days as the licence says.
    """
    article = current(history, now)
    if article is None or article.pub_status is PubStatus.USABLE:
        return None
    held = could_hold(request, history, now)
    if held is None or held.ruling.question is None:
        return None
    licence = held.ruling.question.licence
    end = article.version_created + timedelta(days=licence.notices_kept)
    if now >= end:
        return None
    desk = request.files.desk
    name = "withdrawn" if article.pub_status is PubStatus.CANCELED else "withheld"
    fixed = Phrases(article.language).say(name)
    embargo = embargo_end(held.ruling.question)
    return Tombstone(
        guid=article.guid,
        version=article.version,
        status=article.pub_status,
        when=article.version_created,
        first_created=article.first_created,
        published=max(i for i in (held.article.published_from, embargo) if i),
        language=article.language,
        dir=article.direction,
        headline=article.headline if held.ruling.decision.allows("headline") else "",
        note=f"{fixed} {article.correction_note}".strip(),
        ed_note=article.ed_note,
        canonical_url=article.canonical_url,
        holder=article.copyright_holder or desk.holder,
        holder_url=desk.url,
        notice=article.copyright_notice or desk.notice(article.first_created.year),
        licence_url=desk.url_of(document_path(licence, "html")),
        media=tuple(_media(held)),
        kept_until=end,
    )


def _media(held: Held) -> Iterator[GoneMedium]:
    for block in held.article.blocks():
        if isinstance(block, MediaBase) and held.ruling.decision.allows(block.id):
            yield GoneMedium(part=block.id, kind=kind_of(block))
