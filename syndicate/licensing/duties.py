"""What a partner owes in return: every allowed article carries every mandatory duty."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from functools import lru_cache

from syndicate.licensing import ends, machines
from syndicate.licensing.gates import media_of_item
from syndicate.licensing.question import Ground, Part, Question
from syndicate.model.article import Article
from syndicate.model.body import TEXT_BLOCKS, Gallery, MediaBase
from syndicate.model.decision import Duty, DutyCode, PartDecision, Verdict
from syndicate.model.desk import Desk
from syndicate.model.licence import Ads, Archive, Licence, Paywall, Seo, Tracking
from syndicate.model.rights import AiPurpose, EditLevel, Medium, PartKind, PartRights
from syndicate.model.territory import Area


def of_article(
    asked: Question, removed: Area, gone: datetime | None, *, marked: bool
) -> Iterator[Duty]:
    """Give the duties of the whole article."""
    yield from _demanded(asked.article)
    yield from _credits(asked)
    yield from _conduct(asked.licence)
    yield from _machines(machines.of_article(asked))
    yield _duty(DutyCode.NO_MODIFY, edit_level(asked, PartKind.BODY))
    if not asked.licence.public:
        yield _duty(DutyCode.MEDIA_ONLY, " ".join(media_of_item(asked)))
    if removed:
        yield Duty(code=DutyCode.GEO_BLOCK, value=str(removed))
    if gone:
        yield _remove_after(gone)
    if marked:
        yield Duty(code=DutyCode.EMBARGO, value="Not before the embargo ends.")


def _remove_after(gone: datetime, part: str | None = None) -> Duty:
    value = gone.isoformat().replace("+00:00", "Z")
    return Duty(code=DutyCode.REMOVE_AFTER, value=value, part=part)


def edit_level(asked: Question, kind: PartKind, ground: Ground | None = None) -> EditLevel:
    """Give how much may be changed: what grant or licence allow, less what rights forbid."""
    levels = [granted_level(asked.licence, {kind})]
    rights = ground.levels if ground else (asked.article.rights,)
    levels += [one.edit_level for one in rights if one.edit_level]
    return min(levels, key=lambda level: level.rank)


def granted_level(licence: Licence, kinds: Collection[PartKind] = tuple(PartKind)) -> EditLevel:
    """Give how much of all that is granted, or of all of some kinds, may be changed."""
    granted = [g.edit_level or licence.edit_level for g in licence.grants if g.kind in kinds]
    return min(granted or [licence.edit_level], key=lambda level: level.rank)


def _demanded(article: Article) -> Iterator[Duty]:
    """Give the credit that the rights in the whole article demand."""
    credit = credit_in(article.rights)
    if credit:
        yield Duty(code=DutyCode.CREDIT, value=credit, fulfilled=True)


def _credits(asked: Question) -> Iterator[Duty]:
    duties, article = asked.licence.duties, asked.article
    if duties.attribute:
        text = duties.attribute.replace("{publisher}", asked.desk.name)
        text = text.replace("{headline}", article.headline)
        yield Duty(code=DutyCode.ATTRIBUTE, value=text, fulfilled=True)
    if (duties.author_credit or duties.institution_credit) and article.bylines:
        names = [
            f"{b.name} ({b.affiliation})"
            if b.affiliation and duties.institution_credit
            else b.name
            for b in article.bylines
        ]
        yield Duty(code=DutyCode.AUTHOR_CREDIT, value="; ".join(names), fulfilled=True)
    if duties.link_back:
        yield Duty(code=DutyCode.LINK_BACK, value=article.canonical_url or "", fulfilled=True)
    if duties.tagline:
        yield Duty(code=DutyCode.TAGLINE, value=duties.tagline, fulfilled=True)
    if duties.copyright_notice:
        yield Duty(
            code=DutyCode.COPYRIGHT_NOTICE,
            value=notice_of(asked.desk, asked.article),
            fulfilled=True,
        )
    if duties.keep_links:
        yield Duty(code=DutyCode.KEEP_LINKS)
    if duties.translation_note:
        yield Duty(code=DutyCode.TRANSLATION_NOTE)


def holder_of(desk: Desk, article: Article) -> str:
    """Give who holds the copyright in an article: who is named, the source it is from, or we."""
    source = desk.source_agreement(article.rights.source_agreement)
    named = article.copyright_holder or article.rights.owner
    return named or (source.owner if source else desk.holder)


def url_of_holder(desk: Desk, article: Article) -> str | None:
    """Give the address that stands for the copyright holder; only our own is known."""
    return desk.url if holder_of(desk, article) == desk.holder else None


def notice_of(desk: Desk, article: Article) -> str:
    """Give the copyright notice of an article."""
    year = article.first_created.year
    return article.copyright_notice or desk.notice(year, holder_of(desk, article))


@lru_cache(maxsize=1024)
def _duty(code: DutyCode, value: str = "") -> Duty:
    """Give a duty that many articles carry alike."""
    return Duty(code=code, value=value)


def _conduct(licence: Licence) -> Iterator[Duty]:
    if licence.duties.no_sublicence:
        yield _duty(DutyCode.NO_SUBLICENCE)
    if licence.ads is not Ads.ANY:
        none = licence.ads is Ads.NONE
        yield _duty(DutyCode.NO_ADS if none else DutyCode.NO_ADJACENT_SALE)
    if licence.paywall is not Paywall.ALLOWED:
        yield _duty(DutyCode.NO_PAYWALL, licence.paywall)
    if licence.seo is not Seo.NONE:
        yield _duty(DutyCode.SEO, licence.seo)
    if forbids_archive(licence):
        yield _duty(DutyCode.NO_ARCHIVE)
    if reporting(licence) != "none":
        yield _duty(DutyCode.REPORT_USAGE, reporting(licence))
    takedown = str(licence.takedown_sla) if licence.takedown_sla is not None else "at once"
    correction = str(licence.correction_sla) if licence.correction_sla is not None else "at once"
    yield _duty(DutyCode.REMOVE_ON_NOTICE, takedown)
    yield _duty(DutyCode.CORRECT_ON_NOTICE, correction)


def forbids_archive(licence: Licence) -> bool:
    """Say whether nothing may stay in an archive when it is no longer shown."""
    return licence.archive is Archive.NONE and licence.display is not None


def reporting(licence: Licence) -> str:
    """Give how often usage is reported: none, month, quarter, year."""
    stated = licence.duties.report
    instead = licence.tracking is Tracking.REPORT_INSTEAD
    return "month" if stated == "none" and instead else stated


def _machines(allowed: machines.Uses, part: str | None = None) -> Iterator[Duty]:
    for purpose in AiPurpose:
        if purpose not in allowed:
            duty = _duty(DutyCode.AI, f"no {purpose}")
            yield duty.twin(part=part) if part else duty


def of_parts(
    asked: Question, decided: tuple[PartDecision, ...], item: Area, gone: datetime | None
) -> Iterator[Duty]:
    """Give the duties of single parts that go out, where they differ from the article's."""
    level, uses = edit_level(asked, PartKind.BODY), machines.of_article(asked)
    media = frozenset(media_of_item(asked))
    owed: dict[Ground, tuple[EditLevel, machines.Uses]] = {}
    silent: dict[Ground, tuple[Area, tuple[Medium, ...]]] = {}
    for one in decided:
        if one.verdict is not Verdict.ALLOW or one.part == "body":
            continue
        part, ground = asked.parts[one.part], asked.parts[one.part].ground
        if ground not in owed:
            owed[ground] = edit_level(asked, ground.kind, ground), machines.of_part(asked, ground)
        own_level, own_uses = owed[ground]
        if own_level is not level:
            yield Duty(code=DutyCode.NO_MODIFY, value=own_level, part=one.part)
        if own_uses != uses:
            yield from _machines(own_uses, one.part)
        yield from _removed(asked, part, gone)
        place = one.territory, one.media
        if silent.get(ground) != place:
            found = tuple(_beside(part, one, item, media))
            yield from found
            if not found and isinstance(part.block, TEXT_BLOCKS):
                silent[ground] = place


