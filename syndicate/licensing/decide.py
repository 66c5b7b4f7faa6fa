"""The decision: every gate is asked, every finding is kept, the worst one decides.

The verdict is constant on [now, next_change): every gate compares the moment only with the
instants that `edges` gives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import NamedTuple

from syndicate.licensing import duties, gates, part_gates, places
from syndicate.licensing.codes import found
from syndicate.licensing.covers import too_old_from
from syndicate.licensing.extents import Cut, cut, tightest
from syndicate.licensing.part_gates import Limits
from syndicate.licensing.question import Part, Question, parts_of
from syndicate.model.body import Gallery
from syndicate.model.decision import Decision, Finding, PartDecision, Verdict
from syndicate.model.rights import FULL, Extent, PartKind
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
    gates.g15_format,
)


def decide(asked: Question) -> Decision:
    """Give the decision on an article for a partner at a moment, part by part.

    Pure: no I/O, no clock; the same question gives the same decision.
    """
    place = places.of_article(asked)
    findings = [finding for gate in ITEM_GATES for finding in gate(asked)]
    findings.extend(place.findings)
    parts = {part.name: part for part in parts_of(asked.article)}
    extent = _extent(asked)
    limits = Limits(place.area, gates.media_of_item(asked), cut(asked.article.body, extent))
    judged = _Judged(asked, parts, limits, extent)
    findings.extend(judged.required())
    verdict = _worst(findings)
    marked = verdict is Verdict.ALLOW and gates.is_embargoed(asked)
    until = valid_until(asked)
    decided = tuple(judged.decisions.values())
    refused = any(one.verdict is not Verdict.ALLOW for one in decided)
    owed = duties.of_article(asked, place.removed, until, marked=marked)
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
        duties=(*owed, *duties.of_parts(asked, parts, decided, place.area)),
        findings=_worst_first([*findings, *judged.findings]),
        next_change=min((edge for edge in edges(asked) if edge > asked.now), default=None),
    )


def _worst(findings: list[Finding]) -> Verdict:
    return max((f.effect for f in findings), key=lambda v: v.rank, default=Verdict.ALLOW)


def _worst_first(findings: list[Finding]) -> tuple[Finding, ...]:
    """Put findings on the whole before those on parts, and the losing ones before remarks."""
    return tuple(sorted(findings, key=lambda f: (f.part is not None, -f.effect.rank)))


def _extent(asked: Question) -> Extent:
    """Give how much of the body may go out: the least of feed, grants and rights."""
    media = gates.media_of_item(asked)
    body = Part("body", PartKind.BODY, None, (asked.article.rights,))
    extents = [grant.extent for grant in part_gates.grants_of(asked, body, media)]
    own = asked.article.rights.max_extent
    return tightest(asked.article.body, [*extents, asked.extent, *([own] if own else [])])


def released(asked: Question) -> datetime | None:
    """Give the instant at which embargo and delay let the article go, where there were any."""
    return max(
        (i for i in (gates.embargo_end(asked), gates.delay_end(asked)) if i and i <= asked.now),
        default=None,
    )


def valid_until(asked: Question) -> datetime | None:
    """Give the instant at which the permission ends: term, display or the article's own rights.

    A public licence outlives the agreement: what was given freely is not taken back.
    """
    own = asked.article.rights.window
    term = None if asked.licence.public else asked.agreement.term.closes
    ends = (term, gates.display_end(asked), own.closes if own else None)
    return min((end for end in ends if end), default=None)


def edges(asked: Question) -> Iterator[datetime]:
    """Give every instant at which something in the decision can change by time alone."""
    article = asked.article
    windows = [asked.agreement.term, *(order.window for order in article.orders)]
    if article.rights.window:
        windows.append(article.rights.window)
    for window in windows:
        yield from window.edges
    single = (
        article.published_from,
        article.version_created,
        gates.embargo_end(asked),
        gates.delay_end(asked),
        gates.display_end(asked),
        too_old_from(asked.coverage.covers, article),
    )
    yield from (instant for instant in single if instant)
    for one in article.embargoed.by_territory if article.embargoed else ():
        yield one.until.at
    for part in parts_of(article):
        yield from part_gates.edges_of(asked, part)
    yield from group_changes()


class _Verdict(NamedTuple):
    decision: PartDecision
    findings: tuple[Finding, ...]


class _Judged:
    """The parts, judged in reading order, each after the part it belongs to."""

    def __init__(
        self, asked: Question, parts: dict[str, Part], limits: Limits, extent: Extent
    ) -> None:
        self.asked = asked
        self.limits = limits
        self.extent = extent
        self.decisions: dict[str, PartDecision] = {}
        self.findings: list[Finding] = []
        self.counts: dict[PartKind, int] = {}
        self.position = {block.id: n for n, block in enumerate(asked.article.body)}
        for part in parts.values():
            self._judge(part)
        self._settle(parts)

    @property
    def is_cut(self) -> bool:
        return self.limits.end < Cut(len(self.asked.article.body))

    def _judge(self, part: Part) -> None:
        asked = self.asked
        is_gallery = isinstance(part.block, Gallery)
        grants = part_gates.grants_of(asked, part, self.limits.media)
        area, media, found = part_gates.g5_g6_reach(asked, part, grants, self.limits)
        found += part_gates.g8_kind(asked, part, grants)
        if not is_gallery:
            found += part_gates.g9_onward(asked, part)
        found += part_gates.g9_windows(asked, part)
        found += part_gates.g9_files(part)
        found += self._parent(part)
        found += self._cut(part)
        if not is_gallery:
            found += self._count(part)
        windows = asked.windows_of(part)
        opens = [w.opens for w in (*windows, asked.agreement.term) if w.opens]
        ends = [w.closes for w in windows if w.closes] + [valid_until(asked)]
        self.findings.extend(found)
        self.decisions[part.name] = PartDecision(
            part=part.name,
            kind=part.kind,
            parent=part.parent,
            dependents=part.dependents,
            verdict=_worst(found),
            territory=area,
            media=media,
            extent=self._extent_of(part),
            valid_from=max(opens, default=None),
            valid_until=min((end for end in ends if end), default=None),
            max_pixels=part_gates.max_pixels(part),
        )

    def _extent_of(self, part: Part) -> Extent:
        if part.kind is PartKind.BODY and part.block is None:
            return self.extent if part.name == "body" else FULL
        at = self.position.get(part.name)
        if at == self.limits.end.blocks and self.limits.end.words:
            return Extent.model_validate({"unit": "words", "count": self.limits.end.words})
        return FULL

    def _parent(self, part: Part) -> Iterator[Finding]:
        if part.parent is None:
            return
        above = self.decisions[part.parent]
        if above.verdict is not Verdict.ALLOW:
            source, above_name = f"part {part.parent}", part.parent
            yield found("PARENT_DENIED", above.verdict, source, part=part.name, parent=above_name)

    def _cut(self, part: Part) -> Iterator[Finding]:
        top = part.parent if part.parent in self.position else part.name
        at = self.position.get(top or "")
        end = self.limits.end
        if at is None or at < end.blocks:
            return
        partly = at == end.blocks and end.words > 0
        effect = Verdict.ALLOW if partly else Verdict.DENY
        source = f"licence {self.asked.licence.ref} grants body {self.extent}"
        yield found("EXTENT_CUT", effect, source, part=part.name, extent=self.extent)

    def _count(self, part: Part) -> Iterator[Finding]:
        """Count parts of a kind in reading order, refused ones too: a refusal opens no slot."""
        if part.block is None:
            return
        seen = self.counts[part.kind] = self.counts.get(part.kind, 0) + 1
        grants = part_gates.grants_of(self.asked, part, self.limits.media)
        limit = min((g.max_count for g in grants if g.max_count), default=None)
        if limit is not None and seen > limit:
            source = f"licence {self.asked.licence.ref} grants {part.kind} max_count"
            name, kind = part.name, part.kind
            yield found("COUNT_CUT", Verdict.DENY, source, part=name, count=limit, kind=kind)

    def _settle(self, parts: dict[str, Part]) -> None:
        """Let go of galleries without pictures, and of a body that cannot stand without a part."""
        for name, part in parts.items():
            if isinstance(part.block, Gallery):
                self._settle_container(name, "GALLERY_EMPTY")
        self._settle_container("body", "BODY_EMPTY")
        for name, part in parts.items():
            one = self.decisions[name]
            if one.verdict is not Verdict.ALLOW and not part.severable and part.parent:
                self._refuse_body(one)

    def _settle_container(self, name: str, code: str) -> None:
        inside = [one for one in self.decisions.values() if one.parent == name]
        if inside and all(one.verdict is not Verdict.ALLOW for one in inside):
            best = min((one.verdict for one in inside), key=lambda v: v.rank)
            self._refuse(name, found(code, best, f"parts of {name}", part=name))

    def _refuse_body(self, child: PartDecision) -> None:
        effect, name = child.verdict, child.part
        why = found("CHILD_NOT_SEVERABLE", effect, f"part {name}", part="body", child=name)
        self._refuse("body", why)
        for one in list(self.decisions.values()):
            if one.part != "body" and one.verdict is Verdict.ALLOW and self._is_below_body(one):
                why = found("PARENT_DENIED", effect, "part body", part=one.part, parent="body")
                self._refuse(one.part, why)

    def _is_below_body(self, one: PartDecision) -> bool:
        return one.parent == "body" or one.parent in self.position

    def _refuse(self, name: str, why: Finding) -> None:
        one = self.decisions[name]
        worst = max(one.verdict, why.effect, key=lambda v: v.rank)
        self.decisions[name] = one.model_copy(update={"verdict": worst})
        self.findings.append(why)

    def required(self) -> Iterator[Finding]:
        """Give what is missing of what an article cannot do without: headline, required kinds."""
        needed = {PartKind.HEADLINE, *self.asked.licence.required_parts}
        for kind in sorted(needed):
            single = self.decisions.get(kind)
            of_kind = [one for one in self.decisions.values() if one.kind is kind]
            having = [single] if single else of_kind
            if any(one.verdict is Verdict.ALLOW for one in having):
                continue
            best = min((one.verdict for one in having), key=lambda v: v.rank, default=Verdict.DENY)
            names = {one.part for one in having}
            opens = [f.opens for f in self.findings if f.opens and f.part in names]
            source = f"licence {self.asked.licence.ref} required_parts"
            until = max(opens, default=None) if best is Verdict.HOLD else None
            yield found("REQUIRED_PART_DENIED", best, source, opens=until, kind=kind)
