"""G12 and G13: what was counted against a quota, what still has room, and what was not paid for.

An article is counted when it is first delivered and keeps its place: corrections, other formats
and renewals of the agreement count nothing. A kill soon after gives the place back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from syndicate.licensing.codes import found
from syndicate.licensing.covers import too_old_from
from syndicate.licensing.gates import display_end
from syndicate.licensing.question import Question
from syndicate.model.article import Article
from syndicate.model.decision import Finding, Verdict
from syndicate.model.licence import Licence
from syndicate.model.partner import Agreement, Partner, Property
from syndicate.model.price import FlatWithQuota
from syndicate.model.quota import Period, Quota
from syndicate.model.receipt import Slot

LEAST_URGENT = 10


class Room(NamedTuple):
    """What a store must hold when slots are kept: at most so many in a span of time."""

    agreement: str
    start: datetime
    end: datetime | None
    limit: int
    """How many slots of this agreement may begin in that time, overage not counted."""


def follows(partner: Partner, agreement: Agreement) -> tuple[str, ...]:
    """Give the ids of an agreement and of those that it supersedes, newest first."""
    by_id = {one.id: one for one in partner.agreements}
    found = [agreement.id]
    before = agreement.supersedes
    while before and before not in found:
        found.append(before)
        before = by_id[before].supersedes if before in by_id else None
    return tuple(found)


def counted_under(
    partner: Partner, agreement: Agreement, slots: Sequence[Slot]
) -> tuple[Slot, ...]:
    """Give the slots that count under an agreement: its own and those of what it follows."""
    names = follows(partner, agreement) if slots else ()
    return tuple(slot for slot in slots if slot.agreement in names)


class _Meter(NamedTuple):
    """A quota at a moment, with all that was counted against it."""

    quota: Quota
    agreement: Agreement
    place: str
    slots: tuple[Slot, ...]
    now: datetime

    def standing(self) -> Iterator[Slot]:
        """Give the slots that are not returned yet."""
        for slot in self.slots:
            if slot.returned_at is None or self.now < slot.returned_at:
                yield slot

    def has(self, guid: str) -> bool:
        """Say whether an article is counted already."""
        each = self.quota.per == "property"
        return any(
            slot.guid == guid and (not each or slot.property == self.place)
            for slot in self.standing()
        )

    def period(self, now: datetime | None = None) -> Period:
        """Give the period that counts now, or at another moment."""
        return self.quota.period_at(now or self.now, self.agreement.zone, self.agreement.term)

    def used(self, period: Period, names: Iterable[str] | None = None) -> int:
        """Count what a period's quota was used for, each article once, without overage."""
        each = self.quota.per == "property"
        return len(
            {
                (slot.guid, slot.property if each else "")
                for slot in self.standing()
                if not slot.overage and period.holds(slot.at)
                if names is None or slot.agreement in names
            }
        )

    def room(self) -> int:
        """Give how many more articles have room now."""
        return max(0, self.quota.limit - self.used(self.period()))

    def opens(self) -> datetime | None:
        """Give the first moment at which there is room again; None where the term has none."""
        period = self.period()
        if self.quota.period != "rolling":
            return period.end
        for _ in range(self.quota.days or 1):
            if period.end is None:
                break
            moment = period.end
            period = self.period(moment)
            if self.used(period) < self.quota.limit:
                return moment
        return None


def _meter(asked: Question) -> _Meter | None:
    quota = asked.licence.quota
    if quota is None:
        return None
    return _Meter(quota, asked.agreement, asked.property.id, asked.slots, asked.now)


def is_counted(asked: Question) -> bool:
    """Say whether the article asked about has its place already, under a quota or without one."""
    meter = _meter(asked)
    if meter:
        return meter.has(asked.article.guid)
    return any(
        slot.guid == asked.article.guid and slot.returned_at is None for slot in asked.slots
    )


def g12_quota(asked: Question) -> Iterator[Finding]:
    """Is there room for one more article?"""
    meter = _meter(asked)
    if meter is None or meter.has(asked.article.guid) or meter.room():
        return
    source, quota = f"licence {asked.licence.ref} quota", meter.quota
    if quota.overage != "deny":
        beyond = "is charged" if quota.overage == "bill" else "is warned about"
        yield found("QUOTA_OVERAGE_BILLED", Verdict.ALLOW, source, quota=quota, beyond=beyond)
        return
    opens = meter.opens() if quota.period != "term" else None
    if opens is None or any(end <= opens for end in _ends(asked)):
        yield found("QUOTA_EXHAUSTED", Verdict.DENY, source, quota=quota)
    else:
        yield found("QUOTA_EXHAUSTED", Verdict.HOLD, source, opens=opens, quota=quota)


