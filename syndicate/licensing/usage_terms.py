"""The terms in words, built from the same decision as the machine-readable ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from syndicate.licensing.duties import forbids_archive, reporting
from syndicate.licensing.phrases import Phrases, known_languages
from syndicate.model.entry import LocalText
from syndicate.model.licence import Ads, Archive, Licence, Paywall, Seo, TermsText
from syndicate.model.quota import Quota
from syndicate.model.rights import AiPurpose, EditLevel, Medium
from syndicate.model.territory import Area, countries


class Facts(NamedTuple):
    """What was decided and must be said; None where the licence speaks for every article."""

    area: Area
    media: tuple[Medium, ...]
    edit_level: EditLevel
    uses: tuple[AiPurpose, ...] = ()
    valid_until: datetime | None = None
    gone: datetime | None = None
    """By when copies must be taken down; None where what is out may stay."""
    no_archive: bool = False
    """Whether an owner keeps it out of archives, whatever the licence says."""
    partial: bool = False
    embargoed: datetime | None = None
    open_ended: bool = False


def in_languages(
    licence: Licence, facts: Facts, languages: Iterable[str]
) -> tuple[LocalText, ...]:
    """Give the terms once for each language that can be written; English where none can."""
    wanted = [tag for tag in dict.fromkeys(languages) if tag.split("-")[0] in known_languages()]
    return tuple(_said(licence, facts, tag) for tag in wanted or ["en"])


@lru_cache(maxsize=1024)
def _said(licence: Licence, facts: Facts, tag: str) -> LocalText:
    """Give the terms in a language; articles under the same terms say the same."""
    return LocalText(language=tag, text=" ".join(sentences(licence, facts, tag)))


def sentences(licence: Licence, facts: Facts, language: str) -> Iterator[str]:
    """Give the terms, sentence by sentence."""
    words = Phrases(language)
    yield words.say("media", media=words.media(facts.media) or words.say("no-media"))
    yield from places(words, facts.area)
    yield from dates(words, facts)
    if licence.display:
        yield words.say("display", days=str(licence.display.days))
        if licence.archive is Archive.IN_CONTEXT and not facts.no_archive:
            yield words.say("archive-in-context")
    if licence.quota:
        yield from quota_sentences(words, licence.quota)
    yield words.say(f"edit-{facts.edit_level}")
    yield from _conduct(words, licence)
    if facts.no_archive or forbids_archive(licence):
        yield words.say("no-archive")
    yield machines(words, facts.uses)
    yield from _notices(words, licence)
    if facts.partial:
        yield words.say("partial")
    yield from (extra.text for extra in _prose(licence, words.language))


def _prose(licence: Licence, language: str) -> list[TermsText]:
    """Give the terms that stay prose: in a language, or as they are stated where not in that."""
    public = [extra for extra in licence.text_terms if not extra.confidential]
    for tag in (language, licence.language):
        base = tag.split("-")[0]
        found = [extra for extra in public if extra.language.split("-")[0] == base]
        if found:
            return found
    return public


def places(words: Phrases, area: Area) -> Iterator[str]:
    """Say where."""
    outside = sorted(countries() - set(area.whole))
    if area.is_world:
        yield words.say("world")
    elif len(outside) < len(area.whole) and not area.parts:
        yield words.say("not-places", places=words.places(outside))
    elif area.whole or not area.parts:
        yield words.say("places", places=words.places(area.whole))
    if area.parts:
        yield words.say("subdivisions", places=words.list(area.parts))


def dates(words: Phrases, facts: Facts) -> Iterator[str]:
    """Say when."""
    if facts.open_ended:
        yield words.say("embargo-open")
    elif facts.embargoed:
        yield words.say("embargo", when=words.when(facts.embargoed))
    until, gone = facts.valid_until, facts.gone
    if until and gone is None:
        yield words.say("no-new", when=words.when(until))
    elif until and gone and until < gone:
        yield words.say("no-new-until", when=words.when(until), gone=words.when(gone))
    elif gone:
        yield words.say("until", when=words.when(gone))


def quota_sentences(words: Phrases, quota: Quota) -> Iterator[str]:
    """Say how many articles there are in a period, and what happens beyond."""
    yield words.say(f"quota-{quota.period}", limit=str(quota.limit), days=str(quota.days))
    if quota.per == "property":
        yield words.say("quota-property")
    if quota.overage != "deny":
        yield words.say("quota-billed" if quota.overage == "bill" else "quota-more")


def _conduct(words: Phrases, licence: Licence) -> Iterator[str]:
    yield from _translation(words, licence)
    duties = licence.duties
    for name, owed in (
        ("attribute", duties.attribute),
        ("author", duties.author_credit and not duties.institution_credit),
        ("institution", duties.institution_credit),
        ("link", duties.link_back),
        ("tagline", duties.tagline),
        ("keep-links", duties.keep_links),
        ("copyright", duties.copyright_notice),
        ("translation-note", duties.translation_note),
        ("no-sublicence", duties.no_sublicence),
        ("no-ads", licence.ads is Ads.NONE),
        ("no-adjacent-sale", licence.ads is Ads.NO_ADJACENT_SALE),
        ("no-paywall", licence.paywall is Paywall.FORBIDDEN),
        ("metered", licence.paywall is Paywall.METERED_OK),
        ("seo-canonical", licence.seo is Seo.CANONICAL),
        ("seo-noindex", licence.seo is Seo.NOINDEX),
        ("seo-noindex-news", licence.seo is Seo.NOINDEX_NEWS),
    ):
        if owed:
            yield words.say(name)


def _translation(words: Phrases, licence: Licence) -> Iterator[str]:
    granted = licence.translation
    if granted is None:
        yield words.say("no-translate")
        return
    name = "translate-approval" if granted.approval else "translate"
    yield words.say(name, languages=words.languages(granted.languages))


def _notices(words: Phrases, licence: Licence) -> Iterator[str]:
    """Say how soon withdrawals and corrections must be obeyed, and how often use is reported."""
    for name, within in (
        ("withdraw", licence.takedown_sla),
        ("correct", licence.correction_sla),
    ):
        yield words.say(f"{name}-within", span=words.span(within)) if within else words.say(name)
    if reporting(licence) != "none":
        yield words.say(f"report-{reporting(licence)}")


def machines(words: Phrases, uses: Sequence[AiPurpose]) -> str:
    """Say which machine uses are allowed."""
    if not uses:
        return words.say("ai-none")
    if len(uses) == len(AiPurpose):
        return words.say("ai-all")
    return words.say("ai-some", uses=words.uses(uses))
