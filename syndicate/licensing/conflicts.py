"""Promises that contradict each other, found before they bite: V30 to V32, V34, V35, V40.

An error is the fault of the agreement that came later. What files cannot show is not looked for:
tables of groups as they were before (V37), shares of contributors (V39, bylines have none).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import combinations
from typing import NamedTuple

from syndicate.licensing.overlaps import granted_by, kept_by, overlap
from syndicate.licensing.problem import Problem
from syndicate.licensing.quota import follows
from syndicate.licensing.renewals import renewals
from syndicate.model.body import MEDIA_KINDS
from syndicate.model.desk import DeskFiles
from syndicate.model.licence import Licence
from syndicate.model.moments import EARLIEST
from syndicate.model.partner import Agreement, AgreementState, Partner

RULES = frozenset({"V30", "V31", "V32", "V34", "V35", "V40"})
_NOT_BOUND = {AgreementState.DRAFT, AgreementState.OFFERED, AgreementState.SIGNED}


class Deal(NamedTuple):
    """An agreement with its partner and its licence."""

    partner: Partner
    agreement: Agreement
    licence: Licence

    @property
    def made(self) -> datetime:
        """When it was made: signed, else the start of its term."""
        return self.agreement.signed_at or self.agreement.term.opens or EARLIEST

    @property
    def age(self) -> tuple[datetime, str, str]:
        """Its place in the order of making."""
        return self.made, self.partner.id, self.agreement.id

    @property
    def bound(self) -> bool:
        """Whether it binds already."""
        return self.agreement.state not in _NOT_BOUND

    def where(self, field: str) -> str:
        """Say which field of which agreement."""
        return f"partner {self.partner.id} agreement {self.agreement.id} {field}"

    def __str__(self) -> str:
        """Name it."""
        return f"agreement {self.agreement.id} of partner {self.partner.id}"


def conflicts(files: DeskFiles) -> tuple[Problem, ...]:
    """Give every contradiction between agreements, in file order."""
    made = [deal for partner in files.partners for deal in _deals(files, partner)]
    exclusive = [deal for deal in made if deal.agreement.exclusivity]
    found = [p for partner in files.partners for p in _ambiguous(files, partner)]
    for one, other in combinations(exclusive, 2):
        found.extend(_both_exclusive(files, one, other))
    for one in exclusive:
        for other in made:
            found.extend(_promised_before(files, one, other))
    for deal in made:
        found.extend(_needs_what_is_refused(files, deal))
    return (*found, *renewals(files))


def _deals(files: DeskFiles, partner: Partner) -> list[Deal]:
    return [
        Deal(partner, agreement, licence)
        for agreement in partner.agreements
        if (licence := files.licence(agreement.licence, agreement.licence_version))
    ]


def _ambiguous(files: DeskFiles, partner: Partner) -> Iterator[Problem]:
    """V30: two agreements of a partner cover the same with equal priority."""
    for one, other in combinations(_deals(files, partner), 2):
        later, earlier = sorted((one, other), key=lambda deal: deal.age, reverse=True)
        a, b = one.agreement, other.agreement
        shared = {*a.properties} & {*b.properties}
        settled = a.priority != b.priority or one.licence.ref == other.licence.ref
        settled = settled or one.licence.public or other.licence.public
        if settled or not shared or a.id in follows(partner, b) or b.id in follows(partner, a):
            continue
        only = partner.model_copy(
            update={"properties": tuple(p for p in partner.properties if p.id in shared)}
        )
        scopes = [granted_by(only, deal.agreement, deal.licence) for deal in (one, other)]
        if scopes[0] is None or scopes[1] is None:
            continue
        met = overlap(
            files,
            scopes[0]._replace(territories=()),
            scopes[1]._replace(territories=()),
        )
        if met:
            says = (
                f"ambiguous: it covers the same as {earlier}, with equal priority "
                f"({', '.join(sorted(shared))}; {met.words.partition('; ')[2]})"
            )
            mend = "give one of them a higher priority, or narrow its licence's covers"
            bites = one.bound and other.bound
            yield Problem("V30", later.where("priority"), says, mend, not bites, met.since)


def _both_exclusive(files: DeskFiles, one: Deal, other: Deal) -> Iterator[Problem]:
    """V31: two partners have the same exclusively."""
    mine, theirs = one.agreement.exclusivity, other.agreement.exclusivity
    if one.partner.id == other.partner.id or mine is None or theirs is None:
        return
    if one.partner.id in theirs.carve_outs and other.partner.id in mine.carve_outs:
        return
    kept = (
        kept_by(one.agreement, mine, one.licence),
        kept_by(other.agreement, theirs, other.licence),
    )
    met = overlap(files, kept[0], kept[1]) if kept[0] and kept[1] else None
    if met:
        later, earlier = sorted((one, other), key=lambda deal: deal.age, reverse=True)
        says = f"its exclusive overlaps that of {earlier} ({met.words})"
        mend = "narrow one of them, or let each name the other's partner in carve_outs"
        warning = not (met.sure and one.bound and other.bound)
        yield Problem("V31", later.where("exclusivity"), says, mend, warning, met.since)


def _promised_before(files: DeskFiles, one: Deal, other: Deal) -> Iterator[Problem]:
    """V32: an exclusive takes what another partner was promised before."""
    terms = one.agreement.exclusivity
    if terms is None or other.agreement.exclusivity or one.made < other.made:
        return
    spared = other.partner.own or other.partner.id in {*terms.carve_outs, one.partner.id}
    if spared or other.licence.public:
        return
    kept = kept_by(one.agreement, terms, one.licence)
    granted = granted_by(other.partner, other.agreement, other.licence)
    met = overlap(files, kept, granted) if kept and granted else None
    if met is None:
        return
    same = one.made == other.made
    says = f"its exclusive overlaps what {other} grants since before ({met.words})"
    mend = f'add "{other.partner.id}" to exclusivity.carve_outs, or narrow the exclusive'
    if same:
        says = f"its exclusive overlaps {other}, made at the same time ({met.words})"
        mend += "; where the exclusive came first, say so in signed_at"
    warning = same or not (met.sure and one.bound and other.bound)
    yield Problem("V32", one.where("exclusivity"), says, mend, warning, met.since)


def _needs_what_is_refused(files: DeskFiles, deal: Deal) -> Iterator[Problem]:
    """V34: a licence requires pictures or sound, and a source agreement refuses them."""
    needed = [kind for kind in deal.licence.required_parts if kind in MEDIA_KINDS]
    refused = [one.owner for one in files.desk.source_agreements if not one.onward]
    if needed and refused and deal.agreement.state is not AgreementState.TERMINATED:
        says = (
            f"{deal.licence.ref} requires {', '.join(needed)}, and {', '.join(refused)} let "
            "nothing be passed on: articles without another one do not go out"
        )
        mend = "drop it from required_parts in a new version, or clear the rights"
        yield Problem("V34", deal.where("licence"), says, mend, warning=True)
