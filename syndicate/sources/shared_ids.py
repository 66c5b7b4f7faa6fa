"""Ids that stand in several files of a desk and should stand in one: which files these are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from syndicate.licensing.problem import Problem
from syndicate.model.base import visible
from syndicate.model.licence import Licence
from syndicate.model.partner import Partner


def taken_ids(partners: dict[str, Partner], unsound_ids: Mapping[str, str]) -> list[Problem]:
    """Give a fault for each sound partner whose id a faulty file uses too."""
    told = ((one.id, unsound_ids[one.id]) for one in partners.values() if one.id in unsound_ids)
    return [
        Problem("unique", f"partner id {name}", f"{faulty}, a faulty file, uses it", "rename one")
        for name, faulty in told
    ]


def owners(
    faults: Iterable[Problem], partners: Mapping[str, Partner], licences: Mapping[str, Licence]
) -> dict[str, tuple[str, ...]]:
    """Give the files that share what should be one file's alone, by what they share."""
    found = {}
    for where in (one.where for one in faults if one.rule == "unique"):
        what, _, name = where.rpartition(" ")
        owners = [f"partners/{stem}" for stem, one in partners.items() if name in own(one, what)]
        if what == "licence version":
            owners = [f"licences/{stem}" for stem, one in licences.items() if one.ref == name]
        found[where] = tuple(owners)
    return found


def follows(fault: Problem, shared: Mapping[str, tuple[str, ...]]) -> bool:
    """Say whether ids are used twice only because a whole partner stands there twice."""
    owners = shared.get(fault.where, ())
    doubled = (files for where, files in shared.items() if where.startswith("partner id "))
    is_inner = fault.where.startswith(("agreement id ", "feed id "))
    return is_inner and any(set(owners) <= set(files) for files in doubled)


def placed(fault: Problem, shared: Mapping[str, tuple[str, ...]]) -> Problem:
    """Give the same fault with the files it is in."""
    owners = shared.get(fault.where)
    if not owners:
        return fault
    named = " and ".join(f"{visible(one)}.toml" for one in owners)
    return fault._replace(says=f"{fault.says}, in {named}")


def own(partner: Partner, what: str) -> list[str]:
    """Give the ids of a kind that are the partner's alone."""
    if what == "agreement id":
        return [one.id for one in partner.agreements]
    if what == "feed id":
        return [one.id for one in partner.feeds]
    return [partner.id] if what == "partner id" else []


def licences_of(partner: Partner) -> list[str]:
    """Give the licence versions that a partner's agreements name."""
    return [f"{one.licence}/v{one.licence_version}" for one in partner.agreements]
