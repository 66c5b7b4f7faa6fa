"""Whether what a feed gave out once may be shown now; if not, why, in a word for its partner.

The words are few and say nothing of an agreement: what the desk knows in full stands in `explain`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

from syndicate.licensing.govern import Ruling, rule
from syndicate.licensing.places import orders_on
from syndicate.licensing.withdraw import current
from syndicate.model.article import PubStatus, WithdrawalReason
from syndicate.model.body import MEDIA_KINDS, Gallery, Paragraph
from syndicate.model.decision import Decision, Verdict
from syndicate.model.entry import Entry
from syndicate.model.receipt import Withdrawal
from syndicate.model.rights import PartKind
from syndicate.pipeline.items import lost_places
from syndicate.pipeline.lines import Line
from syndicate.pipeline.past import Alone


class Standing(StrEnum):
    """Whether something that went out may be shown; stable words."""

    SHOWN = "shown"
    BEHIND = "record-behind"
    """It is another one by now, and the record does not know yet that it went out."""
    DUE = "payment-due"
    NOT_COVERED = "not-covered"
    """The agreement is over, suspended, or does not cover it any more."""
    GONE = "gone"
    """Killed, withheld, its rights or its time over."""
    ORDERED = "legal-order"


def standing_of(alone: Alone, line: Line | None, now: datetime) -> Standing:
    """Give how an article stands; `line` is how it would go out now, None where it would not."""
    article = current(alone.history, now)
    if article is None or article.pub_status is not PubStatus.USABLE:
        legal = article is not None and article.withdrawal_reason is WithdrawalReason.LEGAL
        return Standing.ORDERED if legal else Standing.GONE
    if line is not None:
        taken = alone.followed.composed.taken
        shown = Standing.SHOWN if _is_recorded(alone, line) else Standing.BEHIND
        return Standing.NOT_COVERED if taken else shown
    withdrawn = next((one.withdrawn for one in alone.followed.holdings), alone.held.withdrawn)
    return _refused(rule(alone.request, article, now), withdrawn)


def _is_recorded(alone: Alone, line: Line) -> bool:
    """Say whether the record knows that all of it went out: a kill reaches only what it knows."""
    held, before, now = alone.held, alone.item, line.item()
    if held.withdrawn or before is None:
        return False
    if held.item == now.digest:
        return True
    known = {mark.part for mark in before.parts}
    less = known.issuperset(_own_parts(line.entry())) and not lost_places(now, before)
    return less and held.version == now.version


def _own_parts(entry: Entry) -> Iterator[str]:
    """Give the parts of an entry that are the article's, not what publishing adds."""
    yield "headline"
    if entry.summary:
        yield "summary"
    for block in entry.body:
        if not isinstance(block, Paragraph) or block.role == "text":
            yield block.id
        if isinstance(block, Gallery):
            yield from (one.id for one in block.pictures)


def _refused(ruling: Ruling, withdrawn: Withdrawal | None) -> Standing:
    codes = set(_against(ruling.decision, None))
    if withdrawn:
        codes.add(withdrawn.code)
    if "PAYMENT_OVERDUE" in codes and codes <= {"PAYMENT_OVERDUE", "AGREEMENT_SUSPENDED"}:
        return Standing.DUE
    if _is_ordered(ruling, None):
        return Standing.ORDERED
    reasons = {withdrawn.code} if withdrawn else codes
    return Standing.GONE if any(map(_takes_along, reasons)) else Standing.NOT_COVERED


def _against(decision: Decision, part: str | None) -> Iterator[str]:
    """Give the codes that refuse a part, or the whole."""
    for one in decision.findings:
        if one.part == part and one.effect is not Verdict.ALLOW:
            yield one.code


def _is_ordered(ruling: Ruling, part: str | None) -> bool:
    """Say whether a legal order is among the reasons, one that partners may be told of."""
    if ruling.question is None or "LEGAL_ORDER" not in ruling.decision.codes(part):
        return False
    return any(one.visible_reason for one in orders_on(ruling.question, part))


_OF_AGREEMENTS = frozenset(
    {
        "PARTNER_NOT_ACTIVE",
        "NO_AGREEMENT",
        "LICENCE_MISSING",
        "AGREEMENT_NOT_ACTIVE",
        "AGREEMENT_SUSPENDED",
        "AGREEMENT_TERMINATED",
        "AGREEMENT_NOT_STARTED",
        "AGREEMENT_EXPIRED",
        "ITEM_TOO_OLD",
        "DELAYED",
        "ITEM_NOT_YET",
        "KIND_NOT_GRANTED",
        "EXTENT_CUT",
        "COUNT_CUT",
        "PARENT_DENIED",
        "GALLERY_EMPTY",
        "BODY_EMPTY",
        "REQUIRED_PART_DENIED",
        "EDIT_NOT_GRANTED",
        "EXCLUSIVE_ELSEWHERE",
        "QUOTA_EXHAUSTED",
        "PAYMENT_OVERDUE",
        "PURPOSE_NOT_GRANTED",
        "FORMAT_CANNOT_CARRY",
        "TRACKING_IMPOSSIBLE",
        "LINK_BACK_IMPOSSIBLE",
    }
)
"""Reasons that are about what was agreed, not about the article or the rights in it."""


def _takes_along(code: str) -> bool:
    return code not in _OF_AGREEMENTS and not code.startswith("NOT_COVERED_")


def lost_parts(alone: Alone, whole: Standing, line: Line | None) -> Iterator[tuple[str, Standing]]:
    """Give each picture, video and sound that went out once and may not be shown now, and why.

    `line` is how the article may be shown; where it may not, all of them stand as it does.
    """
    shown = {one.id for one in line.entry().media()} if line else set()
    ruling = line.ruling() if line else None
    marks = (*(alone.item.parts if alone.item else ()), *alone.held.gone)
    for mark in marks:
        if mark.kind in MEDIA_KINDS - {PartKind.EMBED} and mark.part not in shown:
            lost = _of_part(ruling, mark.part) if ruling else whole
            yield mark.part, lost


def _of_part(ruling: Ruling, part: str) -> Standing:
    if _is_ordered(ruling, part):
        return Standing.ORDERED
    codes = tuple(_against(ruling.decision, part))
    agreed = bool(codes) and not any(map(_takes_along, codes))
    return Standing.NOT_COVERED if agreed else Standing.GONE
