"""The parts of an article, judged in reading order, each after the part it belongs to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from syndicate.licensing import part_gates
from syndicate.licensing.codes import found
from syndicate.licensing.extents import Cut, block_words, lines_of, words_in
from syndicate.licensing.gone import Gone, denied_files, files_of
from syndicate.licensing.part_gates import Limits
from syndicate.licensing.question import Part, Question
from syndicate.model.body import TEXT_BLOCKS, Gallery, Heading
from syndicate.model.decision import Finding, PartDecision, Verdict
from syndicate.model.licence import Grant
from syndicate.model.rights import FULL, NOTHING, Extent, ExtentUnit, PartKind
from syndicate.model.territory import EVERYWHERE


def worst(findings: Sequence[Finding]) -> Verdict:
    """Give the verdict of findings: the worst of them."""
    if not findings:
        return Verdict.ALLOW
    return max((f.effect for f in findings), key=lambda v: v.rank)


_ALLOWED = PartDecision(
    part="",
    kind=PartKind.BODY,
    parent=None,
    dependents=(),
    verdict=Verdict.ALLOW,
    territory=EVERYWHERE,
    media=(),
    extent=FULL,
    valid_from=None,
    valid_until=None,
    max_pixels=None,
)
"""Decisions on parts are made from it: what they are made of is valid already."""


class _Alike(NamedTuple):
    """What parts of one sort on one ground have in common."""

    grants: tuple[Grant, ...]
    decision: PartDecision
    """As it is where nothing of the part's own takes anything away."""
    before: list[Finding]
    """The reasons of the gates that come before the one on files."""
    after: list[Finding]
    whole: bool
    """Whether nothing more is to be asked of such a part before the end of the body."""


