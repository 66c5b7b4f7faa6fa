"""Where two agreements meet: in selection, territory, media, language and time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from syndicate.licensing.govern import specificity
from syndicate.licensing.standing import Span
from syndicate.model.base import covers_language
from syndicate.model.desk import DeskFiles
from syndicate.model.exclusivity import Exclusivity
from syndicate.model.licence import Licence
from syndicate.model.moments import EARLIEST
from syndicate.model.partner import Agreement, AgreementState, Partner
from syndicate.model.rights import Medium
from syndicate.model.selection import Selection
from syndicate.model.territory import Territory
from syndicate.model.topics import broader_and_self


class Scope(NamedTuple):
    """What an agreement grants, or keeps from others."""

    span: Span
    media: frozenset[Medium]
    selection: Selection
    territories: tuple[Territory, ...] = ()
    """All of them together."""
    languages: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    """Only these articles; whatever the selection holds when there are none."""


class Overlap(NamedTuple):
    """What two scopes have in common."""

    since: datetime
    words: str
    sure: bool
    """Whether files alone prove it; an article that is named may or may not be in a selection."""


def span_of(agreement: Agreement) -> Span | None:
    """Give the time an agreement binds, or will once it is signed; None for drafts and past ones.

    A suspended one counts for its whole term: it may be resumed.
    """
    ends = [agreement.term.closes]
    if agreement.state is AgreementState.DRAFT:
        return None
    if agreement.state is AgreementState.TERMINATED:
        if agreement.state_since is None:
            return None
        ends.append(agreement.state_since)
    start = agreement.term.opens or EARLIEST
    end = min((one for one in ends if one), default=None)
    return None if end is not None and end <= start else Span(start, end)


def granted_by(partner: Partner, agreement: Agreement, licence: Licence) -> Scope | None:
    """Give what an agreement grants; None where it never does."""
    span = span_of(agreement)
    if span is None:
        return None
    places = [one for one in partner.properties if one.id in agreement.properties]
    media = {medium for place in places for medium in place.media} & {*licence.media}
    media &= {*licence.media} if agreement.media is None else {*agreement.media}
    territories = (licence.territory, agreement.territory)
    return Scope(span, frozenset(media), licence.covers, territories, licence.covers.languages)


def kept_by(agreement: Agreement, terms: Exclusivity, licence: Licence) -> Scope | None:
    """Give what an exclusive keeps from others; None where it never does."""
    span = span_of(agreement)
    if span is None:
        return None
    product = terms.basis == "product"
    selection = licence.covers if product else Selection()
    return Scope(
        span,
        frozenset(terms.media),
        selection,
        (terms.territory,),
        terms.languages or selection.languages,
        terms.items,
    )


def overlap(files: DeskFiles, one: Scope, other: Scope) -> Overlap | None:
    """Give what two scopes have in common; None where they do not meet."""
    span, media = one.span & other.span, one.media & other.media
    if span is None or not media or not _items_meet(one, other):
        return None
    area = files.groups.area(Territory(), span.start)
    for territory in (*one.territories, *other.territories):
        area &= files.groups.area(territory, span.start)
    meets = selections_overlap(one.selection, other.selection)
    if not area or not meets or not _languages_meet(one.languages, other.languages):
        return None
    until = f" until {span.end:%Y-%m-%d %H:%M}Z" if span.end else ""
    since = "" if span.start == EARLIEST else f" from {span.start:%Y-%m-%d %H:%M}Z"
    spoken = sorted({*one.languages} | {*other.languages})
    what = [str(area), ", ".join(sorted(media)), *([", ".join(spoken)] if spoken else [])]
    return Overlap(span.start, f"{'; '.join(what)}{since}{until}", _is_sure(one, other))


def _items_meet(one: Scope, other: Scope) -> bool:
    return not (one.items and other.items) or not {*one.items}.isdisjoint(other.items)


def _is_sure(one: Scope, other: Scope) -> bool:
    """Say whether no named article has to be looked up to see whether a selection holds it."""
    if bool(one.items) == bool(other.items):
        return True
    return specificity(other.selection if one.items else one.selection) == 0


def selections_overlap(one: Selection, other: Selection) -> bool:
    """Say whether articles may match both: no axis is stated in both and shares nothing."""
    topics = _topics_meet(one.subjects, other.subjects)
    languages = _languages_meet(one.languages, other.languages)
    return topics and languages and all(_axes(one, other)) and _outside(one, other)


def _axes(one: Selection, other: Selection) -> Iterable[bool]:
    for axis in ("sections", "products", "keywords", "authors", "genres"):
        mine, theirs = _folded(getattr(one, axis)), _folded(getattr(other, axis))
        yield not mine or not theirs or not mine.isdisjoint(theirs)


def _outside(one: Selection, other: Selection) -> bool:
    """Say whether neither leaves out all that the other one picks."""
    for a, b in ((one, other), (other, one)):
        for picked, left_out in (
            (a.sections, b.exclude_sections),
            (a.keywords, b.exclude_keywords),
        ):
            if picked and _folded(picked) <= _folded(left_out):
                return False
    return True


def _topics_meet(mine: tuple[str, ...], theirs: tuple[str, ...]) -> bool:
    if not mine or not theirs:
        return True
    return any(a in broader_and_self(b) or b in broader_and_self(a) for a in mine for b in theirs)


def _languages_meet(mine: tuple[str, ...], theirs: tuple[str, ...]) -> bool:
    if not mine or not theirs:
        return True
    return any(covers_language(a, b) or covers_language(b, a) for a in mine for b in theirs)


def _folded(words: Iterable[str]) -> set[str]:
    return {word.casefold() for word in words}
