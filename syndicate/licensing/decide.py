"""The decision: every gate is asked, every finding is kept, the worst one decides.

The verdict is constant on [now, next_change): every gate compares the moment only with the
instants that `edges` gives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from syndicate.licensing import (
    duties,
    ends,
    exclusives,
    gates,
    part_gates,
    places,
    quota,
    standing,
    texts,
)
from syndicate.licensing.covers import too_old_from
from syndicate.licensing.extents import cut, tightest
from syndicate.licensing.judge import Judged, worst
from syndicate.licensing.part_gates import Limits
from syndicate.licensing.question import Question
from syndicate.model.decision import Decision, Finding, Verdict
from syndicate.model.rights import Extent, PartKind
from syndicate.model.territory import group_changes

ITEM_GATES: tuple[Callable[[Question], Iterator[Finding]], ...] = (
    gates.g0_partner,
    gates.g1_agreement,
    gates.g2_lifecycle,
    gates.g3_coverage,
    gates.g4_release,
    gates.g6_media,
    gates.g7_display,
    gates.g9_window,
    gates.g10_rendition,
    quota.g12_quota,
    quota.g13_payment,
    gates.g14_purpose,
    gates.g15_format,
)


def decide(asked: Question) -> Decision:
    """Give the decision on an article for a partner at a moment, part by part.

    Pure: no I/O, no clock; the same question gives the same decision.
    """
    place = places.of_article(asked)
    findings = [finding for gate in ITEM_GATES for finding in gate(asked)]
    findings.extend(place.findings)
    extent = _extent(asked)
    # Where exclusives leave no medium the whole is held; its parts are judged as if they did not.
    media = gates.media_of_item(asked) or tuple(sorted(gates.cleared_media(asked)))
    limits = Limits(place.area, media, cut(asked.article.body, extent))
    judged = Judged(asked, limits, extent, ends.of_article(asked).until)
    findings.extend(judged.required())
    verdict = worst(findings)
    marked = verdict is Verdict.ALLOW and gates.is_embargoed(asked)
    decided = tuple(judged.decisions.values())
    refused = any(one.verdict is not Verdict.ALLOW for one in decided)
    gone = ends.of_grounds(asked, texts.grounds_of(texts.texts_of(asked, decided))).gone
    owed = duties.of_article(asked, place.removed, gone, marked=marked)
    return Decision(
        guid=asked.article.guid,
        version=asked.article.version,
        partner=asked.partner.id,
        property=asked.property.id,
        agreement=asked.agreement.ref,
        licence=asked.licence.ref,
        groups=asked.groups.version,
        now=asked.now,
        verdict=verdict,
        marked_embargo=gates.embargo_end(asked) if marked else None,
        embargo_open_ended=marked and gates.is_open_ended(asked),
        released=released(asked),
        partial=refused or judged.is_cut,
        parts=decided,
        duties=(*owed, *duties.of_parts(asked, decided, place.area, gone)),
        findings=_worst_first([*findings, *judged.findings]),
        next_change=min((edge for edge in edges(asked) if edge > asked.now), default=None),
    )


def _worst_first(findings: list[Finding]) -> tuple[Finding, ...]:
    """Put findings on the whole before those on parts, and the losing ones before remarks."""
    return tuple(sorted(findings, key=lambda f: (f.part is not None, -f.effect.rank)))


def _extent(asked: Question) -> Extent:
    """Give how much of the body may go out: the least of feed, grants and rights."""
    media = gates.media_of_item(asked)
    extents = [grant.extent for grant in part_gates.grants_of(asked, PartKind.BODY, media)]
    own = asked.article.rights.max_extent
    return tightest(asked.article.body, [*extents, asked.extent, *([own] if own else [])])


def released(asked: Question) -> datetime | None:
    """Give the instant at which embargo and delay let the article go, where there were any."""
    return max(
        (i for i in (gates.embargo_end(asked), gates.delay_end(asked)) if i and i <= asked.now),
        default=None,
    )


def last_change(asked: Question, decision: Decision) -> datetime | None:
    """Give the instant at which what goes out last changed by time alone, after its release.

    Readers fetch an item anew only when its date moves, so this is a date of the item.
    """
    now = asked.now
    for edge in sorted({one for one in _content_edges(asked) if one <= now}, reverse=True):
        before = decide(asked._replace(now=edge - timedelta(microseconds=1)))
        if before.verdict is Verdict.ALLOW and _outcome(before) != _outcome(decision):
            return edge
    return None


def _outcome(decision: Decision) -> list[tuple[object, ...]]:
    return [(p.part, p.verdict, p.territory, p.media, p.extent) for p in decision.parts]


def _content_edges(asked: Question) -> Iterator[datetime]:
    """Give the instants at which parts of an article come, go or change their places."""
    article = asked.article
    for order in article.orders:
        yield from order.window.edges
    for one in article.embargoed.by_territory if article.embargoed else ():
        yield one.until.at
    yield from exclusives.edges(asked)
    for ground in dict.fromkeys(part.ground for part in asked.parts.values()):
        yield from part_gates.edges_of(asked, ground)


def edges(asked: Question) -> Iterator[datetime]:
    """Give every instant at which something in the decision can change by time alone."""
    article = asked.article
    yield from standing.edges(asked.agreement)
    yield from quota.edges(asked)
    if article.rights.window:
        yield from article.rights.window.edges
    single = (
        article.published_from,
        article.version_created,
        gates.embargo_end(asked),
        gates.delay_end(asked),
        gates.display_end(asked),
        too_old_from(asked.coverage.covers, article),
    )
    yield from (instant for instant in single if instant)
    yield from _content_edges(asked)
    yield from group_changes()
