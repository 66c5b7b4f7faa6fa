"""What the desk's files say together: rules that need more than one of them.

Errors are refused, warnings are told. V1 to V25 of a single file are in the models.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from syndicate.licensing.conflicts import conflicts
from syndicate.licensing.problem import Problem
from syndicate.licensing.question import parts_of
from syndicate.model.article import Article
from syndicate.model.desk import DeskFiles
from syndicate.model.licence import EmbargoMode, Licence
from syndicate.model.moments import Window
from syndicate.model.partner import Agreement, AgreementState, Partner
from syndicate.model.price import FlatWithQuota
from syndicate.model.rights import AiPurpose, ExtentUnit, Onward
from syndicate.model.territory import Territory, group_changes

__all__ = ["Problem", "problems", "remarks_on"]


def problems(files: DeskFiles) -> tuple[Problem, ...]:
    """Give every fault between the desk's files, in file order."""
    found = list(_doubled(files))
    for licence in files.licences:
        found.extend(_licence(files, licence))
    for partner in files.partners:
        for agreement in partner.agreements:
            found.extend(_agreement(files, partner, agreement))
        found.extend(_feeds(partner))
        found.extend(_public_feeds(files, partner))
    return (*found, *conflicts(files))


def _feeds(partner: Partner) -> Iterator[Problem]:
    agreed = {name for agreement in partner.agreements for name in agreement.properties}
    for feed in partner.feeds:
        where = f"partner {partner.id} feed {feed.id}"
        unread = [name for name in feed.formats if name not in partner.can_ingest]
        if unread:
            says = f"the partner does not read {', '.join(unread)} (can_ingest)"
            yield Problem("formats", where, says, "change formats or can_ingest", warning=True)
        place = partner.property_of(feed).id
        if place not in agreed:
            says = f"no agreement names the property {place}, so the feed stays empty"
            mend = "add it to an agreement's properties"
            yield Problem("property", where, says, mend, warning=True)
        other = sorted({*(feed.media or ())} - {*partner.property_of(feed).media})
        if other:
            says = f"the property {place} does not publish in {', '.join(other)}"
            yield Problem("media", where, says, "correct the feed's media", warning=True)


def _public_feeds(files: DeskFiles, partner: Partner) -> Iterator[Problem]:
    """V28: what was agreed with one partner is not for anybody."""
    for feed in partner.feeds:
        place = partner.property_of(feed).id
        agreed = [one for one in partner.agreements if place in one.properties]
        found = [(one, files.licence(one.licence, one.licence_version)) for one in agreed]
        closed = [one.id for one, licence in found if licence is None or not licence.public]
        if feed.public and closed:
            says = f"anybody may read it, and {', '.join(closed)} is not under a public licence"
            mend = "leave public out, or move the feed to a property of its own"
            yield Problem("V28", f"partner {partner.id} feed {feed.id}", says, mend)


def _doubled(files: DeskFiles) -> Iterator[Problem]:
    names = (
        ("partner id", [partner.id for partner in files.partners]),
        ("licence version", [licence.ref for licence in files.licences]),
        ("agreement id", [a.id for partner in files.partners for a in partner.agreements]),
        ("feed id", [feed.id for _, feed in files.feed_list()]),
    )
    for what, ids in names:
        for name, count in Counter(ids).items():
            if count > 1:
                yield Problem(
                    "unique", f"{what} {name}", f"used {count} times", "rename all but one"
                )


def _licence(files: DeskFiles, licence: Licence) -> Iterator[Problem]:
    for territory in (licence.territory, *(g.territory for g in licence.grants if g.territory)):
        yield from _undeclared(files, territory, f"licence {licence.ref}")
    if licence.public and licence.ai.allows(AiPurpose.TRAIN):
        yield Problem(
            "V16",
            f"licence {licence.ref} ai.allowed",
            "a public licence grants training, which nobody signed for",
            "remove train",
        )


def _undeclared(files: DeskFiles, territory: Territory, where: str) -> Iterator[Problem]:
    for name in files.groups.undeclared(territory):
        yield Problem(
            "territory",
            where,
            f"{name} is not declared; there is no standard list of it",
            f"add [[groups]] with name = {name!r}, version and members to desk.toml",
        )


def _agreement(files: DeskFiles, partner: Partner, agreement: Agreement) -> Iterator[Problem]:
    where = f"partner {partner.id} agreement {agreement.id}"
    yield from _undeclared(files, agreement.territory, where)
    if agreement.exclusivity:
        yield from _undeclared(files, agreement.exclusivity.territory, f"{where} exclusivity")
    licence = files.licence(agreement.licence, agreement.licence_version)
    if licence is None:
        yield Problem(
            "reference",
            f"{where} licence",
            f"the desk has no licence {agreement.licence}/v{agreement.licence_version}",
            "add its file or name another version",
        )
        return
    for check in _CHECKS:
        found = check(files, partner, agreement, licence)
        if found:
            rule, field, says, mend = found
            yield Problem(rule, f"{where} {field}", says, mend)


Fault = tuple[str, str, str, str] | None


