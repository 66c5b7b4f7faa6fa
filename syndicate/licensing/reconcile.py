"""What the end of a permission means for a copy that is out: must it be taken down, and when?

A permission ends in many ways. Some take the copy with them (its rights are gone, the agreement is
over), some do not (terms that no longer cover new articles, a quota, a freeze).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from syndicate.licensing import ends
from syndicate.licensing.govern import Request, Ruling, licence_named, rule, under
from syndicate.model.article import Article
from syndicate.model.decision import Finding, Verdict
from syndicate.model.licence import Licence, OnSuspend
from syndicate.model.partner import Agreement
from syndicate.model.receipt import Holding


class Loss(NamedTuple):
    """That a copy must be taken down."""

    code: str
    """The finding that ended the permission."""
    when: datetime | None
    """Since when; None where nothing says it: then it is when the partner is first told."""
    licence: Licence | None
    """The licence it had gone out under."""


class Reconciled(NamedTuple):
    """What became of the permission for a copy."""

    ruling: Ruling
    loss: Loss | None
    """Set where the copy must be taken down, now or at `loss.when`."""
    due: datetime | None
    """When time alone can make a difference."""


def reconcile(request: Request, article: Article, held: Holding, now: datetime) -> Reconciled:
    """Give what the present permission means for a copy that was given out before.

    The article is one that may be used (`pub_status` usable); kills are for `withdraw`.
    """
    ruling = rule(request, article, now)
    due = ruling.decision.next_change
    if ruling.decision.verdict is Verdict.ALLOW:
        return Reconciled(ruling, None, due)
    agreement = next((a for a in request.partner.agreements if a.id == held.agreement), None)
    if agreement is None:
        licence = licence_named(request.files, held.licence)
        return Reconciled(ruling, _ended(article, None, licence, "AGREEMENT_TERMINATED"), due)
    own = under(request, agreement, article, now)
    due = min((d for d in (due, own.decision.next_change) if d), default=None)
    licence = own.question.licence if own.question else None
    if own.decision.verdict is Verdict.ALLOW:
        return Reconciled(ruling, None, due)
    losses = [
        loss
        for finding in own.decision.findings
        if finding.effect is not Verdict.ALLOW and finding.part is None
        if (loss := _loss(finding, article, agreement, licence, held))
    ]
    loss = min(losses, key=lambda one: (one.when is None, one.when or now), default=None)
    if loss and loss.when and loss.when > now:
        due = min(d for d in (due, loss.when) if d)
    return Reconciled(ruling, loss, due)


_ENDED = frozenset(
    {
        "NO_AGREEMENT",
        "AGREEMENT_EXPIRED",
        "AGREEMENT_TERMINATED",
        "AGREEMENT_NOT_ACTIVE",
        "NOT_COVERED_PROPERTY",
        "PARTNER_NOT_ACTIVE",
    }
)
_STAYS = frozenset(
    {
        "AGREEMENT_NOT_STARTED",
        "ITEM_TOO_OLD",
        "QUOTA_EXHAUSTED",
        "EXCLUSIVE_ELSEWHERE",
        "PAYMENT_OVERDUE",
        "LICENCE_MISSING",
        "ITEM_NOT_YET",
        "DELAYED",
        "LINK_BACK_IMPOSSIBLE",
        "TRACKING_IMPOSSIBLE",
        "EDIT_NOT_GRANTED",
        "PURPOSE_NOT_GRANTED",
    }
)
"""Reasons that stop new deliveries and leave alone what is out."""


def _loss(
    finding: Finding,
    article: Article,
    agreement: Agreement,
    licence: Licence | None,
    held: Holding,
) -> Loss | None:
    """Give what a refusal of the whole article means for the copy; None where it may stay."""
    code = finding.code
    if code in _ENDED:
        return _ended(article, agreement, licence, code, finding.closes)
    if code == "AGREEMENT_SUSPENDED":
        if licence and licence.on_suspend is OnSuspend.FREEZE:
            return None
        return Loss(code, agreement.state_since, licence)
    if code == "ITEM_DISPLAY_OVER" and licence and ends.stays_after_display(licence):
        return None
    if code in _STAYS or code.startswith("NOT_COVERED_"):
        return None
    newer = article.version_created if article.version > held.version else None
    return Loss(code, finding.closes or newer, licence)


def _ended(
    article: Article,
    agreement: Agreement | None,
    licence: Licence | None,
    code: str,
    closes: datetime | None = None,
) -> Loss | None:
    """Give what the end of an agreement means for a copy: the licence's after_end."""
    if licence and ends.stays_after_term(licence, article.expires):
        return None
    end = closes or (agreement.state_since if agreement else None)
    if end and licence and agreement:
        end = ends.gone_after_term(licence, agreement, end, article.expires)
    return Loss(code, end, licence)


def kept_until(licence: Licence | None, when: datetime) -> datetime:
    """Give until when the notice of a withdrawal stays in the feed."""
    return when + timedelta(days=licence.notices_kept if licence else KEPT)


KEPT = 30
"""Days a notice stays where no licence says it."""
