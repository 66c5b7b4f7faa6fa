"""G5: where the article and each of its parts may go, as sets of places."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from syndicate.licensing import exclusives
from syndicate.licensing.codes import found
from syndicate.licensing.question import Part, Question
from syndicate.licensing.reach import granted
from syndicate.model.article import LegalOrder
from syndicate.model.body import Gallery, MediaBase
from syndicate.model.decision import Finding, Verdict
from syndicate.model.territory import EVERYWHERE, Area


class Place(NamedTuple):
    """Where something may go, what was taken away from where it was granted, and why."""

    area: Area
    removed: Area
    findings: tuple[Finding, ...] = ()


def orders_on(asked: Question, part: str | None) -> Iterator[LegalOrder]:
    """Give the legal orders in force on a part, or (None) on the whole article.

    An order on the headline or the body is one on the whole: nothing goes out without them.
    """
    for order in asked.article.orders:
        whole = not order.parts or not _WHOLE.isdisjoint(order.parts)
        named = part in order.parts if part else whole
        if named and order.window.holds(asked.now):
            yield order


_WHOLE = frozenset({"headline", "body"})


def free_of_bars(asked: Question, area: Area) -> Area:
    """Give what is left of an area after rights in the whole article, orders and embargoes."""
    area &= asked.limit()
    for order in orders_on(asked, None):
        area -= asked.area(order.territory)
    embargo = asked.article.embargoed
    for one in embargo.by_territory if embargo else ():
        if asked.now < one.until.at:
            area -= asked.area(one.territory)
    return area


def of_article(asked: Question) -> Place:
    """Give where the whole article may go."""
    base = granted(asked)
    if not base:
        source = f"licence {asked.licence.ref} territory"
        named = f"{asked.licence.territory}; {asked.agreement.territory}"
        places = f"{named}; {asked.property.territory}"
        return Place(base, base, (found("TERRITORY_EMPTY", Verdict.DENY, source, places=places),))
    lasting = base & asked.limit()
    sources = _limited_by(asked) if lasting != base else []
    findings = []
    for order in orders_on(asked, None):
        lasting -= asked.area(order.territory)
        findings.append(_order(order, None))
    sources += [finding.source for finding in findings]
    if lasting != base:
        place = _judged(asked, None, base, lasting, ", ".join(sources))
        if any(finding.effect is Verdict.DENY for finding in place.findings):
            return Place(lasting, base - lasting, (*findings, *place.findings))
        findings.extend(place.findings)
    return _after_exclusives(
        asked, base, lasting, _after_embargoes(asked, base, lasting, findings)
    )


def _limited_by(asked: Question) -> list[str]:
    """Give the clauses that limit the whole article's places."""
    source = asked.source_of(asked.parts["headline"].ground)
    narrows = source is not None and asked.area(source.territory) != EVERYWHERE
    named = [f"source agreement {source.id}"] if source and narrows else []
    if not named or asked.article.rights.territory:
        named.append("article rights.territory")
    return named


def _after_embargoes(asked: Question, base: Area, lasting: Area, findings: list[Finding]) -> Place:
    """Take embargoed places away: they come back by themselves, so what they bar is held."""
    barred = _embargoed(asked, lasting)
    if not barred:
        return Place(lasting, base - lasting, tuple(findings))
    area = _without(lasting, [place for _, place in barred])
    opens = next(
        until
        for until in sorted(until for until, _ in barred)
        if _stands(asked, lasting, _without(lasting, [p for end, p in barred if end > until]))
    )
    source = f"article v{asked.article.version} embargoed.by_territory"
    place = _judged(asked, None, lasting, area, source, opens=opens)
    return Place(area, base - area, (*findings, *place.findings))


def _embargoed(asked: Question, area: Area) -> list[tuple[datetime, Area]]:
    """Give the embargoes that touch an area now, each with its end."""
    embargo = asked.article.embargoed
    return [
        (one.until.at, asked.area(one.territory))
        for one in (embargo.by_territory if embargo else ())
        if asked.now < one.until.at and area & asked.area(one.territory)
    ]


def _after_exclusives(asked: Question, base: Area, lasting: Area, before: Place) -> Place:
    """Take away what other partners have exclusively: it comes back by itself, so it is held."""
    bars = exclusives.taken(asked).places
    removed = lasting - _without(lasting, [gone for _, gone in bars])
    if not removed:
        return before
    area = before.area - removed
    free = _stands(asked, lasting, area)
    ends = sorted({*exclusives.ends(asked), *(end for end, _ in _embargoed(asked, lasting))})
    enough = (end for end in ends if not free and _is_free(asked, lasting, end))
    opens = next(enough, exclusives.ends(asked)[-1])
    source = exclusives.sources(tuple(bar for bar, _ in bars))
    effect = Verdict.ALLOW if free else Verdict.HOLD
    why = found("EXCLUSIVE_ELSEWHERE", effect, source, opens=opens, what=removed)
    return Place(area, base - area, (*before.findings, why))


def _is_free(asked: Question, lasting: Area, until: datetime) -> bool:
    """Say whether enough is left at a later instant, when some of what bars it now has ended."""
    gone = [area for _, area in exclusives.taken(asked, until).places]
    gone += [area for end, area in _embargoed(asked, lasting) if end > until]
    return _stands(asked, lasting, _without(lasting, gone))


def _without(area: Area, gone: list[Area]) -> Area:
    for one in gone:
        area -= one
    return area


def _stands(asked: Question, before: Area, after: Area) -> bool:
    """Say whether what is left is enough: all of it, or some that the partner can set apart."""
    return after == before or (bool(after) and asked.partner.can_geo_block)


def of_part(asked: Question, part: Part, item: Area, grant: Area) -> Place:
    """Give where a part may go, within where what it belongs to may.

    A partner can keep a picture from a place, but not a paragraph out of a page: only media may
    have holes of their own.
    """
    area = item & grant & asked.area_of(part.ground)
    findings = []
    for order in orders_on(asked, part.name):
        area -= asked.area(order.territory)
        findings.append(_order(order, part.name))
    if area == item:
        return Place(area, area - area, tuple(findings))
    orders = ", ".join(finding.source for finding in findings)
    source = orders or part.clause
    apart = isinstance(part.block, MediaBase | Gallery)
    place = _judged(asked, part.name, item, area, source, apart=apart)
    return Place(area, item - area, (*findings, *place.findings))


def _judged(
    asked: Question,
    part: str | None,
    before: Area,
    after: Area,
    source: str,
    opens: datetime | None = None,
    *,
    apart: bool = True,
) -> Place:
    """Judge a loss of territory: nothing left; a hole the partner can block; or one it cannot."""
    removed = before - after
    effect = Verdict.HOLD if opens else Verdict.DENY
    if apart and _stands(asked, before, after):
        return Place(after, removed)
    hole = "TERRITORY_NEEDS_GEOBLOCK" if apart else "TERRITORY_OF_TEXT"
    code = hole if after else "TERRITORY_EMPTY"
    lost = removed if after else before
    return Place(
        after, removed, (found(code, effect, source, part=part, opens=opens, places=lost),)
    )


def _order(order: LegalOrder, part: str | None) -> Finding:
    source, closes = f"order {order.id}", order.window.closes
    places = order.territory
    return found("LEGAL_ORDER", Verdict.ALLOW, source, part=part, closes=closes, places=places)
