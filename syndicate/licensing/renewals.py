"""What changes for a partner when an agreement follows another one: V35 and V40, as warnings."""

from __future__ import annotations

from collections.abc import Iterator

from syndicate.licensing.problem import Problem
from syndicate.model.desk import DeskFiles
from syndicate.model.licence import Licence
from syndicate.model.partner import Agreement, Partner


def renewals(files: DeskFiles) -> Iterator[Problem]:
    """Give what a renewal changes that somebody should know of before it does."""
    for partner in files.partners:
        for agreement in partner.agreements:
            where = f"partner {partner.id} agreement {agreement.id}"
            licence = files.licence(agreement.licence, agreement.licence_version)
            before = _before(files, partner, agreement)
            if licence and before:
                yield from _shorter_display(where, agreement, licence, before[1])
                yield from _other_quota(where, agreement, licence, *before)


def _before(
    files: DeskFiles, partner: Partner, agreement: Agreement
) -> tuple[Agreement, Licence] | None:
    """Give the agreement that one follows, else its own former version as far as files show it."""
    for one in partner.agreements:
        licence = files.licence(one.licence, one.licence_version)
        if one.id == agreement.supersedes and licence:
            return one, licence
    former = files.licence(agreement.licence, agreement.licence_version - 1)
    if agreement.version > 1 and former:
        return agreement, former
    return None


def _shorter_display(
    where: str, agreement: Agreement, licence: Licence, before: Licence
) -> Iterator[Problem]:
    """V35: a narrower display does not shorten that of what is out."""
    shorter = licence.display and (
        before.display is None or licence.display.days < before.display.days
    )
    if shorter and not agreement.retroactive:
        had = f"{before.display.days} days" if before.display else "no limit"
        says = f"{licence.ref} shows copies for fewer days than {before.ref} ({had}), which holds"
        mend = "leave copies that are out alone, or agree retroactive = true"
        since = agreement.term.opens
        yield Problem("V35", f"{where} licence", says, mend, warning=True, since=since)


def _other_quota(
    where: str, agreement: Agreement, licence: Licence, former: Agreement, before: Licence
) -> Iterator[Problem]:
    """V40: a quota that changes in the middle of a period counts pro rata."""
    start, quota = agreement.term.opens, before.quota
    if start is None or quota is None or quota == licence.quota or quota.period == "term":
        return
    period = quota.period_at(start, former.zone, former.term)
    if former is agreement or period.start == start:
        return
    becomes = str(licence.quota) if licence.quota else "no quota"
    says = f"the quota changes from {quota} to {becomes} in the middle of a period"
    mend = "settle the broken period pro rata, or let the term start with a period"
    yield Problem("V40", f"{where} term", says, mend, warning=True, since=start)
