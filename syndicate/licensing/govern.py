"""Which agreement governs an article for a property, and the decision under it.

One agreement, never a mix: the highest priority, then the later start, then the id. The next one
is asked only when the one before does not cover the article; a prohibition or hold is final.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from syndicate.licensing.codes import found
from syndicate.licensing.decide import decide
from syndicate.licensing.gates import embargo_end_for
from syndicate.licensing.question import Question
from syndicate.model.article import Article
from syndicate.model.decision import Decision, Finding, Verdict
from syndicate.model.desk import DeskFiles
from syndicate.model.licence import EmbargoMode, Licence
from syndicate.model.partner import Agreement, Partner, Property
from syndicate.model.rights import FULL, Extent

_NOT_COVERING = frozenset(
    {
        "AGREEMENT_NOT_ACTIVE",
        "AGREEMENT_NOT_STARTED",
        "AGREEMENT_EXPIRED",
        "AGREEMENT_TERMINATED",
        "ITEM_TOO_OLD",
    }
)


class Ruling(NamedTuple):
    """A decision with the question it answers; no question where no agreement exists."""

    decision: Decision
    question: Question | None


class Request(NamedTuple):
    """Who wants what where: a decision without the article and the moment."""

    files: DeskFiles
    partner: Partner
    property: Property
    carries: frozenset[str] = frozenset()
    extent: Extent = FULL


def rule(request: Request, article: Article, now: datetime) -> Ruling:
    """Give the decision of the governing agreement."""
    rulings = []
    for agreement in in_order(request.partner):
        ruling = _under(request, agreement, article, now)
        rulings.append(ruling)
        if _covers(ruling.decision):
            break
    if not rulings:
        why = found("NO_AGREEMENT", Verdict.DENY, f"partner {request.partner.id}")
        return Ruling(_refused(request, article, now, why), None)
    governing = rulings[-1] if _covers(rulings[-1].decision) else rulings[0]
    changes = [one.decision.next_change for one in rulings if one.decision.next_change]
    decision = governing.decision.model_copy(update={"next_change": min(changes, default=None)})
    return Ruling(decision, governing.question)


def in_order(partner: Partner) -> list[Agreement]:
    """Give a partner's agreements, the one that governs first."""
    by_id = sorted(partner.agreements, key=lambda one: one.id)
    by_start = sorted(
        by_id, key=lambda one: one.term.opens.timestamp() if one.term.opens else 0, reverse=True
    )
    return sorted(by_start, key=lambda one: one.priority, reverse=True)


def carries_matter(request: Request) -> bool:
    """Say whether any licence of the partner delivers ahead what some formats cannot mark."""
    licences = (*_licences(request), *(one for one in request.files.licences if one.public))
    return any(one.embargo_mode is EmbargoMode.DELIVER_MARKED for one in licences)


def releases(request: Request, article: Article) -> tuple[datetime, ...]:
    """Give every instant at which embargo or delay may let an article go to a partner."""
    end = embargo_end_for(article, request.partner.id)
    public = request.files.public_licence(article.licence) if article.licence else None
    delays = {one.delay for one in (*_licences(request), public) if one and one.delay}
    delayed = [article.published_from + delay for delay in delays]
    return (*([end] if end else []), *sorted(delayed))


def _licences(request: Request) -> tuple[Licence, ...]:
    found = (
        request.files.licence(one.licence, one.licence_version)
        for one in request.partner.agreements
    )
    return tuple(one for one in found if one)


def terms_of(
    files: DeskFiles, agreement: Agreement, article: Article
) -> tuple[Licence, Licence] | None:
    """Give the terms that govern and the licence that says what is covered.

    An article under a public licence goes out under that one, also inside a paid agreement.
    """
    coverage = files.licence(agreement.licence, agreement.licence_version)
    if coverage is None:
        return None
    public = files.public_licence(article.licence) if article.licence else None
    return public or coverage, coverage


def _under(request: Request, agreement: Agreement, article: Article, now: datetime) -> Ruling:
    terms = terms_of(request.files, agreement, article)
    if terms is None:
        name = f"{agreement.licence}/v{agreement.licence_version}"
        why = found("LICENCE_MISSING", Verdict.DENY, f"agreement {agreement.ref}", licence=name)
        return Ruling(_refused(request, article, now, why), None)
    asked = Question(
        article=article,
        partner=request.partner,
        property=request.property,
        agreement=agreement,
        licence=terms[0],
        coverage=terms[1],
        desk=request.files.desk,
        groups=request.files.groups,
        now=now,
        carries=request.carries,
        extent=request.extent,
    )
    return Ruling(decide(asked), asked)


def _covers(decision: Decision) -> bool:
    codes = decision.codes(effect=Verdict.DENY) + decision.codes(effect=Verdict.HOLD)
    return not any(code in _NOT_COVERING or code.startswith("NOT_COVERED_") for code in codes)


def _refused(request: Request, article: Article, now: datetime, why: Finding) -> Decision:
    return Decision(
        guid=article.guid,
        version=article.version,
        partner=request.partner.id,
        property=request.property.id,
        agreement=None,
        licence=None,
        groups=request.files.groups.version,
        now=now,
        verdict=Verdict.DENY,
        findings=(why,),
    )
