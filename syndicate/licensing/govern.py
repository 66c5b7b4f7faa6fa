"""Which agreement governs an article for a property, and the decision under it.

One agreement, never a mix: the one that the article is assigned to, then the highest priority,
then the more specific licence, then the later start, then the id. The next one is asked only when
the one before does not cover the article; a prohibition, hold, quota or suspension is final,
unless the agreement says that its used-up quota is not (`fallthrough_on`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import NamedTuple

from syndicate.licensing.codes import found
from syndicate.licensing.decide import decide
from syndicate.licensing.exclusives import bars_on
from syndicate.licensing.gates import embargo_end_for
from syndicate.licensing.question import Bar, Question, parts_of
from syndicate.licensing.quota import counted_under, is_counted
from syndicate.model.article import Article
from syndicate.model.decision import Decision, Finding, Verdict
from syndicate.model.desk import DeskFiles
from syndicate.model.feed import Purpose
from syndicate.model.licence import EmbargoMode, Licence
from syndicate.model.partner import Agreement, Partner, Property
from syndicate.model.receipt import Holding, OutUnder, Slot
from syndicate.model.rights import FULL, Extent, Medium
from syndicate.model.selection import Selection

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


class Delivered(NamedTuple):
    """The terms that an article went out under."""

    agreement: str
    """Id of the agreement."""
    licence: str
    """The licence version: full-web/v2."""


class Request(NamedTuple):
    """Who wants what where: a decision without the article and the moment."""

    files: DeskFiles
    partner: Partner
    property: Property
    carries: frozenset[str] = frozenset()
    extent: Extent = FULL
    media: tuple[Medium, ...] | None = None
    """The media of the feed; all of the property's when not stated."""
    purpose: Purpose = "publish"
    """What the feed is read for."""
    selection: Selection = Selection()
    """What the feed picks; here only its age limit matters."""
    slots: tuple[Slot, ...] = ()
    """What was counted under the partner's agreements."""
    delivered: Mapping[str, Delivered] = MappingProxyType({})
    """By guid, what went out under other terms than the agreement's present ones, and keeps them:
    new terms bind new deliveries only, unless they are retroactive."""


def rule(request: Request, article: Article, now: datetime) -> Ruling:
    """Give the decision of the governing agreement."""
    rulings: list[Ruling] = []
    governing: Ruling | None = None
    for agreement in in_order(request.partner, request.files, article):
        ruling = under(request, agreement, article, now)
        rulings.append(ruling)
        if not _covers(ruling.decision):
            continue
        passes_on = _passes_on(request, agreement, ruling)
        governing = ruling if governing is None or not passes_on else governing
        if not passes_on:
            break
    if not rulings:
        why = found("NO_AGREEMENT", Verdict.DENY, f"partner {request.partner.id}")
        return Ruling(_refused(request, article, now, why), None)
    governing = governing or rulings[0]
    changes = [one.decision.next_change for one in rulings if one.decision.next_change]
    decision = governing.decision.twin(next_change=min(changes, default=None))
    return Ruling(decision, governing.question)


def _passes_on(request: Request, agreement: Agreement, ruling: Ruling) -> bool:
    """Say whether an agreement that covers an article leaves it to the next for want of quota.

    What went out under another one meanwhile stays there: it is not counted here later on.
    """
    asked, decision = ruling.question, ruling.decision
    if "quota" not in agreement.fallthrough_on or asked is None or asked.licence.quota is None:
        return False
    refused = {*decision.codes(effect=Verdict.DENY), *decision.codes(effect=Verdict.HOLD)}
    elsewhere = any(
        slot.guid == asked.article.guid and slot.returned_at is None for slot in request.slots
    )
    return refused == {"QUOTA_EXHAUSTED"} or (elsewhere and not is_counted(asked))


