"""The gates on the whole article: G0 to G7, G10, G14, G15.

Each gives its findings; none hides another's.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from syndicate.licensing import exclusives, machines, reach
from syndicate.licensing.codes import found
from syndicate.licensing.covers import misses
from syndicate.licensing.question import Question
from syndicate.model.article import Article, PubStatus
from syndicate.model.decision import Finding, Verdict
from syndicate.model.licence import EmbargoMode, Tracking
from syndicate.model.moments import days_after
from syndicate.model.partner import AgreementState
from syndicate.model.rights import Medium, PartKind

HOLD, DENY = Verdict.HOLD, Verdict.DENY


def g0_partner(asked: Question) -> Iterator[Finding]:
    """Is the partner served at all?"""
    if asked.partner.state != "active":
        yield found("PARTNER_NOT_ACTIVE", DENY, f"partner {asked.partner.id}")


_ENDED = {
    AgreementState.SUSPENDED: "AGREEMENT_SUSPENDED",
    AgreementState.TERMINATED: "AGREEMENT_TERMINATED",
}


def g1_agreement(asked: Question) -> Iterator[Finding]:
    """Is the agreement in force for this property?"""
    agreement, term = asked.agreement, asked.agreement.term
    source = f"agreement {agreement.ref}"
    state = agreement.state_at(asked.now)
    if state is not AgreementState.ACTIVE:
        code = _ENDED.get(state, "AGREEMENT_NOT_ACTIVE")
        closes = agreement.state_since if state in _ENDED else None
        yield found(code, DENY, source, closes=closes, state=state)
    if asked.property.id not in agreement.properties:
        yield found("NOT_COVERED_PROPERTY", DENY, source, property=asked.property.id)
    if term.is_before(asked.now):
        yield found("AGREEMENT_NOT_STARTED", HOLD, source, opens=term.opens)
    if term.is_over(asked.now):
        yield found("AGREEMENT_EXPIRED", DENY, source, closes=term.closes)


def g2_lifecycle(asked: Question) -> Iterator[Finding]:
    """Is the article fit to go out?"""
    article = asked.article
    source = f"article v{article.version}"
    if article.pub_status is PubStatus.CANCELED:
        yield found("ITEM_KILLED", DENY, source)
    if article.pub_status is PubStatus.WITHHELD:
        yield found("ITEM_WITHHELD", HOLD, source)
    begins = max(article.published_from, article.version_created)
    if asked.now < begins:
        yield found("ITEM_NOT_YET", HOLD, source, opens=begins)


def g3_coverage(asked: Question) -> Iterator[Finding]:
    """Does the licence cover this article?"""
    licence, article = asked.coverage, asked.article
    source = f"licence {licence.ref} covers"
    for axis in dict.fromkeys(misses(licence.covers, article, asked.now)):
        code = "ITEM_TOO_OLD" if axis == "age" else f"NOT_COVERED_{axis.upper()}"
        yield found(code, DENY, source)
    if licence.public and article.licence != licence.id:
        title, name = licence.title, licence.id
        yield found("NOT_COVERED_LICENCE", DENY, source, title=title, licence=name)
    yield from _contributors(asked)


def _contributors(asked: Question) -> Iterator[Finding]:
    for byline in asked.article.bylines:
        source = f"contributor {byline.name}"
        if byline.syndication == "ask":
            yield found("CONTRIBUTOR_RESERVED", HOLD, source, answer="must be asked first")
        if byline.syndication == "no":
            yield found("CONTRIBUTOR_RESERVED", DENY, source, answer="reserved syndication")


def embargo_end(asked: Question) -> datetime | None:
    """Give the instant at which the embargo on this partner ends; None without one."""
    return embargo_end_for(asked.article, asked.partner.id)


def embargo_end_for(article: Article, partner: str) -> datetime | None:
    """Give the instant at which an article's embargo on a partner ends; None without one."""
    embargo = article.embargoed
    if embargo is None:
        return None
    special = [e.until.at for e in embargo.by_partner if e.partner == partner]
    general = [embargo.until.at] if embargo.until else []
    return max(general + special, default=None)


def delay_end(asked: Question) -> datetime | None:
    """Give the instant at which the licence's delay ends, counted from first publication."""
    delay = asked.licence.delay
    return asked.article.published_from + delay if delay else None


def is_open_ended(asked: Question) -> bool:
    """Say whether the article is embargoed until further notice."""
    return asked.article.embargoed is not None and asked.article.embargoed.open_ended


def is_embargoed(asked: Question) -> bool:
    """Say whether an embargo lies on the article for this partner now."""
    end = embargo_end(asked)
    return is_open_ended(asked) or (end is not None and asked.now < end)