def g13_payment(asked: Question) -> Iterator[Finding]:
    """Is a payment overdue, where the licence then delivers nothing new?"""
    since = asked.agreement.payment_overdue_since
    overdue = asked.licence.stop_when_overdue and since is not None and asked.now >= since
    if overdue and not is_counted(asked):
        yield found("PAYMENT_OVERDUE", Verdict.HOLD, f"agreement {asked.agreement.ref}")


def _ends(asked: Question) -> list[datetime]:
    """Give the instants after which room is of no more use for the article."""
    window = asked.article.rights.window
    ends = (
        asked.agreement.term.closes,
        display_end(asked),
        window.closes if window else None,
        too_old_from(asked.coverage.covers, asked.article),
        too_old_from(asked.selection, asked.article),
    )
    return [end for end in ends if end]


def edges(asked: Question) -> Iterator[datetime]:
    """Give the instants at which a quota can decide otherwise by time alone."""
    meter = _meter(asked)
    if meter is None:
        return
    for slot in asked.slots:
        if slot.returned_at:
            yield slot.returned_at
    end = meter.period().end
    if end and not meter.has(asked.article.guid):
        yield end


def slots_for(
    candidates: Iterable[Article],
    slots: Iterable[Slot],
    agreement: Agreement,
    licence: Licence,
    place: Property,
    now: datetime,
) -> tuple[Slot, ...]:
    """Give the slots that articles take when they are delivered now, in the order of taking.

    `slots` are those that count under the agreement (`Question.slots`). Where there is no room for
    all, the more urgent go first, then the earlier published, then the lower id. Those that are
    counted already take none, and are not held up by this.
    """
    quota = licence.quota
    if quota is None:
        return ()
    meter = _Meter(quota, agreement, place.id, tuple(slots), now)
    left, taken = meter.room(), []
    for article in sorted(candidates, key=_order):
        if meter.has(article.guid) or (not left and quota.overage == "deny"):
            continue
        beyond = not left
        left -= 0 if beyond else 1
        taken.append(
            Slot(
                agreement=agreement.id,
                property=place.id,
                guid=article.guid,
                at=now,
                overage=beyond,
                price=_price(agreement, quota) if beyond else "",
            )
        )
    return tuple(taken)


def _order(article: Article) -> tuple[int, datetime, str]:
    return article.urgency or LEAST_URGENT, article.published_from, article.guid


def _price(agreement: Agreement, quota: Quota) -> str:
    """Give the fee beyond the quota as it stands; it is kept with the slot and never changes."""
    price = agreement.price
    if quota.overage != "bill" or not isinstance(price, FlatWithQuota) or price.overage is None:
        return ""
    return f"{price.overage.amount} {price.overage.currency}"


def allot(
    candidates: Iterable[Article],
    slots: Iterable[Slot],
    agreement: Agreement,
    licence: Licence,
    place: Property,
    now: datetime,
) -> frozenset[str]:
    """Give the ids of the articles that may take a new slot now (see `slots_for`)."""
    taken = slots_for(candidates, slots, agreement, licence, place, now)
    return frozenset(slot.guid for slot in taken)


def slot_of(asked: Question) -> Slot | None:
    """Give the slot that the article asked about takes when it is delivered now, alone.

    None where there is no quota, no room, or the article is counted already.
    """
    taken = slots_for(
        [asked.article], asked.slots, asked.agreement, asked.licence, asked.property, asked.now
    )
    return taken[0] if taken else None


def returned(slot: Slot, kill_at: datetime, licence: Licence) -> Slot:
    """Give a slot as it is after its article was killed: given back where that was soon enough."""
    soon = licence.quota.returns_within if licence.quota else timedelta(0)
    if slot.returned_at or not slot.at <= kill_at <= slot.at + soon:
        return slot
    return slot.model_copy(update={"returned_at": kill_at})


def room(asked: Question) -> Room | None:
    """Give what a store must hold when slots are kept now; None where there is no limit."""
    meter = _meter(asked)
    if meter is None or meter.quota.overage != "deny":
        return None
    period, own = meter.period(), asked.agreement.id
    before = meter.used(period, {slot.agreement for slot in asked.slots} - {own})
    limit = max(0, meter.quota.limit - before)
    return Room(own, period.start, period.end, limit)