class Judged:
    """The parts, judged in reading order, each after the part it belongs to."""

    def __init__(
        self,
        asked: Question,
        limits: Limits,
        extent: Extent,
        until: datetime | None,
    ) -> None:
        self.asked = asked
        self.until = until
        self.limits = limits
        self.extent = extent
        self.decisions: dict[str, PartDecision] = {}
        self.findings: list[Finding] = []
        self.counts: dict[PartKind, int] = {}
        self.position = {block.id: n for n, block in enumerate(asked.article.body)}
        self.ordered = {name for order in asked.article.orders for name in order.parts}
        self.alike: dict[tuple[object, ...], _Alike] = {}
        for part in asked.parts.values():
            self._judge(part)
        self._settle(asked.parts)

    @property
    def is_cut(self) -> bool:
        """Say whether some text is left out, be it in the middle of a part."""
        shortened = any(
            one.extent.unit is ExtentUnit.WORDS
            for one in self.decisions.values()
            if one.part != "body"
        )
        return shortened or self.limits.end < Cut(len(self.asked.article.body))

    def _judge(self, part: Part) -> None:
        alike = self._alike(part)
        if alike.whole and self.position.get(part.name, -1) < self.limits.end.blocks:
            self.decisions[part.name] = alike.decision.twin(part=part.name)
            return
        extent = self._extent_of(part, alike.grants)
        reasons = [
            *alike.before,
            *part_gates.g9_files(part),
            *alike.after,
            *self._cut(part),
            *self._shortened(part, extent),
            *self._count(part, alike.grants),
        ]
        self.findings.extend(reasons)
        self.decisions[part.name] = alike.decision.twin(
            part=part.name, dependents=part.dependents, verdict=worst(reasons), extent=extent
        )

    def _alike(self, part: Part) -> _Alike:
        """Give what is the same for all parts of a sort on one ground in one place.

        Findings name their part, so where there are any each part is asked by itself.
        """
        order = part.name if part.name in self.ordered else None
        sort = part.ground, type(part.block), order
        found = self.alike.get(sort)
        if found is None:
            found = self._asked_for(part)
            if not found.before and not found.after:
                self.alike[sort] = found
        return found

    def _asked_for(self, part: Part) -> _Alike:
        """Ask the gates that look at nothing of a part but its ground, sort and place."""
        asked = self.asked
        silent = isinstance(part.block, Gallery) and not part.ground.permission.speaks_of_owner
        grants = part_gates.grants_of(asked, part.kind, self.limits.media)
        above = self.decisions.get(part.parent or "")
        limits = self.limits._replace(area=above.territory) if above else self.limits
        area, media, before = part_gates.g5_g6_reach(asked, part, grants, limits)
        before += part_gates.g8_kind(asked, part, grants)
        if not silent:  # a gallery may leave it to its pictures
            before += part_gates.g9_onward(asked, part)
        before += part_gates.g9_windows(asked, part)
        after = [*part_gates.g14_purpose(asked, part), *self._parent(part)]
        windows = asked.windows_of(part.ground)
        opens = [w.opens for w in (*windows, asked.agreement.term) if w.opens]
        ends = [w.closes for w in windows if w.closes] + [self.until]
        decision = _ALLOWED.twin(
            part=part.name,
            kind=part.kind,
            parent=part.parent,
            territory=area,
            media=media,
            valid_from=max(opens, default=None),
            valid_until=min((end for end in ends if end), default=None),
            max_pixels=part_gates.max_pixels(part.ground),
        )
        whole = not before and not after and self._stays_whole(part, grants)
        return _Alike(grants, decision, before, after, whole)

    def _stays_whole(self, part: Part, grants: Sequence[Grant]) -> bool:
        """Say whether only the end of the body can take something of such a part away."""
        simple = part.block is None or isinstance(part.block, TEXT_BLOCKS)
        counted = any(grant.max_count for grant in grants)
        limits = self._limits(part, grants)
        full = all(limit.unit is ExtentUnit.FULL for limit in limits)
        return part.name != "body" and simple and full and not counted

    def _limits(self, part: Part, grants: Sequence[Grant]) -> list[Extent]:
        """Give how much of a part its rights and grants let go; the body's are counted at once."""
        # The article's own counts the body as a whole, and the summary by itself.
        levels = part.ground.levels[0 if part.kind is PartKind.SUMMARY else 1 :]
        own = [level.max_extent for level in levels if level.max_extent]
        return own if part.kind is PartKind.BODY else own + [grant.extent for grant in grants]

    def _extent_of(self, part: Part, grants: Sequence[Grant]) -> Extent:
        """Give how much of a part may go out: the least of its rights, its grant and the cut."""
        if part.name == "body":
            return self.extent
        limits = self._limits(part, grants)
        if any(limit.unit is ExtentUnit.NONE for limit in limits):
            return NOTHING
        lines = [one for one in limits if one.unit is ExtentUnit.PARAGRAPHS]
        if any((one.count or 0) < lines_of(part.block) for one in lines):
            return min(lines, key=lambda one: one.count or 0)
        counts = [one.count for one in limits if one.unit is ExtentUnit.WORDS and one.count]
        if self.position.get(part.name) == self.limits.end.blocks and self.limits.end.words:
            counts.append(self.limits.end.words)
        if not counts or min(counts) >= self._words(part):
            return FULL
        return Extent(unit=ExtentUnit.WORDS, count=min(counts))

    def _words(self, part: Part) -> int:
        if part.block is not None:
            return block_words(part.block)
        article = self.asked.article
        return words_in(article.summary if part.name == "summary" else article.headline)

    def _shortened(self, part: Part, extent: Extent) -> Iterator[Finding]:
        """Give what is cut inside a part; what cannot be cut does not go out at all."""
        if part.name == "body" or extent.unit is ExtentUnit.FULL:
            return
        can_be_cut = isinstance(part.block, TEXT_BLOCKS) and not isinstance(part.block, Heading)
        by_words = extent.unit is ExtentUnit.WORDS
        partly = by_words and (part.name == "summary" or can_be_cut)
        effect = Verdict.ALLOW if partly else Verdict.DENY
        yield found("EXTENT_CUT", effect, part.clause, part=part.name, extent=extent)

    def _parent(self, part: Part) -> Iterator[Finding]:
        if part.parent is None:
            return
        above = self.decisions[part.parent]
        if above.verdict is not Verdict.ALLOW:
            source, above_name = f"part {part.parent}", part.parent
            yield found("PARENT_DENIED", above.verdict, source, part=part.name, parent=above_name)

    def _cut(self, part: Part) -> Iterator[Finding]:
        """Give the end of the body for what stands behind it."""
        top = part.parent if part.parent in self.position else part.name
        at = self.position.get(top or "")
        end = self.limits.end
        if at is None or at < end.blocks or (at == end.blocks and end.words):
            return
        source = f"licence {self.asked.licence.ref} grants body {self.extent}"
        yield found("EXTENT_CUT", Verdict.DENY, source, part=part.name, extent=self.extent)

    def _count(self, part: Part, grants: Sequence[Grant]) -> Iterator[Finding]:
        """Count parts of a kind in reading order, refused ones too: a refusal opens no slot."""
        if part.block is None or isinstance(part.block, Gallery):
            return
        seen = self.counts[part.kind] = self.counts.get(part.kind, 0) + 1
        limit = min((g.max_count for g in grants if g.max_count), default=None)
        if limit is not None and seen > limit:
            source = f"licence {self.asked.licence.ref} grants {part.kind} max_count"
            name, kind = part.name, part.kind
            yield found("COUNT_CUT", Verdict.DENY, source, part=name, count=limit, kind=kind)

    def _settle(self, parts: Mapping[str, Part]) -> None:
        """Let go of what shares its files with refused parts, of galleries without pictures, and
        of a body that cannot stand without a part."""
        self._settle_shared(parts)
        for name, part in parts.items():
            if isinstance(part.block, Gallery):
                self._settle_container(name, "GALLERY_EMPTY")
        self._settle_container("body", "BODY_EMPTY")
        for name, part in parts.items():
            one = self.decisions[name]
            if one.verdict is not Verdict.ALLOW and not part.ground.severable and part.parent:
                self._refuse_body(one)

    def _settle_shared(self, parts: Mapping[str, Part]) -> None:
        """Refuse what would go out with no file but those that may not: they are gone wherever
        they stand."""
        denied = tuple(denied_files(parts, self.decisions.values()))
        gone = Gone(denied)
        for name, part in parts.items() if gone else ():
            one = self.decisions[name]
            files = files_of(part, one.max_pixels)
            if one.verdict is Verdict.ALLOW and files and all(gone.holds(url) for url in files):
                others = [of.part for of in denied if any(map(Gone((of,)).holds, files))]
                held = all(self.decisions[of].verdict is Verdict.HOLD for of in others)
                effect = Verdict.HOLD if held else Verdict.DENY
                why = found("FILE_SHARED", effect, f"part {others[0]}", part=name, other=others[0])
                self._refuse(name, why)

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