def _v16(files: DeskFiles, partner: Partner, agreement: Agreement, licence: Licence) -> Fault:
    if licence.ai.allows(AiPurpose.TRAIN) and not agreement.ai_training_signed:
        says = "the licence grants machine training, which was not signed for separately"
        return "V16", "ai_training_signed", says, "set it to true once it is signed"
    return None


def _v18(files: DeskFiles, partner: Partner, agreement: Agreement, licence: Licence) -> Fault:
    """Give the property that nothing is left for at the start of the agreement."""
    if files.groups.undeclared(licence.territory) + files.groups.undeclared(agreement.territory):
        return None
    start = agreement.term.opens or licence.valid_from or group_changes()[-1]
    area = files.groups.area(licence.territory, start)
    area &= files.groups.area(agreement.territory, start)
    places = [one.territory for one in partner.properties if one.id in agreement.properties]
    if area and all(area & files.groups.area(place, start) for place in places):
        return None
    named = "; ".join(str(one) for one in (licence.territory, agreement.territory, *places))
    return "V18", "territory", f"nothing is left of the territory ({named})", "widen one of them"


def _v21(files: DeskFiles, partner: Partner, agreement: Agreement, licence: Licence) -> Fault:
    marked = licence.embargo_mode is EmbargoMode.DELIVER_MARKED
    carries = any(
        "newsml-g2" in feed.formats and partner.property_of(feed).id in agreement.properties
        for feed in partner.feeds
    )
    if marked and partner.feeds and not carries:
        says = (
            "embargoed articles are delivered marked, but no feed has a format that can mark them"
        )
        return "V21", "feeds", says, "add newsml-g2 to a feed, or set embargo_mode to withhold"
    return None


def _v26(files: DeskFiles, partner: Partner, agreement: Agreement, licence: Licence) -> Fault:
    split = [
        token
        for territory in (licence.territory, agreement.territory, *_granted(licence))
        for token in territory.include
        if "-" in token and not token.startswith("X-")
    ]
    if split and not partner.can_geo_block:
        says = f"the territory names {', '.join(split)}, and the partner cannot block places"
        return "V26", "territory", says, "name whole countries, or set can_geo_block"
    return None


def _granted(licence: Licence) -> list[Territory]:
    return [grant.territory for grant in licence.grants if grant.territory]


def _v6(files: DeskFiles, partner: Partner, agreement: Agreement, licence: Licence) -> Fault:
    billed = licence.quota is not None and licence.quota.overage == "bill"
    if billed and not (isinstance(agreement.price, FlatWithQuota) and agreement.price.overage):
        says = "articles beyond the quota are billed, and the price names no fee for them"
        return "V6", "price", says, 'use price.type = "flat_with_quota" with price.overage'
    return None


def _v12(files: DeskFiles, partner: Partner, agreement: Agreement, licence: Licence) -> Fault:
    cut = [feed.id for feed in partner.feeds if feed.extent.unit is ExtentUnit.WORDS]
    if cut and not licence.duties.link_back:
        says = f"feed {cut[0]} is an extract in words, and the licence demands no link back"
        return "V12", "feeds", says, "set duties.link_back to true in a new licence version"
    return None


def _media(files: DeskFiles, partner: Partner, agreement: Agreement, licence: Licence) -> Fault:
    for place in partner.properties:
        if place.id in agreement.properties and not set(place.media) & set(licence.media):
            says = f"property {place.id} publishes in no medium of the licence"
            return "media", "properties", says, "agree a medium, or leave the property out"
    return None


def _free(files: DeskFiles, partner: Partner, agreement: Agreement, licence: Licence) -> Fault:
    active = agreement.state is AgreementState.ACTIVE
    if active and licence.public and agreement.price and agreement.price.type != "free":
        says = "a fee is charged for a public licence"
        return "price", "price", says, "set price.type to free"
    return None


_CHECKS: tuple[Callable[[DeskFiles, Partner, Agreement, Licence], Fault], ...] = (
    _v6,
    _v16,
    _v18,
    _v21,
    _v26,
    _free,
    _v12,
    _media,
)


def remarks_on(files: DeskFiles, article: Article) -> Iterator[str]:
    """Give what is odd about an article's rights; the decision copes, an editor should look."""
    agreed = {one.id: one for one in files.desk.source_agreements}
    if article.licence and files.public_licence(article.licence) is None:
        yield f"licence: the desk has no public licence {article.licence!r}, so it does not apply"
    for part in parts_of(article):
        ground = part.ground
        name = ground.permission.source_agreement
        if not name or ground.permission not in ground.levels[-1:]:
            continue
        source = agreed.get(name)
        if source is None:
            yield f"{part.name}: the desk has no source agreement {name!r}, so it stays here"
        elif not source.onward and ground.onward is Onward.GRANTED:
            yield f"V34 {part.name}: {source.owner} refuses what is granted here, so it stays here"
        elif any(
            _outlasts(level.window, source.window) for level in ground.levels if level.window
        ):
            yield f"V11 {part.name}: its window is wider than that of {name}, and is clipped to it"


def _outlasts(window: Window, source: Window) -> bool:
    """V11: say whether a part's window goes beyond that of the source agreement."""
    early = source.opens and window.opens and window.opens < source.opens
    late = source.closes and (window.closes is None or window.closes > source.closes)
    return bool(early or late)
