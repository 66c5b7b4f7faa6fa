"""The gates on the whole article: G0 to G7, G15. Each gives its findings; none hides another's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from syndicate.licensing.covers import misses
from syndicate.licensing.question import Question
from syndicate.model.article import PubStatus
from syndicate.model.decision import Finding, Verdict
from syndicate.model.licence import EmbargoMode
from syndicate.model.moments import days_after
from syndicate.model.partner import AgreementState
from syndicate.model.rights import Medium

HOLD, DENY = Verdict.HOLD, Verdict.DENY


def g0_partner(asked: Question) -> Iterator[Finding]:
    """Is the partner served at all?"""
    if asked.partner.state != "active":
        yield Finding(
            gate="G0",
            code="PARTNER_NOT_ACTIVE",
            effect=DENY,
            source=f"partner {asked.partner.id}",
            says="The partner is blocked.",
            mend='Set the partner\'s state to "active".',
        )


_ENDED = {
    AgreementState.SUSPENDED: ("AGREEMENT_SUSPENDED", "is suspended", "Lift the suspension."),
    AgreementState.TERMINATED: ("AGREEMENT_TERMINATED", "was terminated", "Agree anew."),
}


def g1_agreement(asked: Question) -> Iterator[Finding]:
    """Is the agreement in force for this property?"""
    agreement, term = asked.agreement, asked.agreement.term
    source = f"agreement {agreement.ref}"
    if agreement.state is not AgreementState.ACTIVE:
        code, state, mend = _ENDED.get(
            agreement.state,
            ("AGREEMENT_NOT_ACTIVE", f"is only {agreement.state}", 'Set its state to "active".'),
        )
        yield Finding(
            gate="G1",
            code=code,
            effect=DENY,
            source=source,
            says=f"The agreement {state}.",
            mend=mend,
        )
    if asked.property.id not in agreement.properties:
        yield Finding(
            gate="G1",
            code="NOT_COVERED_PROPERTY",
            effect=DENY,
            source=source,
            says=f"The agreement does not name the property {asked.property.id}.",
            mend="Add it to the agreement's properties.",
        )
    if term.is_before(asked.now):
        yield Finding(
            gate="G1",
            code="AGREEMENT_NOT_STARTED",
            effect=HOLD,
            source=source,
            says="The term has not started.",
            mend="Wait, or move term.start.",
            opens=term.opens,
        )
    if term.is_over(asked.now):
        yield Finding(
            gate="G1",
            code="AGREEMENT_EXPIRED",
            effect=DENY,
            source=source,
            says="The term is over.",
            mend="Renew the agreement.",
            closes=term.closes,
        )


def g2_lifecycle(asked: Question) -> Iterator[Finding]:
    """Is the article fit to go out?"""
    article = asked.article
    source = f"article v{article.version}"
    if article.pub_status is PubStatus.CANCELED:
        yield Finding(
            gate="G2",
            code="ITEM_KILLED",
            effect=DENY,
            source=source,
            says="The article was killed.",
            mend="Only a new usable version brings it back.",
        )
    if article.pub_status is PubStatus.WITHHELD:
        yield Finding(
            gate="G2",
            code="ITEM_WITHHELD",
            effect=HOLD,
            source=source,
            says="The article is withheld until further notice.",
            mend="An editor releases it with a new usable version.",
        )
    begins = max(article.published_from, article.version_created)
    if asked.now < begins:
        yield Finding(
            gate="G2",
            code="ITEM_NOT_YET",
            effect=HOLD,
            source=source,
            says="The article is dated later than the moment asked about.",
            mend="Wait, or mend the article's dates.",
            opens=begins,
        )


def g3_coverage(asked: Question) -> Iterator[Finding]:
    """Does the licence cover this article?"""
    licence, article = asked.coverage, asked.article
    source = f"licence {licence.ref} covers"
    for axis in dict.fromkeys(misses(licence.covers, article, asked.now)):
        code = "ITEM_TOO_OLD" if axis == "age" else f"NOT_COVERED_{axis.upper()}"
        yield Finding(
            gate="G3",
            code=code,
            effect=DENY,
            source=source,
            says=f"The licence does not cover the article's {axis}.",
            mend=f"Widen covers.{axis} of the licence in a new version.",
        )
    if licence.public and article.licence != licence.id:
        yield Finding(
            gate="G3",
            code="NOT_COVERED_LICENCE",
            effect=DENY,
            source=source,
            says=f"The article is not published under {licence.title}.",
            mend=f'Set the article\'s licence to "{licence.id}".',
        )
    yield from _contributors(asked)


def _contributors(asked: Question) -> Iterator[Finding]:
    for byline in asked.article.bylines:
        if byline.syndication == "yes":
            continue
        asks = byline.syndication == "ask"
        yield Finding(
            gate="G3",
            code="CONTRIBUTOR_RESERVED",
            effect=HOLD if asks else DENY,
            source=f"contributor {byline.name}",
            says="The author must be asked first." if asks else "The author reserved syndication.",
            mend="Get the author's consent and set the byline's syndication to yes.",
        )


def embargo_end(asked: Question) -> datetime | None:
    """Give the instant at which the embargo on this partner ends; None without one."""
    embargo = asked.article.embargoed
    if embargo is None:
        return None
    special = [e.until.at for e in embargo.by_partner if e.partner == asked.partner.id]
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
        yield Finding(
            gate="G4",
            code="EMBARGO_OPEN_ENDED",
            effect=effect,
            source=source,
            says="Embargoed until further notice.",
            mend="An editor sets the release instant.",
        )
    end = embargo_end(asked)
    if end and asked.now < end:
        yield Finding(
            gate="G4",
            code="EMBARGOED",
            effect=effect,
            source=source,
            says="Embargoed.",
            mend="Wait for the release.",
            opens=end,
        )
    delayed = delay_end(asked)
    if delayed and asked.now < delayed:
        yield Finding(
            gate="G4",
            code="DELAYED",
            effect=HOLD,
            source=f"licence {asked.licence.ref} delay",
            says="The licence delivers only some time after first publication.",
            mend="Wait, or shorten the licence's delay in a new version.",
            opens=delayed,
        )


def media_of_item(asked: Question) -> tuple[Medium, ...]:
    """Give the media the article may go to: agreement, licence, property, article together."""
    media = set(asked.licence.media) & set(asked.property.media) & set(asked.coverage.media)
    for limit in (asked.agreement.media, asked.article.rights.media):
        if limit is not None:
            media &= set(limit)
    return tuple(sorted(media))


def g6_media(asked: Question) -> Iterator[Finding]:
    """Is there a medium left?"""
    if not media_of_item(asked):
        yield Finding(
            gate="G6",
            code="MEDIUM_EMPTY",
            effect=DENY,
            source=f"licence {asked.licence.ref} media",
            says="Licence, agreement, property and article have no medium in common.",
            mend="Agree a medium the property publishes in.",
        )


def display_end(asked: Question) -> datetime | None:
    """Give the instant from which the article may no longer be shown."""
    display = asked.licence.display
    if display is None:
        return None
    return days_after(asked.article.published_from, display.days, asked.agreement.zone)


def g7_display(asked: Question) -> Iterator[Finding]:
    """Is the display window open, and the article's own?"""
    end = display_end(asked)
    if end and asked.now >= end:
        yield Finding(
            gate="G7",
            code="ITEM_DISPLAY_OVER",
            effect=DENY,
            source=f"licence {asked.licence.ref} display",
            says="The article has been shown for as long as the licence allows.",
            mend="Agree a longer display in a new version.",
            closes=end,
        )


