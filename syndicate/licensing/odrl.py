"""Machine-readable terms: ODRL 2.2 JSON-LD in the RightsML 2.0 profile.

https://www.w3.org/TR/odrl-model/ and https://iptc.org/std/RightsML/. Prohibitions beat
permissions (`conflict: prohibit`; ODRL's default voids the whole policy), sets are written as
isAnyOf or isNoneOf (several eq would mean "all at once"), operands are IRIs or typed literals.
No deprecated term is used. No price, no partner: an item carries the Offer, which the agreement
accepts.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from syndicate.licensing.duties import forbids_archive, reporting
from syndicate.model.licence import Licence
from syndicate.model.rights import AiPurpose, EditLevel, Medium
from syndicate.model.territory import Area, alpha_3, countries

CONTEXT = "http://www.w3.org/ns/odrl.jsonld"
RIGHTSML = "https://iptc.org/std/RightsML/odrl-profile/"
RIGHTSML_ARCHIVE = "http://iptc.org/std/RightsML/2011-10-07/archive"
COUNTRY = "http://cvx.iptc.org/iso3166-1a3/"
VCARD_NAME = "http://www.w3.org/2006/vcard/ns#fn"
TDM_MINE = "http://www.w3.org/ns/tdmrep#mine"

Json = dict[str, Any]


class Scope(NamedTuple):
    """What a policy speaks of: the target, its limits, and where the terms are explained."""

    uid: str
    target: str
    assigner: str
    review: str
    """The licence document for people."""
    area: Area
    media: tuple[Medium, ...]
    valid_from: datetime | None
    valid_until: datetime | None
    edit_level: EditLevel
    uses: tuple[AiPurpose, ...] = ()
    """Machine uses allowed."""
    gone: datetime | None = None
    """By when copies must be taken down; None where what is out may stay."""
    no_archive: bool = False
    """Whether an owner keeps it out of archives, whatever the licence says."""
    own: bool = True
    """Whether it is the publisher's."""
    credits: tuple[str, ...] = ()
    """How others must be named."""
    open_ended: bool = False
    """Whether it goes out ahead of an embargo of which nobody knows the end."""


def iri(value: str) -> Json:
    """Give an IRI operand; a bare string would be a literal."""
    return {"@id": value}


def instant(value: datetime) -> Json:
    """Give a typed xsd:dateTime operand in UTC."""
    return {"@value": value.isoformat().replace("+00:00", "Z"), "@type": "xsd:dateTime"}


def constraint(left: str, operator: str, right: object) -> Json:
    """Give one constraint; several in a list must all hold."""
    return {"leftOperand": left, "operator": operator, "rightOperand": right}


def spatial(area: Area) -> list[Json]:
    """Give where: whole countries only, because no IRI names a part of one."""
    if area.is_world:
        return []
    inside = list(area.whole)
    outside = sorted(countries() - set(inside))
    if len(inside) <= len(outside):
        return [constraint("spatial", "isAnyOf", [iri(COUNTRY + alpha_3(c)) for c in inside])]
    return [constraint("spatial", "isNoneOf", [iri(COUNTRY + alpha_3(c)) for c in outside])]


def constraints(scope: Scope) -> list[Json]:
    """Give where, when and in which media."""
    found = spatial(scope.area)
    if scope.valid_from:
        found.append(constraint("dateTime", "gteq", instant(scope.valid_from)))
    if scope.valid_until:
        found.append(constraint("dateTime", "lt", instant(scope.valid_until)))
    channels = [iri(f"{scope.review}#medium-{medium}") for medium in scope.media]
    found.append(constraint("deliveryChannel", "isAnyOf", channels))
    return found


def _quota(licence: Licence, scope: Scope) -> list[Json]:
    """Give how many articles in which time; the unit says that articles delivered are counted.

    A quota beyond which articles are delivered all the same limits no permission.
    """
    quota = licence.quota
    if quota is None or quota.overage != "deny":
        return []
    limit = {"@value": str(quota.limit), "@type": "xsd:integer"}
    unit = {"unit": iri(f"{scope.review}#quota")}
    found = [{**constraint("count", "lteq", limit), **unit}]
    length = f"P{quota.days}D" if quota.days else _LENGTHS.get(quota.period)
    if length:
        every = {"@value": length, "@type": "xsd:duration"}
        found.append(constraint("timeInterval", "eq", every))
    return found


_LENGTHS = {"day": "P1D", "week": "P7D", "month": "P1M"}


def _permissions(licence: Licence, scope: Scope) -> list[Json]:
    if not _permitted(scope):
        return []
    limits = [*constraints(scope), *_quota(licence, scope)]
    duty: list[Json] = [{"action": "reviewPolicy", "target": scope.review}]
    duty += [{"action": "attribute", "attributedParty": one} for one in _named(licence, scope)]
    printed = ["print"] if Medium.PRINT in scope.media else []
    found: list[Json] = [
        {"target": scope.target, "action": action, "constraint": limits, "duty": duty}
        for action in (*_USES, *printed)
    ]
    if licence.translation:
        wanted = list(licence.translation.languages)
        languages = [*limits, constraint("language", "isAnyOf", wanted)]
        consent = {"action": "obtainConsent", "consentingParty": scope.assigner}
        asks = [*duty, consent] if licence.translation.approval else duty
        found.append(
            {
                "target": scope.target,
                "action": "translate",
                "constraint": languages,
                "duty": asks,
            }
        )
    return found