def delivers_marked(asked: Question) -> bool:
    """Say whether an embargoed article goes out ahead, marked, under this licence."""
    return asked.licence.embargo_mode is EmbargoMode.DELIVER_MARKED


def g4_release(asked: Question) -> Iterator[Finding]:
    """Is it released to this partner?"""
    source = f"article v{asked.article.version} embargoed"
    effect = Verdict.ALLOW if delivers_marked(asked) else HOLD
    if is_open_ended(asked):
        yield found("EMBARGO_OPEN_ENDED", effect, source)
    end = embargo_end(asked)
    if end and asked.now < end:
        yield found("EMBARGOED", effect, source, opens=end)
    delayed = delay_end(asked)
    if delayed and asked.now < delayed:
        yield found("DELAYED", HOLD, f"licence {asked.licence.ref} delay", opens=delayed)


def media_of_item(asked: Question, until: datetime | None = None) -> tuple[Medium, ...]:
    """Give the media the article may go to: what is agreed, less what rights in the article and
    other partners' exclusives take away, now or of that what they still do at a later instant."""
    return tuple(sorted(cleared_media(asked) - exclusives.taken(asked, until).lost_media()))


def cleared_media(asked: Question) -> frozenset[Medium]:
    """Give the media that are agreed and that the rights in the article allow."""
    return reach.agreed_media(asked) & asked.media_limit()


def g6_media(asked: Question) -> Iterator[Finding]:
    """Is there a medium left?"""
    source = f"licence {asked.licence.ref} media"
    if not reach.agreed_media(asked):
        yield found("NOT_COVERED_MEDIUM", DENY, source)
    elif not cleared_media(asked):
        yield found("MEDIUM_EMPTY", DENY, source)
    elif not media_of_item(asked):
        lost = exclusives.taken(asked).media
        free = (end for end in exclusives.ends(asked) if media_of_item(asked, end))
        names = ", ".join(sorted({medium for bar in lost for medium in bar.media}))
        why = exclusives.sources(lost)
        yield found("EXCLUSIVE_ELSEWHERE", HOLD, why, opens=next(free), what=names)


def display_end(asked: Question) -> datetime | None:
    """Give the instant from which the article may no longer be shown."""
    display = asked.licence.display
    if display is None:
        return None
    return days_after(asked.article.published_from, display.days, asked.agreement.zone)


def g7_display(asked: Question) -> Iterator[Finding]:
    """Is the display window open?"""
    end = display_end(asked)
    if end and asked.now >= end:
        yield found("ITEM_DISPLAY_OVER", DENY, f"licence {asked.licence.ref} display", closes=end)


def g9_window(asked: Question) -> Iterator[Finding]:
    """Is the article's own rights window open?"""
    window, source = asked.article.rights.window, "article rights.window"
    if window and window.is_before(asked.now):
        yield found("PART_NOT_YET", HOLD, source, opens=window.opens)
    if window and window.is_over(asked.now):
        yield found("PART_EXPIRED", DENY, source, closes=window.closes)


def g10_rendition(asked: Question) -> Iterator[Finding]:
    """May it go out as the translation that it is? A public licence was given on it as it is."""
    if asked.article.translation_of is None or asked.licence.public:
        return
    if not any(grant.kind is PartKind.TRANSLATION for grant in asked.licence.grants):
        source, original = f"licence {asked.licence.ref} grants", asked.article.translation_of
        yield found("EDIT_NOT_GRANTED", DENY, source, original=original)


def g14_purpose(asked: Question) -> Iterator[Finding]:
    """May it be read for what the feed is read for?"""
    if asked.purpose != "publish" and asked.purpose not in machines.of_article(asked):
        source = f"licence {asked.licence.ref} ai, rights in the article"
        yield found("PURPOSE_NOT_GRANTED", DENY, source, purpose=asked.purpose)


def g15_format(asked: Question) -> Iterator[Finding]:
    """Can the format, and the article, carry the terms that must go with it?"""
    source = f"licence {asked.licence.ref}"
    if delivers_marked(asked) and is_embargoed(asked) and "embargo" not in asked.carries:
        opens = None if is_open_ended(asked) else embargo_end(asked)
        yield found("FORMAT_CANNOT_CARRY", HOLD, f"{source} embargo_mode", opens=opens)
    if asked.licence.tracking is Tracking.REQUIRED:
        yield found("TRACKING_IMPOSSIBLE", DENY, f"{source} tracking")
    if asked.licence.duties.link_back and not asked.article.canonical_url:
        yield found("LINK_BACK_IMPOSSIBLE", DENY, f"{source} duties.link_back")