def g9_window(asked: Question) -> Iterator[Finding]:
    """Is the article's own rights window open?"""
    window = asked.article.rights.window
    if window and window.is_before(asked.now):
        yield Finding(
            gate="G9",
            code="PART_NOT_YET",
            effect=HOLD,
            source="article rights.window",
            says="The rights in the article have not begun.",
            mend="Wait.",
            opens=window.opens,
        )
    if window and window.is_over(asked.now):
        yield Finding(
            gate="G9",
            code="PART_EXPIRED",
            effect=DENY,
            source="article rights.window",
            says="The rights in the article have ended.",
            mend="Clear the rights again.",
            closes=window.closes,
        )


def g15_format(asked: Question) -> Iterator[Finding]:
    """Can the format, and the article, carry the terms that must go with it?"""
    if delivers_marked(asked) and is_embargoed(asked) and "embargo" not in asked.carries:
        yield Finding(
            gate="G15",
            code="FORMAT_CANNOT_CARRY",
            effect=HOLD,
            source=f"licence {asked.licence.ref} embargo_mode",
            says="The format has no element for an embargo.",
            mend="Deliver it in NewsML-G2, or wait for the release.",
            opens=None if is_open_ended(asked) else embargo_end(asked),
        )
    if asked.licence.duties.link_back and not asked.article.canonical_url:
        yield Finding(
            gate="G15",
            code="LINK_BACK_IMPOSSIBLE",
            effect=DENY,
            source=f"licence {asked.licence.ref} duties.link_back",
            says="The licence demands a link back, and the article has no canonical_url.",
            mend="State the article's URL.",
        )