def _named(licence: Licence, scope: Scope) -> Iterator[str | Json]:
    """Give who must be named: we, unless it is another's alone, and others, known by name only."""
    if scope.own and (licence.duties.attribute or licence.duties.author_credit):
        yield scope.assigner
    yield from ({"@type": "Party", VCARD_NAME: name} for name in scope.credits)


_USES = ("distribute", "display", "reproduce")


def _permitted(scope: Scope) -> bool:
    """Say whether anything is; an embargo without end, or no medium, cannot be a constraint."""
    return bool(scope.media) and not scope.open_ended


def _prohibitions(licence: Licence, scope: Scope) -> list[Json]:
    actions: list[str | Json] = [] if _permitted(scope) else [*_USES, "print"]
    if scope.edit_level is not EditLevel.ADAPT:
        actions.append("derive")
    if scope.edit_level is EditLevel.NONE:
        actions.append("modify")
    if not licence.translation:
        actions.append("translate")
    if licence.duties.no_sublicence:
        actions.append("grantUse")
    if scope.no_archive or forbids_archive(licence):
        actions.append(iri(RIGHTSML_ARCHIVE))
    rules: list[Json] = [{"target": scope.target, "action": action} for action in actions]
    return [*rules, *_machine_rules(scope)]


def _machine_rules(scope: Scope) -> Iterator[Json]:
    """Prohibit each machine use that is not allowed: indexing, and mining but for what is."""
    for action, uses in (("index", _INDEXING), (iri(TDM_MINE), _MINING)):
        allowed = [use for use in uses if use in scope.uses]
        rule: Json = {"target": scope.target, "action": action}
        if not allowed:
            yield rule
        elif len(allowed) < len(uses):
            purposes = [iri(f"{scope.review}#use-{use}") for use in allowed]
            yield {**rule, "constraint": [constraint("purpose", "isNoneOf", purposes)]}


_INDEXING = (AiPurpose.SEARCH, AiPurpose.INDEX)
_MINING = (AiPurpose.INPUT, AiPurpose.TRAIN)


def _obligations(licence: Licence, scope: Scope) -> list[Json]:
    found: list[Json] = []
    if scope.gone:
        end = constraint("dateTime", "gteq", instant(scope.gone))
        found.append({"target": scope.target, "action": "delete", "constraint": [end]})
    if reporting(licence) != "none":
        found.append({"action": "inform", "informedParty": scope.assigner})
    return found


def offer(licence: Licence, scope: Scope) -> Json:
    """Give the Offer that an agreement on this licence accepts."""
    policy: Json = {
        "@context": CONTEXT,
        "@type": "Offer",
        "uid": scope.uid,
        "profile": RIGHTSML,
        "conflict": "prohibit",
        "assigner": scope.assigner,
    }
    for name, rules in (
        ("permission", _permissions(licence, scope)),
        ("prohibition", _prohibitions(licence, scope)),
        ("obligation", _obligations(licence, scope)),
    ):
        if rules:
            policy[name] = rules
    return policy


def written(policy: Json) -> str:
    """Give a policy as compact JSON text, its members in the order made."""
    return json.dumps(policy, ensure_ascii=False, separators=(",", ":"))


TARGET = "{target}"
"""Stands in a scope for what a policy speaks of: braces are in no address, name or instant."""


def written_on(licence: Licence, scope: Scope, target: str) -> str:
    """Give as text the Offer of a scope on TARGET, with a target put in its place.

    Its uid ends with a digest of all that it says: Offers that differ are not taken for one.
    """
    return _written(licence, scope).replace(TARGET, target)


@lru_cache(maxsize=1024)
def _written(licence: Licence, scope: Scope) -> str:
    policy = offer(licence, scope)
    said = hashlib.sha256(written(policy).encode()).hexdigest()[:16]
    return written({**policy, "uid": f"{policy['uid']};{said}"})


def countries_of(area: Area) -> tuple[str, ...] | None:
    """Give the whole countries of an area, alpha-2; None for everywhere."""
    return None if area.is_world else area.whole


def data_mining(allowed: Sequence[str]) -> str:
    """Give the PLUS data-mining value (NewsML-G2 dataMining uri) for the machine uses allowed."""
    uses = set(allowed)
    if uses == {"search", "index", "input", "train"}:
        value = "ALLOWED"
    elif not uses:
        value = "PROHIBITED"
    elif uses <= {"search", "index"}:
        value = "PROHIBITED-EXCEPTSEARCHENGINEINDEXING"
    elif uses == {"search", "index", "input"}:
        value = "PROHIBITED-AIMLTRAINING"
    else:
        value = "PROHIBITED-SEECONSTRAINT"
    return f"http://ns.useplus.org/ldf/vocab/DMI-{value}"
