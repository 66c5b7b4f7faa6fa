"""An article as the desk sees it: its parts, who may have it and why not, who holds it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from syndicate.licensing.covers import facets
from syndicate.licensing.question import Part, parts_of
from syndicate.model.article import Article
from syndicate.model.base import text_of
from syndicate.model.body import Embed, MediaBase
from syndicate.model.decision import Decision, Finding, Verdict
from syndicate.model.desk import DeskFiles
from syndicate.model.errors import NotFound
from syndicate.model.partner import Partner
from syndicate.model.receipt import Holding
from syndicate.model.rights import Onward
from syndicate.pipeline.explain import Explanation, explain
from syndicate.pipeline.ports import Store


class Piece(NamedTuple):
    """A part of an article that has rights of its own, and what we know of them."""

    name: str
    kind: str
    says: str
    """What tells which one it is."""
    onward: Onward
    owner: str
    """Whose it is; empty where nobody recorded it."""
    until: datetime | None
    """When its own rights end."""


def pieces(article: Article) -> Iterator[Piece]:
    """Give the texts of an article as a whole, then whatever in it has rights of its own."""
    for part in parts_of(article):
        if part.block is None or part.ground.levels[-1] == part.block.rights or _is_media(part):
            rights = part.ground.permission
            ends = [one.window.closes for one in part.ground.levels if one.window]
            until = min((one for one in ends if one), default=None)
            owner = rights.owner or ("" if not rights.own else "own")
            onward = part.ground.onward
            yield Piece(part.name, part.kind, _says(part), onward, owner, until)


def _is_media(part: Part) -> bool:
    return isinstance(part.block, MediaBase | Embed)


def _says(part: Part) -> str:
    block = part.block
    if isinstance(block, MediaBase):
        return block.alt or text_of(block.caption or "") or block.credit or ""
    if isinstance(block, Embed):
        return block.title or block.url
    return ""


class PartAnswer(NamedTuple):
    """What was decided for parts that fare alike, and why."""

    names: tuple[str, ...]
    verdict: Verdict
    findings: tuple[Finding, ...]


class Asked(NamedTuple):
    """What a partner may have of an article."""

    partner: Partner
    explanations: tuple[Explanation, ...]
    """One for each property, and for feeds that ask for less."""

    @property
    def picked(self) -> bool:
        """Whether a feed of its picks the article."""
        return any(one.feeds for one in self.explanations)

    @property
    def verdict(self) -> Verdict:
        """The best that any of its feeds that pick the article may do with it."""
        fed = [one for one in self.explanations if one.feeds] or self.explanations
        found = [one.decision.verdict for one in fed]
        return min(found, key=lambda one: one.rank, default=Verdict.DENY)

    @property
    def partial(self) -> bool:
        """Whether something of it is left out wherever it goes."""
        return any(one.feeds and one.decision.partial for one in self.explanations)


def whole(decision: Decision) -> tuple[Finding, ...]:
    """Give the findings on the article as a whole."""
    return tuple(one for one in decision.findings if one.part is None)


def by_part(decision: Decision) -> Iterator[PartAnswer]:
    """Give what is to be said of the parts: of those that go out only texts and pictures, and none
    where the whole does not go. Paragraphs for which the same is to be said stand together."""
    found: dict[object, PartAnswer] = {}
    goes = decision.verdict is Verdict.ALLOW
    for one in decision.parts:
        findings = tuple(f for f in decision.findings if f.part == one.part)
        large = one.parent is None or bool(one.dependents)
        if one.verdict is Verdict.ALLOW and not (goes and (large or findings)):
            continue
        alike = (one.part if large else "", one.verdict, *((f.code, f.says) for f in findings))
        before = found.get(alike)
        names = (*before.names, one.part) if before else (one.part,)
        found[alike] = PartAnswer(names, one.verdict, findings)
    yield from found.values()


def partners_for(
    files: DeskFiles, store: Store, article: Article, held: Iterable[Holding]
) -> tuple[str, ...]:
    """Give all partners: those whose feeds may pick an article, or gave it out, stand first.

    Which ones may is asked of the index, so that nobody's terms are read for it.
    """
    asking = store.selecting(facets(article))
    first = {one.partner for one in store.ways() if one.asked in asking}
    first |= {one.partner for one in held}
    names = [one.id for one in files.outlines]
    return tuple(sorted(names, key=lambda one: one not in first))


def asked_of(
    files: DeskFiles,
    store: Store,
    history: tuple[Article, ...],
    names: Iterable[str],
    held: tuple[Holding, ...],
    now: datetime,
) -> Iterator[Asked]:
    """Give what some partners may have of an article now, and why not more."""
    for name in names:
        partner = files.partner(name)
        if partner is None:
            continue
        mine = tuple(one for one in held if one.partner == name)
        try:
            found = tuple(explain(files, store, history, partner, now, held=mine))
        except NotFound:  # it has no property, or the article is not yet
            found = ()
        yield Asked(partner, found)


class Keeper(NamedTuple):
    """A partner that could have an article."""

    partner: str
    name: str
    address: str
    """Where it hears of notices; empty where the desk does not know it."""
    by_mail: bool
    """Whether it wants a mail, which only people send."""
    standing: str
    """in force; ended: no agreement of its is; gone: the desk has no such partner."""
    holdings: tuple[Holding, ...]


def keepers_among(held: Iterable[Holding]) -> tuple[str, ...]:
    """Give the partners that could have an article."""
    return tuple(sorted({one.partner for one in held}))


def keepers(
    files: DeskFiles, held: Iterable[Holding], names: Iterable[str], now: datetime
) -> Iterator[Keeper]:
    """Give some of the partners that could have an article, with whatever they were given."""
    wanted = set(names)
    mine = sorted((one for one in held if one.partner in wanted), key=lambda one: one.partner)
    for name, group in groupby(mine, key=lambda one: one.partner):
        partner = files.partner(name)
        yield Keeper(
            name,
            partner.name if partner else name,
            (partner.contacts.notices if partner else None) or "",
            partner is not None and partner.notice_channel == "mail",
            _standing(partner, now),
            tuple(group),
        )


def _standing(partner: Partner | None, now: datetime) -> str:
    if partner is None:
        return "gone"
    runs = partner.state == "active" and any(one.in_force(now) for one in partner.agreements)
    return "in force" if runs else "ended"