def in_order(
    partner: Partner, files: DeskFiles | None = None, article: Article | None = None
) -> list[Agreement]:
    """Give a partner's agreements, the one that governs first: an article, or in general."""

    def place(one: Agreement) -> tuple[bool, int, int, float]:
        assigned = article is not None and article.guid in one.items
        licence = files and files.licence(one.licence, one.licence_version)
        axes = specificity(licence.covers) if licence else 0
        start = one.term.opens.timestamp() if one.term.opens else 0.0
        return assigned, one.priority, axes, start

    if len(partner.agreements) < 2:  # noqa: PLR2004  nothing to order, as with most partners
        return list(partner.agreements)
    by_id = sorted(partner.agreements, key=lambda one: one.id)
    return sorted(by_id, key=place, reverse=True)


def specificity(selection: Selection) -> int:
    """Give how many axes a selection states."""
    return sum(bool(value) for _, value in selection)


def carries_matter(request: Request) -> bool:
    """Say whether any licence of the partner delivers ahead what some formats cannot mark."""
    licences = (*_licences(request), *(one for one in request.files.licences if one.public))
    return any(one.embargo_mode is EmbargoMode.DELIVER_MARKED for one in licences)


def delays(request: Request) -> tuple[timedelta, ...]:
    """Give every delay that any licence could put on an article for a partner."""
    public = (one for one in request.files.licences if one.public)
    return tuple(one.delay for one in (*_licences(request), *public) if one.delay)


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


def keeps_terms(
    files: DeskFiles, partner: Partner, held: Iterable[Holding | OutUnder]
) -> Mapping[str, Delivered]:
    """Give the articles that went out under other terms than would govern them now: another
    version of the agreement's licence, an older one of a public licence."""
    agreed = {one.id: f"{one.licence}/v{one.licence_version}" for one in partner.agreements}
    found = {}
    for one in held:
        if one.agreement not in agreed or one.licence in {"", agreed[one.agreement]}:
            continue
        licence = licence_named(files, one.licence)
        if licence and not (licence.public and licence == files.public_licence(licence.id)):
            found[one.guid] = Delivered(one.agreement, one.licence)
    return found


def licence_named(files: DeskFiles, ref: str) -> Licence | None:
    """Give the licence of a reference such as full-web/v2; None where the desk has it not."""
    name, _, version = ref.partition("/v")
    return files.licence(name, int(version)) if version.isdecimal() else None


def terms_of(
    files: DeskFiles, agreement: Agreement, article: Article, delivered: Delivered | None = None
) -> tuple[Licence, Licence] | None:
    """Give the terms that govern and the licence that says what is covered.

    An article under a public licence goes out under that one, also inside a paid agreement. What
    was given under a version of it stays under that version.
    """
    coverage = files.licence(agreement.licence, agreement.licence_version)
    is_its = delivered is not None and delivered.agreement == agreement.id
    kept = licence_named(files, delivered.licence) if delivered and is_its else None
    if kept and not kept.public and not agreement.retroactive:
        coverage = kept
    if coverage is None:
        return None
    public = files.public_licence(article.licence) if article.licence else None
    if public and kept and kept.public and kept.id == public.id:
        public = kept
    return public or coverage, coverage


def under(request: Request, agreement: Agreement, article: Article, now: datetime) -> Ruling:
    """Give the decision under one agreement, whether or not it governs."""
    terms = terms_of(request.files, agreement, article, request.delivered.get(article.guid))
    if terms is None:
        name = f"{agreement.licence}/v{agreement.licence_version}"
        why = found("LICENCE_MISSING", Verdict.DENY, f"agreement {agreement.ref}", licence=name)
        return Ruling(_refused(request, article, now, why), None)
    asked = Question(
        article=article,
        parts={part.name: part for part in parts_of(article)},
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
        media=request.media,
        purpose=request.purpose,
        selection=request.selection,
        slots=counted_under(request.partner, agreement, request.slots),
        exclusives=_bars(request, terms[0], article),
    )
    return Ruling(decide(asked), asked)


def _bars(request: Request, licence: Licence, article: Article) -> tuple[Bar, ...]:
    """Give the exclusives of others; what is free for all is nobody's alone."""
    return () if licence.public else bars_on(request.files, request.partner, article)


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