def _removed(asked: Question, part: Part, item: datetime | None) -> Iterator[Duty]:
    """Give by when a picture, video or sound is taken down, where the article stays longer."""
    if isinstance(part.block, MediaBase):
        gone = ends.of_grounds(asked, (part.ground,)).gone
        if gone and (item is None or gone < item):
            yield _remove_after(gone, part.name)


def _beside(part: Part, one: PartDecision, item: Area, media: frozenset[Medium]) -> Iterator[Duty]:
    """Give the credit that must stand beside a part, the places to block, the media."""
    credit = credit_of(part)
    if credit:
        yield Duty(code=DutyCode.CREDIT, value=credit, part=one.part, fulfilled=True)
    if part.ground.prose.no_archive:
        yield Duty(code=DutyCode.NO_ARCHIVE, part=one.part)
    removed = item - one.territory
    if removed:
        yield Duty(code=DutyCode.GEO_BLOCK, value=str(removed), part=one.part)
    if not isinstance(part.block, Gallery) and media > set(one.media):
        yield Duty(code=DutyCode.MEDIA_ONLY, value=" ".join(one.media), part=one.part)


def credit_of(part: Part) -> str:
    """Give the credit that must stand beside a part; what goes for the whole article is not said
    of its parts."""
    rights = part.ground.permission
    stated = credit_in(rights) if rights is not part.ground.levels[0] else ""
    return stated or (part.block.credit or "" if isinstance(part.block, MediaBase) else "")


def credit_in(rights: PartRights) -> str:
    """Give the credit that rights demand; a person's name before the source's."""
    line, person = rights.credit_line, rights.person_credit
    names = [person, line] if person and person not in (line or "") else [line]
    return "/".join(name for name in names if name)
